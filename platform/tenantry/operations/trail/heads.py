"""Remember on this machine the newest line that it has seen of a record, so that a cut-off end is found.

It is a file for each record, and moves forward alone.
"""

import fcntl
import hashlib
import json
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tenantry.errors import Failed, WrongInput
from tenantry.operations.trail.lines import Line

_WRITTEN = re.compile(r"([1-9][0-9]{0,11}):([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Head:
    """A line that a record has to hold, by its digest."""

    number: int
    sha256: str

    def __str__(self) -> str:
        return f"{self.number}:{self.sha256}"

    @classmethod
    def of(cls, line: Line) -> "Head":
        return cls(line.number, line.sha256)

    @classmethod
    def written(cls, text: str) -> "Head":
        """Raises WrongInput."""
        match = _WRITTEN.fullmatch(text)
        if match is None:
            raise WrongInput(
                f"{text!r} is not a line's number and digest; write it as `audit --verify` prints it"
            )
        return cls(int(match[1]), match[2])


@dataclass(frozen=True, slots=True)
class Heads:
    """`folder` is where they are remembered; `record` is the record's address."""

    folder: Path
    record: str

    @property
    def file(self) -> Path:
        return self.folder / hashlib.sha256(self.record.encode()).hexdigest()[:16]

    def known(self) -> Head | None:
        """Raises Failed: the file cannot be read."""
        try:
            return Head(**json.loads(self.file.read_bytes())["head"])
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise Failed(
                f"{self.file} cannot be read ({type(error).__name__}); delete it, and verify again"
            ) from None

    def saw(self, line: Line) -> None:
        """Raises Failed: it cannot be written down."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock = os.open(self.folder, os.O_RDONLY)
        except OSError as error:
            raise Failed(
                f"{self.folder} cannot be written ({error.strerror}); set TENANTRY_STATE to a folder that can"
            ) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            known = self.known()
            if known is None or known.number < line.number:
                self._write(Head.of(line))
        finally:
            os.close(lock)

    def _write(self, head: Head) -> None:
        content = {"record": self.record, "head": {"number": head.number, "sha256": head.sha256}}
        with tempfile.NamedTemporaryFile("w", dir=self.folder, prefix=".", delete=False) as part:
            json.dump(content, part)
        Path(part.name).replace(self.file)
