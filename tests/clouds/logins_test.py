#!/usr/bin/python3
"""The bodies of logins, as openstacksdk and the daemon send them for the same files and environments.

Each case is a cloud in clouds.yaml or clouds.json (with secure.yaml beside it, or not), or an environment, drawn from a
generator with a fixed seed: $TOKENWARD_SEED takes another. Both programs log in at an IAM that records what it is sent.
The programs are named by $TOKENWARD_DAEMON. Without openstacksdk: a failure for root and where $CI is true, else a skip
(exit 77).

What differs, and why:
- A cloud that names no scope: openstacksdk logs in for the user's default project, or for none; the daemon keeps nothing
  warm that was not named, and sends nothing before a caller asks. Such clouds are not drawn.
- A passcode: openstacksdk sends the one that stands in the file, which is good for half a minute; the daemon refuses it.
- A password of digits in YAML or JSON: openstacksdk sends a number, which Keystone refuses; the daemon sends the text. A name
  that is a boolean likewise.
- A name without a domain: openstacksdk sends it so, which Keystone refuses. The daemon looks for a project in the domain of the
  user, and refuses a user without one.
- default_domain_id beside user_domain_name: openstacksdk sends the default's id; the daemon takes what was said of the user.
- An application credential with a project: openstacksdk asks for that as the scope; the daemon asks for none, since the
  credential has one.
- A null: openstacksdk takes an id for the text None; for the daemon it is not there. No password: openstacksdk sends null.
- A token under auth in a file: openstacksdk 4.4 loses it and sends the text None; the daemon sends the token, as
  openstacksdk 0.101 does.
- One key spelt with a hyphen in the cloud and with an underscore in a region's values: for openstacksdk the hyphen wins; for the
  daemon they are one key, and the region wins.
- v3multifactor with v3password alone in auth_methods: openstacksdk sends the password alone; the daemon wants a passcode.
- A system or a trust as the scope: not supported yet, and refused.
"""
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import unittest
from unittest import mock

try:
    import yaml
    from openstack.config import OpenStackConfig
except ImportError as missing:
    print(f"skipped: {missing}: python3-openstacksdk is not installed", file=sys.stderr)
    sys.exit(1 if os.geteuid() == 0 or os.environ.get("CI") == "true" else 77)

from recording_iam import RecordingIam

DAEMON = os.environ.get("TOKENWARD_DAEMON", "tokenwardd")
SEED = int(os.environ.get("TOKENWARD_SEED", "20261129"))
PATIENCE = 120  # a first login takes a process and a thread of this machine, whatever else it does
WORDS = ["bot", "Null", "b\u00f6t", "a b", "true", "007", "x:y", "p\U0001f511w", "it's", 'say "no"', "back\\slash", "#1", "- x",
         "~", "2026-11-29", "\u65e5\u672c"]  # fmt: skip

TOKENS = ["gAAAA-1", "007", "~"]
CACERT = "/etc/ssl/certs/ca-certificates.crt"


def kind_of(auth, secure):
    """The keys of a login, wherever they stand."""
    return {*auth, *secure.get("auth", {})}


def without_lost_token(theirs, ours):
    """What openstacksdk sent; where it lost the token, with the drawn one that the daemon sent."""
    token = theirs["auth"]["identity"].get("token")
    if token and token["id"] == "None" and ours:
        sent = ours["auth"]["identity"].get("token", {}).get("id")
        if sent in TOKENS:
            token["id"] = sent
    return theirs


