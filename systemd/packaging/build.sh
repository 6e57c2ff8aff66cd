#!/usr/bin/env bash
# Makes the .deb files into build/packages. With --twice they are made in a second folder too, and compared byte by byte.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."

# Neither who makes the packages nor when may be seen in them.
umask 022
export LC_ALL=C.UTF-8
unset CFLAGS CXXFLAGS CPPFLAGS LDFLAGS
# Outside a clone, as from a source archive, the changelog has the date.
: "${SOURCE_DATE_EPOCH:=$(git log -1 --format=%ct 2>/dev/null || dpkg-parsechangelog -l systemd/packaging/changelog -S Timestamp)}"
export SOURCE_DATE_EPOCH

# Leaves the packages in build/packages of the working folder.
make_packages() {
    cmake --preset release -B build/package -DCMAKE_INSTALL_PREFIX=/usr --log-level=WARNING
    cmake --build build/package --parallel "$(nproc)"
    rm -rf build/package/deb build/packages
    cpack --config build/package/CPackConfig.cmake -B build/package/deb >build/package/cpack.log 2>&1 || {
        cat build/package/cpack.log >&2
        return 1
    }
    mkdir -p build/packages
    mv build/package/deb/*.deb build/packages/
}

make_packages
if command -v lintian >/dev/null; then
    as_root=()
    ((EUID)) || as_root=(--allow-root)
    lintian "${as_root[@]}" --fail-on error build/packages/*.deb
fi
(cd build/packages && sha256sum -- *.deb)

if [[ ${1:-} == --twice ]]; then
    # The name of the folder has another length: a path that got into a file would move what follows.
    second=build/the-same-sources-in-another-folder/tokenward
    rm -rf "$second"
    mkdir -p "$second"
    git ls-files -z | xargs -0 cp --parents --target-directory="$second"
    first=$PWD/build/packages
    (cd "$second" && make_packages && cd build/packages && sha256sum -- *.deb)
    for package in "$first"/*.deb; do
        cmp "$package" "$second/build/packages/${package##*/}"
    done
    printf 'Two builds, the same bytes: %s packages.\n' "$(find "$first" -name '*.deb' | wc -l)"
fi
