"""Read what nobody must see: from a pipe, or from a terminal without echo."""

import getpass
import sys


def piped(what: str, most: int) -> bytes:
    """All of stdin, cut one byte after the most that is accepted; `what` is the prompt on a terminal."""
    if sys.stdin.isatty():
        return getpass.getpass(f"{what}: ", stream=sys.stderr).encode()
    return sys.stdin.buffer.read(most + 1)
