#!/bin/sh
# Calls an API with a token of the daemon, by curl alone (7.84 or newer): call.sh IDENTITY SCOPE URL
# (identity and scope as they stand in a URL: a space is %20)
set -eu
socket=${TOKENWARD_SOCKET:-/run/tokenward/tokenward.sock}
tokens=http://localhost/v1/tokens/$1/$2
url=$3

daemon() { curl -sS --fail-with-body --unix-socket "$socket" "$@"; }

# The token and, on a line of its own, its fingerprint in quotes.
get() {
    got=$(daemon -H 'Accept: text/plain' -w '\n%header{etag}' "$tokens") || { printf '%s\n' "$got" >&2 && exit 1; }
    token=$(printf '%s\n' "$got" | head -n 1)
    fingerprint=$(printf '%s\n' "$got" | tail -n 1)
}

# The API's answer and, on a line of its own, its status. The token goes through a pipe: arguments are seen by all.
call() {
    answer=$(printf 'X-Auth-Token: %s\n' "$token" | curl -sS -H @- -w '\n%{http_code}' "$url")
    status=$(printf '%s\n' "$answer" | tail -n 1)
}

get
call
if [ "$status" = 401 ]; then # the daemon judges whether the token was to blame; then once more, and no more
    daemon --json "{\"fingerprint\":$fingerprint,\"status\":401}" -o /dev/null "$tokens/report"
    get
    call
fi
printf '%s\n' "$answer" | sed '$d'
[ "$status" -lt 400 ] || { echo "$url answered $status" >&2 && exit 1; }
