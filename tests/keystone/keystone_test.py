#!/usr/bin/python3
"""Tokenward against a real Keystone: what a stand-in might get wrong in the same way as we do is asked here.

The programs are named by $TOKENWARD_DAEMON and $TOKENWARD_COMMAND. Without Keystone's packages: a failure for root
and where $CI is true, else a skip (exit 77).
"""
import importlib.util
import json
import os
import subprocess
import sys
import unittest
from dataclasses import replace
from unittest import mock

import credentials_test
import mfa_test
import plugin_test
import run_test
import servers
from cloud import DOMAIN, PROJECT, running_keystone
from programs import Daemon

WRONG = "n0 such passw0rd"
UNAUTHORIZED = (
    '{"error":{"message":"The request you have made requires authentication.","code":401,"title":"Unauthorized"}}'
)


def setUpModule():
    global keystone
    keystone = running_keystone()


class Scopes(unittest.TestCase):
    def setUp(self):
        self.user = keystone.create_user()

    def test_every_form_of_scope_gives_a_token_for_just_that(self):
        project, domain = keystone.project_id, keystone.domain_id
        by_form = {
            "by-project-name": ({"project_name": PROJECT}, ("project", project)),
            "by-project-id": ({"project_id": project}, ("project", project)),
            "by-domain-name": ({"domain_name": DOMAIN}, ("domain", domain)),
            "by-domain-id": ({"domain_id": domain}, ("domain", domain)),
            "unscoped": (None, None),
        }
        spelled = {
            f"project:{PROJECT}": ("project", project),
            f"project_id:{project}": ("project", project),
            f"domain:{DOMAIN}": ("domain", domain),
            f"domain_id:{domain}": ("domain", domain),
        }
        wanted = {**{name: target for name, (_, target) in by_form.items()}, **spelled}
        configured = {name: settings for name, (settings, _) in by_form.items() if settings}
        with Daemon(keystone, self.user, scopes=configured) as daemon:
            for scope, target in wanted.items():
                with self.subTest(scope):
                    self.assert_token_for(target, daemon.token(scope))

    def assert_token_for(self, target, document):
        described = keystone.describe(document["token"])
        self.assertEqual(described["user"]["id"], self.user.id)
        for kind in ("project", "domain"):
            id_ = target[1] if target and target[0] == kind else None
            self.assertEqual(described.get(kind, {}).get("id"), id_)
            self.assertEqual(document.get(kind, {}).get("id"), id_)

    def test_the_command_line_prints_the_token_and_nothing_else(self):
        with Daemon(keystone, self.user) as daemon:
            got = daemon.command("get", f"ci/{PROJECT}")
            self.assertEqual((got.returncode, got.stderr), (0, ""))
            self.assertEqual(got.stdout, daemon.token()["token"] + "\n")

    def test_an_unknown_project_is_said(self):
        with Daemon(keystone, self.user) as daemon:
            answer = daemon.get("project:nowhere")
            self.assertEqual((answer.status, answer.json["type"]), (404, "urn:tokenward:unknown_scope"))
            self.assertEqual(daemon.command("get", "ci/project:nowhere").returncode, 4)
            daemon.token()

    def test_three_misspelt_projects_leave_all_other_scopes_served_and_lock_nobody_out(self):
        good = {PROJECT: {"project_name": PROJECT}, "all": {"domain_name": DOMAIN}}
        misspelt = {f"misspelt-{n}": {"project_name": f"eu-ed {n}"} for n in range(3)}
        with Daemon(keystone, self.user, scopes={**misspelt, **good}) as daemon:
            for _ in range(3):
                self.assertEqual([daemon.get(scope).status for scope in misspelt], [404] * len(misspelt))
                for scope in good:
                    self.assertIsNotNone(keystone.describe(daemon.token(scope)["token"]))
        self.assertTrue(keystone.accepts(self.user))


