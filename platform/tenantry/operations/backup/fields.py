"""Check what a record's fields hold by their declared forms: every value as if an enemy had written it."""

import json
import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from agreed.declarations import Field, Form
from agreed.webhooks import NAME, delivery_fields

Plain = str | int | bool | dict[str, Any]
"""A field's value as a file holds it."""

MAX_DEPTH = 32  # of a document, as the API takes it

_TIME = re.compile(r"[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9]\.[0-9]{3}Z")


class Unfit(ValueError):
    """This is not a record of a tenant; the message says why and quotes nothing."""


def holds(field: Field, value: object) -> bool:
    if field.form == "document":
        return _is_document(value, frozenset(field.excluded))
    if field.form == "deliveries":
        return _are_deliveries(field, value)
    return _FORMS[field.form](value) and (not field.choices or value in field.choices)


def plain(field: Field, stored: Mapping[str, Any]) -> Plain:
    """Raises Unfit: the attribute has another type."""
    try:
        value = stored[field.type]
        if field.form == "deliveries":
            return {name: _plain_members(field, each["M"]) for name, each in value.items()}
        return bool(value) if field.type == "BOOL" else int(value) if field.type == "N" else str(value)
    except (AttributeError, KeyError, TypeError, ValueError):
        raise Unfit("with an attribute of another type than the API writes") from None


def attribute(field: Field, value: Plain) -> dict[str, Any]:
    """As DynamoDB keeps it."""
    if isinstance(value, dict):
        return {"M": {name: {"M": _attributes(field, each)} for name, each in value.items()}}
    return {field.type: value if field.type == "BOOL" else str(value)}


def _plain_members(field: Field, stored: Mapping[str, Any]) -> dict[str, Plain]:
    """Of one receiver. What no field names is left out, so that the record is not what is stored."""
    return {
        each.name: plain(each, stored[each.name]) for each in delivery_fields(field) if each.name in stored
    }


def _attributes(field: Field, members: Mapping[str, Plain]) -> dict[str, Any]:
    known = {each.name: each for each in delivery_fields(field)}
    return {name: attribute(known[name], value) for name, value in members.items()}


def _are_deliveries(field: Field, value: object) -> bool:
    known = {each.name: each for each in delivery_fields(field)}
    required = {each.name for each in known.values() if not each.optional}
    return isinstance(value, dict) and all(
        isinstance(name, str)
        and NAME.fullmatch(name)
        and isinstance(members, dict)
        and required <= members.keys() <= known.keys()
        and all(holds(known[each], held) for each, held in members.items())
        for name, members in value.items()
    )


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
