"""Say where two values differ: what a resource should be, and what AWS says that it is."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tenantry.rules.policies import statements
from tenantry.verification.reader import UNKNOWN

Difference = tuple[str, Any, Any]
"""Path, what it should be, what is there."""

ORDERED = frozenset({"layers"})  # a layer's files replace those of the layers before it


def differences(
    expected: Any, found: Any, path: str = "", unknown: Sequence[str] = (UNKNOWN,)
) -> Iterator[Difference]:
    """Each place at which they differ. Texts that hold JSON are compared by what they say; a list's order
    says nothing, but for layers; an absent member and None are the same.

    Args:
        unknown: texts that stand for any.
    """
    expected, found = _read(expected), _read(found)
    if isinstance(expected, Mapping) and isinstance(found, Mapping):
        for key in sorted({*expected, *found}):
            below = f"{path}.{key}" if path else key
            yield from differences(expected.get(key), found.get(key), below, unknown)
    elif isinstance(expected, list) and isinstance(found, list):
        yield from _of_lists(expected, found, path, unknown)
    elif not _same(expected, found, unknown):
        yield path, expected, found


def _of_lists(
    expected: list[Any], found: list[Any], path: str, unknown: Sequence[str]
) -> Iterator[Difference]:
    if len(expected) != len(found):
        yield path, expected, found
        return
    if path.rpartition(".")[2] not in ORDERED:
        expected, found = sorted(expected, key=_rank), sorted(found, key=_rank)
    for number, (one, other) in enumerate(zip(expected, found, strict=True)):
        yield from differences(one, other, f"{path}[{number}]", unknown)


def _same(expected: Any, found: Any, unknown: Sequence[str]) -> bool:
    if isinstance(expected, str) and isinstance(found, str) and any(each in expected for each in unknown):
        parts = re.split("|".join(map(re.escape, unknown)), expected)
        return re.fullmatch(".+".join(map(re.escape, parts)), found, re.DOTALL) is not None
    return bool(expected == found) and isinstance(expected, bool) == isinstance(found, bool)


def _read(value: Any) -> Any:
    """JSON by its value; a policy in a form in which equal policies are equal.

    The engine's numbers are floats.
    """
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        try:
            value = json.loads(value)
        except ValueError:
            return value
    if isinstance(value, Mapping) and "Statement" in value:
        return _policy(value)
    return value


def _policy(policy: Mapping[str, Any]) -> dict[str, Any]:
    """Statements by their Sid where each has one of its own; one of a list alone is the same as itself."""
    listed = [_flat(each) for each in statements(policy)]
    sids = [each.get("Sid") for each in listed]
    named = all(sids) and len(set(sids)) == len(sids)
    return {
        "statements": dict(zip(sids, listed, strict=True)) if named else listed,
        **{name: value for name, value in policy.items() if name not in ("Statement", "Id")},
    }


def _flat(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _flat(each) for key, each in value.items()}
    if isinstance(value, list):
        return _flat(value[0]) if len(value) == 1 else sorted((_flat(each) for each in value), key=_rank)
    return value


def _rank(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)
