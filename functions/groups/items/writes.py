"""What a batch may hold: up to 25 writes of items, all of them checked before any is made.

All faults are reported at once, each by the position of its write.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from agreed.identifiers import CHOSEN_ID, SUBSET
from api.errors import Fault, InvalidBody, invalid_members
from groups.items.documents import Document, bounded, own_fields

Action = Literal["create", "replace", "delete"]
ACTIONS: Final[tuple[Action, ...]] = get_args(Action)
MOST: Final = 25
LAST_VERSION: Final = 10**18 - 1  # as long as an ETag may be

# What each action needs, and what it may have beside that and `action`.
NEEDED: Final[dict[Action, tuple[str, ...]]] = {
    "create": ("collection", "item"),
    "replace": ("collection", "id", "version", "item"),
    "delete": ("collection", "id"),
}
OPTIONAL: Final[dict[Action, tuple[str, ...]]] = {"create": ("id",), "replace": (), "delete": ("version",)}


@dataclass(frozen=True, slots=True)
class Write:
    """`id` is None where the server is to make it; `version` is the one that is there, None for any."""

    action: Action
    collection: str
    id: str | None
    version: int | None
    document: Document


def read(body: Document) -> list[Write]:
    """Raises InvalidBody."""
    given = body.get("writes")
    faults: list[Fault] = [
        {"pointer": f"/{name}", "detail": "unknown; send writes alone"} for name in body if name != "writes"
    ]
    if not isinstance(given, list) or not 1 <= len(given) <= MOST:
        faults.append({"pointer": "/writes", "detail": f"must be a list of 1 to {MOST} writes"})
        raise invalid_members(faults)
    writes = []
    for position, each in enumerate(given):
        found = _faults(each, at := f"/writes/{position}")
        faults += found
        if not found:
            writes.append(_write(each, at))
    faults += _repeated(given)
    if faults:
        raise invalid_members(faults)
    return writes


def _write(given: Document, at: str) -> Write:
    return Write(
        given["action"], given["collection"], given.get("id"), given.get("version"), _document(given, at)
    )


def _document(given: Document, at: str) -> Document:
    """Raises InvalidBody, of members that have the server's names, or PayloadTooLarge."""
    item, new = given.get("item", {}), given["action"] == "create"
    return bounded(own_fields(item, given.get("id"), new=new, at=f"{at}/item"))


def _faults(given: Any, at: str) -> list[Fault]:
    if not isinstance(given, dict):
        return [{"pointer": at, "detail": "must be an object"}]
    action = given.get("action")
    if action not in ACTIONS:
        return [{"pointer": f"{at}/action", "detail": f"must be one of {', '.join(ACTIONS)}"}]
    members = (*NEEDED[action], *OPTIONAL[action])
    detail = f"unknown; {action} takes {', '.join(members)}"
    faults: list[Fault] = [
        {"pointer": f"{at}/{_escaped(name)}", "detail": detail}
        for name in given
        if name not in ("action", *members)
    ]
    for name in members:
        if name not in given:
            if name in NEEDED[action]:
                faults.append({"pointer": f"{at}/{name}", "detail": f"missing; {action} needs it"})
        elif wrong := _CHECKS[name](given[name]):
            faults.append({"pointer": f"{at}/{name}", "detail": wrong})
    if not faults:
        try:
            _document(given, at)
        except InvalidBody as error:
            faults += error.faults
    return faults


def _repeated(given: list[Any]) -> list[Fault]:
    """One transaction writes an item once."""
    seen: dict[tuple[Any, Any], int] = {}
    faults: list[Fault] = []
    for position, each in enumerate(given):
        if not isinstance(each, dict) or not isinstance(each.get("id"), str):
            continue
        first = seen.setdefault((str(each.get("collection")), each["id"]), position)
        if first != position:
            detail = f"the same item as /writes/{first}; write it once"
            faults.append({"pointer": f"/writes/{position}", "detail": detail})
    return faults


def _collection(value: Any) -> str:
    if isinstance(value, str) and SUBSET.fullmatch(value):
        return ""
    return "use 1 to 63 lower-case letters, digits and hyphens, a letter first"


def _id(value: Any) -> str:
    if isinstance(value, str) and CHOSEN_ID.fullmatch(value):
        return ""
    return "use 1 to 128 letters, digits and . _ ~ -, a letter or digit first"


def _version(value: Any) -> str:
    if type(value) is int and 1 <= value <= LAST_VERSION:
        return ""
    return "must be a whole number from 1, as the item has it"


def _item(value: Any) -> str:
    return "" if isinstance(value, dict) else "must be an object"


def _escaped(name: str) -> str:
    """As a JSON Pointer spells it (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")


_CHECKS: Final[dict[str, Callable[[Any], str]]] = {
    "collection": _collection,
    "id": _id,
    "version": _version,
    "item": _item,
}
