"""Opaque cursors: a position in one listing, sealed by the tenant's key.

The seal covers tenant, route, filters and order, so a cursor is worth nothing for another tenant,
collection, state, span of time or order. It hides nothing: the position is an id that the client has just
seen. Without a key the seal is a checksum, which a client could work out. It would then begin elsewhere in
the same listing: the partition never comes from a cursor.
"""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from typing import Final

from agreed.identifiers import CHOSEN_ID
from api import runtime_secret
from api.errors import InvalidCursor
from api.views import ALL, View

SEAL_BYTES: Final = 16  # HMAC-SHA256 cut to 128 bits
_VERSION: Final = "tenantry-cursor-1"


@dataclass(frozen=True, slots=True)
class Listing:
    """What a cursor belongs to; `subset` is the collection, or the state asked for ("" for all)."""

    tenant: str
    route: str
    subset: str
    view: View = ALL

    def seal(self, position: str, key: bytes) -> bytes:
        # No part can hold a line feed: slugs, route templates, checked names and ids.
        text = "\n".join((_VERSION, self.tenant, self.route, self.subset, *self.view, position))
        return hmac.digest(key, text.encode(), hashlib.sha256)[:SEAL_BYTES]


def write(listing: Listing, position: str) -> str:
    sealed = position.encode() + listing.seal(position, runtime_secret.cursor_key())
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def read(listing: Listing, cursor: str | None) -> str | None:
    """The position that a page starts after; None for the first page."""
    if cursor is None:
        return None
    position, seal = _open(cursor)
    if not hmac.compare_digest(seal, listing.seal(position, runtime_secret.cursor_key())):
        raise refusal()
    return position


def _open(cursor: str) -> tuple[str, bytes]:
    try:
        sealed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        position = sealed[:-SEAL_BYTES].decode("ascii")
    except (binascii.Error, ValueError):
        raise refusal() from None
    canonical = base64.urlsafe_b64encode(sealed).decode().rstrip("=")
    if canonical != cursor or not CHOSEN_ID.fullmatch(position):
        raise refusal()
    return position, sealed[-SEAL_BYTES:]


def refusal() -> InvalidCursor:
    detail = "use next_cursor as it came, with the same path, order and filters, or leave it out"
    return InvalidCursor(detail, ({"parameter": "cursor", "detail": detail},))
