"""Printing never ends a command's work: a character that a stream cannot encode is replaced, a line that it
does not take is dropped, and the command reports that at its end.
"""

import codecs
import io
import os
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

PLAIN = {"✓": "ok", "✗": "failed:", "…": "...", "·": "-", "→": "->", "–": "-", "—": "-"}  # noqa: RUF001


class _Patient(io.FileIO):
    """Drops what cannot be written; `lost` is why."""

    lost: OSError | None = None

    def write(self, content: "ReadableBuffer", /) -> int:
        try:
            return super().write(content)
        except OSError as error:
            self.lost = self.lost or error
            return memoryview(content).nbytes


def print_what_can_be() -> None:
    """From now on, whatever stdout and stderr are: closed, a full disk, a pipe that nobody reads any more."""
    codecs.register_error("replaced", _replaced)
    sys.stdout, sys.stderr = _patient(sys.stdout), _patient(sys.stderr)


def lost() -> OSError | None:
    """Why stdout does not take what is printed; None if it does."""
    raw = _raw(sys.stdout)
    return raw.lost if isinstance(raw, _Patient) else None


def require_reader() -> None:
    """Where printing is all that is done. Raises the error with which stdout refuses what is printed."""
    sys.stdout.flush()
    if error := lost():
        raise error


def _patient(stream: Any) -> Any:
    if stream is None:  # it was closed before we began
        return io.TextIOWrapper(io.FileIO(os.open(os.devnull, os.O_WRONLY), "w"))
    raw = _raw(stream)
    if not isinstance(stream, io.TextIOWrapper) or not isinstance(raw, io.FileIO):
        return stream
    return io.TextIOWrapper(
        io.BufferedWriter(_Patient(raw.fileno(), "w", closefd=False)),
        encoding=stream.encoding,
        errors="replaced",
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )


def _raw(stream: object) -> object:
    buffer = getattr(stream, "buffer", None)
    return getattr(buffer, "raw", buffer)  # none is between where PYTHONUNBUFFERED is set


def _replaced(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    missing = error.object[error.start : error.end]
    signs = (PLAIN.get(each) or each.encode("ascii", "backslashreplace").decode() for each in missing)
    return "".join(signs), error.end
