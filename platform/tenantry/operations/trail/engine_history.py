"""Chain the entries of the engine's own histories: updates, and `destroy`, which runs no program.

A cell's stack has one, and so has each stack of a tenant. A backend in a folder or a bucket keeps a file for
each operation that has ended (pkg/backend/diy/state.go of Pulumi).
"""

import gzip
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from tenantry.operations.stores import Store
from tenantry.operations.trail.lines import Line, Step, stack_of
from tenantry.rules.naming import PART

JOIN: Final = "fleet join"  # it removes the stacks of tenants, and their histories with them
_NAME: Final = re.compile(r".+-[0-9]{19}\.history\.json(\.gz|\.zst)?")


@dataclass(frozen=True, slots=True)
class Entry:
    """`content` as it is stored. Where its compression cannot be read here, only the digest is used."""

    name: str
    content: bytes

    @property
    def stack(self) -> str:
        return stack_of(self.name)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    @property
    def document(self) -> dict[str, Any]:
        try:
            plain = gzip.decompress(self.content) if self.name.endswith(".gz") else self.content
            document = json.loads(plain)
        except (OSError, ValueError):
            return {}
        return document if isinstance(document, dict) else {}

    def facts(self) -> dict[str, Any]:
        """What a line says of it: not the configuration or the commit's message, which may hold anything."""
        document = self.document
        return {
            "entry": self.name,
            "sha256": self.sha256,
            "result": document.get("result"),
            "ended": _moment(document.get("endTime")),
            "changes": document.get("resourceChanges") or {},
        }


@dataclass(frozen=True, slots=True)
class EngineHistory:
    """`store` has a folder for each stack of the project; `stack` is the cell's."""

    store: Store
    stack: str

    @property
    def begins(self) -> tuple[str, str]:
        """What the names of all entries in the store begin with."""
        return f"{self.stack}/", f"{self.stack}{PART}"

    def after(self, chained: Mapping[str, str]) -> list[Entry]:
        """Those that are newer than what is chained of their stack, the oldest first.

        Args:
            chained: the newest entry of each stack, by its name.
        """
        newer = [path for name, path in self._paths().items() if name > chained.get(stack_of(name), "")]
        entries = [Entry(*each) for each in self._read(newer).items()]
        return sorted(entries, key=lambda each: each.name.removeprefix(each.stack))

    def faults(self, lines: Iterable[Line]) -> Iterator[str]:
        """Where a stack's is gone as a whole, so is the stack: `pulumi stack rm` takes it."""
        chained: dict[str, str] = {}
        joined: set[str] = set()
        for line in lines:
            if line.step is Step.SEEN:
                chained[line.details["entry"]] = line.details["sha256"]
            elif line.action == JOIN:
                joined |= {each for each in chained if stack_of(each) != self.stack}
        newest = {stack_of(name): name for name in sorted(chained)}
        there = self._read(self._paths().values())
        stacks = {stack_of(name) for name in there}
        for name in sorted(each for each in {*chained, *there} if stack_of(each) in stacks):
            if name not in there:
                if name not in joined:
                    yield f"{name} is gone from {self.store}"
            elif name not in chained and name < newest.get(stack_of(name), ""):
                yield (
                    f"{name} of {self.store} is older than the newest entry recorded, but is not recorded "
                    "itself"
                )
            elif name in chained and Entry(name, there[name]).sha256 != chained[name]:
                yield f"{name} of {self.store} is not as it was recorded"

    def _read(self, paths: Iterable[str]) -> dict[str, bytes]:
        return {_name(path): content for path, content in self.store.read_all(paths).items()}

    def _paths(self) -> dict[str, str]:
        """In the store, by the entry's name."""
        found = [path for begin in self.begins for path in self.store.names_within(begin)]
        return {_name(path): path for path in found if _NAME.fullmatch(_name(path))}


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def _moment(seconds: Any) -> str | None:
    if not isinstance(seconds, int):
        return None
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
