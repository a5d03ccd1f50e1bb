"""Read JSON so that no two readers can disagree about it (RFC 8259's advice, I-JSON's rules).

Refused beside malformed text: repeated names, NaN and infinities, numbers beyond a double's range,
unpaired surrogates and deep nesting. msgspec is faster, but keeps the last of repeated names silently.
"""

import json
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any, Final, NoReturn

MAX_DEPTH: Final = 32


class MalformedJson(ValueError):
    """The message says what is wrong and quotes none of the text."""


def parse(text: str, *, exact: bool = False) -> Any:
    """Depth counts arrays and objects, the outermost being 1.

    Args:
        exact: refuse each number that would be written as another one. Whole numbers are kept to the last
            digit; others only where the shortest digits of a double say the same.
    """
    try:
        value = (_EXACT_DECODER if exact else _DECODER).decode(text)
    except json.JSONDecodeError as error:
        raise MalformedJson(f"line {error.lineno}, column {error.colno}: {error.msg}") from None
    except RecursionError:
        raise MalformedJson(f"nested deeper than {MAX_DEPTH} levels") from None
    # Surrogates come out of escapes, or were in the text; and nothing is deeper than its brackets are many.
    if not text.isascii() or "\\u" in text or text.count("[") + text.count("{") > MAX_DEPTH:
        _check(value)
    return value


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise MalformedJson("an object repeats a member name")
    return members


def _finite(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise MalformedJson("a number is beyond the range of a double")
    return number


def _whole(digits: str) -> int | float:
    """Exact to its last digit, but within a double's range: beyond it, other readers see infinity. Only a
    double has a negative zero."""
    _finite(digits)
    return int(digits) if digits != "-0" else -0.0


def _exact(digits: str) -> float:
    number = _finite(digits)
    try:
        same = (written := repr(number)) == digits or Decimal(written) == Decimal(digits)
    except InvalidOperation:  # an exponent of 19 digits
        same = False
    if not same:
        raise MalformedJson("a number has more digits than a double keeps; send it as a string")
    return number


def _refuse_constant(name: str) -> NoReturn:
    raise MalformedJson(f"{name} is not JSON")


def _check(value: Any) -> None:
    pending = [(value, 1)]
    while pending:
        node, depth = pending.pop()
        if isinstance(node, str):
            _check_text(node)
            continue
        if not isinstance(node, dict | list):
            continue
        if depth > MAX_DEPTH:
            raise MalformedJson(f"nested deeper than {MAX_DEPTH} levels")
        if isinstance(node, dict):
            pending.extend((name, depth + 1) for name in node)
            pending.extend((child, depth + 1) for child in node.values())
        else:
            pending.extend((child, depth + 1) for child in node)


def _check_text(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise MalformedJson("a string holds an unpaired surrogate") from None


def _decoder(parse_float: Callable[[str], float]) -> json.JSONDecoder:
    return json.JSONDecoder(
        object_pairs_hook=_distinct,
        parse_float=parse_float,
        parse_int=_whole,
        parse_constant=_refuse_constant,
    )


_DECODER: Final = _decoder(_finite)
_EXACT_DECODER: Final = _decoder(_exact)
