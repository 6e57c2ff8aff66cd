"""The four requests of the daemon's HTTP API that the plugin uses, over the Unix socket.

Each request has its own connection, so threads do not disturb each other and a forked child shares none.
"""
from __future__ import annotations

import http.client
import json
import os
import socket
import time
from typing import Any, Mapping, NoReturn
from urllib.parse import quote

from keystoneauth_tokenward import errors
from keystoneauth_tokenward._version import __version__

SYSTEM_SOCKET = "/run/tokenward/tokenward.sock"
DEFAULT_TIMEOUT = 35.0
STARTING = 5.0  # seconds for which a daemon that does not listen yet is waited for
_LARGEST_ANSWER = 16 << 20  # bytes; a full catalog has some hundred KiB


def socket_path(given: str | None = None) -> str:
    """Where the daemon listens: `given`, else $TOKENWARD_SOCKET, else $XDG_RUNTIME_DIR/tokenward/tokenward.sock if
    that exists, else /run/tokenward/tokenward.sock."""
    named = given or os.environ.get("TOKENWARD_SOCKET")
    if named:
        return os.path.expanduser(named)
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    own = f"{runtime}/tokenward/tokenward.sock"
    return own if runtime.startswith("/") and os.path.exists(own) else SYSTEM_SOCKET


