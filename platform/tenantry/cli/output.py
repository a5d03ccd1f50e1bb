"""Write for people and for programs: tables or JSON on stdout, errors on stderr, exit codes 1 and 2."""

import errno
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import rich.table
from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from tenantry.cli import streams
from tenantry.errors import Failed, WrongInput
from tenantry.problems import ConfigErrors, Problem, printable

FAILED = 1
WRONG_INPUT = 2
INTERRUPTED = 130  # 128 + SIGINT, as shells say it
NAMED = 3  # messages of a kind; the rest is a number
_REMEDIES = {
    errno.ENOSPC: "make room on the disk, and run it again",
    errno.EDQUOT: "make room on the disk, and run it again",
    errno.EACCES: "use a folder that you may write to",
    errno.EPERM: "use a folder that you may write to",
    errno.EROFS: "use a folder that you may write to",
}
Notice = tuple[str, str]
"""A kind of message, and a message of that kind."""


def stdout() -> Console:
    return _console(stderr=False)


def stderr() -> Console:
    return _console(stderr=True)


def _console(stderr: bool) -> Console:
    """Prints text as it is: data may hold brackets as rich's markup has them, and an ARN holds `:secret:`."""
    return Console(stderr=stderr, markup=False, highlight=False, emoji=False)


class Table(rich.table.Table):
    """Cuts nothing: what is wider than its column goes on in the next line."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for column in self.columns:
            column.overflow = "fold"
        yield from super().__rich_console__(console, options)


def marked(text: str, good: bool = True) -> Text:
    """With a green ✓ before it, or a red ✗."""
    return Text.assemble(("✓", "green") if good else ("✗", "red"), " ", text)


@contextmanager
def working(what: str) -> Iterator[Callable[[str], None]]:
    """On a terminal, show on stderr what is being done; what it yields replaces that."""
    with stderr().status(Text(what)) as shown:  # of a string, it would read the markup
        yield lambda now: shown.update(Text(now))


def print_json(value: Any) -> None:
    sys.stdout.write(json.dumps(value, indent=2, default=str) + "\n")


def harmless(text: str) -> str:
    """As one line that cannot control a terminal: what does not print, even a line end, is escaped."""
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode("ascii") for each in text
    )


def json_text(value: Any) -> str:
    """JSON for people: letters of every script as they are, control characters as JSON's escapes."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    return "".join(each if each.isprintable() or each == "\n" else json.dumps(each)[1:-1] for each in text)


def complain(message: str) -> None:
    stderr().print(message, style="red", soft_wrap=True)


def warn(message: str) -> None:
    stderr().print(f"warning: {message}", style="yellow", soft_wrap=True)


def summed(messages: Iterable[Notice], everything: bool) -> Iterator[str]:
    """Of many alike, the first few and a count of the others, unless `everything` is asked for."""
    kinds: dict[str, list[str]] = {}
    for kind, message in messages:
        kinds.setdefault(kind, []).append(message)
    for alike in kinds.values():
        shown = len(alike) if everything else NAMED
        yield from alike[:shown]
        if alike[shown:]:
            yield f"… and {len(alike) - shown:,} more of this kind; --all shows each"


def annotation(problem: Problem) -> str:
    """A log line that GitHub Actions shows at the file and line of a change."""
    file = _escaped(problem.file).replace(":", "%3A").replace(",", "%2C")
    return f"::error file={file},line={problem.line}::{_escaped(f'{problem.what}; {problem.remedy}')}"


def _escaped(text: str) -> str:
    """Escaped as GitHub's toolkit does: a line end would end the command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


@contextmanager
def reported_errors() -> Iterator[None]:
    """Turn the errors that are meant for the user, and the environment's, into a message and an exit code."""
    try:
        with _told():
            yield
    except SystemExit as end:
        if end.code == INTERRUPTED:  # what typer makes of Ctrl-C, without a word
            complain("interrupted; nothing that this command started is left running")
        raise
    except (WrongInput, Failed) as error:
        complain(str(error))
        if isinstance(error, ConfigErrors) and os.environ.get("GITHUB_ACTIONS") == "true":
            for problem in error.problems:
                print(annotation(problem), file=sys.stderr)
        sys.exit(WRONG_INPUT if isinstance(error, WrongInput) else FAILED)
    except OSError as error:
        if error.errno != errno.EPIPE:
            complain(_reason(error))
        sys.exit(FAILED)


@contextmanager
def _told() -> Iterator[None]:
    """Raises the error with which stdout refused the output of a command that did its work."""
    try:
        yield
    except SystemExit as end:
        if not end.code:
            streams.require_reader()
        raise


def _reason(error: OSError) -> str:
    if error is streams.lost():
        return f"the output could not be printed: {error.strerror}; what the command did stays"
    file = f"{printable(str(error.filename))}: " if error.filename else ""
    return (
        f"{file}{error.strerror or error}; {_REMEDIES.get(error.errno or 0, 'mend that, and run it again')}"
    )
