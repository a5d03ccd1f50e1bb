"""What the records of each kind hold: every value is checked as if an enemy had written it."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

ITEM, MESSAGE = "item", "message"
STATES = ("new", "open", "done")
DELIVERY_STATES = ("pending", "delivered", "failed")
RESERVED = frozenset({"id", "created_at", "updated_at", "version"})  # the server's own members of an item
MAX_DEPTH = 32  # of an item's document, as the API takes it

_TIME = re.compile(r"[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9]\.[0-9]{3}Z")


class Unfit(ValueError):
    """This is no record of a tenant; the message says why and quotes nothing."""


class Field(NamedTuple):
    """`type` is DynamoDB's."""

    type: str
    holds: Callable[[Any], bool]
    optional: bool = False

    def plain(self, value: Mapping[str, Any]) -> str | int:
        try:
            text = str(value[self.type])
            return int(text) if self.type == "N" else text
        except (KeyError, ValueError):
            raise Unfit("with an attribute of another type than the API writes") from None


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_time(value: object) -> bool:
    return isinstance(value, str) and _TIME.fullmatch(value) is not None


def _is_number(value: object) -> bool:
    return type(value) is int and 0 <= value < 10**18


def _is_version(value: object) -> bool:
    return _is_number(value) and value != 0


def _is_document(value: object) -> bool:
    """The very text that the API stores, so that what is read back is the same, byte for byte."""
    if not isinstance(value, str):
        return False
    try:
        document = json.loads(value)
        text = json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except (ValueError, RecursionError):
        return False
    return (
        text == value and isinstance(document, dict) and not RESERVED & document.keys() and _shallow(document)
    )


def _shallow(document: object) -> bool:
    level = [document]
    for _ in range(MAX_DEPTH):
        level = [child for node in level for child in _children(node)]
    return not level


def _children(node: object) -> list[object]:
    inner = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    return [child for child in inner if isinstance(child, dict | list)]


_OWN = {
    "created_at": Field("S", _is_time),
    "updated_at": Field("S", _is_time),
    "version": Field("N", _is_version),
}
FIELDS: Mapping[str, Mapping[str, Field]] = {
    ITEM: {**_OWN, "data": Field("S", _is_document)},
    MESSAGE: {
        **_OWN,
        "email": Field("S", _is_text),
        "name": Field("S", _is_text, optional=True),
        "subject": Field("S", _is_text, optional=True),
        "message": Field("S", _is_text),
        "state": Field("S", STATES.__contains__),
        "note": Field("S", _is_text, optional=True),
        "updated_by": Field("S", _is_text, optional=True),
        "delivery": Field("S", DELIVERY_STATES.__contains__, optional=True),
        "delivery_attempts": Field("N", _is_number, optional=True),
        "delivered_at": Field("S", _is_time, optional=True),
        "delivery_error": Field("S", _is_text, optional=True),
    },
}
