"""Write as a tenant's programs do, with keys, preconditions and retries; keep a ledger of the answers.

A writer knows only what its client was told. What it never got an answer for is `UNKNOWN`: done or not, but
never half.
"""

import random
import time
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import httpx

ATTEMPTS = 8
RETRIED = frozenset({409, 429, 500, 502, 503, 504})
LONGEST_WAIT_SECONDS = 1.0
COLLECTIONS = 4  # of each writer


class Outcome(StrEnum):
    ACKNOWLEDGED = "acknowledged"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass
class Client:
    """One program of a tenant. `seen` counts every answer, retried ones too."""

    url: str
    key: str
    token: Callable[[], str]
    http: httpx.Client
    seen: Counter[str] = field(default_factory=Counter)

    def send(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> httpx.Response | None:
        """The answer, or None when no attempt got one that says what became of the request."""
        for attempt in range(ATTEMPTS):
            if attempt:
                time.sleep(random.uniform(0, min(LONGEST_WAIT_SECONDS, 0.05 * 2**attempt)))  # noqa: S311 - jitter
            sent = {"x-api-key": self.key, "Authorization": f"Bearer {self.token()}", **(headers or {})}
            try:
                answer = self.http.request(method, self.url + path, json=body, headers=sent)
            except httpx.TransportError as error:
                self.seen[type(error).__name__] += 1
                continue
            self.seen[str(answer.status_code)] += 1
            if answer.status_code not in RETRIED:
                return answer
        return None


@dataclass
class Entry:
    """What one item should be: `step` counts its replacements, and stands in its document."""

    collection: str
    marker: str
    made: Outcome
    id: str = ""
    version: int = 0
    step: int = 0
    unsure: int | None = None  # a step of which it is unknown whether it was done
    gone: Outcome | None = None

    @property
    def alive(self) -> bool:
        return self.made is Outcome.ACKNOWLEDGED and self.gone is None and self.unsure is None


@dataclass
class Ledger:
    """One writer's view of all that it sent."""

    entries: list[Entry] = field(default_factory=list)
    contacts: dict[str, str] = field(default_factory=dict)  # marker -> id, "" where unknown
    increments: Counter[Outcome] = field(default_factory=Counter)
    outcomes: Counter[tuple[str, Outcome]] = field(default_factory=Counter)

    @property
    def writes(self) -> int:
        return sum(self.outcomes.values())

    def count(self, what: str, outcome: Outcome) -> None:
        self.outcomes[what, outcome] += 1


@dataclass
class Writer:
    """Sends one write after another; `shared` is the path of an item that all the tenant's count up."""

    name: str
    client: Client
    shared: str
    random: random.Random
    ledger: Ledger = field(default_factory=Ledger)

    def write(self) -> None:
        """One write, chosen as users' programs mix them."""
        steps = (self.create, self.send_message, self.replace, self.delete, self.increment)
        self.random.choices(steps, weights=(40, 20, 25, 8, 7))[0]()

    def create(self) -> None:
        collection = f"{self.name}-{self.random.randrange(COLLECTIONS)}"
        entry = Entry(collection, uuid.uuid4().hex, Outcome.UNKNOWN)
        self.ledger.entries.append(entry)
        answer = self.client.send("POST", f"/items/{collection}", _document(entry), _keyed())
        entry.made = _outcome(answer, 201)
        if answer is not None and entry.made is Outcome.ACKNOWLEDGED:
            entry.id, entry.version = answer.json()["id"], answer.json()["version"]
        self.ledger.count("create an item", entry.made)

    def replace(self) -> None:
        entry = self._own()
        if entry is None:
            self.create()
            return
        entry.step += 1
        answer = self.client.send(
            "PUT", _path(entry), _document(entry), _keyed() | {"If-Match": f'"{entry.version}"'}
        )
        outcome = _outcome(answer, 200)
        if outcome is Outcome.ACKNOWLEDGED and answer is not None:
            entry.version = answer.json()["version"]
        else:
            entry.unsure = entry.step
        self.ledger.count("replace an item", outcome)

    def delete(self) -> None:
        entry = self._own()
        if entry is None:
            self.create()
            return
        answer = self.client.send("DELETE", _path(entry), headers=_keyed())
        entry.gone = _outcome(answer, 204)
        self.ledger.count("delete an item", entry.gone)

    def send_message(self) -> None:
        marker = uuid.uuid4().hex
        body = {"email": "ada@example.com", "name": self.name, "message": marker}
        answer = self.client.send("POST", "/contact", body, _keyed())
        outcome = _outcome(answer, 202)
        acknowledged = answer is not None and outcome is Outcome.ACKNOWLEDGED
        self.ledger.contacts[marker] = answer.json()["id"] if acknowledged and answer is not None else ""
        self.ledger.count("send a message", outcome)

    def increment(self) -> None:
        """Read, add one, write back on condition; a lost race is read again."""
        while True:
            read = self.client.send("GET", self.shared)
            if read is None or read.status_code != 200:
                return  # nothing was written
            counted = {"n": read.json()["n"] + 1}
            answer = self.client.send(
                "PUT", self.shared, counted, _keyed() | {"If-Match": read.headers["etag"]}
            )
            if answer is None or answer.status_code != 412:
                break
        outcome = _outcome(answer, 200)
        self.ledger.increments[outcome] += 1
        self.ledger.count("count up a shared item", outcome)

    def _own(self) -> Entry | None:
        living = [entry for entry in self.ledger.entries[-200:] if entry.alive]
        return self.random.choice(living) if living else None


def _document(entry: Entry) -> dict[str, Any]:
    return {"marker": entry.marker, "step": entry.step}


def _path(entry: Entry) -> str:
    return f"/items/{entry.collection}/{entry.id}"


def _keyed() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid.uuid4())}


def _outcome(answer: httpx.Response | None, expected: int) -> Outcome:
    if answer is None:
        return Outcome.UNKNOWN
    return Outcome.ACKNOWLEDGED if answer.status_code == expected else Outcome.REFUSED
