#!/usr/bin/env bash
# Builds everything with Clang, in a folder of its own. usage: clang_test.sh FOLDER
set -euo pipefail
folder=${1:?in which folder?}
cd "$(dirname "$(readlink -f "$0")")/.."

if ! command -v clang++ >/dev/null; then
    echo "clang: left out: clang is not installed (./dev setup installs it)" >&2
    [[ $EUID != 0 && ${CI:-} != true ]] && exit 77
    exit 1
fi
cmake --preset clang -B "$folder" --log-level=WARNING
cmake --build "$folder" --parallel "$(nproc)"
