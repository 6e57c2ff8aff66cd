"""The entry point of the plugin, and its options."""
from __future__ import annotations

from keystoneauth1 import loading

from keystoneauth_tokenward.plugin import Tokenward


class Loader(loading.BaseLoader):
    """The entry point `tokenward`. Every option begins with `tokenward-`, since each becomes a global flag of the
    `openstack` command (`--os-tokenward-…`) and a variable (`OS_TOKENWARD_…`)."""

    @property
    def plugin_class(self) -> type[Tokenward]:
        return Tokenward

    def get_options(self) -> list[loading.Opt]:
        return [
            *super().get_options(),
            loading.Opt("tokenward-identity",
                        help="Identity whose token to use, from the daemon's configuration; else TOKENWARD_IDENTITY, "
                             "else the only one that you may use"),
            loading.Opt("tokenward-scope", required=True,
                        help="Scope of the token: a name from the daemon's configuration, or project:NAME, "
                             "project_id:ID, domain:NAME, domain_id:ID, unscoped"),
            loading.Opt("tokenward-socket",
                        help="Path of the daemon's socket; else TOKENWARD_SOCKET and the usual paths"),
            loading.Opt("tokenward-min-ttl", type=int,
                        help="Seconds for which the token must still be valid"),
            loading.Opt("tokenward-timeout", type=float,
                        help="Seconds within which the daemon must answer (default 35)"),
        ]  # fmt: skip