class Passwords(unittest.TestCase):
    def setUp(self):
        self.user = keystone.create_user()

    def assert_rejected(self, answer):
        self.assertEqual((answer.status, answer.json["type"]), (424, "urn:tokenward:credential_rejected"))

    def test_a_wrong_password_is_said_and_not_tried_again_and_again(self):
        with Daemon(keystone, replace(self.user, password=WRONG)) as daemon:
            for _ in range(10):
                self.assert_rejected(daemon.get())
            refused = daemon.command("get", f"ci/{PROJECT}")
            self.assertEqual((refused.returncode, refused.stdout), (6, ""))
        self.assertTrue(keystone.accepts(self.user), "locked out")

    def test_20_scopes_with_a_wrong_password_5_reloads_and_5_kills_lock_nobody_out(self):
        scopes = {f"scope-{n}": {"project_id": keystone.create_project(f"one of 20, {n}")} for n in range(20)}
        with Daemon(keystone, replace(self.user, password=WRONG), scopes=dict(scopes)) as daemon:
            for scope in scopes:
                self.assert_rejected(daemon.get(scope))
            for _ in range(5):
                daemon.reload()
                self.assert_rejected(daemon.get("scope-0"))
            for _ in range(5):
                daemon.kill()
                daemon.start()
                self.assert_rejected(daemon.get("scope-1"))
            daemon.write_password(self.user.password)
            daemon.until(lambda: daemon.get("scope-0").status == 200)
            for scope in scopes:
                daemon.token(scope)

    def test_a_password_change_while_the_daemon_runs_is_healed_by_the_new_file(self):
        with Daemon(keystone, self.user) as daemon:
            before = daemon.token()
            keystone.change_password(self.user)
            self.assertIsNone(keystone.describe(before["token"]))
            self.assertEqual(daemon.report(before, 401, UNAUTHORIZED), "invalidated")
            self.assert_rejected(daemon.get())
            daemon.write_password(self.user.password)
            daemon.until(lambda: self.lives(daemon))

    def lives(self, daemon):
        """Whether there is a token that Keystone honours. One that it issued in the very second of the password's
        change is dead on arrival: whoever sees that reports it, as here."""
        answer = daemon.get()
        if answer.status != 200:
            return False
        if keystone.describe(answer.json["token"]):
            return True
        daemon.report(answer.json, 401, UNAUTHORIZED)
        return False


class Refusals(unittest.TestCase):
    def test_a_revoked_token_is_replaced_after_a_report(self):
        with Daemon(keystone, keystone.create_user()) as daemon:
            revoked = daemon.token()
            keystone.revoke(revoked["token"])
            self.assertEqual(daemon.token()["token"], revoked["token"], "nobody has told the daemon yet")
            self.assertEqual(daemon.report(revoked, 403, '{"error":{"message":"no"}}'), "not_about_the_token")
            self.assertEqual(daemon.report(revoked, 401, UNAUTHORIZED), "invalidated")
            fresh = daemon.token()
            self.assertIsNotNone(keystone.describe(fresh["token"]))
            self.assertEqual(daemon.report(revoked, 401, UNAUTHORIZED), "already_replaced")
            self.assertEqual(daemon.token()["token"], fresh["token"])


