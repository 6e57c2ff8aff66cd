#!/usr/bin/env python3
"""Records what a daemon leaves behind for the one that follows it: record.py BUILD FOLDER, from the build folder BUILD of
the version that is to be recorded, into FOLDER, such as data/0.1.0. README.md says what is what."""
import io
import json
import os
import pathlib
import shutil
import signal
import sys
import tarfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/python"))
if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    os.environ["TOKENWARD_DAEMON"] = f"{sys.argv[1]}/daemon/tokenwardd"
    os.environ["TOKENWARD_STANDIN"] = f"{sys.argv[1]}/tests/support/tokenward-iam-standin"

import stage  # noqa: E402: the programs are named first
import world  # noqa: E402
from kept_bytes import State  # noqa: E402

AUTH = """      auth_url: http://iam.recorded.example/v3
      user_domain_name: OTC00000000001000000000
"""
BY_PASSWORD = AUTH + "      username: {user}\n      password: {{credential: {name}.password}}\n"
BY_CREDENTIAL = """      auth_url: http://iam.recorded.example/v3
      application_credential_id: stand-in-credential
      application_credential_secret: {credential: app.secret}
"""
BY_TOKEN = """      auth_url: http://iam.recorded.example/v3
      token: {credential: given.token}
"""
TOTP = "      totp_secret: {credential: bot.totp}\n"
SECRETS = {
    "ci.password": "stand-in-password-of-ci-bot", "bot.password": "stand-in-password-of-mfa-bot",
    "bot.totp": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "person.password": "stand-in-password-of-mfa-bot",
    "app.secret": "stand-in-secret-of-credential", "locked.password": "a-password-that-is-wrong",
}  # fmt: skip
WARM = "    scopes: {eu-de: {project_name: eu-de}}\n"


def identity(name, auth, more=""):
    return f"  {name}:\n    auth:\n{auth}{more}"


def password(name, user="ci-bot", more=WARM, totp=""):
    return identity(name, BY_PASSWORD.format(user=user, name=name) + totp, more)


class Scene(stage.Test):
    """One recording: `name` of its folder, and the daemon's life in `play`. Not a test, but made of the same parts."""

    credentials = ()

    def __init__(self):
        super().__init__()
        self.tokens, self.refused, self.facts = {}, {}, {}

    def record(self, into):
        self.setUp()
        try:
            self.standin.control("set", {"token_size": 183})
            self.secrets = {name: SECRETS[name] for name in self.credentials}
            self.prepare()
            text = "identities:\n" + self.identities
            self.daemon = stage.Daemon(self.folder, self.proxy, manager=self.manager, text=text, credentials=self.secrets)
            self.play()
            self.write(into / self.name, text)
        finally:
            self.doCleanups()

    def prepare(self):
        pass

    def end(self):
        """As an upgrade ends it."""
        self.daemon.stop()

    def write(self, folder, text):
        self.end()
        folder.mkdir(parents=True)
        assert stage.eventually(lambda: len(self.manager.kept) == 1)
        (name,) = self.manager.kept
        (folder / "state").write_bytes(self.manager.kept[name])
        (folder / "tokenward.yaml").write_text(text)
        shutil.copyfile(self.daemon.guard_file, folder / "guard.json")
        facts = {"name": name, "wall": int(time.time()), "credentials": self.secrets, "tokens": self.tokens,
                 "refused": self.refused} | self.facts  # fmt: skip
        (folder / "facts.json").write_text(json.dumps(facts, indent=1, sort_keys=True) + "\n")

    def get(self, identity, scope):
        self.tokens[f"{identity}/{scope}"] = token = self.daemon.token(identity, scope)
        return token

    def reaches(self, identity, state):
        assert stage.eventually(lambda: set(self.daemon.states(identity).values()) == {state}), self.daemon.log

    def is_kept(self, holds):
        """Waits until that is so of what lies with the manager."""
        assert stage.eventually(lambda: any(holds(State(data)) for data in list(self.manager.kept.values())))


class Everything(Scene):
    """Each way to log in and each kind of scope; tokens that were refused; a password that was, too often."""

    name = "everything"
    credentials = ("ci.password", "bot.password", "bot.totp", "app.secret", "locked.password")

    def prepare(self):
        login = {"auth": {
            "identity": {"methods": ["password"], "password": {"user": {
                "name": "ci-bot", "domain": {"name": world.DOMAIN}, "password": world.PASSWORD}}},
            "scope": {"project": {"name": "eu-nl", "domain": {"name": world.DOMAIN}}}}}  # fmt: skip
        document, given = stage.log_in(self.standin, login)
        project, domain = document["token"]["project"]["id"], document["token"]["user"]["domain"]["id"]
        self.facts["domain"] = domain
        self.secrets["given.token"] = given
        scopes = f"""    scopes:
      eu-de: {{project_name: eu-de}}
      by-id: {{project_id: {project}}}
      global: {{domain_name: {world.DOMAIN}}}
      bare: {{unscoped: true}}
"""
        self.identities = (
            password("ci", more=scopes) + identity("app", BY_CREDENTIAL, "    auth_type: v3applicationcredential\n")
            + identity("given", BY_TOKEN, "    auth_type: v3token\n")
            + password("bot", "mfa-bot", "    scopes: {a: {project_name: eu-de}, b: {project_name: eu-nl}}\n", TOTP)
            + password("locked", "limited-bot"))  # fmt: skip

    def play(self):
        daemon, doubted, dropped = self.daemon, "project:eu-de_staging", f"domain_id:{self.facts['domain']}"
        for each in ("ci/eu-de", "ci/by-id", "ci/global", "ci/bare", "ci/project:eu-nl", "app/default", "given/default", "bot/a", "bot/b"):
            self.get(*each.split("/", 1))
        self.reaches("locked", "rejected")
        first = daemon.ask("GET", f"/v1/tokens/ci/{doubted}").json["fingerprint"]
        self.standin.control("revoke", {"user": "ci-bot"})
        body = json.dumps({"fingerprint": first, "status": 401, "body": '{"error_code":"APIG.0307"}'})
        assert daemon.ask("POST", f"/v1/tokens/ci/{doubted}/report", body).json["verdict"] == "invalidated"
        self.get("ci", doubted)
        self.refused[f"ci/{doubted}"] = first
        self.refused[f"ci/{dropped}"] = daemon.ask("GET", f"/v1/tokens/ci/{dropped}").json["fingerprint"]
        self.standin.control("fault", {"kind": "status", "count": -1})
        assert daemon.ask("DELETE", f"/v1/tokens/ci/{dropped}").status == 204
        self.is_kept(lambda state: len(state.refused) == 2)


