"""Ids are ULIDs whose time is the record's own, so that the sort key orders by creation."""

from ulid import ULID

from agreed.identifiers import ID, SUBSET
from api import clock
from api.errors import NotFound, invalid_parameter


def new_id(epoch_ms: int) -> str:
    return str(ULID.from_timestamp(epoch_ms))


def created_at(resource_id: str) -> str:
    """The time that is in the id, as it is stored beside it."""
    return clock.rfc3339(min(ULID.from_str(resource_id).milliseconds, clock.LAST_MS))


def checked_id(text: str) -> str:
    """Only the canonical upper-case form is an id; anything else names nothing."""
    if not ID.fullmatch(text):
        raise NotFound("no resource has this id")
    return text


def checked_collection(text: str) -> str:
    if not SUBSET.fullmatch(text):
        raise invalid_parameter(
            "collection", "use 1 to 63 lower-case letters, digits and hyphens, a letter first"
        )
    return text
