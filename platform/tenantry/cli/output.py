"""Speak to people and to programs: tables or JSON on stdout, errors on stderr, exit codes 1 and 2."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console

FAILED = 1  # it did not work
WRONG_INPUT = 2  # what was given cannot work
INTERRUPTED = 130  # 128 + SIGINT, as shells say it


class WrongInput(Exception):
    """What the user gave cannot be used; the message says what to give instead."""


class Failed(Exception):
    """It did not work; the message says why and what to do."""


def stdout() -> Console:
    return Console(highlight=False)


def stderr() -> Console:
    return Console(stderr=True, highlight=False)


def print_json(value: Any) -> None:
    sys.stdout.write(json.dumps(value, indent=2, default=str) + "\n")


def complain(message: str) -> None:
    """Plain text: a message may hold brackets, which rich would take for its markup."""
    stderr().print(message, style="red", markup=False, soft_wrap=True)


@contextmanager
def told() -> Iterator[None]:
    """Turn the errors that are meant for the user into a message and an exit code."""
    try:
        yield
    except KeyboardInterrupt:
        complain("interrupted; nothing was left running")
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        sys.exit(FAILED)
    except Exception as error:
        code = _exit_code(error)
        if code is None:
            raise
        complain(str(error))
        sys.exit(code)


def _exit_code(error: Exception) -> int | None:
    """By class name: importing every module that raises would make `tenantry --help` take a second."""
    names = {kind.__name__ for kind in type(error).__mro__}
    if names & {"ConfigErrors", "WrongInput", "UnknownName"}:
        return WRONG_INPUT
    if names & {"Failed", "EmulatorError", "DeploymentError", "ArtifactError", "StateError", "TokenError"}:
        return FAILED
    return None
