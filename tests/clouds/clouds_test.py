#!/usr/bin/python3
"""clouds.yaml as the real openstacksdk reads it, beside what `tokenward config import` makes of it.

The programs are named by $TOKENWARD_DAEMON and $TOKENWARD_COMMAND. Without openstacksdk: a failure for root and where
$CI is true, else a skip (exit 77).
"""
import json
import os
import pathlib
import stat
import subprocess
import sys
import tempfile
import unittest
from unittest import mock

try:
    import yaml
    from openstack.config import OpenStackConfig
except ImportError as missing:
    print(f"skipped: {missing}: python3-openstackclient is not installed", file=sys.stderr)
    sys.exit(1 if os.geteuid() == 0 or os.environ.get("CI") == "true" else 77)

DAEMON = os.environ.get("TOKENWARD_DAEMON", "tokenwardd")
COMMAND = os.environ.get("TOKENWARD_COMMAND", "tokenward")
PATIENCE = 60
SECRET = "s3cr3t: \"'#\\ words"

LOGIN = {
    "auth_url": "https://iam.example.com/v3",
    "username": "bot",
    "password": SECRET,
    "user_domain_name": "Home",
    "project_name": "demo",
    "project_domain_name": "Home",
}


def login(without=(), **more):
    return {**{key: value for key, value in LOGIN.items() if key not in without}, **more}


class Cloud:
    """A folder with clouds.yaml and its kin, given as data or as text, and an environment that leads there."""

    def __init__(self, folder, clouds=None, secure=None, vendor=None, variables=None):
        self._folder = pathlib.Path(folder)
        self.environment = {key: value for key, value in os.environ.items() if not key.startswith(("OS_", "XDG_"))}
        self.environment |= {"HOME": folder, **(variables or {})}
        files = {"CONFIG": clouds, "SECURE": secure, "VENDOR": vendor}
        for name, content in files.items():
            path = self._folder / f"{name.lower()}.yaml"
            path.write_text(content if isinstance(content, str) else yaml.safe_dump(content or {}))
            path.chmod(0o600)
            self.environment[f"OS_CLIENT_{name}_FILE"] = str(path)

    def of_openstacksdk(self, name):
        """The login that openstacksdk finds: its auth, region, interface and what requests is told of TLS."""
        with mock.patch.dict(os.environ, self.environment, clear=True):
            files = {f"{kind}_files": [] for kind in ("config", "secure")}
            vendor = [self.environment["OS_CLIENT_VENDOR_FILE"]]
            region = OpenStackConfig(vendor_files=vendor, **files).get_one(name)
            verify, cert = region.get_requests_verify_args()
        auth = {key: str(value) for key, value in region.config["auth"].items()}
        return {"auth": auth, "region": region.config["region_name"] or None, "interface": region.config["interface"],
                "verify": verify, "cert": cert}  # fmt: skip

    def run(self, *arguments):
        return subprocess.run(
            arguments, env=self.environment, cwd=self._folder, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=PATIENCE, check=False)  # fmt: skip

    def import_(self, *arguments):
        return self.run(COMMAND, "config", "import", "--secrets-dir", str(self._folder / "secrets"), *arguments)

    def of_tokenward(self, name):
        """The login of the stanza that we print."""
        done = self.import_(name)
        assert done.returncode == 0, done.stderr
        assert SECRET not in done.stdout + done.stderr
        stanza = yaml.safe_load(done.stdout)
        (identity,) = stanza["identities"].values()
        auth = {key: self._secret(value) if isinstance(value, dict) else str(value)
                for key, value in identity["auth"].items()}  # fmt: skip
        verify = identity.get("verify", True) and identity.get("cacert", True)
        cert = (identity["cert"], identity["key"]) if "key" in identity else identity.get("cert")
        self.check(done.stdout)
        return {"auth": auth, "region": identity.get("region_name"), "interface": identity.get("interface", "public"),
                "verify": verify, "cert": cert}  # fmt: skip

    def check(self, stanza):
        (self._folder / "tokenward.yaml").write_text(stanza)
        checked = self.run(DAEMON, "--check", "--config", "tokenward.yaml")
        assert checked.returncode == 0, checked.stderr
        return checked.stderr

    @staticmethod
    def _secret(reference):
        path = pathlib.Path(reference["file"])
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700, path.parent
        text = path.read_text()
        assert text.endswith("\n")
        return text[:-1]


