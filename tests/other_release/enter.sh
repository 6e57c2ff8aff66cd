#!/bin/sh
# Runs a command in the Debian of a folder, with what a system has mounted. Only in a mount namespace of its own.
# usage: enter.sh ROOT COMMAND [ARG…]   a folder `/ccache` beside ROOT is seen as /ccache
set -eu
root=$1
shift
[ "$(readlink /proc/self/ns/mnt)" != "${OUTER_NAMESPACE:?}" ] || { echo "enter.sh: not in a mount namespace of its own" >&2; exit 1; }
mount --bind "$root" "$root" # what is entered is a mount, as the root of a system is
mount -t proc proc "$root/proc"
mount --rbind /sys "$root/sys"
mount -o remount,bind,ro "$root/sys"
mount --rbind /dev "$root/dev"
mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
mount -t tmpfs -o mode=0755 tmpfs "$root/run"
mkdir -p "$root/ccache"
mount --bind "$(dirname "$root")/ccache" "$root/ccache"
# Not by chroot(8): who is in such a root can't make user namespaces, and tests of them would be left out.
cd "$root"
pivot_root . .
umount --lazy .
cd /
exec "$@"
