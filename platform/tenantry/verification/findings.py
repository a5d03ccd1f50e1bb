"""Hold what is deployed against what is declared: what differs, what is missing, what is there beside it."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tenantry.rules.kinds import tokens
from tenantry.verification.comparison import differences
from tenantry.verification.deployed import UNKNOWABLE
from tenantry.verification.reader import Deployed, Stray
from tenantry.verification.readers import READERS
from tenantry.verification.reading import Reading

# The provider imports a body when it changes, and never reads it back.
_IMPORT = "no refresh sees it: raise `info.version` in functions/openapi.yaml, and `pulumi up`"
_BODY = frozenset({tokens.REST_API, tokens.DEPLOYMENT})
_REFRESH = "`pulumi refresh`, then `pulumi up`"
_PASSES = "the next `pulumi up` takes it away; if it outlasts that, find out who made it"
_DELETE = "no update sees it: find out who made it, and delete it"


@dataclass(frozen=True, slots=True)
class Finding:
    """`tenant` is empty for what all share; `expected` None says that nothing should be there.

    `passing` is not a difference: it is what the last update left for the next one to remove.
    """

    tenant: str
    type: str
    resource: str
    property: str
    expected: Any
    found: Any
    remedy: str
    passing: bool = False


def findings(
    declared: Sequence[Deployed], reading: Reading, types: Collection[str] = tuple(READERS)
) -> Iterator[Finding]:
    """Every difference of the resources of these types.

    Args:
        declared: all of the stack's, of whatever type.
    """
    for each in declared:
        if each.type in types and each.type in READERS:
            yield from _differing(each)
    for token in types:
        for stray in READERS[token].beyond(reading, declared):
            yield _beside(token, stray)


def _differing(each: Deployed) -> Iterator[Finding]:
    if each.found is None:
        yield Finding(each.owner, each.type, str(each), "", "is there", None, _REFRESH)
        return
    reader = READERS[each.type]
    meant = {
        name: reader.stated[name](value) if name in reader.stated else value
        for name, value in each.inputs.items()
        if name not in reader.unread
    }
    there = {name: value for name, value in each.found.inputs.items() if name not in reader.unread}
    for path, expected, found in differences(meant, there, unknown=UNKNOWABLE):
        remedy = _IMPORT if each.type in _BODY and path.startswith("body.") else _REFRESH
        yield Finding(each.owner, each.type, str(each), path, expected, found, remedy)


def _beside(token: str, stray: Stray) -> Finding:
    remedy = _PASSES if stray.passing else _IMPORT if token in _BODY else _DELETE
    return Finding(stray.owner, token, stray.on, stray.property, None, stray.found, remedy, stray.passing)
