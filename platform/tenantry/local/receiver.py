"""Play the receiver of local tenants' webhooks, so that nothing leaves this machine: keep, and show.

It answers every delivery with 204 and checks no signature: a tenant's own receiver has to, and may be put in
its place.
"""

import json
import re
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from tenantry.config import Cell, Tenant

KEPT = 100  # deliveries, of all tenants together
MAX_BYTES = 262_144  # a delivery's body; the platform's own are far smaller

_PATH = re.compile(r"/webhooks/(?P<tenant>[a-z][a-z0-9-]{1,30}[a-z0-9])")


def webhook_url(port: int, tenant: str) -> str:
    return f"http://127.0.0.1:{port}/webhooks/{tenant}"


def received_here(cell: Cell, url_of: Callable[[str], str]) -> Cell:
    """The cell with each webhook replaced by one of this machine.

    Only here may a webhook be http on loopback; a tenant's file may not name one.
    """

    def local(tenant: Tenant) -> Tenant:
        options = {
            group: {
                name: url_of(tenant.slug) if _takes_webhooks(tenant, group, name, value) else value
                for name, value in own.items()
            }
            for group, own in tenant.options.items()
        }
        return tenant.model_copy(update={"options": options})

    return cell.model_copy(update={"tenants": tuple(map(local, cell.tenants))})


def _takes_webhooks(tenant: Tenant, group: str, name: str, value: str) -> bool:
    """Whether the option's value is an address that one of the group's functions calls."""
    called = {
        each for member in tenant.members if member.group.name == group for each in member.function.calls
    }
    return name in called and "://" in value


def tenant_of(path: str) -> str | None:
    """Whose deliveries a path is about; None if it is about something else."""
    asked = _PATH.fullmatch(path.partition("?")[0])
    return asked["tenant"] if asked else None


class Receiver:
    """The last deliveries, in memory alone; threads may share it."""

    def __init__(self) -> None:
        self._kept: deque[tuple[str, dict[str, Any]]] = deque(maxlen=KEPT)

    def take(self, tenant: str, headers: Mapping[str, str], body: bytes) -> None:
        text = body.decode("utf-8", "replace")
        signature_headers = {
            name.lower(): value for name, value in headers.items() if name.lower().startswith("webhook-")
        }
        self._kept.append((tenant, {"headers": signature_headers, "body": text}))

    def shown(self, tenant: str) -> bytes:
        """Those of one tenant, oldest first, as JSON; bodies are text, as they were signed."""
        return json.dumps(
            {"deliveries": [each for whose, each in list(self._kept) if whose == tenant]}
        ).encode()
