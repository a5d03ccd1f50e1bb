"""Short texts that only whoever knows a tenant's key can write: what for, until when, and a mac over both.

They hold nothing that is secret. The key is one tenant's, so what is sealed for one tenant is refused by all
others; the purpose is under the mac, so that a link is no session and a session no form.
"""

import base64
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from typing import Final

_SHAPE: Final = re.compile(r"([0-9]{1,12})\.([0-9a-f]{32})\.([A-Za-z0-9_-]{43})")


@dataclass(frozen=True, slots=True)
class Seal:
    """`id` is drawn for each; `until` is the first second, since 1970, in which it is good no more."""

    id: str
    until: int


def write(key: str, tenant: str, purpose: str, seal: Seal) -> str:
    return f"{seal.until}.{seal.id}.{_mac(key, tenant, purpose, seal)}"


def draw(until: int) -> Seal:
    return Seal(secrets.token_hex(16), until)


def read(key: str, tenant: str, purpose: str, text: str, now: float) -> Seal | None:
    """None for what is not a seal of this tenant's for this purpose, or is too old."""
    parts = _SHAPE.fullmatch(text)
    if parts is None:
        return None
    seal = Seal(parts[2], int(parts[1]))
    good = hmac.compare_digest(_mac(key, tenant, purpose, seal), parts[3])
    return seal if good and now < seal.until else None


def _mac(key: str, tenant: str, purpose: str, seal: Seal) -> str:
    """Neither a slug nor a purpose holds a line feed."""
    text = f"{purpose}\n{tenant}\n{seal.until}\n{seal.id}"
    digest = hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
