"""The real programs, `tokenwardd` and `tokenward`, each daemon in a private folder with its own configuration."""
import contextlib
import http.client
import itertools
import json
import os
import pty
import select
import signal
import socket
import subprocess
import time
import types
from urllib.parse import quote

import servers
from cloud import DOMAIN, PATIENCE, PROJECT

DAEMON = os.environ.get("TOKENWARD_DAEMON", "tokenwardd")
COMMAND = os.environ.get("TOKENWARD_COMMAND", "tokenward")


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=PATIENCE)
        self._path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class Daemon:
    """tokenwardd with one identity, `ci`, whose secrets are in files.

    The identity is `user`, who logs in by password, unless said: `login` has the members of `auth` that name
    somebody, `secrets` those that prove it, by their keys. Whatever else is given is a member of the identity.
    """

    _numbers = itertools.count(1)

    def __init__(self, keystone, user, server="plain", auth_url=None, scopes=None, login=None, secrets=None,
                 **identity):  # fmt: skip
        self._folder = keystone.home / f"daemon-{next(self._numbers)}"
        for folder in (self._folder, self._folder / "state"):
            folder.mkdir(mode=0o700)
        self._user = user
        self._secrets = set()  # that the log must not show
        self.scopes = scopes if scopes is not None else {PROJECT: {"project_name": PROJECT}}
        if login is None:
            login = {"username": user.name, "user_domain_name": DOMAIN}
        if secrets is None:
            secrets = {"password": user.password}
        files = {key: {"file": str(self._folder / key)} for key in secrets}
        auth = {"auth_url": auth_url or keystone.url(server), **login, **files}
        self._identity = {"auth_type": "password", "auth": auth, **identity}
        for key, secret in secrets.items():
            self.write_secret(key, secret)
        self._process = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, kind, *_):
        self._end(signal.SIGTERM)
        log = self._log()
        if kind is not None:
            print("--- the daemon's log", log[-4000:], sep="\n")
        assert not [1 for secret in self._secrets if secret in log], "the daemon's log shows a secret"
        assert self._process.returncode == 0, f"the daemon ended with {self._process.returncode}"

    def start(self):
        self._write_configuration()
        with open(self._folder / "log", "ab") as log:
            self._process = subprocess.Popen(
                [DAEMON, "--config", str(self._folder / "tokenward.yaml")],
                env={**os.environ, "no_proxy": "*", "STATE_DIRECTORY": str(self._folder / "state")},
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=servers.die_with_parent)  # fmt: skip
        self.until(self._answers)

    def kill(self):
        """As the kernel does when memory is short: nothing can be put in order."""
        self._end(signal.SIGKILL)

    def _end(self, with_signal):
        self._process.send_signal(with_signal)
        self._process.wait(PATIENCE)

    def reload(self):
        """SIGHUP, and waits until it has been carried out, which a scope that is new in the file shows."""
        mark = f"reload-{len(self.scopes)}"
        self.scopes[mark] = {"project_name": mark}
        self._write_configuration()
        self._process.send_signal(signal.SIGHUP)
        self.until(lambda: mark in json.dumps(self._request("GET", "/v1/status").json))

    def _write_configuration(self):
        configuration = {
            "socket": {"path": str(self._folder / "socket")},
            "identities": {"ci": {**self._identity, **({"scopes": self.scopes} if self.scopes else {})}},
        }
        (self._folder / "tokenward.yaml").write_text(json.dumps(configuration, indent=1))  # JSON is YAML

    def write_password(self, password):
        self.write_secret("password", password)

    def write_secret(self, key, secret):
        """In one step, so that nobody ever reads half of it."""
        new = self._folder / f"{key}.new"
        with open(new, "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            file.write(secret + "\n")
        new.rename(self._folder / key)
        self._secrets.add(secret)

    def get(self, scope=PROJECT, **query):
        parameters = "&".join(f"{key}={value}" for key, value in query.items())
        answer = self._request("GET", f"/v1/tokens/ci/{quote(scope, safe=':')}" + (f"?{parameters}" if parameters else ""))
        if answer.status == 200:
            self._secrets.add(answer.json["token"])
        return answer

    def token(self, scope=PROJECT):
        """The token document, which must be there."""
        answer = self.get(scope)
        assert answer.status == 200, f"{scope}: {answer.status} {answer.json}"
        return answer.json

    def report(self, document, status, body):
        """The verdict on what a service said to the token."""
        text = json.dumps({"fingerprint": document["fingerprint"], "status": status, "body": body})
        answer = self._request("POST", f"/v1/tokens/ci/{document['scope']}/report", text)
        assert answer.status == 200, f"report: {answer.status} {answer.json}"
        return answer.json["verdict"]

    def command(self, *arguments):
        """Runs `tokenward ARGUMENTS…` on this daemon."""
        return subprocess.run(
            [COMMAND, *arguments], env=self._environment(), stdin=subprocess.DEVNULL, capture_output=True,
            text=True, timeout=PATIENCE, check=False)  # fmt: skip

    def log_in(self, passcode):
        """`tokenward login`, at whose prompt a person types the passcode; its exit status and the screen."""
        child, terminal = pty.fork()
        if child == 0:
            os.execve(COMMAND, [COMMAND, "login"], self._environment())
        screen = b""
        try:
            while b"Passcode for ci: " not in screen:
                screen += os.read(terminal, 4096)  # raises OSError when it ends without having asked
            os.write(terminal, f"{passcode[:3]} {passcode[3:]}\n".encode())
            with contextlib.suppress(OSError):  # the end of a terminal
                while more := os.read(terminal, 4096):
                    screen += more
        finally:
            os.close(terminal)  # a hang-up, if it should still be there
            status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        return status, screen.decode()

    @property
    def socket(self):
        return str(self._folder / "socket")

    def _environment(self):
        return {**os.environ, "TOKENWARD_SOCKET": self.socket}

    def status(self):
        """What /v1/status says of the scopes, by name."""
        identities = self._request("GET", "/v1/status").json["identities"]
        return {scope["scope"]: scope for identity in identities for scope in identity["scopes"]}

    def until(self, condition):
        """Asks again and again until `condition` gives something, and gives that; a daemon that ends is an end."""
        ended = os.pidfd_open(self._process.pid)
        deadline = time.monotonic() + PATIENCE
        try:
            while not (something := condition()):
                assert not select.select([ended], [], [], 0.05)[0], f"the daemon ended by itself:\n{self._log()}"
                assert time.monotonic() < deadline, "it did not happen in time"
            return something
        finally:
            os.close(ended)

    def _log(self):
        return (self._folder / "log").read_text()

    def _answers(self):
        try:
            return self._request("GET", "/healthz").status == 200
        except (FileNotFoundError, ConnectionRefusedError):
            return False

    def _request(self, method, target, body=None):
        connection = UnixConnection(self._folder / "socket")
        try:
            connection.request(method, target, body, {"Content-Type": "application/json"} if body else {})
            answer = connection.getresponse()
            content = answer.read()
            return types.SimpleNamespace(
                status=answer.status, headers=answer.headers, json=json.loads(content) if content else None)  # fmt: skip
        finally:
            connection.close()
