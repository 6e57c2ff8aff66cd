"""The packages on a Debian 12 that boots: first installation, an upgrade under way, removal, purge. Needs root and
build/packages (./dev package), or the folder TOKENWARD_DEBS."""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

from machine import Machine, Missing, base

SKIPPED = 77
ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("TOKENWARD_BUILD", ROOT / "build/dev"))
DEBS = pathlib.Path(os.environ.get("TOKENWARD_DEBS") or ROOT / "build/packages")
DAEMON, STANDIN = os.environ["TOKENWARD_DAEMON"], os.environ["TOKENWARD_STANDIN"]
# What the machine itself writes while it runs, and dpkg's own files.
RUNNING = ("/dev", "/proc", "/run", "/sys", "/tmp", "/var/cache", "/var/lib/dpkg", "/var/lib/systemd/timers", "/var/log", "/var/tmp")
CONFIG = """\
identities:
  ci:
    auth:
      auth_url: {iam}/v3
      username: ci-bot
      user_domain_name: OTC00000000001000000000
      password: {{credential: ci.password}}
    scopes:
      eu-de: {{project_name: eu-de}}
"""


def next_version(deb, folder):
    """The same package with the next Debian revision, in the folder."""
    tree = pathlib.Path(folder) / "tree"
    subprocess.run(["dpkg-deb", "--raw-extract", deb, tree], check=True)
    control = tree / "DEBIAN/control"
    control.write_text(re.sub(r"(?m)^(Version: .+)-1$", r"\1-2", control.read_text()))
    made = pathlib.Path(folder) / "next.deb"
    subprocess.run(["dpkg-deb", "--root-owner-group", "--build", tree, made], check=True, stdout=subprocess.DEVNULL)
    return made


