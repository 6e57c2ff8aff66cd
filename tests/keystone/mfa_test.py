"""Virtual MFA (a TOTP passcode beside the password) at a real Keystone: by the daemon itself, and by a person."""
import unittest

from cloud import PROJECT, running_keystone
from programs import Daemon


def setUpModule():
    global keystone, projects
    keystone = running_keystone()
    projects = {f"mfa-{n}": keystone.create_project(f"with mfa, {n}") for n in range(5)}


def another(passcode):
    return f"{(int(passcode) + 123_456) % 1_000_000:06}"


class Mfa(unittest.TestCase):
    """What the tests below share."""

    def setUp(self):
        self.user = keystone.create_mfa_user()
        self.before = len(keystone.logins())

    def daemon(self, **identity):
        scopes = {name: {"project_id": id_} for name, id_ in projects.items()}
        return Daemon(keystone, self.user, scopes=scopes, **identity)

    def unattended(self):
        return self.daemon(secrets={"password": self.user.password, "totp_secret": self.user.totp_secret})

    def sent(self):
        """The requests for tokens since the beginning of the test."""
        return keystone.logins()[self.before :]

    def assert_five_projects_from_one_login(self, daemon):
        """As Keystone itself has it: a token's second audit id is that of the login from which it comes."""
        described = {name: keystone.describe(daemon.token(name)["token"]) for name in projects}
        self.assertEqual({name: token["project"]["id"] for name, token in described.items()}, projects)
        self.assertEqual(len({token["audit_ids"][0] for token in described.values()}), len(projects))
        self.assertEqual(len({token["audit_ids"][1] for token in described.values()}), 1)
        for token in described.values():
            self.assertEqual(set(token["methods"]), {"password", "totp", "token"})

    def assert_wants_a_person(self, daemon):
        for name in projects:
            answer = daemon.get(name)
            self.assertEqual((answer.status, answer.json["type"]), (409, "urn:tokenward:passcode_required"))
            self.assertEqual(daemon.status()[name]["state"], "passcode")
        self.assertEqual(daemon.command("get", "ci/mfa-0").returncode, 5)

    def assert_logs_in(self, daemon):
        passcode = self.user.passcode()
        status, screen = daemon.log_in(passcode)
        self.assertEqual(status, 0, screen)
        self.assertEqual(screen, "Passcode for ci: \r\ntokenward: ci: logged in\r\n")


class Unattended(Mfa):
    def test_one_passcode_opens_five_projects(self):
        with self.unattended() as daemon:
            self.assert_five_projects_from_one_login(daemon)
            self.assertEqual(len(self.sent()), 1 + len(projects), self.sent())
            self.assertEqual([line for line in self.sent() if '" 201 "' not in line], [])

    def test_an_unknown_project_is_said_without_another_login(self):
        with self.unattended() as daemon:
            self.assert_five_projects_from_one_login(daemon)
            before = len(self.sent())
            for _ in range(3):
                answer = daemon.get("project:nowhere")
                self.assertEqual((answer.status, answer.json["type"]), (404, "urn:tokenward:unknown_scope"))
            self.assertEqual(daemon.command("get", "ci/project:nowhere").returncode, 4)
            self.assertEqual(len(self.sent()) - before, 1, "one attempt to rescope, and that is remembered")
            self.assert_five_projects_from_one_login(daemon)
            described = keystone.describe(daemon.token(f"project:{PROJECT}")["token"])
            first = keystone.describe(daemon.token("mfa-0")["token"])
            self.assertEqual(described["audit_ids"][1], first["audit_ids"][1], "the login of the beginning")


class WithAPerson(Mfa):
    def test_a_person_is_asked_once_for_five_projects(self):
        with self.daemon(auth_type="v3multifactor") as daemon:
            self.assert_wants_a_person(daemon)
            self.assertEqual(self.sent(), [], "the password alone would be refused")
            self.assert_logs_in(daemon)
            self.assert_five_projects_from_one_login(daemon)
            self.assertEqual(len(self.sent()), 1 + len(projects), self.sent())

    def test_a_wrong_passcode_is_said_and_the_next_one_may_be_right(self):
        with self.daemon(auth_type="v3totp") as daemon:
            for _ in range(2):
                status, screen = daemon.log_in(another(self.user.passcode()))
                self.assertEqual(status, 6, screen)
                self.assertIn("401", screen)
                self.assertIn("run `tokenward login` again", screen)
            self.assert_logs_in(daemon)
            self.assert_five_projects_from_one_login(daemon)

    def test_a_password_alone_gets_a_receipt_which_a_passcode_finishes(self):
        with self.daemon() as daemon:  # nobody has told it of MFA
            self.assert_wants_a_person(daemon)
            self.assertIn("totp_secret", daemon.get("mfa-0").json["detail"])
            self.assertEqual([line for line in self.sent() if '" 401 "' not in line], [])
            self.assertLessEqual(len(self.sent()), len(projects))
            before = len(self.sent())
            self.assert_logs_in(daemon)
            self.assert_five_projects_from_one_login(daemon)
            sent = self.sent()[before:]
            self.assertNotIn("receipt=-", sent[0], "the receipt stood for the password")
            self.assertEqual([line for line in sent[1:] if "receipt=-" not in line], [])
            self.assertEqual(len(sent), 1 + len(projects), sent)


if __name__ == "__main__":
    unittest.main(verbosity=2)