class Drawing:
    """Draws clouds: what they say, and how they say it."""

    def __init__(self, seed):
        self._random = random.Random(seed)

    def word(self):
        return self._random.choice(WORDS) + self._random.choice(["", "", "2", "-z"])

    def one(self, *choices):
        return self._random.choice(choices)

    def maybe(self):
        return self._random.random() < 0.5

    def user(self):
        name = {"username": self.word()}
        return self.one(name, name, {"user_id": self.word()}, {**name, "user_id": self.word()}, {"user_name": self.word()})

    def scope(self):
        project = {"project_name": self.word()}
        return self.one(project, project, {"project_id": self.word()}, {**project, "project_id": self.word()},
                        {"tenant_name": self.word()}, {"tenant_id": self.word()}, {**project, "tenant_name": self.word()})  # fmt: skip

    def domains(self, kind):
        """Only the plugins that find out Keystone's version know a default domain."""
        default = [{"default_domain_name": self.word()}, {"default_domain_id": self.word()}] if kind != "v3password" else []
        both = {"user_domain_name": self.word(), "project_domain_name": self.word()}
        return self.one(both, both, {"user_domain_id": self.word(), "project_domain_id": self.word()},
                        {"domain_name": self.word()}, {"domain_id": self.word()},
                        {"user_domain_name": self.word(), "project_domain_id": self.word()}, *default)  # fmt: skip

    def domain_scope(self):
        domain = self.one({"domain_name": self.word()}, {"domain_id": self.word()})
        return {**self.user(), "user_domain_name": self.word(), **domain}

    def project_of_token(self):
        return self.one({"project_id": self.word()}, {"project_name": self.word(), "project_domain_name": self.word()})

    def regions(self, project_id):
        """The first one counts, unless another is named. `project_id` is how the cloud spells that key."""
        regions = [{"name": "eu-de", "values": {"auth": {project_id: self.word()}}}, {"name": "eu-nl", "values": {}}]
        return {"regions": regions, **self.one({}, {"region_name": "eu-nl"})}

    def secret(self):
        return self.word() + "!"

    def auth(self):
        """(auth_type or None, auth)"""
        kind = self.one("password", "password", "password", "domain", "credential", "named credential", "token")
        if kind == "token":
            return self.one("token", "v3token"), {"token": self.one(*TOKENS), **self.project_of_token()}
        if kind == "credential":
            return "v3applicationcredential", {"application_credential_id": self.word(),
                                               "application_credential_secret": self.secret()}  # fmt: skip
        if kind == "named credential":
            return "v3applicationcredential", {
                "application_credential_name": self.word(), "application_credential_secret": self.secret(),
                "username": self.word(), "user_domain_name": self.word()}  # fmt: skip
        plugin = self.one(None, "password", "v3password")
        who = self.domain_scope() if kind == "domain" else {**self.user(), **self.domains(plugin), **self.scope()}
        return plugin, {**who, "password": self.secret()}

    def cloud(self, auth_url):
        """(what clouds.yaml says of it, what secure.yaml does)"""
        kind, auth = self.auth()
        auth["auth_url"] = auth_url
        if self.maybe():
            auth = {key.replace("_", "-") if self.maybe() else key: value for key, value in auth.items()}
        cloud, secure = {"auth": auth}, {}
        if kind:
            cloud["auth_type"] = kind
        secrets = [key for key in auth if key.replace("-", "_") in ("password", "application_credential_secret", "token")]
        if self.maybe():
            secure = {"auth": {key: auth.pop(key) for key in secrets}}
        elif self.maybe():
            moved = self.one(*auth)
            cloud[moved] = auth.pop(moved)
        cloud.update(self.one({}, {"region_name": "eu-de"}, {"regions": ["eu-de", "eu-nl"]}, {"verify": "False"},
                              {"interface": "internal"}, {"identity_api_version": "3"}, {"insecure": self.one(True, "yes")},
                              {"cacert": CACERT}, {"verify": CACERT}))  # fmt: skip
        if "password" in kind_of(auth, secure):
            cloud.update(self.one({}, {}, self.regions("project-id" if "project-id" in {*auth, *cloud} else "project_id")))
        return cloud, secure

    def variables(self, auth_url):
        kind, auth = self.auth()
        auth["auth_url"] = auth_url
        made = {f"OS_{key.upper()}": value for key, value in auth.items()}
        if kind:
            made["OS_AUTH_TYPE"] = kind
        made.update(self.one({}, {"OS_IDENTITY_API_VERSION": "3"}, {"OS_REGION_NAME": "eu-de"}, {"OS_INTERFACE": "public"}))
        return made


