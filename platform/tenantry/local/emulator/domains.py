"""Lead a call of a domain to the stage that the domain's mappings name: the Host and the path decide.

The path may say the domain too, for whoever cannot send another Host than this machine's.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from tenantry.local.clients import BY_DOMAIN

_NAMED = re.compile(rf"{BY_DOMAIN}([^/]+)(/.*)?", re.DOTALL)


class Mapped(NamedTuple):
    """`path` is what is left for the stage, from its slash on."""

    api: str
    stage: str
    path: str


@dataclass(frozen=True, slots=True)
class Domains:
    """`known` says whether somebody declared a domain; `resolve` what a path of it leads to, if anything.

    `closed` says of an API's id whether it answers at its domains alone.
    """

    known: Callable[[str], bool]
    resolve: Callable[[str, str], Mapped | None]
    closed: Callable[[str], bool]

    def of(self, scope: Any) -> tuple[str, Any] | None:
        """The domain that is called, and the call as the domain gets it; None where it is none, or two."""
        hosts = [value.decode("latin-1") for name, value in scope["headers"] if name.lower() == b"host"]
        domain = hosts[0].partition(":")[0].lower() if len(hosts) == 1 else ""
        if domain and self.known(domain):
            return domain, scope
        named = _NAMED.fullmatch(scope["path"])
        if named is None or not self.known(named[1]):
            return None
        start, sent = f"{BY_DOMAIN}{named[1]}".encode(), scope["raw_path"]
        if not sent.startswith(start):
            return None
        return named[1], {**scope, "path": named[2] or "/", "raw_path": sent.removeprefix(start) or b"/"}

    def mapped(self, scope: Any, domain: str) -> Any | None:
        """The ASGI `scope` as a call of the stage's own address; None where the path leads nowhere.

        What is mapped has to be spelt as it is: the path that is read and the one that was sent end alike.
        """
        found = self.resolve(domain, scope["path"])
        if found is None:
            return None
        sent: bytes = scope["raw_path"]
        before = scope["path"].removesuffix(found.path).encode()
        start = f"/_aws/execute-api/{found.api}/{found.stage}"
        if not sent.startswith(before):
            return None
        left = sent.removeprefix(before) or b"/"
        return {**scope, "path": start + found.path, "raw_path": start.encode() + left}


NO_DOMAINS = Domains(lambda _: False, lambda _domain, _path: None, lambda _: False)


def registered() -> Domains:
    """Those that the emulator of this process holds."""
    from ministack.services import apigateway_v1

    def resolve(domain: str, path: str) -> Mapped | None:
        found = apigateway_v1.resolve_base_path_mapping(domain, path)
        return Mapped(*found) if found and found[1] else None

    def closed(api: str) -> bool:
        there = apigateway_v1._rest_apis.get(api) or {}
        return str(there.get("disableExecuteApiEndpoint")).lower() == "true"  # a patch carries a text

    return Domains(lambda domain: apigateway_v1.find_domain_scope(domain) is not None, resolve, closed)
