"""Record an act before it begins and after it ends: what cannot be recorded is not done.

Two writers never fork the chain: a line's number is its file's name, which is taken once; the loser reads on.
"""

import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from tenantry.errors import Failed
from tenantry.operations.stores import Store
from tenantry.operations.trail import lines
from tenantry.operations.trail.engine_history import EngineHistory, Entry
from tenantry.operations.trail.heads import Head, Heads
from tenantry.operations.trail.lines import Line, Step
from tenantry.operations.trail.origin import By
from tenantry.rules.naming import stack_and_tenant

ATTEMPTS: Final = 100  # each is lost to somebody else's line
_NAME: Final = re.compile(r"([0-9]{12})\.json")


class Unrecorded(Failed):
    """The record cannot be read or written, so nothing is done; the message says why."""


@dataclass(frozen=True, slots=True)
class Act:
    """What `outcome` holds when the act ends is recorded with its end."""

    begun: Line
    outcome: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Trail:
    """The record of one stack, or of one cell on this machine.

    Attributes:
        store: where the lines are.
        heads: what this machine has seen of it.
        by: who acts; asked when a line is written.
        commit: from which commit, or None.
        history: the engine's own of its stacks, to be chained too; None where there is none.
    """

    store: Store
    heads: Heads
    by: Callable[[], By]
    commit: Callable[[], dict[str, Any] | None]
    history: EngineHistory | None = None

    @contextmanager
    def act(self, action: str, tenant: str | None, **details: Any) -> Iterator[Act]:
        """Around an act.

        Args:
            details: counts and names; never a value of a key or a secret.

        Raises:
            Unrecorded: it was not begun; or it was done, and its end could not be recorded.
        """
        act = Act(self.begin(action, tenant, **details))
        try:
            yield act
        except BaseException as error:
            # A message may hold what a record must not: the error's class has to do. If this line cannot be
            # written either, the act stays one whose end is not known, which is true.
            with suppress(Failed):
                self._end(act.begun, Step.FAILED, {**act.outcome, "error": type(error).__name__})
            raise
        try:
            self._end(act.begun, Step.DONE, act.outcome)
        except Failed as error:
            raise Unrecorded(f"{action} was done, but its end could not be recorded: {error}") from error

    def begin(self, action: str, tenant: str | None, **details: Any) -> Line:
        """Record that an act begins, whose end somebody else reports.

        Raises:
            Unrecorded: it must not be begun.
        """
        try:
            act, by, commit = secrets.token_hex(8), self.by(), self.commit()
            if self.history is not None:
                self._chain_history(self.history)
            return self._add(
                act=act,
                step=Step.BEGUN,
                action=action,
                tenant=tenant,
                by=by,
                commit=commit,
                details=details,
            )
        except Failed as error:
            raise Unrecorded(
                f"{action} was not started, because it could not be recorded: {error}"
            ) from error

    def contents(self) -> dict[int, bytes]:
        """Every line as it is stored, by its number."""
        names = [each for each in self.store.names() if _NAME.fullmatch(each)]
        return {int(name.partition(".")[0]): content for name, content in self.store.read_all(names).items()}

    def lines(self, tenant: str, since: datetime | None = None) -> list[Line]:
        """A tenant's, and those of all tenants; the oldest first. Those that were altered are left out."""
        moment = _moment(since) if since else ""
        found = lines.readable(self.contents())
        return [each for each in found if each.concerns(tenant) and each.at >= moment]

    def faults(self, heads: Iterable[Head] = ()) -> tuple[Head | None, list[str]]:
        """The newest line, and every sign that the record was altered.

        Args:
            heads: lines that were seen elsewhere, beside what this machine has seen.
        """
        known = self.heads.known()
        contents = self.contents()
        found = list(lines.faults(contents))
        readable = list(lines.readable(contents))
        digests = {each.number: each.sha256 for each in readable}
        for head in (*heads, *([known] if known else [])):
            if head.number > max(contents, default=0):
                found.append(f"lines are cut off: line {head.number} was seen before, and is missing now")
            elif digests.get(head.number, head.sha256) != head.sha256:
                found.append(f"line {head.number} is not the one that was seen")
        strangers = [each for each in self.store.names() if not _NAME.fullmatch(each)]
        found += [f"{name} is not a line" for name in strangers]
        found += self.store.traces()
        if self.history is not None:
            found += self.history.faults(readable)
        if not found and readable:
            self.heads.saw(readable[-1])
        return (Head.of(readable[-1]) if readable else None), found

    def _chain_history(self, history: EngineHistory) -> None:
        last = self._last()
        entries = history.after(_chained(last))
        while entries := [each for each in entries if each.name > _chained(last).get(each.stack, "")]:
            self._took(_seen(entries[0], last))
            last = self._last()

    def _end(self, begun: Line, step: Step, details: dict[str, Any]) -> None:
        same = {name: getattr(begun, name) for name in ("act", "action", "tenant", "by", "commit")}
        self._add(step=step, details=details, **same)

    def _add(self, **content: Any) -> Line:
        for _ in range(ATTEMPTS):
            line = _next(self._last(), **content)
            if self._took(line):
                return line
        raise Failed(f"{self.store}: others wrote {ATTEMPTS} lines meanwhile; try again")

    def _took(self, line: Line) -> bool:
        """Whether the line's number was free; it was too where an attempt arrived whose answer was lost."""
        name = f"{line.number:012}.json"
        added = self.store.add(name, line.content)
        if not added and self.store.read(name) != line.content:
            return False
        self.heads.saw(line)
        return True

    def _last(self) -> Line | None:
        """The newest line. Raises Failed: the record does not end as this machine has seen it."""
        known = self.heads.known()  # before the lines are listed, to which others may add meanwhile
        names = [each for each in self.store.names() if _NAME.fullmatch(each)]
        last = _line(self.store, names[-1]) if names else None
        newest = Head.of(last) if last else Head(0, lines.NONE_BEFORE)
        if known and (newest.number < known.number or (newest.number == known.number and newest != known)):
            raise Failed(
                f"{self.store} does not hold line {known.number} as this machine saw it; restore it, or "
                f"delete {self.heads.file} to go on without it"
            )
        return last


def _next(last: Line | None, **content: Any) -> Line:
    """The line after that one."""
    return Line(
        **{"engine": _chained(last), **content},
        number=last.number + 1 if last else 1,
        previous=last.sha256 if last else lines.NONE_BEFORE,
        at=_moment(datetime.now(UTC)),
    )


def _line(store: Store, name: str) -> Line:
    return lines.read(int(name.partition(".")[0]), store.read(name))


def _seen(entry: Entry, last: Line | None) -> Line:
    document = entry.document
    environment = document.get("environment") or {}
    head = environment.get("git.head")
    return _next(
        last,
        act=secrets.token_hex(8),
        step=Step.SEEN,
        action=f"pulumi {document.get('kind', '?')}",
        tenant=stack_and_tenant(entry.stack)[1],
        by={"name": None, "run": environment.get("ci.build.url"), "arn": None},
        commit={"head": head, "dirty": environment.get("git.dirty") == "true"} if head else None,
        details=entry.facts(),
        engine={**_chained(last), entry.stack: entry.name},
    )


def _chained(last: Line | None) -> Mapping[str, str]:
    return last.chained if last else {}


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
