"""Tokenward under a real systemd: a Debian that boots in a folder. Needs root; for others it is left out."""
import json
import re
import sys
import time
import unittest

from cases import ROOT, main, root
from installed import CONFIG, FROM_A_FILE, PASSWORD, REFUSED, SOCKET, Installed, Load
from machine import Machine


class Systemd(unittest.TestCase):
    """One machine for all; the tests run in the order of their names, each leaves the daemon running."""

    @classmethod
    def setUpClass(cls):
        cls.machine = cls.enterClassContext(Machine(root(), [("ci.password", PASSWORD)]))
        cls.ward = Installed(cls.machine)
        cls.ward.install()
        cls.ward.set_up()

    def report(self, document):
        """Says that a service has refused the token."""
        return self.machine.call(
            "tokenward", "report", "--status", "401", "--body", REFUSED, "--fingerprint", document["fingerprint"], "ci/eu-de"
        )

    def test_01_a_connection_starts_the_service_and_the_credential_reaches_it(self):
        self.assertEqual(self.ward.show("ActiveState"), "inactive")
        before = self.machine.do("stat", "--format=%i %a %U", SOCKET).split()
        self.assertEqual(before[1:], ["666", "root"])
        self.assertTrue(self.ward.document()["token"])
        self.assertEqual(self.ward.show("ActiveState"), "active")
        self.assertEqual(self.ward.user(), self.machine.do("id", "-u", "tokenward").strip())
        self.ward.restart()
        self.ward.stop()
        self.assertEqual(self.machine.do("stat", "--format=%i %a %U", SOCKET).split(), before)
        self.assertTrue(self.ward.document()["token"])

    def test_02_status_tells_how_it_is(self):
        self.machine.wait_for(
            lambda: self.ward.show("StatusText").startswith("2 scopes, next renewal in 1"), "the status", 15
        )

    def test_03_nobody_waits_for_an_iam_that_is_away(self):
        self.ward.stop()
        self.ward.control("fault", {"kind": "hang", "count": -1})
        try:
            self.ward.start()  # returns once it says READY
            self.assertEqual(self.ward.show("ActiveState"), "active")
        finally:
            self.ward.control("fault", method="DELETE")
        self.assertTrue(self.ward.document()["token"])

    def test_04_a_reload_changes_who_may(self):
        ask = ["systemd-run", "--quiet", "--pipe", "--wait", "--uid=daemon", "tokenward", "get", "ci/eu-de"]
        self.assertEqual(self.machine.call(*ask).returncode, 3)
        self.ward.configure("      - {user: daemon}\n")
        self.machine.do("systemctl", "reload", "tokenward.service")
        self.machine.wait_for(lambda: self.machine.call(*ask).returncode == 0, "the new rule")
        self.ward.configure()
        self.machine.do("systemctl", "reload", "tokenward.service")
        self.machine.wait_for(lambda: self.machine.call(*ask).returncode == 3, "the old rules")
        self.ward.configure("      - {usr: daemon}\n")
        self.machine.do("systemctl", "reload", "tokenward.service")
        self.machine.wait_for(lambda: "reload was refused" in self.ward.show("StatusText"), "word of the refusal")
        self.ward.configure()
        self.machine.do("systemctl", "reload", "tokenward.service")
        self.machine.wait_for(lambda: "refused" not in self.ward.show("StatusText"), "word that all is well")

    def test_05_a_rule_by_unit_lets_one_service_in_and_keeps_another_out(self):
        ask = ["systemd-run", "--quiet", "--pipe", "--wait", "--uid=daemon"]
        get = ["tokenward", "get", "ci/eu-de"]
        self.assertEqual(self.machine.call(*ask, "--unit=let-in.service", *get).returncode, 0)
        self.assertEqual(self.machine.call(*ask, "--unit=kept-out.service", *get).returncode, 3)

    def test_06_no_get_fails_and_nobody_logs_in_while_it_is_restarted_killed_and_upgraded(self):
        before = self.ward.document()
        self.ward.restart()
        logins = self.ward.logins()
        with Load(self.ward) as load:
            for _ in range(10):
                self.ward.restart()
            for _ in range(5):
                pid = self.ward.kill()
            self.ward.upgrade()
        self.assertTrue(self.ward.version().endswith("-2"))
        self.assertNotEqual(self.ward.show("MainPID"), pid)
        self.assertEqual(load.result["failed"], 0, self.ward.journal()[-3000:])
        self.assertGreaterEqual(load.result["rate"], 190)
        self.assertLess(load.result["slowest_ms"], 10_000, "waited for a restart, and not for more")
        self.assertEqual(load.result["tokens"], 1)
        self.assertEqual(self.ward.document()["token"], before["token"])
        self.assertEqual(self.ward.logins(), logins)

    def test_07_a_token_that_was_reported_just_before_a_crash_never_comes_back(self):
        for _ in range(5):
            refused = self.ward.document()
            self.ward.control("hold", {"path": "auth"})  # so that nothing replaces it in the meantime
            try:
                answer = self.report(refused)
                self.ward.kill()
                self.assertIn("invalidated", answer.stdout)
            finally:
                self.ward.control("release", {})
            self.assertNotEqual(self.ward.document()["token"], refused["token"])
            self.ward.stop()  # forgets who was refused before: no damping

    def test_08_a_daemon_that_stands_still_is_restarted_and_has_lost_nothing(self):
        self.ward.drop_in("tokenward.service", "[Service]\nWatchdogSec=4\n", "watchdog")
        before = self.ward.document()
        self.ward.restart()  # so that it is kept: a new token may wait a second for others
        logins = self.ward.logins()
        pid = self.ward.show("MainPID")
        self.machine.do("systemctl", "kill", "--kill-whom=main", "--signal=STOP", "tokenward.service")
        self.ward.wait_main_pid(pid)
        self.assertIn("watchdog", self.machine.do("journalctl", "--no-pager", "--unit=tokenward.service").lower())
        self.assertEqual(self.ward.document()["token"], before["token"])
        self.assertEqual(self.ward.logins(), logins)

    def test_09_tokens_of_another_login_are_refused_with_a_line_in_the_log(self):
        before = self.ward.document()
        text = self.machine.do("cat", CONFIG)
        self.machine.write(CONFIG, text.replace("ci-bot", "limited-bot"))
        self.ward.restart()
        self.assertEqual(self.ward.command("get", "ci/eu-de").returncode, 6)  # and its password is wrong
        self.assertIn("logs in by another configuration now", self.ward.journal())
        self.machine.write(CONFIG, text)
        self.ward.restart()
        self.assertNotEqual(self.ward.document()["token"], before["token"])

    def test_10_an_instance_has_a_user_of_its_own_and_keeps_its_tokens_too(self):
        socket = "/run/tokenward/two/tokenward.sock"
        self.ward.configure(name="two")
        self.ward.credential(FROM_A_FILE, "tokenward@two.service")
        self.machine.do("systemctl", "start", "tokenward@two.service")
        before = self.ward.document(socket=socket)
        self.assertNotIn(self.ward.user("tokenward@two.service"), ("0", self.ward.user()))
        self.machine.do("systemctl", "restart", "tokenward@two.service")
        self.assertEqual(self.ward.document(socket=socket)["token"], before["token"])
        self.assertNotEqual(self.ward.document()["token"], before["token"])

    def test_11_a_person_has_a_daemon_of_their_own(self):
        self.machine.do("useradd", "--create-home", "--uid", "4711", "person")
        # As logind and PAM would have it, which this small machine is without.
        self.ward.drop_in("user@4711.service", "[Service]\nPAMName=\nEnvironment=XDG_RUNTIME_DIR=/run/user/4711\n", "bare")
        config = self.machine.do("cat", CONFIG).replace("credential: ci.password", "file: /home/person/password")
        self.machine.write("/home/person/.config/tokenward/tokenward.yaml", config)
        self.machine.write("/home/person/password", PASSWORD, "0600")
        self.machine.do("chown", "--recursive", "person:", "/home/person")
        self.machine.do("systemctl", "start", "user@4711.service")

        def person(*arguments):
            environment = ["HOME=/home/person", "XDG_RUNTIME_DIR=/run/user/4711"]
            return self.machine.do(
                "setpriv", "--reuid=4711", "--regid=4711", "--init-groups", "env", *environment, *arguments
            )

        person("systemctl", "--user", "start", "tokenward.socket")
        before = person("tokenward", "get", "ci/eu-de")
        mode = person("stat", "--format=%a %U", "/run/user/4711/tokenward/tokenward.sock")
        self.assertEqual(mode.split(), ["600", "person"])
        person("systemctl", "--user", "restart", "tokenward.service")
        self.assertEqual(person("tokenward", "get", "ci/eu-de"), before)
        self.assertNotEqual(before.strip(), self.ward.document()["token"])

    def test_12_the_journal_has_the_fields_and_no_token(self):
        token = self.ward.document()["token"]
        text = self.machine.do("journalctl", "--output=json", "--no-pager", "--unit=tokenward.service")
        self.assertNotIn(token, text)
        lines = [json.loads(line) for line in text.splitlines()]
        obtained = [line for line in lines if line.get("EVENT") == "token_obtained"]
        self.assertTrue(obtained)
        self.assertEqual((obtained[-1]["IDENTITY"], obtained[-1]["PRIORITY"]), ("ci", "6"))
        self.assertRegex(obtained[-1]["FINGERPRINT"], "^sha256:[0-9a-f]{16}$")
        given = [line for line in lines if line.get("EVENT") == "token_given"]
        self.assertIn(("ci", "eu-de", "0"), {(line["IDENTITY"], line["SCOPE"], line["PEER_UID"]) for line in given})
        self.assertIn("let-in.service", {line.get("PEER_UNIT") for line in given})
        refused = [line for line in lines if line.get("EVENT") == "token_refused"]
        self.assertTrue(refused)
        self.assertEqual((refused[-1]["IDENTITY"], refused[-1]["PEER_UID"]), ("ci", "0"))
        self.assertRegex(refused[-1]["FINGERPRINT"], "^sha256:[0-9a-f]{16}$")
        self.assertIn("401", {line.get("UPSTREAM_STATUS") for line in lines}, "of the wrong password in test 09")

    def assert_serves_with(self, line):
        """With this line, and no other, as the source of the password, it gets a token by a login of its own."""
        self.ward.stop()  # forgets the tokens
        self.ward.credential(line)
        logins = self.ward.logins()
        self.ward.start()
        self.assertTrue(self.ward.document()["token"])
        self.assertGreater(self.ward.logins(), logins)

    def seal(self, command):
        """Runs a command of the manual page that seals a secret, with the password where the page asks for it."""
        ask = "systemd-ask-password -n | "
        self.assertTrue(command.startswith(ask))
        return self.machine.do("sh", "-c", command.removeprefix(ask), text=PASSWORD)

    def test_13_the_manual_page_s_ways_to_give_a_secret_are_ways(self):
        page = (ROOT / "daemon/tokenwardd.8.scd").read_text().partition("# SECRETS UNDER SYSTEMD")[2]
        in_a_file, in_the_unit, from_outside = re.findall(r"(?s)```\n(.*?)```", page)
        make_folder, seal, _, _, line = in_a_file.replace("\\\n", "").splitlines()
        self.machine.do("sh", "-c", make_folder)
        self.seal(seal)
        self.assertNotIn(PASSWORD, self.machine.do("cat", "/etc/credstore.encrypted/ci.password"))
        self.assert_serves_with(line.strip())
        self.machine.do("rm", "/etc/credstore.encrypted/ci.password")  # as the page says of the last one
        self.assert_serves_with(self.seal(in_the_unit))
        self.assert_serves_with(from_outside.splitlines()[1])
        self.assertIn(FROM_A_FILE, page.replace("*", ""))
        self.assert_serves_with(FROM_A_FILE)

    def test_14_a_machine_that_boots_before_its_dns_is_up_at_once_and_heals_by_itself(self):
        self.ward.stop()
        self.machine.write("/etc/resolv.conf", "nameserver 192.0.2.1\n")  # nobody answers there
        self.ward.configure(iam=self.ward.iam.replace("127.0.0.1", "iam.invalid"))
        begun = time.monotonic()
        self.ward.start()  # returns once it says READY
        self.assertLess(time.monotonic() - begun, 5, "waited for DNS")
        self.assertEqual(self.ward.command("health").returncode, 0)
        self.assertEqual(self.ward.command("get", "--max-wait", "1", "ci/eu-de").returncode, 7)
        self.machine.wait_for(lambda: "iam.invalid" in self.ward.journal(), "word of the name that isn't known")
        self.machine.write("/etc/hosts", "127.0.0.1 iam.invalid\n")
        self.machine.wait_for(lambda: "next renewal in 1" in self.ward.show("StatusText"), "the next try")
        self.assertTrue(self.ward.document()["token"])

    def test_15_the_manual_page_s_way_to_a_further_socket_is_a_way(self):
        page = (ROOT / "daemon/tokenwardd.8.scd").read_text().partition("# UNITS")[2].partition("\n# ")[0]
        unit, commands = re.findall(r"(?s)```\n(.*?)```", page)
        socket = re.search(r"^ListenStream=(.+)$", unit, re.M)[1]
        self.ward.configure()
        sockets = f"sockets:\n  - path: {SOCKET}\n  - {{path: {socket}, identities: [ci]}}\n"
        self.machine.write(CONFIG, sockets + self.ward.configured)
        self.assertNotEqual(self.machine.call("systemctl", "restart", "tokenward.service").returncode, 0)
        self.assertIn("let a socket unit with Service=tokenward.service listen there", self.ward.journal())
        self.machine.write("/etc/systemd/system/tokenward-build.socket", unit)
        self.machine.do("systemctl", "daemon-reload")
        for command in commands.splitlines():
            self.machine.do(*command.split())
        before = self.ward.document(socket=socket)
        self.assertEqual(self.machine.do("stat", "--format=%a", socket).strip(), "660")
        self.ward.restart()
        self.assertEqual([self.ward.document(socket=each)["token"] for each in (socket, SOCKET)], [before["token"]] * 2)


if __name__ == "__main__":
    sys.exit(main())
