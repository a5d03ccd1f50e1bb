"""Write a tenant's data to a file that appears whole or not at all; what was cut off goes on where it was.

FILE.part grows by pages, each followed by a checkpoint. An export that finds one verifies it up to its last
checkpoint, drops what follows, and reads on from there.
"""

import fcntl
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from tenantry.errors import Failed, WrongInput
from tenantry.operations.aws import refusals_reported
from tenantry.operations.backup.archives import (
    CHECKPOINT,
    END,
    FORMAT,
    LINE_BYTES,
    Damaged,
    Header,
    Reader,
    Tally,
    encoded,
)
from tenantry.operations.backup.records import StoredRecord
from tenantry.operations.backup.tenant_data import TenantData

OnProgress = Callable[[int, int, int], None]
"""Called with the records and bytes so far, and about how many records there will be."""


@dataclass(frozen=True, slots=True)
class Exported:
    """`resumed` of the records were in FILE.part already."""

    records: int
    resumed: int
    bytes: int
    sha256: str


def export(data: TenantData, file: Path, on_progress: OnProgress) -> Exported:
    """Everything of the tenant but idempotency records, and the entries and counts that an import makes anew.

    Raises:
        WrongInput: the file is there already, or its .part is of another export.
        Failed: AWS refuses, or the file cannot be written; the same call again goes on where it was.
    """
    _require_absent(file)
    with refusals_reported(data.region):
        expected = data.expected()
    part = file.with_name(f"{file.name}.part")
    with _failures_told(part), _locked(part) as stream:
        _require_absent(file)  # by the one that held the lock until now
        tally = _resumed(stream, part, data) or _begun(stream, data)
        resumed = tally.records
        with refusals_reported(data.region):
            for page in data.pages(tally.last):
                _append(stream, tally, page)
                on_progress(tally.records, tally.size, max(expected, tally.records))
        sha256 = tally.sha256
        stream.write(tally.add(tally.seal(END)))
        stream.flush()
        os.fsync(stream.fileno())
        part.replace(file)
    return Exported(tally.records, resumed, tally.size, sha256)


def _append(stream: BinaryIO, tally: Tally, page: list[StoredRecord]) -> None:
    for record in page:
        line = encoded(record.line)
        if len(line) > LINE_BYTES:
            raise Failed(
                f"{'/'.join(record.position)} is longer than {LINE_BYTES:,} bytes; "
                "the API never writes one that long"
            )
        stream.write(tally.add(line, record.position))
    stream.write(tally.add(tally.seal(CHECKPOINT)))
    stream.flush()


def _begun(stream: BinaryIO, data: TenantData) -> Tally:
    tally = Tally()
    _cut(stream, 0)
    stream.write(tally.add(encoded(_header(data).line)))
    return tally


def _resumed(stream: BinaryIO, part: Path, data: TenantData) -> Tally | None:
    """None where not even a first page was written.

    A killed export leaves half a page, and a power failure perhaps worse: what no checkpoint vouches for is
    dropped, and read from the table again.
    """
    _require_ours(stream, part)
    reader: Reader | None = None
    with suppress(Damaged):
        reader = Reader(stream, str(part))
        for _ in reader.records():
            pass
    if reader is None or reader.checkpoint is None:
        return None
    _require_same(reader.header, _header(data), part)
    _cut(stream, reader.checkpoint.size)
    return reader.checkpoint


def _require_ours(stream: BinaryIO, part: Path) -> None:
    """Nobody else's file is cut: an export's begins with its format."""
    start = encoded({"format": FORMAT}).rstrip(b"}\n")
    found = stream.read(len(start))
    if not start.startswith(found):
        raise WrongInput(f"{part} is not an unfinished export; move it elsewhere, or choose another --to")
    stream.seek(0)


def _cut(stream: BinaryIO, size: int) -> None:
    stream.truncate(size)
    stream.seek(size)


def _header(data: TenantData) -> Header:
    started = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return Header(data.tenant, data.names.stack, data.region, data.isolation, data.table, started)


def _require_same(begun: Header, asked: Header, part: Path) -> None:
    if {**begun.line, "started": ""} != {**asked.line, "started": ""}:
        raise WrongInput(
            f"{part} is of {begun.tenant} in table {begun.table}, Region {begun.region}, not of "
            f"{asked.tenant} in {asked.table}, {asked.region}; delete it, "
            "or choose another --to"
        )


def _require_absent(file: Path) -> None:
    if os.path.lexists(file):
        raise WrongInput(f"{file} exists already; choose another --to, or move it elsewhere")


@contextmanager
def _failures_told(part: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Failed(
            f"{part}: {error.strerror or error}; fix that and export again, which goes on from there"
        ) from error


@contextmanager
def _locked(part: Path) -> Iterator[BinaryIO]:
    """A file of our own that nobody else reads: it holds what the tenant's customers wrote.

    No link is followed, so that nobody who may write into the folder chooses where the records go.
    """
    if part.is_symlink():
        raise _not_ours(part, "a symbolic link")
    with os.fdopen(os.open(part, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600), "r+b") as stream:
        found = os.fstat(stream.fileno())
        if not stat.S_ISREG(found.st_mode) or found.st_nlink != 1:
            raise _not_ours(part, "not a file of its own")
        if found.st_uid != os.geteuid():
            raise _not_ours(part, "another user's file")
        os.fchmod(stream.fileno(), 0o600)  # whoever made it
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Failed(f"another export is writing {part}; wait for it, or choose another --to") from None
        yield stream


def _not_ours(part: Path, what: str) -> WrongInput:
    return WrongInput(f"{part} is {what}; remove it, or choose another --to")
