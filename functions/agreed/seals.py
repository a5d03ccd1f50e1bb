"""Short texts that only whoever knows a tenant's key can write: what for, until when, and a mac over both.

They hold nothing that is secret. The key is one tenant's, so what is sealed for one tenant is refused by all
others; purpose and right are under the mac, so that a link is no session, a session no form, and none lets
its holder do more than it was made for.
"""

import base64
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from typing import Final

_SHAPE: Final = re.compile(r"([0-9]{1,12})\.(?:([a-z]{1,16})\.)?([0-9a-f]{32})\.([A-Za-z0-9_-]{43})")


@dataclass(frozen=True, slots=True)
class Seal:
    """`id` is drawn for each; `until` is the first second, since 1970, in which it is good no more. `right`
    is what its holder may do beside looking: one word of a-z, or nothing.
    """

    id: str
    until: int
    right: str = ""


def write(key: str, tenant: str, purpose: str, seal: Seal) -> str:
    right = f"{seal.right}." if seal.right else ""
    return f"{seal.until}.{right}{seal.id}.{_mac(key, tenant, purpose, seal)}"


def draw(until: int, right: str = "") -> Seal:
    return Seal(secrets.token_hex(16), until, right)


def read(key: str, tenant: str, purpose: str, text: str, now: float) -> Seal | None:
    """None for what is not a seal of this tenant's for this purpose, or is too old."""
    parts = _SHAPE.fullmatch(text)
    if parts is None:
        return None
    seal = Seal(parts[3], int(parts[1]), parts[2] or "")
    good = hmac.compare_digest(_mac(key, tenant, purpose, seal), parts[4])
    return seal if good and now < seal.until else None


def _mac(key: str, tenant: str, purpose: str, seal: Seal) -> str:
    """None of the parts holds a line feed."""
    text = f"{purpose}\n{tenant}\n{seal.until}\n{seal.right}\n{seal.id}"
    digest = hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
