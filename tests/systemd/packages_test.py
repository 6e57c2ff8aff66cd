"""The packages on a Debian that boots, of the release that they were made on: first installation, upgrades, removal, purge. Needs root; for others left out."""
import sys
import unittest

from cases import main, root
from installed import CONFIG, FROM_A_FILE, SOCKET, Installed
from machine import Machine

# What the machine itself writes while it runs, and dpkg's own files.
RUNNING = ("/dev", "/proc", "/run", "/sys", "/tmp", "/var/cache", "/var/lib/dpkg", "/var/lib/systemd/timers", "/var/log", "/var/tmp")


class Packages(unittest.TestCase):
    """One life of an installation; the tests run in the order of their names."""

    @classmethod
    def setUpClass(cls):
        cls.machine = cls.enterClassContext(Machine(root()))
        cls.ward = Installed(cls.machine)
        cls.before = cls.files()

    @classmethod
    def files(cls):
        """Every file of the machine's disk."""
        leave = [word for path in RUNNING for word in ("-path", path, "-prune", "-o")]
        return set(cls.machine.do("find", "/", *leave, "-print").splitlines())

    def test_1_a_fresh_installation_serves_and_has_no_identity(self):
        self.ward.install()
        self.assertEqual(self.ward.show("ActiveState", "tokenward.socket"), "active")
        self.assertEqual(self.ward.show("UnitFileState"), "enabled")
        self.assertEqual(self.ward.show("UnitFileState", "tokenward.socket"), "enabled")
        self.assertEqual(self.machine.call("tokenward", "health").returncode, 0)
        self.assertEqual(self.ward.show("ActiveState"), "active")
        self.assertEqual(self.ward.show("NRestarts"), "0")
        self.assertEqual(self.machine.call("tokenward-iam-standin").returncode, 127)
        loading = "import keystoneauth1.loading as loading; loading.get_plugin_loader('tokenward')"
        self.machine.do("env", "XDG_CACHE_HOME=/tmp", "python3", "-c", loading)

    def test_2_it_has_tokens_once_it_is_told_who_it_is(self):
        self.ward.set_up()
        self.ward.restart()
        self.assertTrue(self.ward.document()["token"])

    def test_3_an_upgrade_keeps_tokens_and_configuration(self):
        self.ward.configure(name="two")
        self.ward.credential(FROM_A_FILE, "tokenward@two.service")
        self.machine.do("systemctl", "enable", "--now", "tokenward@two.service")
        daemons = (("tokenward.service", SOCKET), ("tokenward@two.service", "/run/tokenward/two/tokenward.sock"))
        before = [(self.ward.show("MainPID", unit), self.ward.document(socket=socket)) for unit, socket in daemons]
        self.ward.upgrade()
        self.assertTrue(self.ward.version().endswith("-2"))
        for (unit, socket), (pid, document) in zip(daemons, before):
            self.assertNotEqual(self.ward.show("MainPID", unit), pid)
            self.assertEqual(self.ward.document(socket=socket)["token"], document["token"])
        self.assertEqual(self.machine.do("cat", CONFIG), self.ward.configured)

    def test_4_what_an_administrator_has_stopped_stays_so_in_an_upgrade(self):
        self.machine.do("systemctl", "disable", "--now", "tokenward.service", "tokenward.socket")
        self.ward.upgrade()
        self.assertEqual(self.ward.show("ActiveState", "tokenward.socket"), "inactive")
        self.assertEqual(self.ward.show("UnitFileState", "tokenward.socket"), "disabled")
        self.machine.do("systemctl", "enable", "--now", "tokenward.service", "tokenward.socket")

    def test_5_removal_stops_it_and_keeps_the_configuration(self):
        self.ward.dpkg("--remove", *self.ward.packages)
        self.assertNotIn("tokenwardd", self.machine.do("sh", "-c", "cat /proc/[0-9]*/comm").split())
        self.assertNotIn("tokenward.socket", self.machine.do("systemctl", "list-units", "--no-legend", "tokenward*"))
        self.assertEqual(self.machine.do("cat", CONFIG), self.ward.configured)

    def test_6_a_purge_leaves_nothing(self):
        self.ward.dpkg("--purge", *self.ward.packages)
        # The drop-ins are the administrator's, not the package's; sysusers keeps the user, and passwd's backups.
        folders = [f"/etc/systemd/system/{unit}.service.d" for unit in ("tokenward", "tokenward@two")]
        ours = {*folders, *(f"{folder}/credential.conf" for folder in folders)}
        backups = {f"/etc/{name}-" for name in ("passwd", "shadow", "group", "gshadow")}
        left = self.files() - self.before - ours - backups
        self.assertEqual(left, set())
        self.assertNotEqual(self.machine.call("test", "-e", "/run/tokenward").returncode, 0)
        self.assertEqual(self.machine.do("systemctl", "list-units", "--all", "--no-legend", "tokenward*"), "")
        self.assertEqual(self.before - self.files(), set())


if __name__ == "__main__":
    sys.exit(main())
