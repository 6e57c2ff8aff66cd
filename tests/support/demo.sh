#!/usr/bin/env bash
# Shows a person what Tokenward does, in under 30 s: the real daemon, and a stand-in for the IAM whose tokens live 30 s.
# usage: demo.sh BUILD_FOLDER
set -euo pipefail

build=$(readlink -f "$1")
home=$(mktemp -d "${TMPDIR:-/tmp}/tokenward-demo.XXXXXX")
PATH=$build/daemon:$build/client/cli:$build/tests/support:$PATH
export no_proxy="*" NO_PROXY="*" # all is on this machine
export TOKENWARD_SOCKET=$home/tokenward.sock
started=$SECONDS
daemon='' standin=''

cleanup() {
    trap - EXIT INT TERM
    local program
    for program in $daemon $standin; do
        kill "$program" 2>/dev/null || true
        wait "$program" 2>/dev/null || true
    done
    rm -rf "$home"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

bold='' dim='' plain=''
if [[ -t 1 ]]; then bold=$'\e[1m' dim=$'\e[2m' plain=$'\e[0m'; fi

step() { printf '\n%s%s%s\n' "$bold" "$*" "$plain"; }

# Nobody's screen should keep a token: what looks like one is cut to its first 12 characters.
shorten() { sed -uE 's|([A-Za-z0-9+/_=-]{12})[A-Za-z0-9+/_=-]{80,}|\1…|g'; }

# Prints the command as it would be typed, then runs it. That it fails is part of the show.
show() {
    printf '%s  $ %s%s\n' "$dim" "$1" "$plain"
    { eval "$1" 2>&1 || true; } | shorten | sed -u 's/^/  /'
}

die() {
    printf 'demo: %s\n' "$*" >&2
    tail -n 20 "$home/log" >&2 2>/dev/null || true
    exit 1
}

field() { tokenward get -o json ci/eu-de | sed -nE 's/.*"'"$1"'": ?"?([^",]*[^", ]) *"?[,}].*/\1/p'; }

start_standin() {
    exec {ready}< <(exec tokenward-iam-standin --lifetime 30 --control-listen 127.0.0.1:0 --die-with-parent)
    standin=$!
    local word url rest
    while read -r -u "$ready" word url rest; do
        [[ $word == ready ]] || die "the stand-in does not start"
        if [[ $url == control ]]; then
            CONTROL=$rest/control
            return
        fi
        IAM=$url
    done
    die "the stand-in does not start"
}

start_daemon() {
    mkdir -m 700 "$home/state"
    (umask 077 && printf 'stand-in-password-of-ci-bot\n' >"$home/password")
    cat >"$home/tokenward.yaml" <<YAML
identities:
  ci:
    auth:
      auth_url: $IAM/v3
      username: ci-bot
      user_domain_name: OTC00000000001000000000
      password: {file: $home/password}
    scopes:
      eu-de: {project_name: eu-de}
YAML
    STATE_DIRECTORY=$home/state tokenwardd --config "$home/tokenward.yaml" 2>"$home/log" &
    daemon=$!
    until [[ -S $TOKENWARD_SOCKET ]]; do
        kill -0 "$daemon" 2>/dev/null || die "the daemon does not start"
        sleep 0.05
    done
}

# Two users with virtual MFA: the daemon has robot's TOTP secret; anna has hers in a telephone (the stand-in).
add_mfa_users() {
    curl -sf "$CONTROL/identities" -o "$home/answer" -d '{"users":[{"name":"anna", "password":"stand-in-password-of-anna",
        "totp_secret":"MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U"}]}' || die "the stand-in takes no new user"
    (
        umask 077
        printf 'stand-in-password-of-mfa-bot\n' >"$home/robot.password"
        printf 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\n' >"$home/robot.totp"
        printf 'stand-in-password-of-anna\n' >"$home/anna.password"
    )
    cat >"$home/more.yaml" <<YAML
  robot:
    auth:
      auth_url: $IAM/v3
      username: mfa-bot
      user_domain_name: OTC00000000001000000000
      password: {file: $home/robot.password}
      totp_secret: {file: $home/robot.totp}
    scopes: {eu-de: {project_name: eu-de}, eu-nl: {project_name: eu-nl}}
  anna:
    auth_type: v3multifactor
    auth:
      auth_url: $IAM/v3
      username: anna
      user_domain_name: OTC00000000001000000000
      password: {file: $home/anna.password}
    scopes: {eu-de: {project_name: eu-de}, eu-nl: {project_name: eu-nl}}
