"""Chain the entries of the engine's own history of a stack: updates, and `destroy`, which runs no program.

A backend in a folder or a bucket keeps a file for each that has ended (pkg/backend/diy/state.go of Pulumi).
"""

import gzip
import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from tenantry.operations.stores import Store
from tenantry.operations.trail.lines import Line, Step

_NAME: Final = re.compile(r".+-[0-9]{19}\.history\.json(\.gz|\.zst)?")


@dataclass(frozen=True, slots=True)
class Entry:
    """`content` as it is stored. Where its compression cannot be read here, only the digest is used."""

    name: str
    content: bytes

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
    store: Store

    def after(self, name: str) -> Iterator[Entry]:
        """Those that are newer than the entry of that name; of all, for an empty one."""
        newer = [each for each in self._names() if each > name]
        yield from (Entry(*each) for each in sorted(self.store.read_all(newer).items()))

    def faults(self, lines: Iterable[Line]) -> Iterator[str]:
        """Where it is gone as a whole, so is the stack: `pulumi stack rm` takes it."""
        chained = {each.details["entry"]: each.details["sha256"] for each in lines if each.step is Step.SEEN}
        newest = max(chained, default="")
        there = self.store.read_all(self._names())
        for name in sorted({*chained, *there} if there else ()):
            if name not in there:
                yield f"{name} is gone from {self.store}"
            elif name not in chained and name < newest:
                yield (
                    f"{name} of {self.store} is older than the newest entry recorded, but is not recorded "
                    "itself"
                )
            elif name in chained and Entry(name, there[name]).sha256 != chained[name]:
                yield f"{name} of {self.store} is not as it was recorded"

    def _names(self) -> list[str]:
        return [each for each in self.store.names() if _NAME.fullmatch(each)]


def _moment(seconds: Any) -> str | None:
    if not isinstance(seconds, int):
        return None
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
