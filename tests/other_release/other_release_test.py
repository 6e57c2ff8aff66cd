"""Tokenward on the other of the two releases of Debian, as a new user would have it: a bare system in a folder, the
sources, `./dev demo`, `./dev test` but for this test, and the packages on another bare system. Needs root.

All is kept in the build folder: the systems, which are made anew when `dev` changes, the cache of the compiler, and what
each step said (*.log).
"""
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

from debian import PRIVATE, RELEASES, Missing, bootstrap, release, remove, run

SKIPPED = 77
ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = pathlib.Path(os.environ.get("TOKENWARD_BUILD", ROOT / "build/dev")) / "other-release"
ENTER = pathlib.Path(__file__).with_name("enter.sh")
# Who never sees a terminal, a locale or a setting of ours; nothing may be left out.
ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "CI": "true",
    "CCACHE_DIR": "/ccache",
    "OUTER_NAMESPACE": os.readlink("/proc/self/ns/mnt"),
}
NOT_HERE = "other-release"  # the label of this test
LAST_LINES = 150


class Failed(Exception):
    """A step has failed; the text says which and how."""


class System:
    """The Debian in a folder."""

    def __init__(self, root):
        self.root = root

    def take(self, other):
        """Becomes a copy of that one."""
        remove(self.root)
        run(["cp", "--archive", "--reflink=auto", str(other.root), str(self.root)])
        # No package may start anything.
        policy = self.root / "usr/sbin/policy-rc.d"
        policy.write_text("#!/bin/sh\nexit 101\n")
        policy.chmod(0o755)
        resolver = self.root / "etc/resolv.conf"
        resolver.unlink(missing_ok=True)
        shutil.copy("/etc/resolv.conf", resolver)

    def do(self, step, *command):
        """Runs the command in it, and returns what it said."""
        begun = time.monotonic()
        log = FOLDER / f"{step}.log"
        with log.open("w") as out:
            status = subprocess.run(
                [*PRIVATE, str(ENTER), str(self.root), *command],
                stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=ENVIRONMENT, check=False,
            ).returncode  # fmt: skip
        said = log.read_text(errors="replace")
        print(f"{step}: {(time.monotonic() - begun) / 60:.1f} min", flush=True)
        if status != 0:
            last = "\n".join(said.splitlines()[-LAST_LINES:])
            raise Failed(f"{step}: {' '.join(command)}: status {status}; the end of {log}:\n{last}")
        return said


def bring_sources(system):
    """The tree as it is, also what is not committed yet, without what is ignored; what was built there stays."""
    there = system.root / "src"
    there.mkdir(exist_ok=True)
    for each in there.iterdir():
        if each.name != "build":
            remove(each)
    ask = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(ask, capture_output=True, check=False)
    if listed.returncode == 0:
        names = [name for name in listed.stdout.split(b"\0") if name and os.path.lexists(os.fsencode(ROOT) + b"/" + name)]
        pack = ["tar", "-C", str(ROOT), "-c", "--null", "--no-recursion", "-T", "-"]
    else:  # a source archive
        names, pack = [], ["tar", "-C", str(ROOT), "-c", "--exclude=./build", "."]
    packed = subprocess.run(pack, input=b"\0".join(names), stdout=subprocess.PIPE, check=True).stdout
    subprocess.run(["tar", "-C", str(there), "-x", "--no-same-owner"], input=packed, check=True)


def systems(suite):
    """A bare system, from which others are copied, and the one with the sources; made once for each content of `dev`."""
    bare, builder = System(FOLDER / "bare"), System(FOLDER / "builder")
    made = FOLDER / "made-of"
    made_of = f"{suite} {hashlib.sha256((ROOT / 'dev').read_bytes()).hexdigest()}"
    if not made.exists() or made.read_text() != made_of:
        made.unlink(missing_ok=True)
        bootstrap(suite, bare.root)
        builder.take(bare)
        made.write_text(made_of)
    (FOLDER / "ccache").mkdir(exist_ok=True)
    return bare, builder


def packages_work(bare, builder):
    """The packages that were built in the one system, from their installation in a bare one to their purge."""
    fresh = System(FOLDER / "fresh")
    fresh.take(bare)
    shutil.copytree(builder.root / "src/build/packages", fresh.root / "packages")
    shutil.copy(pathlib.Path(__file__).with_name("packages_work.sh"), fresh.root / "packages_work.sh")
    fresh.do("packages", "/packages_work.sh")
    remove(fresh.root)


def whole(suite):
    """All of it."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    bare, builder = systems(suite)
    bring_sources(builder)
    builder.do("demo", "/src/dev", "demo")
    said = builder.do("test", "/src/dev", "test", "--label-exclude", NOT_HERE)
    print("\n".join(re.findall(r"^\d+% tests passed.*$", said, re.M)))
    if re.search(r"^The following tests did not run:$", said, re.M):
        raise Failed(f"test: something was left out: {said[said.index('The following tests did not run:'):]}")
    packages_work(bare, builder)


def main():
    """Returns the exit status. Who can't run it leaves it out, but never in CI."""
    left_out = 1 if os.environ.get("CI") == "true" else SKIPPED
    here = release()
    if os.geteuid() != 0:
        print("other_release: left out: only root can make a Debian in a folder (debootstrap); run it by sudo")
        return left_out
    if here not in RELEASES:
        print(f"other_release: left out: this is {here}, and Tokenward is tested on {' and '.join(RELEASES)}")
        return left_out
    try:
        whole(next(suite for suite in RELEASES if suite != here))
    except (Failed, Missing, RuntimeError, subprocess.CalledProcessError) as what:
        print(f"other_release: {what}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
