#!/bin/bash
# In a bare Debian: installs the packages in /packages with what they depend on and nothing else, tries what is in them, and
# purges them.
set -euo pipefail

export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
fail() {
    printf 'packages_work: %s\n' "$*" >&2
    exit 1
}
files() { find / -xdev \( -path /proc -o -path /tmp -o -path /var/cache -o -path /var/lib/apt -o -path /var/lib/dpkg -o -path /var/log \) -prune -o -print | sort; }

apt-get -q update
needs=$(for deb in /packages/*.deb; do dpkg-deb --field "$deb" Depends; done | tr '\n' ',' | sed 's/,$//' | tr ',' '\n' |
    grep -vE '^ *(tokenward|libtokenward)' | paste -sd, -)
apt-get -q satisfy -y --no-install-recommends "$needs"
files >/tmp/before
apt-get -q install -y --no-install-recommends /packages/*.deb
dpkg --audit

for program in tokenward tokenwardd; do
    "$program" --version
    ! ldd "$(command -v "$program")" | grep 'not found' || fail "$program lacks a library"
done
tokenwardd --check
XDG_CACHE_HOME=/tmp python3 -c "import keystoneauth1.loading as loading; loading.get_plugin_loader('tokenward')"

export TOKENWARD_SOCKET=/tmp/tokenward.sock
tokenwardd --socket "$TOKENWARD_SOCKET" &
daemon=$!
for ((i = 0; i < 200; i++)); do
    tokenward health && break
    kill -0 "$daemon" || fail "the daemon has ended"
    sleep 0.05
done
tokenward health
kill "$daemon"
wait "$daemon"

mapfile -t packages < <(for deb in /packages/*.deb; do dpkg-deb --field "$deb" Package; done)
apt-get -q purge -y "${packages[@]}"
files >/tmp/after
# The user is kept by systemd-sysusers, and passwd's backups with it.
left=$(comm -13 /tmp/before /tmp/after | grep -vE '^/etc/(passwd|shadow|group|gshadow)-$|__pycache__' || true)
[[ -z $left ]] || fail "a purge leaves: $left"
