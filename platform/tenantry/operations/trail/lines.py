"""Write each line so that it names the digest of the line before it: none can be altered unseen.

A line's own bytes are canonical JSON and hold their own digest, so that a reader finds any other byte.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final

from tenantry.errors import Failed

NONE_BEFORE: Final = "0" * 64


class Step(StrEnum):
    """`SEEN` is what somebody else did, which this record heard of later."""

    BEGUN = "begun"
    DONE = "done"
    FAILED = "failed"
    SEEN = "seen"


class Altered(Failed):
    """A line is not as it was written; the message names it."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line.

    Attributes:
        number: from 1 on, without a gap.
        previous: SHA-256 of the line before, in hex.
        at: UTC, as 2026-11-28T07:12:03.123Z.
        act: the same for an act's beginning and its end.
        tenant: None where all tenants of the stack are meant.
        by: `name` of the person, URL of CI's `run`, `arn` of the credentials; None each where unknown.
        commit: `head` of git, and whether the checkout was `dirty`; None outside of git.
        details: counts and names, never a value of a key or a secret.
        engine: the newest entry that this record has chained of each stack's history, by the stack; of the
            cell's stack alone, an earlier release wrote it as a text.
    """

    number: int
    previous: str
    at: str
    act: str
    step: Step
    action: str
    tenant: str | None
    by: Mapping[str, str | None]
    commit: Mapping[str, Any] | None
    details: Mapping[str, Any]
    engine: Mapping[str, str] | str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(_canonical(asdict(self))).hexdigest()

    @property
    def content(self) -> bytes:
        """As it is stored."""
        return _canonical({**asdict(self), "sha256": self.sha256}) + b"\n"

    @property
    def chained(self) -> Mapping[str, str]:
        """`engine`, whichever release wrote it."""
        if not isinstance(self.engine, str):
            return self.engine
        return {stack_of(self.engine): self.engine} if self.engine else {}

    def concerns(self, tenant: str) -> bool:
        return self.tenant in (None, tenant)

    def names(self, tenant: str) -> bool:
        """Whether it is the tenant's, or all tenants', of which it names this one."""
        if self.tenant is not None:
            return self.tenant == tenant
        return any(tenant in self.details.get(each, ()) for each in ("tenants", "changed"))


def stack_of(entry: str) -> str:
    """Whose history an entry is of, by its name."""
    return entry.rpartition("-")[0]


def read(number: int, content: bytes) -> Line:
    """Raises Altered."""
    try:
        stored = json.loads(content)
        line = Line(**{**{name: stored[name] for name in Line.__slots__}, "step": Step(stored["step"])})
        as_written = line.content == content and line.number == number
    except (ValueError, KeyError, TypeError, RecursionError):
        as_written = False
    if not as_written:
        raise Altered(f"line {number} is not as it was written")
    return line


def faults(contents: Mapping[int, bytes]) -> Iterator[str]:
    """What the lines themselves show, by their numbers; an end that was cut off, they do not show."""
    previous: Line | None = None
    for number in range(1, max(contents, default=0) + 1):
        if number not in contents:
            yield f"line {number} is missing"
            previous = None
            continue
        try:
            line = read(number, contents[number])
        except Altered as altered:
            yield str(altered)
            previous = None
            continue
        before = NONE_BEFORE if number == 1 else previous and previous.sha256
        if before is not None and line.previous != before:
            yield f"line {number} does not follow the line before it"
        previous = line


def readable(contents: Mapping[int, bytes]) -> Iterator[Line]:
    """In order, without those that were altered."""
    for number in sorted(contents):
        try:
            yield read(number, contents[number])
        except Altered:
            continue  # `faults` reports it


def ends(lines: Iterable[Line]) -> dict[str, Line]:
    """The end of each act that has one, by the act."""
    return {each.act: each for each in lines if each.step in (Step.DONE, Step.FAILED)}


def _canonical(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()
