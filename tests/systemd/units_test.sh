#!/usr/bin/env bash
# Checks the units as systemd reads them: nothing that it does not understand, and as little exposed as was promised.
# usage: units_test.sh FOLDER   the configured units, as the build makes them
set -euo pipefail

most_exposure=14 # tenths of a point, as systemd-analyze security counts
units=$(readlink -f "${1:?which folder has the units?}")

if ! command -v systemd-analyze >/dev/null; then
    echo "units_test: there is no systemd-analyze here (package systemd)" >&2
    [[ $EUID != 0 && ${CI:-} != true ]] && exit 77
    exit 1
fi

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cp -r "$units/." "$scratch"
# The program is not installed where the unit says; whether it is there is not what is asked.
find "$scratch" -type f -exec sed -i 's|^ExecStart=[^ ]*|ExecStart=/bin/true|' {} +
export XDG_RUNTIME_DIR=$scratch SYSTEMD_LOG_LEVEL=warning

faults=0
# Wherever the program is installed: what it reads by default, and what its pages name.
for unit in tokenward.service tokenward@.service; do
    if ! grep -q '^ExecStart=.* --config /etc/tokenward/' "$units/$unit"; then
        printf 'units_test: %s reads another file than tokenwardd does by default: %s\n' "$unit" "$(grep ^ExecStart= "$units/$unit")" >&2
        faults=1
    fi
    if ! grep -q '^After=.*nss-user-lookup.target' "$units/$unit"; then
        printf 'units_test: %s may start before the users and groups of a network directory are known\n' "$unit" >&2
        faults=1
    fi
done
# verify MANAGER UNIT…: what it says of other units of this machine is not our business.
verify() {
    local manager=$1 said
    shift
    if ! said=$(systemd-analyze "$manager" verify --man=no "$@" 2>&1) || grep -q tokenward <<<"$said"; then
        printf 'units_test: systemd-analyze %s verify %s:\n%s\n' "$manager" "$*" "$said" >&2
        faults=1
    fi
}
cd "$scratch"
verify --system ./tokenward.socket ./tokenward.service
verify --system ./tokenward@one.socket ./tokenward@one.service
verify --user ./user/tokenward.socket ./user/tokenward.service

for unit in tokenward.service tokenward@.service; do
    if ! said=$(systemd-analyze security --offline=true --no-pager --threshold="$most_exposure" "./$unit" 2>&1); then
        printf 'units_test: %s is exposed more than %s tenths of a point:\n%s\n' "$unit" "$most_exposure" "$said" >&2
        faults=1
    fi
    tail -n 1 <<<"$said"
done
exit "$faults"
