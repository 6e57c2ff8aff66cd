"""A keystoneauth plugin that takes tokens from the Tokenward daemon of this machine: `auth_type: tokenward`.

    from keystoneauth1.session import Session
    from keystoneauth_tokenward import Tokenward

    session = Session(auth=Tokenward(tokenward_identity="ci", tokenward_scope="eu-de"))
"""
from keystoneauth_tokenward._version import __version__
from keystoneauth_tokenward.errors import (
    BadAnswer,
    ConnectionLost,
    CredentialRejected,
    Denied,
    IamProtocol,
    IamUnavailable,
    NoAnswer,
    NoDaemon,
    NotFound,
    PasscodeRequired,
    RefusedByDaemon,
    SocketDenied,
    TokenwardError,
    WaitOver,
    WhichIdentity,
)
from keystoneauth_tokenward.loader import Loader
from keystoneauth_tokenward.plugin import Tokenward

__all__ = [
    "BadAnswer",
    "ConnectionLost",
    "CredentialRejected",
    "Denied",
    "IamProtocol",
    "IamUnavailable",
    "Loader",
    "NoAnswer",
    "NoDaemon",
    "NotFound",
    "PasscodeRequired",
    "RefusedByDaemon",
    "SocketDenied",
    "Tokenward",
    "TokenwardError",
    "WaitOver",
    "WhichIdentity",
    "__version__",
]
