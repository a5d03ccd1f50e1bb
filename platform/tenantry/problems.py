"""Say of each fault where it is, what is wrong and what to do; keep values that look secret out of it."""

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from tenantry.errors import WrongInput

Loc = tuple[int | str, ...]
"""Keys and indexes that lead from the file's root to a value."""

_LONGEST_SHOWN = 40
# Sixteen or more characters of a token's alphabet, letters and digits mixed: a key, a token, a password.
_SECRET_LOOKING = re.compile(r"(?=\D*\d)(?=[^A-Za-z]*[A-Za-z])[\w+/=.~-]{16,}", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """`file` is written as the caller gave its folder; lines count from 1."""

    file: str
    line: int
    what: str
    remedy: str

    def __str__(self) -> str:
        return printable(f"{self.file}:{self.line}: {self.what}; {self.remedy}")


class ConfigErrors(WrongInput):
    """The configuration cannot be used; `problems` holds every fault of every file."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(problem) for problem in self.problems))


def printable(text: str) -> str:
    """Escape what could move a terminal's cursor or fail to be encoded, in file names above all."""
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in text
    )


def shown(value: object) -> str:
    """A value as a message may repeat it: short, on one line, and never one that looks like a secret."""
    match value:
        case None:
            return "empty"
        case bool():
            return str(value).lower()
        case int() | float():
            text = str(value)
            return text if len(text) <= _LONGEST_SHOWN else "a very long number"
        case str() if _SECRET_LOOKING.fullmatch(value):
            return f"a text of {len(value)} characters (not repeated here)"
        case str() if "://" in value:
            return "a URL"  # a webhook's path and a user's password are secrets
        case str() if len(value) > _LONGEST_SHOWN:
            return f"a text of {len(value)} characters"
        case str():
            return repr(value)
        case dict():
            return "a mapping"
        case tuple() | list():
            return "a list"
        case _:
            return f"a {type(value).__name__}"


def unknown(kind: str, name: str, known: Iterable[str]) -> str:
    """That there is none of that name, which was probably meant, and which there are."""
    choices = list(known)
    return f"there is no {kind} {name!r}; {meant(name, choices)}there are: {', '.join(choices) or 'none'}"


def meant(name: str, choices: Iterable[str]) -> str:
    """The one that was probably meant, as a question; nothing where none is close."""
    close = difflib.get_close_matches(name[:64], list(choices), n=1)
    return f"did you mean {close[0]}? " if close else ""


def dotted(loc: Loc) -> str:
    """`auth.jwks.keys[0].kid`; a part that is not a plain name is shown as a message may."""
    if not loc:
        return "the file"
    text = ""
    for part in loc:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            plain = len(part) <= _LONGEST_SHOWN and part.replace("-", "_").replace("_", "a").isalnum()
            text += f".{part if plain else shown(part)}"
    return text.removeprefix(".")
