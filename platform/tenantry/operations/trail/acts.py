"""Show each act in one row: its beginning and its end are lines of their own."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tenantry.operations.trail.lines import Line, Step, ends


@dataclass(frozen=True, slots=True)
class RecordedAct:
    """`at` is when it began, in UTC; `outcome` says so where its end is not recorded."""

    at: str
    who: str
    commit: str
    what: str
    outcome: str
    failed: bool


def acts(lines: Iterable[Line]) -> list[RecordedAct]:
    """In the order of the lines."""
    known = list(lines)
    begun, ended = {each.act for each in known if each.step is Step.BEGUN}, ends(known)
    found = []
    for line in known:
        if line.step in (Step.DONE, Step.FAILED) and line.act in begun:
            continue  # in the row of its beginning
        end = line if line.step is not Step.BEGUN else ended.get(line.act)
        outcome = f"{end.step} {_words(end.details)}" if end else "begun; its end is not recorded"
        what = f"{line.action} {_words(line.details)}" if line.step is Step.BEGUN else line.action
        found.append(
            RecordedAct(
                at=line.at[:19] + "Z",
                who=", ".join(each for name in ("name", "run", "arn") if (each := line.by.get(name))),
                commit=_commit(line),
                what=what.strip(),
                outcome=outcome.strip(),
                failed=end is not None and end.step is Step.FAILED,
            )
        )
    return found


def _commit(line: Line) -> str:
    if not line.commit:
        return ""
    return str(line.commit["head"])[:10] + (" and edits" if line.commit["dirty"] else "")


def _words(details: Mapping[str, Any]) -> str:
    said = {name: value for name, value in details.items() if value not in (None, [], {}, False)}
    return ", ".join(f"{name} {_value(value)}" for name, value in said.items())


def _value(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