class _Deadline:
    """The time at which a whole request, with its retries, must have ended."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds that are left; raises TimeoutError when there are none, since a timeout of 0 means something else."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


class _Connection(http.client.HTTPConnection):
    def __init__(self, path: str, deadline: _Deadline) -> None:
        super().__init__("tokenward")
        self._path = path
        self._deadline = deadline

    def connect(self) -> None:
        unix = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            unix.settimeout(self._deadline.left())
            unix.connect(self._path)
        except BaseException:
            unix.close()
            raise
        self.sock = unix

    def exchange(self, method: str, target: str, body: str | None) -> tuple[int, bytes]:
        """One request and its answer: status and body."""
        headers = {"Accept": "application/json", "Connection": "close",
                   "User-Agent": f"keystoneauth-tokenward/{__version__}"}  # fmt: skip
        if body is not None:
            headers["Content-Type"] = "application/json"
        try:
            self.connect()
            unix = self.sock
            self.request(method, target, body, headers)
            unix.settimeout(self._deadline.left())
            with self.getresponse() as answer:
                return answer.status, self._read(answer, unix)
        finally:
            self.close()

    def _read(self, answer: http.client.HTTPResponse, unix: socket.socket) -> bytes:
        if answer.length is None and not answer.chunked:  # the stream ended within the head
            raise ConnectionResetError("the answer was cut short")
        content = bytearray()
        # Since Python 3.13 the answer closes itself and the socket with the last byte, not after it.
        while not answer.isclosed():
            unix.settimeout(self._deadline.left())
            piece = answer.read1(1 << 16)
            if not piece:
                break
            content += piece
            if len(content) > _LARGEST_ANSWER:
                raise http.client.HTTPException("the answer is too large")
        if answer.length:  # read1() does not raise when the stream ends too early
            raise ConnectionResetError("the answer was cut short")
        return bytes(content)


class Daemon:
    """The daemon at a socket. Thread-safe; does not connect before the first call.

    `timeout`: seconds for each whole call. All calls raise errors.TokenwardError. A daemon that does not listen yet is
    waited for, for STARTING seconds at most. A call whose connection breaks, as in a restart, is sent once more; it has
    the same effect if it arrives twice.
    """

    def __init__(self, path: str | None = None, timeout: float = DEFAULT_TIMEOUT) -> None:
        self._given = path
        self._timeout = timeout

    def token(self, identity: str, scope: str, min_ttl: int = 0) -> Mapping[str, Any]:
        """The daemon's answer, with the IAM's as `body`; the token is valid for at least `min_ttl` seconds."""
        # The daemon should give up first, because it can say why.
        max_wait = max(1, int(self._timeout * 6 / 7))  # 0 would leave no time to fetch one
        query = f"include=body&max_wait={max_wait}" + (f"&min_ttl={min_ttl}" if min_ttl else "")
        return self._ask(f"{identity}/{scope}", "GET", f"{_path_of(identity, scope)}?{query}")

    def report(self, identity: str, scope: str, fingerprint: str, status: int) -> str:
        """Reports that a service answered `status` to the token `fingerprint`; returns the daemon's verdict."""
        said = json.dumps({"fingerprint": fingerprint, "status": status})
        answer = self._ask(f"{identity}/{scope}", "POST", f"{_path_of(identity, scope)}/report", said)
        return str(answer.get("verdict"))

    def identities(self, scope: str) -> list[str]:
        """The names of the identities that this process may use; `scope` is for error messages."""
        answer = self._ask(f"scope {scope}", "GET", "/v1/identities")
        return [str(entry.get("identity")) for entry in answer.get("identities", [])]

    def auth_url(self, identity: str) -> str | None:
        """The URL of an identity's IAM in the daemon's configuration; None if the daemon does not say."""
        answer = self._ask(f"identity {identity}", "GET", "/v1/status")
        urls = [entry.get("auth_url") for entry in answer.get("identities", []) if entry.get("identity") == identity]
        return str(urls[0]) if urls and urls[0] else None

    def _ask(self, about: str, method: str, target: str, body: str | None = None) -> Mapping[str, Any]:
        status, content = self._exchange(about, method, target, body)
        try:
            document = json.loads(content)
        except ValueError:
            document = None
        if not isinstance(document, dict):
            self._fail(errors.BadAnswer, about, "what answers at {} is no Tokenward daemon: look at the socket's path")
        if status != 200:
            raise errors.refused(about, status, document)
        return document

    def _exchange(self, about: str, method: str, target: str, body: str | None) -> tuple[int, bytes]:
        deadline = _Deadline(self._timeout)
        starting = time.monotonic() + min(STARTING, self._timeout)
        pause, cut_off = 0.01, False
        while True:
            try:
                try:
                    return _Connection(socket_path(self._given), deadline).exchange(method, target, body)
                except BlockingIOError:  # the daemon's backlog is full
                    pass
                except (FileNotFoundError, NotADirectoryError, ConnectionRefusedError):
                    if time.monotonic() + pause > starting:
                        raise
                except (ConnectionError, http.client.IncompleteRead):
                    if cut_off:
                        raise
                    cut_off = True
                time.sleep(min(pause, deadline.left()))
                pause = min(pause * 2, 0.25)
            except (OSError, http.client.HTTPException) as error:
                self._give_up(about, error)

    def _give_up(self, about: str, error: Exception) -> NoReturn:
        if isinstance(error, TimeoutError):
            self._fail(errors.NoAnswer, about, f"the daemon at {{}} did not answer in {self._timeout:g} s: see its log")
        if isinstance(error, PermissionError):
            self._fail(errors.SocketDenied, about, "no access to {}: its mode, or that of a folder above, keeps this "
                       "user out")  # fmt: skip
        if isinstance(error, (FileNotFoundError, NotADirectoryError, ConnectionRefusedError)):
            self._fail(errors.NoDaemon, about, "no daemon at {}: start it (systemctl start tokenward), or say where it "
                       "is with tokenward_socket or TOKENWARD_SOCKET")  # fmt: skip
        if isinstance(error, (ConnectionError, http.client.IncompleteRead)):
            self._fail(errors.ConnectionLost, about, "the daemon at {} hung up twice before it had answered: see its "
                       "log")  # fmt: skip
        if isinstance(error, http.client.HTTPException):
            self._fail(errors.BadAnswer, about, "what answers at {} is no Tokenward daemon: look at the socket's path")
        self._fail(errors.ConnectionLost, about, f"can't talk to the daemon at {{}}: {error}")

    def _fail(self, kind: type[errors.TokenwardError], about: str, what: str) -> NoReturn:
        detail = what.format(socket_path(self._given))
        failure = kind(f"tokenward: {about}: {detail}")
        failure.detail = detail
        raise failure from None


def _path_of(identity: str, scope: str) -> str:
    return f"/v1/tokens/{quote(identity, safe='')}/{quote(scope, safe=':')}"
