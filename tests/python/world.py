"""The IAM stand-in and a daemon that logs in to it, as the tests of Python and of the examples start them.

The programs are named by $TOKENWARD_DAEMON and $TOKENWARD_STANDIN.
"""
import http.client
import json
import os
import pathlib
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
import types
import unittest
import urllib.request

DAEMON = os.environ.get("TOKENWARD_DAEMON", "tokenwardd")
STANDIN = os.environ.get("TOKENWARD_STANDIN", "tokenward-iam-standin")
PATIENCE = 60  # seconds that a slow machine may take for anything; reached only when a test fails
DOMAIN = "OTC00000000001000000000"
USER = "ci-bot"
PASSWORD = "stand-in-password-of-ci-bot"


def skip_without(what, packages):
    """Ends the test program, for want of `what`: red for root and in CI, which can install it, else a skip."""
    print(f"skipped: {what} is not installed (./dev setup installs {packages})", file=sys.stderr)
    sys.exit(1 if os.geteuid() == 0 or os.environ.get("CI") == "true" else 77)


class StandIn:
    """An IAM with services, on loopback; ends with `close`."""

    def __init__(self, **settings):
        self._process = subprocess.Popen(
            [STANDIN, "--die-with-parent"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)  # fmt: skip
        self.url = self._process.stdout.readline().removeprefix("ready ").strip()
        if settings:
            self.control("set", settings)

    def close(self):
        self._process.terminate()
        self._process.wait(PATIENCE)
        self._process.stdout.close()

    def control(self, what, body=None):
        """The answer of /control/WHAT; POST if there is a body."""
        text = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(f"{self.url}/control/{what}", text, PATIENCE) as answer:
            return json.load(answer)

    def revoke(self):
        self.control("revoke", {})

    def logins(self):
        return self.control("state")["logins"]["attempted"]


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=PATIENCE)
        self._path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class Daemon:
    """tokenwardd in `folder` with the given identities, each of which is the stand-in's `ci-bot` with scope `eu-de`.

    `program` is the command that is it, without arguments; none is $TOKENWARD_DAEMON."""

    def __init__(self, folder, standin, identities=("ci",), program=()):
        self._program = [*program] or [DAEMON]
        self._folder = pathlib.Path(folder)
        self.socket = str(self._folder / "socket")
        password = self._folder / "password"
        password.touch(0o600)
        password.write_text(PASSWORD + "\n")
        auth = {"auth_url": f"{standin.url}/v3", "username": USER, "user_domain_name": DOMAIN,
                "password": {"file": str(password)}}  # fmt: skip
        identity = {"auth_type": "password", "auth": auth, "scopes": {"eu-de": {"project_name": "eu-de"}}}
        configuration = {"socket": {"path": self.socket}, "identities": {name: identity for name in identities}}
        (self._folder / "tokenward.yaml").write_text(json.dumps(configuration))  # JSON is YAML
        self.start()

    def start(self):
        with open(self._folder / "log", "ab") as log:
            self._process = subprocess.Popen(
                [*self._program, "--config", str(self._folder / "tokenward.yaml")], env={**os.environ, "no_proxy": "*"},
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)  # fmt: skip
        ended = os.pidfd_open(self._process.pid)
        deadline = time.monotonic() + PATIENCE
        try:
            while not self._answers():
                log = (self._folder / "log").read_text()
                assert not select.select([ended], [], [], 0.02)[0], f"the daemon ended by itself:\n{log}"
                assert time.monotonic() < deadline, f"the daemon does not answer:\n{log}"
        finally:
            os.close(ended)

    def change(self, how):
        """Starts anew with each identity of the configuration as `how` leaves it."""
        self.stop()
        file = self._folder / "tokenward.yaml"
        configuration = json.loads(file.read_text())
        for identity in configuration["identities"].values():
            how(identity)
        file.write_text(json.dumps(configuration))
        self.start()

    def stop(self, with_signal=signal.SIGTERM):
        self._process.send_signal(with_signal)
        self._process.wait(PATIENCE)

    def ask(self, method, target, body=None):
        connection = _UnixConnection(self.socket)
        try:
            connection.request(method, target, body, {"Content-Type": "application/json"} if body else {})
            answer = connection.getresponse()
            content = answer.read()
            return types.SimpleNamespace(status=answer.status, json=json.loads(content) if content else None)
        finally:
            connection.close()

    def token(self, identity="ci", scope="eu-de"):
        """The current token, which must be there."""
        answer = self.ask("GET", f"/v1/tokens/{identity}/{scope}")
        assert answer.status == 200, answer.json
        return answer.json["token"]

    def _answers(self):
        try:
            return self.ask("GET", "/healthz").status == 200
        except (FileNotFoundError, ConnectionRefusedError):
            return False


class Test(unittest.TestCase):
    """A test with a folder of its own, in which it may have a stand-in and a daemon."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="tokenward-python-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def stand_in(self, **settings):
        standin = StandIn(**settings)
        self.addCleanup(standin.close)
        return standin

    def daemon(self, standin, **settings):
        daemon = Daemon(self.folder, standin, **settings)
        self.addCleanup(daemon.stop)
        return daemon