class Clouds(unittest.TestCase):
    """Logins that stand where the `openstack` command finds them."""

    def setUp(self):
        self.user = keystone.create_user()
        self.auth = {
            "auth_url": keystone.url(), "username": self.user.name, "user_domain_name": DOMAIN, "project_name": PROJECT,
            "project_domain_name": DOMAIN}  # fmt: skip

    def assert_same_project(self, identity, arguments, variables):
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("OS_")}
        with mock.patch.dict(os.environ, {**inherited, **variables}, clear=True):
            theirs = subprocess.run(
                ["/usr/bin/openstack", *arguments, "token", "issue", "-f", "json"], capture_output=True, check=True)  # fmt: skip
            with Daemon(keystone, self.user, scopes={}, auth={}, **identity) as daemon:
                ours = daemon.token("default")
                self.assertEqual(ours["project"]["id"], json.loads(theirs.stdout)["project_id"])
                self.assertIsNotNone(keystone.describe(ours["token"]))
                daemon.reload()
                self.assertEqual(daemon.token("default")["token"], ours["token"])

    def test_clouds_yaml_and_secure_yaml_give_the_project_that_openstack_gets(self):
        files = {"CONFIG": {"home": {"auth": self.auth, "compute_api_version": "2.1"}},
                 "SECURE": {"home": {"auth": {"password": self.user.password}}}}  # fmt: skip
        variables = {}
        for name, clouds in files.items():
            path = keystone.home / f"{name}.yaml"
            path.write_text(json.dumps({"clouds": clouds}))  # JSON is YAML
            path.chmod(0o600)
            variables[f"OS_CLIENT_{name}_FILE"] = str(path)
        self.assert_same_project({"cloud": "home"}, ["--os-cloud", "home"], variables)

    def test_variables_give_the_project_that_openstack_gets_and_outlive_a_reload(self):
        login = {**self.auth, "password": self.user.password, "identity_api_version": "3"}
        self.assert_same_project({"cloud": "envvars"}, [], {f"OS_{key.upper()}": login[key] for key in login})


class Time(unittest.TestCase):
    def test_tokens_of_10_seconds_are_renewed_ahead_of_their_end(self):
        with Daemon(keystone, keystone.create_user(), "short") as daemon:
            before = daemon.token()
            for _ in range(3):
                after = daemon.until(lambda: (got := daemon.token())["token"] != before["token"] and got)
                self.assertLess(after["issued_at"], before["expires_at"])
                self.assertIsNotNone(keystone.describe(after["token"], "short"))
                before = after

    def test_a_server_clock_5_minutes_ahead_does_not_lengthen_a_life(self):
        with Daemon(keystone, keystone.create_user(), "ahead") as daemon:
            document = daemon.token()
            self.assertLessEqual(document["expires_in"], servers.SERVERS["ahead"]["life"])
            self.assertGreater(document["expires_in"], servers.SERVERS["ahead"]["life"] * 3 / 4)
            self.assertIsNotNone(keystone.describe(document["token"], "ahead"))


class Https(unittest.TestCase):
    def assert_no_login_through(self, **settings):
        before = keystone.requests("tls")
        with Daemon(keystone, keystone.create_user(), "tls", **settings) as daemon:
            # 504 while the first try is under way, then what came of it.
            answer = daemon.until(lambda: (got := daemon.get(max_wait=0)).status != 504 and got)
            self.assertEqual((answer.status, answer.json["type"]), (503, "urn:tokenward:iam_unavailable"))
            self.assertIn("certificate", answer.json["detail"])
        self.assertEqual(keystone.requests("tls"), before)

    def test_the_ca_of_the_configuration_is_trusted(self):
        with Daemon(keystone, keystone.create_user(), "tls", cacert=keystone.ca) as daemon:
            self.assertIsNotNone(keystone.describe(daemon.token()["token"], "tls"))

    def test_a_certificate_of_another_ca_gets_no_password(self):
        self.assert_no_login_through(cacert=keystone.other_ca)

    def test_a_certificate_for_another_name_gets_no_password(self):
        self.assert_no_login_through(cacert=keystone.ca, auth_url=keystone.url("tls", host="127.0.0.1"))


def load_tests(loader, tests, _pattern):
    tests.addTests(loader.loadTestsFromModule(module) for module in (mfa_test, credentials_test, plugin_test, run_test))
    return tests


if __name__ == "__main__":
    missing = [module for module in ("keystone", "gunicorn", "openstackclient") if importlib.util.find_spec(module) is None]
    if missing:
        print(f"not installed: {' '.join(missing)} (./dev setup installs what they are in)")
        sys.exit(1 if os.geteuid() == 0 or os.environ.get("CI") == "true" else 77)
    unittest.main(verbosity=2)
