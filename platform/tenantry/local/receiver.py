"""Play the receiver of local tenants' webhooks, so that nothing leaves this machine: keep, and show.

It answers every delivery with 204 and checks no signature: a tenant's own receiver has to, and may be put in
its place. Its addresses can't be guessed, because messages are shown at them.
"""

import hashlib
import hmac
import itertools
import json
import re
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from agreed.webhooks import NAME
from tenantry.config import Cell, Tenant

KEPT = 100  # deliveries, of all tenants together
MAX_BYTES = 262_144  # a delivery's body; the platform's own are far smaller

_PATH = re.compile(
    r"/webhooks/(?P<tenant>[a-z][a-z0-9-]{1,30}[a-z0-9])(/(?P<name>" + NAME.pattern + r"))?/[0-9a-f]{32}"
)
SHOWN_HEADERS = ("content-type", "user-agent")  # beside those of the signature


def webhook_url(port: int, tenant: str, secret: str, name: str = "") -> str:
    """`name` is a receiver's; none for the address that an option holds."""
    return f"http://127.0.0.1:{port}{_path(Address(tenant, name), secret)}"


class Address(NamedTuple):
    tenant: str
    name: str


def _path(address: Address, secret: str) -> str:
    """One receiver's address leads to no other's."""
    whose = "/".join(filter(None, address))
    return f"/webhooks/{whose}/{hmac.new(secret.encode(), whose.encode(), hashlib.sha256).hexdigest()[:32]}"


def received_here(cell: Cell, url_of: Callable[[str, str], str]) -> Cell:
    """The cell with each webhook replaced by one of this machine.

    Only here may a webhook be http on loopback; a tenant's file may not name one.

    Args:
        url_of: of a tenant and the receiver's name, or the option's that holds its address.
    """

    def local(tenant: Tenant) -> Tenant:
        options = {
            group: {
                name: url_of(tenant.slug, name) if _takes_webhooks(tenant, group, name, value) else value
                for name, value in own.items()
            }
            for group, own in tenant.options.items()
        }
        webhooks = {
            group: tuple(replace(each, url=url_of(tenant.slug, each.name)) for each in listed)
            for group, listed in tenant.webhooks.items()
        }
        return tenant.model_copy(update={"options": options, "webhooks": webhooks})

    return cell.model_copy(update={"tenants": tuple(map(local, cell.tenants))})


def _takes_webhooks(tenant: Tenant, group: str, name: str, value: str) -> bool:
    """Whether the option's value is an address that one of the group's functions calls."""
    called = {
        each for member in tenant.members if member.group.name == group for each in member.function.calls
    }
    return name in called and "://" in value


def addresses(tenant: Tenant) -> dict[str, str]:
    """Of what `received_here` replaced, by the receiver's or the option's name."""
    by_option = {
        name: value
        for group, own in tenant.options.items()
        for name, value in own.items()
        if _takes_webhooks(tenant, group, name, value)
    }
    return by_option | {each.name: each.url for listed in tenant.webhooks.values() for each in listed}


class Receiver:
    """The last deliveries, in memory alone; threads may share it.

    Args:
        secret: what the addresses are made with.
    """

    def __init__(self, secret: str) -> None:
        self._secret = secret
        self._kept: deque[tuple[Address, dict[str, Any]]] = deque(maxlen=KEPT)
        self._numbers = itertools.count(1)

    def address_of(self, path: str) -> Address | None:
        """Whose deliveries a path is about; None if it is nobody's address."""
        path = path.partition("?")[0]
        asked = _PATH.fullmatch(path)
        if asked is None:
            return None
        address = Address(asked["tenant"], asked["name"] or "")
        return address if hmac.compare_digest(path, _path(address, self._secret)) else None

    def take(self, address: Address, headers: Mapping[str, str], body: bytes) -> None:
        text = body.decode("utf-8", "replace")
        kept_headers = {
            name.lower(): value
            for name, value in headers.items()
            if name.lower() in SHOWN_HEADERS or name.lower().startswith("webhook-")
        }
        delivery = {"number": next(self._numbers), "headers": kept_headers, "body": text}
        self._kept.append((address, delivery))

    def shown(self, address: Address) -> bytes:
        """Those of one receiver, oldest first, as JSON; bodies are text, as they were signed."""
        return json.dumps(
            {"deliveries": [each for whose, each in list(self._kept) if whose == address]}
        ).encode()