class Person(Scene):
    """An IAM of the other kind, that asks for a passcode once it has seen the password; a person gave one."""

    name = "person"
    credentials = ("person.password",)
    identities = password("person", "mfa-bot")

    def prepare(self):
        self.standin.control("set", {"dialect": "keystone"})

    def play(self):
        assert self.daemon.ask("GET", "/v1/tokens/person/eu-de").status == 409
        passcode = self.standin.control("passcode?user=mfa-bot")["passcode"]
        assert self.daemon.ask("POST", "/v1/identities/person/passcode", json.dumps({"passcode": passcode})).status == 204
        self.get("person", "eu-de")


class NoRescoping(Scene):
    """An IAM that does not open further scopes from one login."""

    name = "no-rescoping"
    credentials = ("ci.password",)
    identities = password("ci", more="    rescope: always\n" + WARM)

    def prepare(self):
        self.standin.control("fault", {"kind": "delay", "ms": 0})  # the login itself passes
        self.standin.control("fault", {"kind": "status", "status": 403})

    def play(self):
        self.get("ci", "eu-de")
        assert self.daemon.lines("rescoping_refused"), self.daemon.log


class Fresh(Scene):
    """Nothing has ever gone wrong."""

    name = "fresh"
    credentials = ("ci.password",)
    identities = password("ci")

    def play(self):
        self.get("ci", "eu-de")


class Rejected(Scene):
    """A password that the IAM has refused, and that is not tried again."""

    name = "rejected"
    credentials = ("locked.password",)
    identities = password("locked")

    def play(self):
        self.reaches("locked", "rejected")
        self.is_kept(lambda state: '"refused":2' in state.guard)


class InFlight(Scene):
    """A crash in the midst of the login that was to settle whether a password is wrong."""

    name = "in-flight"
    credentials = ("locked.password",)
    identities = password("locked")

    def prepare(self):
        self.standin.control("hold", {})

    def play(self):
        self.standin.control("wait?held=1")
        self.standin.control("release", {"count": 1})
        self.standin.control("wait?logins=2")
        self.is_kept(lambda state: '"refused":1,"in_flight":true' in state.guard)

    def end(self):
        self.daemon.stop(signal.SIGKILL)


class Exhausted(Scene):
    """Four logins that were refused, with two passwords."""

    name = "exhausted"
    credentials = ("locked.password",)
    identities = password("locked")

    def play(self):
        self.reaches("locked", "rejected")
        self.daemon.stop()
        self.secrets["locked.password"] = "another-that-is-wrong"
        self.daemon.give(**self.secrets)
        self.daemon.kept = list(self.manager.kept.items())
        self.daemon.start()
        self.reaches("locked", "rejected")
        self.is_kept(lambda state: state.guard.count('"refused":2') == 2)


def pack_client(path):
    """The sources of the client library, the same bytes whenever and wherever they are packed."""
    library = [ROOT / "client", *(ROOT / "client" / folder for folder in ("bytes", "connection", "call", "kept", "api"))]
    names = [
        path.relative_to(ROOT).as_posix()
        for kind in ("*.c", "*.h", "*.hpp", "*.map")
        for folder in library
        for path in sorted(folder.glob(kind))
    ]
    with tarfile.open(path, "w:xz", format=tarfile.USTAR_FORMAT, preset=9) as archive:
        for name in [*names, "common/errors.h", "common/socket_path.c", "common/socket_path.h"]:
            data = (ROOT / name).read_bytes()
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))


def main():
    into = pathlib.Path(sys.argv[2])
    for scene in (Everything, Person, NoRescoping, Fresh, Rejected, InFlight, Exhausted):
        shutil.rmtree(into / scene.name, ignore_errors=True)
        scene().record(into)
        print(f"{scene.name}: {(into / scene.name / 'state').stat().st_size} bytes of state")
    (into / "config").mkdir(exist_ok=True)
    for source in ("conf/tokenward.yaml", "conf/minimal.yaml", "systemd/packaging/tokenward.yaml"):
        shutil.copyfile(ROOT / source, into / "config" / source.replace("/", "-"))
    pack_client(into / "libtokenward.tar.xz")


if __name__ == "__main__":
    main()
