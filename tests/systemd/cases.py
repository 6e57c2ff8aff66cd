"""What the tests in the machine have in common: the programs and packages under test, and how a test begins and ends."""
import os
import pathlib
import sys
import unittest

from debian import Missing
from machine import base
from packages import built, needed

SKIPPED = 77
ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("TOKENWARD_BUILD", ROOT / "build/dev"))
DEBS = ROOT / "build/packages"
STANDIN, LOAD = (pathlib.Path(os.environ[name]) for name in ("TOKENWARD_STANDIN", "TOKENWARD_LOAD"))


def root():
    """The folder of a Debian in which the packages can be installed and our tools run."""
    return base(BUILD / "systemd-test", [STANDIN, LOAD], needed(built(DEBS)))


def main():
    """Runs the tests of the program; returns its exit status. Who can't run them leaves them out, but never in CI."""
    name = pathlib.Path(sys.argv[0]).stem
    if os.geteuid() != 0:
        print(f"{name}: left out: only root can boot a machine in a folder (systemd-nspawn); run it by sudo")
        return 1 if os.environ.get("CI") == "true" else SKIPPED
    try:
        result = unittest.main(argv=[sys.argv[0], "--verbose", "--failfast", *sys.argv[1:]], exit=False).result
    except Missing as what:
        print(f"{name}: {what}")
        return 1
    return 0 if result.wasSuccessful() else 1
