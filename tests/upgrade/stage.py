"""A daemon with a past: the stand-in, a service manager that keeps descriptors, and what an earlier daemon has left.

An identity's tokens are taken up only if it still logs in in the same way, address of the IAM included. So the recorded
configurations name an IAM that does not exist, and the daemon is led to the stand-in by a proxy in its environment.
"""
import array
import contextlib
import fcntl
import json
import os
import pathlib
import re
import socket
import socketserver
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.request

import world

PATIENCE = world.PATIENCE
SEALS = fcntl.F_SEAL_SEAL | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE
# Passes descriptors on as systemd does: from 3 on, and with the pid of who gets them.
PASS_ON = """
import os, sys
for number, fd in enumerate(map(int, sys.argv[1].split(","))):
    os.dup2(fd, 3 + number)
os.environ["LISTEN_PID"] = str(os.getpid())
os.execv(sys.argv[2], sys.argv[2:])
"""


def eventually(holds, limit=PATIENCE):
    """Whether it holds before the time is over."""
    deadline = time.monotonic() + limit
    while not (found := holds()):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)  # polls: `holds` asks other processes, which announce nothing
    return found


def log_in(standin, request):
    """A login without the daemon: the IAM's answer and the token."""
    url = f"{standin.url}/v3/auth/tokens"
    asked = urllib.request.Request(url, json.dumps(request).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(asked, timeout=PATIENCE) as answer:
        return json.load(answer), answer.headers["X-Subject-Token"]


class Proxy:
    """Whatever a client wants to CONNECT to: it gets the stand-in."""

    def __init__(self, standin):
        host, _, port = standin.url.removeprefix("http://").partition(":")

        class Tunnel(socketserver.BaseRequestHandler):
            def handle(self):
                with contextlib.suppress(OSError), socket.create_connection((host, int(port))) as there:
                    head = b""
                    while not head.endswith(b"\r\n\r\n"):
                        head += self.request.recv(1)
                        assert head, "hung up"
                    self.request.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                    back = threading.Thread(target=self.pump, args=(there, self.request))
                    back.start()
                    self.pump(self.request, there)
                    back.join()

            @staticmethod
            def pump(source, target):
                with contextlib.suppress(OSError):
                    while data := source.recv(65536):
                        target.sendall(data)
                    target.shutdown(socket.SHUT_WR)

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True

        self._server = Server(("127.0.0.1", 0), Tunnel)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()


class Manager:
    """Listens as the service manager does; `kept` is what it was given to keep, by name, and is still there."""

    def __init__(self, folder):
        self.address = f"{folder}/notify"
        self.kept = {}
        self.forgotten = set()
        self.kept_in_all = 0
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(self.address)
        threading.Thread(target=self._listen, daemon=True).start()

    def close(self):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as bell:
            bell.sendto(b"END", self.address)

    def _listen(self):
        with self._socket:
            while True:
                text, control, _, _ = self._socket.recvmsg(4096, socket.CMSG_SPACE(16))
                fds = array.array("i")
                for _, _, data in control:
                    fds.frombytes(data[: len(data) // fds.itemsize * fds.itemsize])
                if text == b"END":
                    return
                self._take(dict(line.partition("=")[::2] for line in text.decode().splitlines()), list(fds))

    def _take(self, said, fds):
        if "FDSTORE" in said:
            size = os.fstat(fds[0]).st_size
            self.kept[said["FDNAME"]] = os.pread(fds[0], size, 0)
            self.kept_in_all += 1
        if "FDSTOREREMOVE" in said:
            self.kept.pop(said["FDNAME"], None)
            self.forgotten.add(said["FDNAME"])
        for fd in fds:
            os.close(fd)


def sealed(data):
    """A descriptor of memory that holds `data`, as the service manager passes it."""
    fd = os.memfd_create("tokenward-state", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.write(fd, data)
    fcntl.fcntl(fd, fcntl.F_ADD_SEALS, SEALS)
    high = fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 100)  # away from where it is to be passed
    os.close(fd)
    return high


class Daemon(world.Daemon):
    """tokenwardd in `folder` with a configuration's text and systemd's credentials, by name. `guard`: what is in its
    state directory; `kept`: what the manager passes, pairs of a name and the bytes."""

    def __init__(self, folder, proxy, *, text, credentials, manager=None, guard=None, kept=()):
        self._folder = pathlib.Path(folder)
        self.socket = str(self._folder / "socket")
        self.kept = kept
        for name in ("state", "credentials"):
            (self._folder / name).mkdir(mode=0o700, exist_ok=True)
        self.give(**credentials)
        (self._folder / "tokenward.yaml").write_text(text)
        if guard is not None:
            self.guard_file.write_text(guard)
        self._environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        self._environment |= {
            "http_proxy": proxy.url, "STATE_DIRECTORY": str(self._folder / "state"), "TOKENWARD_SOCKET": "",
            "CREDENTIALS_DIRECTORY": str(self._folder / "credentials"), "NOTIFY_SOCKET": manager.address if manager else "",
        }  # fmt: skip
        self.start()

    def give(self, **credentials):
        for name, value in credentials.items():
            file = self._folder / "credentials" / name
            file.touch(0o600)
            file.write_text(value + "\n")

    @property
    def guard_file(self):
        return self._folder / "state" / "guard.json"

    @property
    def log(self):
        return (self._folder / "log").read_text()

    def clear_log(self):
        (self._folder / "log").write_text("")

    def lines(self, event):
        """The lines of the log that tell of it."""
        return re.findall(rf"^.*\bevent={event}\b.*$", self.log, re.M)

    def states(self, identity):
        """The state of each of its scopes, by name."""
        for each in self.ask("GET", "/v1/status").json["identities"]:
            if each["identity"] == identity:
                return {scope["scope"]: scope["state"] for scope in each["scopes"]}
        return {}

    def start(self):
        command = [world.DAEMON, "--config", str(self._folder / "tokenward.yaml"), "--socket", self.socket]
        fds = [sealed(data) for _, data in self.kept]
        environment = dict(self._environment)
        if fds:
            environment |= {"LISTEN_FDS": str(len(fds)), "LISTEN_FDNAMES": ":".join(name for name, _ in self.kept)}
            command = [sys.executable, "-c", PASS_ON, ",".join(map(str, fds)), *command]
        with open(self._folder / "log", "ab") as log:
            before = log.tell()
            self._process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                             pass_fds=fds)  # fmt: skip
        for fd in fds:
            os.close(fd)

        def ready():
            assert self._process.poll() is None, f"the daemon ended by itself:\n{self.log}"
            return "event=ready" in self.log[before:]

        assert eventually(ready), f"the daemon is not ready:\n{self.log}"


class Test(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="tokenward-upgrade-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.standin = world.StandIn()
        self.addCleanup(self.standin.close)
        self.proxy = Proxy(self.standin)
        self.addCleanup(self.proxy.close)
        self.manager = Manager(self.folder)
        self.addCleanup(self.manager.close)

    def daemon(self, **what):
        daemon = Daemon(self.folder, self.proxy, manager=self.manager, **what)
        self.addCleanup(daemon.stop)
        return daemon

    def logins(self):
        return self.standin.control("state")["logins"]
