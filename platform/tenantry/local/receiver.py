"""Play the receiver of local tenants' webhooks, so that nothing leaves this machine: keep, and show.

It answers every delivery with 204 and checks no signature: a tenant's own receiver has to, and may be put in
its place. Its addresses can't be guessed, because messages are shown at them.
"""

import hashlib
import hmac
import json
import re
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from tenantry.config import Cell, Tenant

KEPT = 100  # deliveries, of all tenants together
MAX_BYTES = 262_144  # a delivery's body; the platform's own are far smaller

_PATH = re.compile(r"/webhooks/(?P<tenant>[a-z][a-z0-9-]{1,30}[a-z0-9])/[0-9a-f]{32}")


def webhook_url(port: int, tenant: str, secret: str) -> str:
    return f"http://127.0.0.1:{port}{_path(tenant, secret)}"


def _path(tenant: str, secret: str) -> str:
    """One tenant's address leads to no other's."""
    return f"/webhooks/{tenant}/{hmac.new(secret.encode(), tenant.encode(), hashlib.sha256).hexdigest()[:32]}"


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


class Receiver:
    """The last deliveries, in memory alone; threads may share it.

    Args:
        secret: what the addresses are made with.
    """

    def __init__(self, secret: str) -> None:
        self._secret = secret
        self._kept: deque[tuple[str, dict[str, Any]]] = deque(maxlen=KEPT)

    def tenant_of(self, path: str) -> str | None:
        """Whose deliveries a path is about; None if it is nobody's address."""
        path = path.partition("?")[0]
        asked = _PATH.fullmatch(path)
        known = asked and hmac.compare_digest(path, _path(asked["tenant"], self._secret))
        return asked["tenant"] if asked and known else None

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
