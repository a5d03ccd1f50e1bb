"""Rules that compare what is registered with what the tenants' files say: each input, and each resource.

An unexpected input, a resource too many and one too few are leaks, as is every difference, except for
settings and resources that open nothing by their rows. Each rule yields what breaks it.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import Any

from pulumi.runtime import rpc

from tenantry.execution.registration import Registered
from tenantry.isolation.cells import RegisteredCell
from tenantry.isolation.expected import Expected, Free, Kept, expected, is_called
from tenantry.isolation.leaks import Leak, leak
from tenantry.rules.kinds import KINDS
from tenantry.rules.kinds.tokens import COMPONENTS, STACK

NOTHING = "nothing"
SHOWN = 120  # characters of a value that a line shows

Difference = tuple[str, Any, Any]
"""Path, what is there, what should be."""


def every_resource_is_as_its_tenants_file_says(cell: RegisteredCell) -> Iterator[Leak]:
    for resource, wanted in pairs(cell):
        if resource is None and wanted is not None:
            name = f"{wanted.type.rpartition(':')[2]} {wanted.name}"
            yield Leak(name, "is not there", NOTHING, "its tenant's file" if wanted.tenant else "the cell")
        elif resource is not None and wanted is None:
            if resource.type in KINDS and KINDS[resource.type].free:
                continue
            yield leak(resource, "is there", resource.arn, f"{resource.type}, which no file asks for")
        elif resource is not None and wanted is not None:
            yield from compared(cell, resource, wanted)


def pairs(cell: RegisteredCell) -> Iterator[tuple[Registered | None, Expected | None]]:
    """What is registered beside what is expected under its name, each perhaps without the other."""
    left = defaultdict(list)
    for each in cell.resources:
        if each.type != STACK and not each.type.startswith(COMPONENTS):
            left[each.type, each.name].append(each)
    for wanted in expected(cell):
        called = left[wanted.type, wanted.name]
        found = next((each for each in called if is_called(each, wanted.name, wanted.within)), None)
        if found is not None:
            called.remove(found)
        yield found, wanted
    for too_many in left.values():
        for each in too_many:
            yield each, None


def compared(cell: RegisteredCell, resource: Registered, wanted: Expected) -> Iterator[Leak]:
    there = {
        "its tenant": cell.owner(resource) or "",
        "retainOnDelete": resource.retained,
        "ignoreChanges": sorted(resource.ignored),
        "additionalSecretOutputs": sorted(resource.secret_outputs),
        "import": resource.import_id,
        "provider": resource.provider,
        "aliases": list(resource.aliases),
        **_judged(resource, wanted),
    }
    should = {
        "its tenant": wanted.tenant,
        "retainOnDelete": wanted.retained,
        "ignoreChanges": sorted(wanted.ignored),
        "additionalSecretOutputs": sorted(KINDS[wanted.type].secret_outputs),
        "import": "",
        "provider": "",
        "aliases": [],
        **wanted.inputs,
    }
    for path, is_, meant in _differences(there, should, ""):
        yield leak(resource, "works", _shown(is_), f"{path}, which should be {_shown(meant)}")


def _judged(resource: Registered, wanted: Expected) -> dict[str, Any]:
    """The inputs without settings that the expectation does not know."""
    row = KINDS[resource.type]
    known = wanted.inputs.keys()
    return {name: each for name, each in resource.inputs.items() if name in known or not row.is_setting(name)}


def _differences(is_: Any, meant: Any, path: str) -> Iterator[Difference]:
    if isinstance(meant, Free):
        return
    if isinstance(meant, Kept):
        if not rpc.is_rpc_secret(is_):
            yield path, "in the open", "secret"
        is_, meant = rpc.unwrap_rpc_secret(is_), meant.value
    if isinstance(is_, str) and isinstance(meant, Mapping | list):
        is_ = _parsed(is_)
    if isinstance(is_, Mapping) and isinstance(meant, Mapping):
        for key in sorted({*is_, *meant}):
            yield from _differences(is_.get(key), meant.get(key), f"{path}.{key}" if path else key)
    elif isinstance(is_, list) and isinstance(meant, list):
        for number, (one, other) in enumerate(zip_longest(is_, meant)):
            yield from _differences(one, other, f"{path}[{number}]")
    elif is_ != meant or isinstance(is_, bool) != isinstance(meant, bool):
        yield path, is_, meant


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _shown(value: Any) -> str:
    if value is None:
        return NOTHING
    text = value if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
