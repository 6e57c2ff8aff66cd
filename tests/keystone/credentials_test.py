"""Ways in without a password, at a real Keystone: application credentials and given tokens."""
import unittest

from cloud import DOMAIN, PROJECT, running_keystone
from programs import Daemon


def setUpModule():
    global keystone
    keystone = running_keystone()


class ApplicationCredentials(unittest.TestCase):
    def setUp(self):
        self.user = keystone.create_user()
        self.credential = keystone.create_application_credential(self.user, keystone.project_id)

    def assert_gives_a_token(self, login):
        secrets = {"application_credential_secret": self.credential.secret}
        with Daemon(keystone, self.user, scopes={}, login=login, secrets=secrets,
                    auth_type="v3applicationcredential") as daemon:  # fmt: skip
            described = keystone.describe(daemon.token("default")["token"])
            self.assertEqual(described["project"]["id"], keystone.project_id)
            self.assertEqual(described["user"]["id"], self.user.id)
            self.assertEqual(described["methods"], ["application_credential"])
            self.assertEqual(daemon.token(f"project:{PROJECT}")["project"]["id"], keystone.project_id)
            before = len(keystone.logins())
            answer = daemon.get(f"domain_id:{keystone.domain_id}")
            self.assertEqual((answer.status, answer.json["type"]), (404, "urn:tokenward:no_such_resource"))
            self.assertLessEqual(len(keystone.logins()) - before, 1)

    def test_by_id(self):
        self.assert_gives_a_token({"application_credential_id": self.credential.id})

    def test_by_name_and_user(self):
        self.assert_gives_a_token({
            "application_credential_name": self.credential.name, "username": self.user.name,
            "user_domain_name": DOMAIN})  # fmt: skip

    def test_a_wrong_secret_is_said_and_not_tried_on_and_on(self):
        before = len(keystone.logins())
        login = {"application_credential_id": self.credential.id}
        with Daemon(keystone, self.user, scopes={}, login=login, auth_type="v3applicationcredential",
                    secrets={"application_credential_secret": "n0 such secret"}) as daemon:  # fmt: skip
            for _ in range(10):
                answer = daemon.get("default")
                self.assertEqual((answer.status, answer.json["type"]), (424, "urn:tokenward:credential_rejected"))
            self.assertLessEqual(len(keystone.logins()) - before, 2)
            daemon.write_secret("application_credential_secret", self.credential.secret)
            daemon.until(lambda: daemon.get("default").status == 200)


class GivenTokens(unittest.TestCase):
    def setUp(self):
        self.user = keystone.create_user()

    def daemon(self, given, server="plain"):
        return Daemon(
            keystone, self.user, server, scopes={}, login={"project_domain_name": DOMAIN}, secrets={"token": given},
            auth_type="v3token")  # fmt: skip

    def test_it_is_served_and_rescoped(self):
        given = keystone.log_in(self.user)
        before = len(keystone.logins())
        with self.daemon(given) as daemon:
            own = daemon.token("default")
            self.assertEqual(own["token"], given)
            self.assertEqual(keystone.logins()[before:], [], "to describe a token costs no login")
            rescoped = daemon.token(f"project:{PROJECT}")
            described = keystone.describe(rescoped["token"])
            self.assertEqual(described["project"]["id"], keystone.project_id)
            self.assertEqual(described["audit_ids"][1], keystone.describe(given)["audit_ids"][0])
            self.assertEqual(rescoped["expires_at"], own["expires_at"])
            self.assertEqual(daemon.get("project:nowhere").json["type"], "urn:tokenward:unknown_scope")
            self.assertEqual([scope["renews_in"] for scope in daemon.status().values()], [None] * 3)

    def test_it_ends_and_that_is_said_until_there_is_a_new_one(self):
        given = keystone.log_in(self.user, server="short")
        with self.daemon(given, "short") as daemon:
            self.assertEqual(daemon.token("default")["token"], given)
            ended = daemon.until(lambda: (got := daemon.get("default")).status == 424 and got)
            self.assertEqual(ended.json["type"], "urn:tokenward:credential_rejected")
            self.assertIn("has ended", ended.json["detail"])
            given = keystone.log_in(self.user, server="short")
            daemon.write_secret("token", given)
            served = daemon.until(lambda: (got := daemon.get("default")).status == 200 and got)
            self.assertEqual(served.json["token"], given)


if __name__ == "__main__":
    unittest.main(verbosity=2)