class Test(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="tokenward-clouds-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def cloud(self, **files):
        return Cloud(self.folder, **files)


class SameAsOpenstacksdk(Test):
    def assert_same(self, cloud, name="home"):
        self.maxDiff = None
        theirs = cloud.of_openstacksdk(name)
        self.assertEqual(cloud.of_tokenward(name), theirs)
        return theirs

    def test_a_plain_cloud(self):
        self.assert_same(self.cloud(clouds={"clouds": {"home": {"auth": login(), "region_name": "eu-de"}}}))

    def test_the_password_in_secure_yaml(self):
        same = self.assert_same(self.cloud(
            clouds={"clouds": {"home": {"auth": login(password="not this", username="")}}},
            secure={"clouds": {"home": {"auth": {"password": SECRET, "username": "bot"}, "verify": False}}},
        ))  # fmt: skip
        self.assertEqual((same["auth"]["password"], same["verify"]), (SECRET, False))

    def test_the_profile_of_open_telekom_cloud(self):
        home = {"profile": "otc", "auth": login(without=["auth_url"])}
        same = self.assert_same(self.cloud(clouds={"clouds": {"home": home}}))
        self.assertEqual(same["auth"]["auth_url"], "https://iam.eu-de.otc.t-systems.com/v3")
        self.assert_same(self.cloud(clouds={"clouds": {"home": {**home, "region_name": "eu-nl"}}}))
        self.assert_same(self.cloud(clouds={"clouds": {"home": {**home, "region_name": "eu-ch2"}}}))

    def test_a_profile_of_a_file(self):
        vendor = {"public-clouds": {"ours": {
            "auth": {"auth_url": "https://{region_name}.example.com/v3", "user_domain_name": "Theirs"},
            "regions": ["a", "b"], "interface": "internal"}}}  # fmt: skip
        home = {"profile": "ours", "auth": login(without=["auth_url", "user_domain_name"])}
        self.assert_same(self.cloud(clouds={"clouds": {"home": home}}, vendor=vendor))
        self.assert_same(self.cloud(clouds={"clouds": {"home": {**home, "auth": login()}}}, vendor=vendor))

    def test_the_first_of_several_regions_with_its_values(self):
        regions = [{"name": "one", "values": {"auth": {"project_name": "of one"}, "verify": False}}, "two"]
        self.assert_same(self.cloud(clouds={"clouds": {"home": {"auth": login(), "regions": regions}}}))

    def test_spellings_of_old(self):
        old = {"tenant_name": "old", "user-domain-id": "d", "project-domain-id": "p"}
        without = ["project_name", "user_domain_name", "project_domain_name"]
        self.assert_same(self.cloud(clouds={"clouds": {"home": {
            "auth": login(without, **old), "auth_plugin": "v3password", "endpoint_type": "internal"}}}))  # fmt: skip

    def test_today_s_spelling_wins(self):
        self.assert_same(self.cloud(clouds={"clouds": {"home": {"auth": login(tenant_name="old")}}}))

    def test_options_beside_auth(self):
        outside = {key: LOGIN[key] for key in ("username", "password", "project_name")}
        self.assert_same(self.cloud(clouds={"clouds": {"home": {"auth": login(without=outside), **outside}}}))
        self.assert_same(self.cloud(clouds={"clouds": {"home": {"auth": login(), "username": "loses"}}}))

    def test_one_domain_for_user_and_project(self):
        without = ["user_domain_name", "project_domain_name"]
        for domain in ({"domain_name": "Home"}, {"domain_id": "h1"}):
            self.assert_same(self.cloud(clouds={"clouds": {"home": {"auth": login(without, **domain)}}}))
            self.assert_same(self.cloud(clouds={"clouds": {"home": {"auth": login(without), **domain}}}))

    def test_a_domain_as_the_scope(self):
        without = ["project_name", "project_domain_name"]
        self.assert_same(self.cloud(clouds={"clouds": {"home": {"auth": login(without, domain_name="Home")}}}))

    def test_tls(self):
        for options in ({"cacert": "~/ca.pem"}, {"cacert": "/ca.pem"}, {"insecure": True}, {"insecure": "true"},
                        {"verify": False}, {"verify": True, "insecure": False}, {"cacert": "/ca", "verify": False}):  # fmt: skip
            with self.subTest(options):
                self.assert_same(self.cloud(clouds={"clouds": {"home": {"auth": login(), **options}}}))

    def test_options_of_others(self):
        self.assert_same(self.cloud(clouds={"clouds": {"home": {
            "auth": login(), "compute_api_version": "2.1", "volume_api_version": 3, "identity_api_version": 3,
            "networks": [{"name": "n", "routes_externally": True}], "image_format": "qcow2"}}}))  # fmt: skip

    def test_anchors_and_merge_keys(self):
        self.assert_same(self.cloud(clouds=(
            "base: &base {region_name: eu-de, verify: false}\n"
            "clouds:\n"
            "  home:\n"
            "    <<: *base\n"
            "    verify: true\n"
            "    auth: &auth {auth_url: 'https://iam.example.com/v3', username: bot, password: !!str 12, "
            "user_domain_id: default, project_id: 0a1b}\n"
            "  other: {auth: {<<: *auth, username: else}}\n")))  # fmt: skip

    def test_json(self):
        self.assert_same(self.cloud(clouds=json.dumps({"clouds": {"home": {"verify": True, "cacert": None, "auth": {
            **login(username="b\u00f6t\\\"")}}}}).replace("/", "\\/")))  # fmt: skip

    def test_the_variables(self):
        variables = {f"OS_{key.upper()}": value for key, value in LOGIN.items()}
        more = {"OS_REGION_NAME": "eu-de", "OS_INTERFACE": "internal", "OS_IDENTITY_API_VERSION": "3",
                "OS_CACERT": "/ca.pem", "OS_USER_DOMAIN_ID": "", "OS_COMPUTE_API_VERSION": "2.1"}  # fmt: skip
        same = self.assert_same(self.cloud(variables={**variables, **more}), "envvars")
        self.assertEqual(same["auth"]["password"], SECRET)
        self.assert_same(self.cloud(variables={**variables, "OS_INSECURE": "true"}), "envvars")


class Import(Test):
    def test_the_cloud_is_named_or_os_cloud_or_the_only_one(self):
        one = self.cloud(clouds={"clouds": {"home": {"auth": login()}}})
        self.assertIn("\n  home:\n", one.import_().stdout)
        two = self.cloud(clouds={"clouds": {"home": {"auth": login()}, "work": {"auth": login(username="w")}}})
        unsaid = two.import_()
        self.assertEqual((unsaid.returncode, unsaid.stdout), (2, ""))
        self.assertEqual([name for name in ("home", "work") if f"  {name}\n" in unsaid.stderr], ["home", "work"])
        self.assertIn("\n  work:\n", two.import_("work").stdout)
        two.environment["OS_CLOUD"] = "work"
        self.assertIn("\n  work:\n", two.import_().stdout)

    def test_an_unknown_cloud_is_told_of_with_those_that_there_are(self):
        done = self.cloud(clouds={"clouds": {"home": {"auth": login()}}}).import_("hoem")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("no cloud `hoem`, did you mean `home`?", done.stderr)

    def test_a_secret_s_file_is_never_overwritten_unless_that_is_asked_for(self):
        cloud = self.cloud(clouds={"clouds": {"home": {"auth": login()}}})
        secret = pathlib.Path(self.folder, "secrets", "home.password")
        self.assertEqual(cloud.import_().returncode, 0)
        self.assertIn("is there already", cloud.import_().stderr)
        secret.write_text("mine")
        refused = cloud.import_()
        self.assertEqual((refused.returncode, refused.stdout, secret.read_text()), (1, "", "mine"))
        self.assertEqual((cloud.import_("--force").returncode, secret.read_text()), (0, SECRET + "\n"))
        secret.unlink()
        secret.symlink_to("/dev/null")
        self.assertEqual(cloud.import_().returncode, 1)
        self.assertEqual(os.listdir(secret.parent), ["home.password"])

    def test_nothing_is_written_for_a_cloud_that_lacks_something(self):
        done = self.cloud(clouds={"clouds": {"home": {"auth": login(without=["username"])}}}).import_()
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("`username` or `user_id` is missing", done.stderr)
        self.assertFalse(pathlib.Path(self.folder, "secrets").exists())

    def test_the_line_of_a_fault_is_that_of_clouds_yaml(self):
        done = self.cloud(clouds="clouds:\n  home:\n    auth:\n      auth_url: nowhere\n").import_()
        self.assertIn(f"{self.folder}/config.yaml:4: error: `auth_url` must begin with", done.stderr)

    def test_an_odd_name_becomes_one_of_ours(self):
        cloud = self.cloud(clouds={"clouds": {"my cloud/ü": {"auth": login()}}})
        done = cloud.import_()
        self.assertRegex(done.stdout, r"\n  my-cloud---?:\n")
        self.assertEqual(cloud.check(done.stdout), "")

    def test_a_helper_that_is_not_there_is_said(self):
        cloud = self.cloud()
        cloud.environment["TOKENWARD_LIBEXEC"] = self.folder
        done = cloud.import_()
        self.assertEqual(done.returncode, 9)
        self.assertIn("can't run tokenward-config-import", done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
