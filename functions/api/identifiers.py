"""The server's ids are ULIDs whose time is the record's own, so that the sort key orders by creation."""

import re
from typing import Final

from ulid import ULID

from agreed.identifiers import CHOSEN_ID, ID, SUBSET
from api import clock
from api.errors import NotFound, invalid_parameter

LAST_TIME: Final = 2**48 - 1  # of a ULID, in milliseconds


def new_id(epoch_ms: int) -> str:
    return str(ULID.from_timestamp(epoch_ms))


def first_id(epoch_ms: int) -> str:
    """The least that is made in this millisecond."""
    return str(ULID.from_bytes(epoch_ms.to_bytes(6, "big") + bytes(10)))


def last_id(before_ms: int | None) -> str:
    """The greatest that is made before this millisecond, which is 1 at least; the greatest of all where it is
    None."""
    last = LAST_TIME if before_ms is None else before_ms - 1
    return str(ULID.from_bytes(last.to_bytes(6, "big") + b"\xff" * 10))


def created_at(resource_id: str) -> str:
    """The time that is in a ULID, as it is stored beside it; empty for an id of another shape."""
    if not ID.fullmatch(resource_id):
        return ""
    return clock.rfc3339(min(ULID.from_str(resource_id).milliseconds, clock.LAST_MS))


def checked_id(text: str, shape: re.Pattern[str] = ID) -> str:
    """Of what may be there: any other text names nothing."""
    if not shape.fullmatch(text):
        raise NotFound("no resource has this id")
    return text


def checked_chosen_id(text: str) -> str:
    """Of what a client wants to make."""
    if not CHOSEN_ID.fullmatch(text):
        raise invalid_parameter("id", "use 1 to 128 letters, digits and . _ ~ -, a letter or digit first")
    return text


def checked_collection(text: str) -> str:
    if not SUBSET.fullmatch(text):
        raise invalid_parameter(
            "collection", "use 1 to 63 lower-case letters, digits and hyphens, a letter first"
        )
    return text
