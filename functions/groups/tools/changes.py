"""What staff may change of a contact message: its state and its note."""

import re
from dataclasses import dataclass
from typing import Any, Final

from api.errors import Fault, invalid_members
from groups.contact.declaration import STATES, State

NOTE_LENGTH: Final = 2_000
_CONTROL_BUT_LAYOUT: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class Change:
    """None leaves as it is; an empty note removes the note."""

    state: State | None
    note: str | None


def read(body: dict[str, Any]) -> Change:
    state, note = body.get("state"), body.get("note")
    faults: list[Fault] = []
    if "state" in body and state not in STATES:
        faults.append({"pointer": "/state", "detail": f"must be one of {', '.join(STATES)}"})
    if "note" in body:
        faults.extend(_note_faults(note))
    if not body.keys() & {"state", "note"}:
        faults.append({"pointer": "", "detail": "send state, note or both"})
    if faults:
        raise invalid_members(faults)
    return Change(state, note)


def _note_faults(note: object) -> list[Fault]:
    if not isinstance(note, str):
        return [{"pointer": "/note", "detail": "must be a string; an empty one removes the note"}]
    if len(note) > NOTE_LENGTH:
        return [{"pointer": "/note", "detail": f"must have at most {NOTE_LENGTH} characters"}]
    if _CONTROL_BUT_LAYOUT.search(note):
        return [{"pointer": "/note", "detail": "holds control characters"}]
    return []