class Place:
    """A folder with the files, and the environment that leads there."""

    def __init__(self, folder, variables=None):
        self.folder, self.vendor_files = pathlib.Path(folder), []
        self.environment = {key: value for key, value in os.environ.items()
                            if not key.startswith(("OS_", "XDG_")) and "proxy" not in key.lower()}  # fmt: skip
        self.environment |= {"HOME": folder, "XDG_STATE_HOME": folder, "PYTHONWARNINGS": "ignore", **(variables or {})}

    def write(self, kind, name, document):
        path = self.folder / name
        text = json.dumps(document) if name.endswith(".json") else yaml.safe_dump(document, allow_unicode=False)
        path.write_text(text)
        path.chmod(0o600)
        self.environment[f"OS_CLIENT_{kind}_FILE"] = str(path)
        if kind == "VENDOR":
            self.vendor_files = [str(path)]  # openstacksdk reads no variable for it

    def log_in_by_openstacksdk(self, name):
        with mock.patch.dict(os.environ, self.environment, clear=True):
            files = {"vendor_files": self.vendor_files, "config_files": [], "secure_files": []}
            OpenStackConfig(**files).get_one(name).get_session().get_token()

    def configure(self, names):
        config = {"socket": {"path": str(self.folder / "socket")}, "identities": {f"i-{n}": {"cloud": n} for n in names}}
        (self.folder / "tokenward.yaml").write_text(yaml.safe_dump(config))

    def daemon(self, *arguments):
        return subprocess.Popen([DAEMON, "--config", str(self.folder / "tokenward.yaml"), *arguments], env=self.environment,
                                cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, text=True)  # fmt: skip

    def check(self, name):
        """None, or what the daemon says is wrong with the cloud."""
        self.configure([name])
        with self.daemon("--check") as checking:
            said = checking.communicate(timeout=PATIENCE)[0]
        return None if checking.returncode == 0 else said


class SameLogins(unittest.TestCase):
    def setUp(self):
        self.maxDiff = None
        folder = tempfile.TemporaryDirectory(prefix="tokenward-logins-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.iam = self.enterContext(RecordingIam()) if hasattr(self, "enterContext") else self._enter(RecordingIam())

    def _enter(self, context):
        self.addCleanup(context.__exit__, None, None, None)
        return context.__enter__()

    def compare(self, place, names):
        """Has both log in, and compares what they sent first for each cloud."""
        theirs = {}
        for name in names:
            place.log_in_by_openstacksdk(name)
            theirs[name] = self.iam.first_login(name, 0)
            self.assertIsNotNone(theirs[name], name)
        self.iam.forget()
        for name in names:
            self.assertIsNone(place.check(name), f"{name}: {theirs[name]}")
        place.configure(names)
        with place.daemon() as running:
            ours = {name: self.iam.first_login(name, PATIENCE) for name in names}
            running.terminate()
            said = running.communicate(timeout=PATIENCE)[0]
        for name in names:
            with self.subTest(name):
                self.assertEqual(ours[name], without_lost_token(theirs[name], ours[name]), said if ours[name] is None else "")

    def of_files(self, name, seed, count):
        drawing, clouds, secrets, profiles = Drawing(seed), {}, {}, {}
        for number in range(count):
            cloud = f"c{number}"
            clouds[cloud], secrets[cloud] = drawing.cloud(self.iam.url(cloud))
            auth = clouds[cloud]["auth"]
            if "auth_url" in auth and drawing.maybe():
                profiles[f"p{number}"] = {"auth": {"auth_url": auth.pop("auth_url")}}
                clouds[cloud]["profile"] = f"p{number}"
        place = Place(self.folder)
        place.write("CONFIG", name, {"clouds": clouds})
        place.write("VENDOR", "clouds-public" + pathlib.Path(name).suffix, {"public-clouds": profiles})
        place.write("SECURE", "secure" + pathlib.Path(name).suffix, {"clouds": {c: s for c, s in secrets.items() if s}})
        self.compare(place, list(clouds))

    def test_of_clouds_yaml(self):
        self.of_files("clouds.yaml", SEED, 60)

    def test_of_clouds_json(self):
        self.of_files("clouds.json", SEED + 1, 40)

    def test_of_environments(self):
        drawing = Drawing(SEED + 2)
        for number in range(20):
            with self.subTest(number):
                folder = pathlib.Path(self.folder, str(number))
                folder.mkdir()
                place = Place(str(folder), drawing.variables(self.iam.url("envvars")))
                self.compare(place, ["envvars"])
                self.iam.forget()


if __name__ == "__main__":
    unittest.main(verbosity=2)
