"""The keystoneauth plugin and the real `openstack` command at a real Keystone."""
import concurrent.futures
import importlib.util
import json
import os
import subprocess
import unittest

from cloud import PATIENCE, PROJECT, running_keystone
from programs import Daemon


def setUpModule():
    global keystone
    keystone = running_keystone()
    # By PYTHONPATH, which the `openstack` of the tests below inherits.
    assert importlib.util.find_spec("keystoneauth_tokenward"), "PYTHONPATH must name the plugin of the build folder"


class OpenStackCommand(unittest.TestCase):
    """`openstack --os-auth-type tokenward`, which knows no password, no user and no address of Keystone."""

    def setUp(self):
        self.user = keystone.create_user()
        self.before = len(keystone.logins())
        self.daemon = self.enterContext(Daemon(keystone, self.user))

    def logins(self):
        """The requests for tokens since the beginning of the test."""
        return keystone.logins()[self.before :]

    def run_openstack(self, *arguments, **variables):
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("OS_")}
        return subprocess.run(
            ["/usr/bin/openstack", *arguments, "-f", "json"],
            env={**inherited, "TOKENWARD_SOCKET": self.daemon.socket, **variables}, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=PATIENCE, check=False)  # fmt: skip

    def openstack(self, *arguments):
        """What the command says, which must succeed."""
        done = self.run_openstack(
            "--os-auth-type", "tokenward", "--os-tokenward-identity", "ci", "--os-tokenward-scope", PROJECT, *arguments)  # fmt: skip
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return json.loads(done.stdout)

    def own_projects(self):
        return {project["Name"] for project in self.openstack("project", "list", "--my-projects")}

    def test_it_lists_projects_and_issues_the_daemon_s_token(self):
        self.assertIn(PROJECT, self.own_projects())
        issued = self.openstack("token", "issue")
        self.assertEqual(issued["id"], self.daemon.token()["token"])
        self.assertEqual((issued["project_id"], issued["user_id"]), (keystone.project_id, self.user.id))
        self.assertEqual(len(self.logins()), 1, self.logins())

    def test_it_works_from_clouds_yaml(self):
        clouds = keystone.home / "tokenward-clouds.yaml"
        auth = {"tokenward_identity": "ci", "tokenward_scope": PROJECT}
        clouds.write_text(json.dumps({"clouds": {"home": {"auth_type": "tokenward", "auth": auth}}}))  # JSON is YAML
        done = self.run_openstack(
            "--os-cloud", "home", "project", "list", "--my-projects", OS_CLIENT_CONFIG_FILE=str(clouds))  # fmt: skip
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn(PROJECT, {project["Name"] for project in json.loads(done.stdout)})

    def test_the_command_after_a_revocation_behind_its_back_still_succeeds(self):
        self.assertIn(PROJECT, self.own_projects())
        revoked = self.daemon.token()["token"]
        keystone.revoke(revoked)
        self.assertIn(PROJECT, self.own_projects())
        fresh = self.openstack("token", "issue")["id"]
        self.assertNotEqual(fresh, revoked)
        self.assertIsNotNone(keystone.describe(fresh))
        self.assertEqual(len(self.logins()), 2, self.logins())

    def test_fifty_commands_cost_one_login(self):
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as several:
            issued = list(several.map(lambda _: self.openstack("token", "issue")["id"], range(50)))
        self.assertEqual(set(issued), {self.daemon.token()["token"]})
        self.assertEqual(len(self.logins()), 1, self.logins())

    def test_a_scope_that_there_is_not_is_said_by_name(self):
        done = self.run_openstack(
            "--os-auth-type", "tokenward", "--os-tokenward-scope", "project:nowhere", "token", "issue")  # fmt: skip
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("tokenward: ci/project:nowhere: ", done.stderr)
        self.assertIn("(HTTP 404)", done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
