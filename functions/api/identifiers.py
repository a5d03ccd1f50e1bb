"""The server's ids are ULIDs whose time is the record's own, so that the sort key orders by creation."""

import re

from ulid import ULID

from agreed.identifiers import CHOSEN_ID, ID, SUBSET
from api import clock
from api.errors import NotFound, invalid_parameter


def new_id(epoch_ms: int) -> str:
    return str(ULID.from_timestamp(epoch_ms))


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
