"""The errors of the plugin, which are also exceptions that callers of keystoneauth handle already."""
from __future__ import annotations

from typing import Any, Mapping

from keystoneauth1 import exceptions


class TokenwardError(exceptions.ClientException):
    """The base of all exceptions of this plugin. Its text says what happened, to whom, and what to do."""

    code: str = "other"
    """The daemon's CODE (`urn:tokenward:CODE`), or the name of an error that the plugin found."""
    detail: str = ""
    """The text without the identity and scope; from the daemon if it answered."""
    retry_after: float = 0
    """Seconds to wait before asking again; 0 = not known."""


class NoDaemon(TokenwardError, exceptions.ConnectFailure):
    """Nobody listens at the socket."""

    code = "no_daemon"


class SocketDenied(TokenwardError, exceptions.ConnectionError):
    """The permissions of the socket, or of a folder above it, keep this process out."""

    code = "socket_denied"


class ConnectionLost(TokenwardError, exceptions.ConnectionError):
    """The daemon hung up in the middle of an answer, twice."""

    code = "connection_lost"


class NoAnswer(TokenwardError, exceptions.ConnectTimeout):
    """The daemon did not answer before the plugin's own deadline (`tokenward-timeout`)."""

    code = "deadline"


class BadAnswer(TokenwardError, exceptions.AuthorizationFailure):
    """What answers at the socket is not a Tokenward daemon, or a newer one."""

    code = "protocol"


class WhichIdentity(TokenwardError, exceptions.OptionError):
    """No identity was named, and this user may use none, or several."""

    code = "which_identity"


class RefusedByDaemon(TokenwardError, exceptions.HttpError):
    """The daemon answered with an error; `http_status`, `code`, `detail` and `retry_after` are from its answer."""

    def __init__(self, message: str, problem: Mapping[str, Any], status: int) -> None:
        exceptions.HttpError.__init__(
            self, message=message, http_status=status, retry_after=_seconds(problem.get("retry_after"))
        )
        self.code = str(problem.get("type", "")).rpartition(":")[2] or "other"
        self.detail = str(problem.get("detail") or problem.get("title") or "")


class Denied(RefusedByDaemon, exceptions.Forbidden):
    """This user may not use the identity, or there is none of that name."""


class NotFound(RefusedByDaemon, exceptions.NotFound):
    """There is no such identity or scope, here or at the IAM."""


class PasscodeRequired(RefusedByDaemon, exceptions.Conflict):
    """The identity needs a person's MFA code: `tokenward login` takes it."""


class CredentialRejected(RefusedByDaemon, exceptions.Unauthorized):
    """The IAM refused the daemon's user, password or code. `http_status` is the daemon's 424."""


class IamProtocol(RefusedByDaemon, exceptions.BadGateway):
    """The IAM's answer can't be understood."""


class IamUnavailable(RefusedByDaemon, exceptions.ServiceUnavailable):
    """There is no valid token, and the IAM can't be reached or is failing."""


class WaitOver(RefusedByDaemon, exceptions.GatewayTimeout):
    """The daemon had no token in time."""


_BY_STATUS: Mapping[int, type[RefusedByDaemon]] = {
    403: Denied,
    404: NotFound,
    409: PasscodeRequired,
    424: CredentialRejected,
    502: IamProtocol,
    503: IamUnavailable,
    504: WaitOver,
}

_ADVICE: Mapping[str, str] = {
    "denied": "the rules are `allow` and `deny` in the daemon's configuration",
    "unknown_identity": "`tokenward identities` lists those that you may use",
}


def refused(target: str, status: int, problem: Mapping[str, Any]) -> RefusedByDaemon:
    """The exception for an error that the daemon answered with about `target` ("ci/eu-de")."""
    code = str(problem.get("type", "")).rpartition(":")[2]
    said = str(problem.get("detail") or problem.get("title") or "the daemon says no more")
    advice = f"; {_ADVICE[code]}" if code in _ADVICE else ""
    return _BY_STATUS.get(status, RefusedByDaemon)(f"tokenward: {target}: {said}{advice}", problem, status)


def _seconds(value: Any) -> float:
    return value if isinstance(value, (int, float)) and value > 0 else 0
