"""An export as a file: JSON lines that any tool reads, sealed so that a cut or a change is found out.

A header, a line for each record, checkpoints between them, an end. A checkpoint and the end hold the number
of records and the SHA-256 of all lines before them. The seal finds accidents; it is not a signature, so every
record is checked as well.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, BinaryIO

from tenantry.config.slugs import is_slug
from tenantry.errors import WrongInput
from tenantry.operations.backup.fields import Unfit
from tenantry.operations.backup.records import Position, StoredRecord
from tenantry.rules.naming import Names

FORMAT, VERSION = "tenantry-export", 2
CHECKPOINT, END = "checkpoint", "end"
LINE_BYTES = (
    400_000  # under DynamoDB's 400 KiB for a record, keys and all; the API's own need at most 160,000
)

_REGION = re.compile(r"[a-z0-9-]{1,40}")
_STARTED = re.compile(r"[0-9T:.-]{10,32}Z")


class Damaged(WrongInput):
    """The file is not a whole export; the message names the line."""


@dataclass(frozen=True, slots=True)
class Header:
    """Where the records come from, and when reading them began (RFC 3339)."""

    tenant: str
    stack: str
    region: str
    isolation: str
    table: str
    started: str

    @property
    def line(self) -> dict[str, Any]:
        return {"format": FORMAT, "version": VERSION, **asdict(self)}

    @classmethod
    def read(cls, line: Mapping[str, Any]) -> "Header":
        """Raises Unfit."""
        fields = dict(line)
        if fields.pop("format", None) != FORMAT:
            raise Unfit("not an export of Tenantry")
        if fields.pop("version", None) != VERSION:
            raise Unfit("of a format that this version of Tenantry does not know")
        if fields.keys() != cls.__dataclass_fields__.keys() or not all(
            isinstance(v, str) for v in fields.values()
        ):
            raise Unfit("not a header of this format")
        header = cls(**fields)
        if not header._plausible():
            raise Unfit("a header that no export writes")
        return header

    def _plausible(self) -> bool:
        try:
            names = Names(self.stack)
        except WrongInput:
            return False
        tables = {"pooled": names.table, "silo": names.tenant(self.tenant)}
        return (
            is_slug(self.tenant)
            and tables.get(self.isolation) == self.table
            and _REGION.fullmatch(self.region) is not None
            and _STARTED.fullmatch(self.started) is not None
        )


def encoded(line: Mapping[str, Any]) -> bytes:
    """The one form of a line: any other is refused."""
    return json.dumps(line, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode() + b"\n"


@dataclass(slots=True)
class Tally:
    """What has passed so far; as large after a million records as after one."""

    size: int = 0  # in bytes
    records: int = 0
    last: Position | None = None
    _digest: Any = field(default_factory=hashlib.sha256)

    @property
    def sha256(self) -> str:
        return str(self._digest.hexdigest())

    def add(self, line: bytes, record: Position | None = None) -> bytes:
        self._digest.update(line)
        self.size += len(line)
        if record is not None:
            self.records += 1
            self.last = record
        return line

    def seal(self, kind: str) -> bytes:
        return encoded({"kind": kind, "records": self.records, "sha256": self.sha256})

    def copy(self) -> "Tally":
        return Tally(self.size, self.records, self.last, self._digest.copy())


class Reader:
    """Reads a file line by line, and trusts none of them.

    Attributes:
        checkpoint: the tally at the last checkpoint that held; None before the first.

    Raises:
        Damaged: there is no header.
    """

    def __init__(self, file: BinaryIO, name: str) -> None:
        self._file, self._name, self._number = file, name, 0
        self.tally = Tally()
        self.checkpoint: Tally | None = None
        with_header, line = self._next()
        try:
            self.header = Header.read(line)
        except Unfit as unfit:
            raise self._damaged(str(unfit)) from None
        self.tally.add(with_header)

    def records(self) -> Iterator[StoredRecord]:
        """All of them, in order. Ends only at an end that holds, with nothing behind it.

        Raises:
            Damaged: the file was cut or changed, or holds what no export writes.
        """
        while True:
            text, line = self._next()
            kind = line.get("kind")
            if kind in (CHECKPOINT, END):
                if text != self.tally.seal(str(kind)):
                    raise self._damaged("the checksum does not match: the lines before it were changed")
                if kind == END:
                    break
                self.tally.add(text)
                self.checkpoint = self.tally.copy()
            else:
                record = self._record(line)
                self.tally.add(text, record.position)
                yield record
        if self._file.read(1):
            raise self._damaged("something follows the end")

    def _record(self, line: Mapping[str, Any]) -> StoredRecord:
        try:
            record = StoredRecord.read(line)
        except Unfit as unfit:
            raise self._damaged(f"a record {unfit}") from None
        if self.tally.last is not None and record.position <= self.tally.last:
            raise self._damaged("a record that appears twice, or out of order")
        return record

    def _next(self) -> tuple[bytes, dict[str, Any]]:
        self._number += 1
        text = self._file.readline(LINE_BYTES + 1)
        if len(text) > LINE_BYTES:
            raise self._damaged(f"longer than {LINE_BYTES:,} bytes")
        if not text.endswith(b"\n"):
            raise self._damaged("the file ends here: it was cut off")
        try:
            line = json.loads(text.decode())
            same = isinstance(line, dict) and encoded(line) == text
        except (ValueError, RecursionError):
            same = False
        if not same:
            raise self._damaged("not a line that an export writes")
        return text, line

    def _damaged(self, what: str) -> Damaged:
        return Damaged(f"{self._name}:{self._number}: {what}; use a complete, unchanged export")
