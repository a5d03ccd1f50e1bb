"""An AWS account that is a folder: what was made, and every call that changed something or failed."""

import fcntl
import json
import threading
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Resource:
    """`unique_name` is empty where AWS lets two be called the same."""

    type: str
    id: str
    unique_name: str
    values: Values


class Account:
    """A journal, so that a process that is killed loses nothing that it answered."""

    def __init__(self, folder: Path) -> None:
        self._journal = folder / "resources.jsonl"
        self._calls = folder / "calls.jsonl"
        self._lock = threading.RLock()
        self._resources: dict[tuple[str, str], Resource] = {}
        for line in self._journal.read_text().splitlines() if self._journal.exists() else []:
            self._apply(**json.loads(line))

    def __iter__(self) -> Iterator[Resource]:
        return iter(list(self._resources.values()))

    def find(self, type_: str, identifier: str) -> Resource | None:
        """By its id, or by its name, which is what an import gives."""
        by_id = self._resources.get((type_, identifier))
        named = (each for each in self if each.type == type_ and each.unique_name == identifier)
        return by_id or next(named, None)

    def put(self, resource: Resource) -> None:
        self._write(there=True, **asdict(resource))

    def remove(self, resource: Resource) -> None:
        self._write(there=False, **asdict(resource))

    def log(self, operation: str, urn: str, error: str = "") -> None:
        with self._lock, self._calls.open("a") as calls:
            fcntl.flock(calls, fcntl.LOCK_EX)
            calls.write(json.dumps({"operation": operation, "urn": urn, "error": error}) + "\n")

    def _write(self, **change: Any) -> None:
        with self._lock:
            with self._journal.open("a") as journal:
                fcntl.flock(journal, fcntl.LOCK_EX)  # of other stacks' providers
                journal.write(json.dumps(change) + "\n")
            self._apply(**change)

    def _apply(self, there: bool, **resource: Any) -> None:
        new = Resource(**resource)
        if there:
            self._resources[new.type, new.id] = new
        else:
            del self._resources[new.type, new.id]
