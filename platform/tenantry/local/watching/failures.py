"""Read functions' failures as the emulator reports them: types and frames, at their lines in the sources.

Messages of exceptions quote values, so they stay out, as they do in the functions' logs.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tenantry.groups import current
from tenantry.local.emulator.repairs.functions.failure_reports import FILE
from tenantry.local.watching.files import displayed
from tenantry.operations.logs import lines
from tenantry.operations.logs.events import Event
from tenantry.packing.functions import origin

TASK = "/var/task/"  # where the byte code says that its source lies
UNPACKED = "/code/"  # where the emulator's worker finds sources that are not compiled
_FRAME = re.compile(r'File "([^"]+)", line (\d+), in (\S+)')
_RAISED = re.compile(r"\[ERROR\]\s+([\w.]+)")


@dataclass(frozen=True, slots=True)
class Cause:
    """`frames` are written `file:line in function`, the innermost last."""

    kind: str
    frames: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FailedInvocation:
    """The causes of one failed invocation, the one that the function saw first."""

    function: str
    route: str
    request: str
    causes: tuple[Cause, ...]


@dataclass
class Failures:
    """Those that were reported since this was made.

    Attributes:
        directory: the emulator's.
    """

    directory: Path
    _read: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self._file.touch(mode=0o600)

    @property
    def _file(self) -> Path:
        return self.directory / FILE

    def new(self) -> Iterator[FailedInvocation]:
        if self._file.stat().st_size == self._read:
            return
        with self._file.open("rb") as reports:
            reports.seek(self._read)
            for report in reports:
                if not report.endswith(b"\n"):
                    return  # its end is still to come
                self._read += len(report)
                if failure := self._failure(**json.loads(report)):
                    yield failure

    def _failure(self, group: str, message: str) -> FailedInvocation | None:
        function = group.rpartition("/")[2]
        line = lines.read(Event(function.rpartition("_")[2], "", 0, message))
        if line is None:  # the authorizer's way to say 401
            return None
        return FailedInvocation(function, line.route, line.request, tuple(self._causes(line)))

    def _causes(self, line: lines.LogLine) -> Iterator[Cause]:
        if line.kind == "text":
            raised = _RAISED.match(line.message)
            yield Cause(raised[1] if raised else "failed", self._frames(line.message))
            return
        for cause in line.fields["causes"]:
            yield Cause(cause["type"], self._frames(cause["stack"]))

    def _frames(self, stack: str) -> tuple[str, ...]:
        return tuple(f"{self._place(file)}:{line} in {name}" for file, line, name in _FRAME.findall(stack))

    def _place(self, file: str) -> str:
        for root in (TASK, UNPACKED):
            below = file.partition(root)[2]
            if below and (source := origin(current(), below)).is_file():
                return displayed(source)
        return file