class Packages(unittest.TestCase):
    """One life of an installation; the tests run in the order of their names."""

    @classmethod
    def setUpClass(cls):
        cls.machine = cls.enterClassContext(Machine(base(BUILD / "systemd-test", [DAEMON, STANDIN])))
        cls.daemon = next(DEBS.glob("tokenward_*.deb"))
        with tempfile.TemporaryDirectory() as folder:
            for name in ("tmp/debs", "tmp/next", "opt"):
                (pathlib.Path(folder) / name).mkdir(parents=True)
            for deb in DEBS.glob("*.deb"):
                (pathlib.Path(folder) / "tmp/debs" / deb.name).write_bytes(deb.read_bytes())
            with tempfile.TemporaryDirectory() as work:
                (pathlib.Path(folder) / "tmp/next/next.deb").write_bytes(next_version(cls.daemon, work).read_bytes())
            standin = pathlib.Path(folder) / "opt" / "standin"
            standin.write_bytes(pathlib.Path(STANDIN).read_bytes())
            standin.chmod(0o755)
            cls.machine.put(folder)
        cls.machine.do("systemd-run", "--quiet", "--unit=iam", "/opt/standin", "--port-file", "/run/iam.ports")
        cls.machine.wait_for(lambda: cls.machine.call("test", "-s", "/run/iam.ports").returncode == 0, "the stand-in")
        cls.iam = re.search(r"ready (http://\S+)", cls.machine.do("cat", "/run/iam.ports"))[1]
        cls.before = cls.files()

    @classmethod
    def files(cls):
        """Every file of the machine's disk."""
        leave = [word for path in RUNNING for word in ("-path", path, "-prune", "-o")]
        return set(cls.machine.do("find", "/", *leave, "-print").splitlines())

    def dpkg(self, *arguments):
        # The machine is small: it lacks libcurl4, which a helper needs, and Python's keystoneauth1.
        return self.machine.do("env", "DEBIAN_FRONTEND=noninteractive", "dpkg", "--force-depends", "--force-unsafe-io", *arguments)

    def show(self, unit, what):
        return self.machine.do("systemctl", "show", "--value", f"--property={what}", unit).strip()

    def document(self):
        return json.loads(self.machine.do("tokenward", "get", "-o", "json", "ci/eu-de"))

    def test_1_a_fresh_installation_serves_and_has_no_identity(self):
        self.dpkg("--install", *(f"/tmp/debs/{deb.name}" for deb in DEBS.glob("*.deb")))
        self.assertEqual(self.show("tokenward.socket", "ActiveState"), "active")
        self.assertEqual(self.show("tokenward.service", "UnitFileState"), "enabled")
        self.assertEqual(self.show("tokenward.socket", "UnitFileState"), "enabled")
        self.assertEqual(self.machine.call("tokenward", "health").returncode, 0)
        self.assertEqual(self.show("tokenward.service", "ActiveState"), "active")
        self.assertEqual(self.show("tokenward.service", "NRestarts"), "0")
        self.assertEqual(self.machine.call("tokenward-iam-standin").returncode, 127)

    def test_2_it_has_tokens_once_it_is_told_who_it_is(self):
        self.machine.write("/etc/tokenward/ci.password", "stand-in-password-of-ci-bot\n", "0600")
        self.machine.write(
            "/etc/systemd/system/tokenward.service.d/test.conf",
            "[Service]\nLoadCredential=ci.password:/etc/tokenward/ci.password\n",
        )
        self.machine.write("/etc/tokenward/tokenward.yaml", CONFIG.format(iam=self.iam))
        self.machine.do("systemctl", "daemon-reload")
        self.machine.do("systemctl", "restart", "tokenward.service")
        self.assertTrue(self.document()["token"])

    def test_3_an_upgrade_keeps_tokens_and_configuration(self):
        before, pid = self.document(), self.show("tokenward.service", "MainPID")
        self.dpkg("--install", "/tmp/next/next.deb")
        self.assertIn("-2", self.machine.do("dpkg-query", "-W", "-f", "${Version}", "tokenward"))
        self.assertNotEqual(self.show("tokenward.service", "MainPID"), pid)
        self.assertEqual(self.document()["token"], before["token"])
        self.assertEqual(self.machine.do("cat", "/etc/tokenward/tokenward.yaml"), CONFIG.format(iam=self.iam))

    def test_4_what_an_administrator_has_stopped_stays_so_in_an_upgrade(self):
        self.machine.do("systemctl", "disable", "--now", "tokenward.service", "tokenward.socket")
        self.dpkg("--install", "/tmp/next/next.deb")
        self.assertEqual(self.show("tokenward.socket", "ActiveState"), "inactive")
        self.assertEqual(self.show("tokenward.socket", "UnitFileState"), "disabled")
        self.machine.do("systemctl", "enable", "--now", "tokenward.service", "tokenward.socket")

    def test_5_removal_stops_it_and_keeps_the_configuration(self):
        self.dpkg("--remove", "tokenward", "libtokenward-dev", "libtokenward0", "python3-keystoneauth-tokenward")
        self.assertNotIn("tokenwardd", self.machine.do("sh", "-c", "cat /proc/[0-9]*/comm").split())
        self.assertNotIn("tokenward.socket", self.machine.do("systemctl", "list-units", "--no-legend", "tokenward*"))
        self.assertEqual(self.machine.do("cat", "/etc/tokenward/tokenward.yaml"), CONFIG.format(iam=self.iam))

    def test_6_a_purge_leaves_nothing(self):
        self.dpkg("--purge", "tokenward", "libtokenward-dev", "libtokenward0", "python3-keystoneauth-tokenward")
        # The drop-in is the administrator's, not the package's; sysusers keeps the user, and passwd's backups.
        ours = {"/etc/systemd/system/tokenward.service.d", "/etc/systemd/system/tokenward.service.d/test.conf"}
        backups = {f"/etc/{name}-" for name in ("passwd", "shadow", "group", "gshadow")}
        left = self.files() - self.before - ours - backups
        self.assertEqual(left, set())
        self.assertEqual(self.before - self.files(), set())


def main():
    if os.geteuid() != 0:
        print("packages_test: left out: only root can boot a machine in a folder (systemd-nspawn); run it by sudo")
        return SKIPPED
    if not list(DEBS.glob("tokenward_*.deb")):
        print(f"packages_test: left out: there are no packages in {DEBS}; ./dev package makes them")
        return SKIPPED
    try:
        result = unittest.main(argv=[sys.argv[0], "--verbose", "--failfast", *sys.argv[1:]], exit=False).result
    except Missing as what:
        print(f"packages_test: {what}")
        return 1
    return 0 if result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
