"""`tokenward run` with the programs of OpenStack that Debian has, and every kind of identity, at a real Keystone."""
import os
import shutil
import subprocess
import unittest

from cloud import DOMAIN, PATIENCE, PROJECT, running_keystone
from programs import COMMAND, Daemon
from services import NAMES, Services

# What each is asked for, and what it then shows.
LISTINGS = {
    "openstack": (["network", "list"], NAMES["network"]),
    "nova": (["list"], NAMES["compute"]),
    "glance": (["image-list"], NAMES["image"]),
    "cinder": (["list"], NAMES["volume"]),
    "neutron": (["net-list"], NAMES["network"]),
    "swift": (["list"], NAMES["object"]),
}
MUST_BE = {"openstack", "glance", "cinder", "swift"}  # later releases have no `nova` and `neutron`


def setUpModule():
    global keystone, services
    keystone = running_keystone()
    services = Services(keystone.describe)
    keystone.publish(services.endpoints())


def tearDownModule():
    keystone.unpublish()
    services.close()


class RunPrograms(unittest.TestCase):
    def setUp(self):
        self.user = keystone.create_user()

    def run_program(self, daemon, scope, name, *arguments, wrapper=(), **variables):
        if shutil.which(name, path="/usr/bin") is None:
            if os.geteuid() == 0 or os.environ.get("CI") == "true":
                self.assertNotIn(name, MUST_BE, "./dev setup installs it")
            print(f"left out: this system has no `{name}`")
            return None
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("OS_")}
        environment = {**inherited, "TOKENWARD_SOCKET": daemon.socket, "HOME": str(keystone.home), "no_proxy": "*",
                       "PATH": "/usr/bin:/bin", **variables}  # fmt: skip
        return subprocess.run(
            [COMMAND, "run", f"ci/{scope}", "--", *wrapper, name, *arguments], env=environment,
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE, check=False)  # fmt: skip

    def assert_works(self, daemon, scope, names=tuple(LISTINGS), **how):
        for name in names:
            with self.subTest(program=name, scope=scope):
                arguments, wanted = LISTINGS[name]
                done = self.run_program(daemon, scope, name, *arguments, **how)
                if done is not None:
                    self.assertEqual(done.returncode, 0, done.stderr)
                    self.assertIn(wanted, done.stdout)

    def assert_says(self, daemon, scope, names, *words):
        """It is `tokenward` that ends, before the program starts."""
        for name in names:
            with self.subTest(program=name, scope=scope):
                done = self.run_program(daemon, scope, name, *LISTINGS[name][0])
                if done is not None:
                    self.assertEqual((done.returncode, done.stdout), (125, ""))
                    for word in (f"tokenward: ci/{scope}: {name} ", *words):
                        self.assertIn(word, done.stderr)

    def test_with_a_password(self):
        with Daemon(keystone, self.user, scopes={PROJECT: {"project_name": PROJECT}, "all": {"domain_name": DOMAIN}}) as daemon:
            self.assert_works(daemon, PROJECT)
            self.assert_works(daemon, f"project_id:{keystone.project_id}", ["openstack", "nova", "swift"])  # on demand
            self.assert_works(daemon, "all", ["openstack", "glance", "neutron"])
            self.assert_says(daemon, "all", ["nova", "cinder"], "works in a project", "ci/project:NAME")
            self.assert_says(daemon, "all", ["swift"], "object-store", "scope of a project")
            self.assert_says(daemon, "unscoped", ["nova", "cinder", "neutron"], "works in a project")
            self.assert_says(daemon, "unscoped", ["glance", "swift"], "scope of a project")
            mine = self.run_program(daemon, "unscoped", "openstack", "project", "list", "--my-projects")
            self.assertEqual(mine.returncode, 0, mine.stderr)
            self.assertIn(PROJECT, mine.stdout)
            # Behind a shell it is not known who will ask: what needs no variable of its own.
            self.assert_works(daemon, PROJECT, ["openstack", "swift"], wrapper=["env", "-u", "NOTHING"])

    def test_with_a_password_and_a_device(self):
        user = keystone.create_mfa_user()
        secrets = {"password": user.password, "totp_secret": user.totp_secret}
        with Daemon(keystone, user, secrets=secrets, auth_type="v3multifactor") as daemon:
            self.assert_works(daemon, PROJECT, ["openstack", "nova", "swift"])

    def test_with_a_given_token(self):
        given = keystone.log_in(self.user)
        with Daemon(keystone, self.user, scopes={}, login={"project_domain_name": DOMAIN}, secrets={"token": given},
                    auth_type="v3token") as daemon:  # fmt: skip
            self.assert_works(daemon, f"project:{PROJECT}", ["openstack", "nova", "glance"])
            self.assert_says(daemon, "default", ["cinder"], "works in a project")

    def test_with_an_application_credential(self):
        credential = keystone.create_application_credential(self.user, keystone.project_id)
        login = {"application_credential_id": credential.id}
        secrets = {"application_credential_secret": credential.secret}
        with Daemon(keystone, self.user, scopes={}, login=login, secrets=secrets,
                    auth_type="v3applicationcredential") as daemon:  # fmt: skip
            self.assert_works(daemon, "default", [name for name in LISTINGS if name != "openstack"])
            self.assert_says(
                daemon, "default", ["openstack"], "application credential", "OS_AUTH_TYPE=tokenward", "tokenward request")  # fmt: skip
            before = len(keystone.logins())
            # The advice, taken.
            done = subprocess.run(
                ["/usr/bin/openstack", "network", "list"],
                env={**os.environ, "TOKENWARD_SOCKET": daemon.socket, "OS_AUTH_TYPE": "tokenward",
                     "OS_TOKENWARD_IDENTITY": "ci", "OS_TOKENWARD_SCOPE": "default"},
                stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE, check=False)  # fmt: skip
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertIn(NAMES["network"], done.stdout)
            asked = daemon.command("request", "-s", "ci/default", "GET", "network/v2.0/networks")
            self.assertEqual(asked.returncode, 0, asked.stderr)
            self.assertIn(NAMES["network"], asked.stdout)
            self.assertEqual(len(keystone.logins()), before)


if __name__ == "__main__":
    unittest.main(verbosity=2)
