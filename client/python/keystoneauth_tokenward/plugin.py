"""The identity plugin for keystoneauth, which asks the daemon for everything."""
from __future__ import annotations

import hashlib
import logging
import os
import threading
import time
import weakref
from typing import Any

from keystoneauth1 import access, exceptions, plugin
from keystoneauth1.identity import base
from keystoneauth1.session import Session

from keystoneauth_tokenward import errors
from keystoneauth_tokenward.daemon import DEFAULT_TIMEOUT, Daemon

LOG = logging.getLogger(__name__)
WORTH_ANOTHER_TRY = ("invalidated", "already_replaced")


class Tokenward(base.BaseIdentityPlugin):
    """Tokens of one identity for one scope, from the daemon.

    :param tokenward_scope: a name from the daemon's configuration, or project:NAME, project_id:ID, domain:NAME,
        domain_id:ID, unscoped
    :param tokenward_identity: whose tokens; else $TOKENWARD_IDENTITY, else the only identity that this user may use
    :param tokenward_socket: the path of the daemon's socket; else $TOKENWARD_SOCKET and the usual paths
    :param tokenward_min_ttl: seconds for which a token must still be valid when it is used; at most its whole life
    :param tokenward_timeout: seconds within which the daemon must answer
    :param kwargs: ignored, because tools pass the options of other plugins too
    :raises keystoneauth1.exceptions.OptionError: an option is not a number, or out of range

    Thread-safe, and usable in the parent and the child of a fork. Only methods that need a token ask the daemon; they
    raise :class:`keystoneauth_tokenward.TokenwardError`.
    """

    def __init__(
        self,
        tokenward_scope: str,
        tokenward_identity: str | None = None,
        tokenward_socket: str | None = None,
        tokenward_min_ttl: int | str | None = None,
        tokenward_timeout: float | str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__()
        if not tokenward_scope:
            raise exceptions.OptionError("tokenward: no scope: set tokenward_scope, such as eu-de or project:NAME")
        self.scope = tokenward_scope
        self._identity = tokenward_identity or None
        self._min_ttl = int(_number("tokenward_min_ttl", tokenward_min_ttl, 0))
        timeout = _number("tokenward_timeout", tokenward_timeout, DEFAULT_TIMEOUT)
        if timeout == 0:
            raise exceptions.OptionError("tokenward: tokenward_timeout is 0: say how many seconds a call may take")
        self._daemon = Daemon(tokenward_socket or None, timeout)
        self._life: tuple[str, float] = ("", 0.0)  # a token, and when it expires on the clock of _now()
        self._in_use = threading.local()  # .token: the last that this thread got
        self._make_lock()
        _plugins.add(self)

    def _make_lock(self) -> None:
        self._guard = threading.Lock()  # guards auth_ref; held while the daemon is asked, so that only one thread asks

    @property
    def identity(self) -> str:
        """Whose tokens these are; asks the daemon if it is not set. Raises errors.WhichIdentity."""
        if self._identity is None:
            self._identity = os.environ.get("TOKENWARD_IDENTITY") or self._only_identity()
        return self._identity

    def _only_identity(self) -> str:
        names = self._daemon.identities(self.scope)
        if len(names) == 1:
            return names[0]
        detail = (
            f"which identity? you may use {', '.join(names)}: set tokenward_identity or TOKENWARD_IDENTITY"
            if names
            else "this user may use no identity: ask for a rule under `allow` in the daemon's configuration"
        )
        failure = errors.WhichIdentity(f"tokenward: scope {self.scope}: {detail}")
        failure.detail = detail
        raise failure

    def get_auth_ref(self, session: Session | None, **kwargs: Any) -> access.AccessInfo:
        """The daemon's current token, with the IAM's description of it, including the catalog."""
        asked = _now()
        document = self._daemon.token(self.identity, self.scope, self._min_ttl)
        token, body, life = (document.get(key) for key in ("token", "body", "expires_in"))
        described = isinstance(body, dict) and isinstance(body.get("token"), dict)
        if not isinstance(token, str) or not isinstance(life, (int, float)) or not described:
            raise errors.BadAnswer(f"tokenward: {self.identity}/{self.scope}: the daemon's answer lacks the token, its "
                                   "life or its description: are daemon and plugin of the same version?")  # fmt: skip
        self._life = (token, asked + life)
        found = access.create(body=body, auth_token=token)
        if self.auth_url is None and found.has_service_catalog():
            urls = found.service_catalog.get_urls(service_type="identity", interface="public")
            self.auth_url = next(iter(urls), None)
        return found

    def get_access(self, session: Session | None, **kwargs: Any) -> access.AccessInfo:
        """The description of the held token, or of a new one if that one expires soon."""
        with self._guard:
            if self._needs_reauthenticate():
                self.auth_ref = self.get_auth_ref(session)
            return self.auth_ref

    def _needs_reauthenticate(self) -> bool:
        """Whether the token expires soon, on a clock that steps of the system time do not change; if the token is not
        from the daemon, by its own expiry time."""
        if not self.auth_ref or not self.reauthenticate:
            return not self.auth_ref
        margin = max(self.MIN_TOKEN_LIFE_SECONDS, self._min_ttl)
        token, end = self._life
        if token == self.auth_ref.auth_token:
            return bool(end - _now() < margin)
        return bool(self.auth_ref.will_expire_soon(margin))

    def get_token(self, session: Session | None, **kwargs: Any) -> str:
        """A valid token. The next invalidate() of the calling thread is about this one."""
        token = self.get_access(session).auth_token
        self._in_use.token = token
        return str(token)

    def invalidate(self) -> bool:
        """Reports to the daemon that a service refused (401) the last token of this thread.

        Returns whether a new token may help. It does not if the daemon knows that the token is valid: then the reason
        is the region, the request or the permissions. Raises nothing, so that the caller sees the service's answer.
        """
        with self._guard:
            held = self.auth_ref.auth_token if self.auth_ref else None
        refused = getattr(self._in_use, "token", None) or held
        self._in_use.token = None
        if not refused:
            return False
        try:
            verdict = self._daemon.report(self.identity, self.scope, _fingerprint(refused), 401)
        except errors.TokenwardError as error:
            LOG.warning("a token was refused, and the daemon could not be told: %s", error)
            self._forget(refused)
            return False
        if verdict not in WORTH_ANOTHER_TRY:
            LOG.warning(
                "tokenward: %s/%s: a service refused the token, and a new one would not help (%s): look at the region, "
                "the request and the permissions", self.identity, self.scope, verdict)  # fmt: skip
            return False
        self._forget(refused)
        return True

    def _forget(self, token: str) -> None:
        with self._guard:
            if self.auth_ref and self.auth_ref.auth_token == token:
                self.auth_ref = None

    def get_endpoint_data(self, session: Session | None, *args: Any, **kwargs: Any) -> Any:
        """The endpoint of a service, from the catalog. The IAM's URL need not be configured: it is that of the catalog,
        else the one at which the daemon logs in."""
        if kwargs.get("interface") is plugin.AUTH_INTERFACE:
            self.get_access(session)
            if self.auth_url is None:
                self.auth_url = self._daemon.auth_url(self.identity)
        return super().get_endpoint_data(session, *args, **kwargs)

    def get_cache_id(self) -> None:
        """None, so that no copy of a token is kept anywhere else."""
        return None

    def get_auth_state(self) -> None:
        """None, for the same reason."""
        return None


_plugins: weakref.WeakSet[Tokenward] = weakref.WeakSet()


def _after_fork() -> None:
    # In the child, a lock that another thread held at the fork would stay locked for ever.
    for each in list(_plugins):
        each._make_lock()


os.register_at_fork(after_in_child=_after_fork)


def _now() -> float:
    """Seconds on a clock that also runs while the machine is suspended."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def _fingerprint(token: str) -> str:
    """The fingerprint of a token."""
    return "sha256:" + hashlib.sha256(token.encode()).hexdigest()[:16]


def _number(name: str, value: float | str | None, default: float) -> float:
    """An option as a number of seconds. In files and variables it is text."""
    if value is None or value == "":
        return default
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = -1
    if not 0 <= number <= 1e9:
        raise exceptions.OptionError(f"tokenward: {name} is {value!r}: it is a number of seconds, 0 or more")
    return number
