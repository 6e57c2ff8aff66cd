#!/usr/bin/env bash
# Makes the packages for the tests that install them. Those need root: who isn't root leaves this out too, but not in CI.
set -euo pipefail

if [[ $EUID != 0 && ${CI:-} != true ]]; then
    echo "packages_build: left out: only root can boot a machine to install packages in; run it by sudo" >&2
    exit 77
fi
exec "$(dirname "$(readlink -f "$0")")/../../systemd/packaging/build.sh"
