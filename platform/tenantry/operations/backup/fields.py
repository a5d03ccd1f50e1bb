"""Check what a record's fields hold by their declared forms: every value as if an enemy had written it."""

import json
import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from agreed.declarations import Field, Form

Plain = str | int | bool
"""A field's value as a file holds it."""

MAX_DEPTH = 32  # of a document, as the API takes it

_TIME = re.compile(r"[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9]\.[0-9]{3}Z")


class Unfit(ValueError):
    """This is not a record of a tenant; the message says why and quotes nothing."""


def holds(field: Field, value: object) -> bool:
    if field.form == "document":
        return _is_document(value, frozenset(field.excluded))
    return _FORMS[field.form](value) and (not field.choices or value in field.choices)


def plain(field: Field, stored: Mapping[str, Any]) -> Plain:
    """Raises Unfit: the attribute has another type."""
    try:
        value = stored[field.type]
        return bool(value) if field.type == "BOOL" else int(value) if field.type == "N" else str(value)
    except (KeyError, ValueError):
        raise Unfit("with an attribute of another type than the API writes") from None


def attribute(field: Field, value: Plain) -> dict[str, Any]:
    """As DynamoDB keeps it."""
    return {field.type: value if field.type == "BOOL" else str(value)}


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_moment(value: object) -> bool:
    return isinstance(value, str) and _TIME.fullmatch(value) is not None


def _is_number(value: object) -> bool:
    return type(value) is int and 0 <= value < 10**18


def _is_version(value: object) -> bool:
    return _is_number(value) and value != 0


def _is_flag(value: object) -> bool:
    return type(value) is bool


def _is_document(value: object, excluded: frozenset[str]) -> bool:
    """The very text that the API stores, so that what is read back is the same, byte for byte."""
    if not isinstance(value, str):
        return False
    try:
        document = json.loads(value, parse_int=_whole)
        text = json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except (ValueError, RecursionError):
        return False
    return (
        text == value and isinstance(document, dict) and not excluded & document.keys() and _shallow(document)
    )


def _whole(digits: str) -> int:
    """Within a double's range, as the API takes it; the text holds all other numbers to their form."""
    if math.isinf(float(digits)):
        raise ValueError(digits)
    return int(digits)


def _shallow(document: object) -> bool:
    level = [document]
    for _ in range(MAX_DEPTH):
        level = [child for node in level for child in _children(node)]
    return not level


def _children(node: object) -> list[object]:
    inner = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    return [child for child in inner if isinstance(child, dict | list)]


_FORMS: Mapping[Form, Callable[[object], bool]] = {
    "flag": _is_flag,
    "moment": _is_moment,
    "number": _is_number,
    "text": _is_text,
    "version": _is_version,
}
