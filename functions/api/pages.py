"""How a listing is asked for: `limit`, `cursor`, `order` and times, the same for every listing."""

from typing import Final

from api import clock, cursors
from api.cursors import Listing
from api.errors import invalid_parameter
from api.identifiers import first_id, last_id
from api.requests import Request
from api.views import NEWEST, OLDEST, View

DEFAULT_LIMIT: Final = 20
MAX_LIMIT: Final = 100
ORDERS: Final = (OLDEST, NEWEST)
AFTER: Final = "created_after"
BEFORE: Final = "created_before"


def limit(request: Request) -> int:
    text = request.parameter("limit")
    if text is None:
        return DEFAULT_LIMIT
    if not (text.isascii() and text.isdigit() and len(text) <= 3) or not 1 <= int(text) <= MAX_LIMIT:
        raise invalid_parameter("limit", f"use a whole number from 1 to {MAX_LIMIT}")
    return int(text)


def view(request: Request, order: str) -> View:
    """What is asked for, in this order where the request names none."""
    given = request.parameter("order")
    asked = order if given is None else given
    if asked not in ORDERS:
        raise invalid_parameter("order", f"use {' or '.join(ORDERS)}, or leave it out")
    after, before = _moment(request, AFTER), _moment(request, BEFORE)
    if after is None and before is None:
        return View(asked)
    if after is not None and before is not None and after >= before:
        raise invalid_parameter(BEFORE, f"not later than {AFTER}; name a later time")
    return View(asked, first_id(after or 0), last_id(before))


def position(request: Request, listing: Listing) -> str | None:
    """The id that the page starts after; None for the first page."""
    after = cursors.read(listing, request.parameter("cursor"))
    if after is not None and not listing.view.holds(after):
        raise cursors.refusal()  # unsealed, and made up
    return after


def _moment(request: Request, name: str) -> int | None:
    text = request.parameter(name)
    if text is None:
        return None
    epoch_ms = clock.epoch_ms(text)
    if epoch_ms is None or epoch_ms <= 0:
        detail = "use a time since 1970 such as 2026-11-22T16:39:00Z, the + of an offset sent as %2B"
        raise invalid_parameter(name, detail)
    return epoch_ms