YAML
    cat "$home/more.yaml" >>"$home/tokenward.yaml"
    kill -HUP "$daemon"
    until [[ $(tokenward status) == *anna*robot* || $(tokenward status) == *robot*anna* ]]; do
        kill -0 "$daemon" 2>/dev/null || die "the daemon has ended"
        sleep 0.05
    done
}

await_renewal() {
    local first left
    first=$(field fingerprint)
    while [[ $(field fingerprint) == "$first" ]]; do
        left=$(field expires_in)
        if [[ -t 1 ]]; then
            printf '\r  %s  %2s s left ' "$first" "$left"
        elif ((left % 5 == 0)); then
            printf '  %s  %2s s left\n' "$first" "$left"
        fi
        sleep 1
    done
    if [[ -t 1 ]]; then printf '\n'; fi
    printf '  %s  %2s s left: renewed, and nobody had to wait\n' "$(field fingerprint)" "$(field expires_in)"
}

start_standin
start_daemon
SERVICE=$IAM/service/servers
export IAM CONTROL SERVICE
printf 'Tokens are shortened here to their first 12 characters; what you run yourself prints them whole.\n'

step "1. This is all that the daemon was told"
show "cat $home/tokenward.yaml"

step "2. A token, for a script and for anything that speaks HTTP"
show 'tokenward get ci/eu-de'
show "curl -s --unix-socket \$TOKENWARD_SOCKET http://localhost/v1/tokens/ci/eu-de; echo"
show "tokenward get -o header ci/eu-de | curl -s -H @- -w ' %{http_code}\n' \$SERVICE"

step "3. Virtual MFA: a robot with a secret of its own, and anna, who types the code"
add_mfa_users
show "cat $home/more.yaml  # was added to the file; then SIGHUP"
show 'tokenward get robot/eu-de && tokenward get robot/eu-nl'
show "curl -s \$CONTROL/state | grep -oE '\"(password.totp|token)\":.\"attempted\":[0-9]+'  # 1 login, 2 scopes"
show 'tokenward get anna/eu-de'
show "curl -s \"\$CONTROL/passcode?user=anna\" | sed -E 's/.*passcode\":\"([0-9]+).*/\1/' | tokenward login anna"
show 'tokenward status'

step "4. A token lives for 30 s here, and is renewed after two thirds of that"
await_renewal

step "5. Somebody revokes it. A service says 401; the report of that is all it takes"
show "curl -s \$CONTROL/revoke -d '{\"user\":\"ci-bot\"}'; echo"
fingerprint=$(field fingerprint)
export fingerprint
show "tokenward get -o header ci/eu-de | curl -s -H @- -w ' %{http_code}\n' \$SERVICE"
show "tokenward report --fingerprint $fingerprint --status 401 --body 'The token must be updated.' ci/eu-de"
show "tokenward get -o header ci/eu-de | curl -s -H @- -w ' %{http_code}\n' \$SERVICE"

step "6. The IAM goes away: a new token can't be had, the old one is served to its end"
show "curl -s \$CONTROL/down -d '{}'; echo"
show 'tokenward renew ci/eu-de'
show 'tokenward get ci/eu-de'
show 'tokenward status'

printf '\nThat took %d s. README.md leads to a token in a script of yours.\n' $((SECONDS - started))
