"""The shape of a reader: what AWS says of one type of resource, in the words of its registration."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

from tenantry.rules.kinds.kind import TAGS
from tenantry.verification.reading import Reading

Inputs = dict[str, Any]

# Stands for what nobody knows without the engine's state: any text matches it.
UNKNOWN = "<unknown>"


class Found(NamedTuple):
    """What is there: its id, its inputs by the provider's names, and outputs that others refer to.

    An input of None is as if it were left out.
    """

    id: str
    inputs: Inputs
    outputs: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Deployed:
    """A resource as the program registers it, every id in `inputs` being that of what is there.

    `owner` is a tenant, or empty for what the cell's tenants share; `found` None says that it is missing.
    """

    urn: str
    type: str
    name: str
    owner: str
    inputs: Inputs
    found: Found | None

    def __str__(self) -> str:
        return f"{self.type.rpartition(':')[2]} {self.name}"


class Stray(NamedTuple):
    """Something within the stack's reach that nothing declares: on what it is, and what it is.

    `owner` is the tenant by whose name it goes, or empty; `passing` says that the next update takes it away.
    """

    on: str
    property: str
    found: Any
    owner: str = ""
    passing: bool = False


Read = Callable[[Reading, Inputs], Found | None]
Beyond = Callable[[Reading, Sequence[Deployed]], Iterable[Stray]]


def _nothing(_reading: Reading, _declared: Sequence[Deployed]) -> Iterable[Stray]:
    return ()


@dataclass(frozen=True, slots=True)
class Reader:
    """Of one type.

    Attributes:
        read: finds it by its inputs, and says how it is.
        unread: inputs that AWS does not say, with the reason.
        stated: how to put an input as `read` does, where that is not how the program puts it.
        beyond: of all that is declared of this type and those that it hangs on, what is there beside it.
    """

    read: Read
    unread: Mapping[str, str] = field(default_factory=dict)
    stated: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)
    beyond: Beyond = _nothing


def by_name(reading: Reading, kind: str, name: str, found: Any) -> Stray:
    """A resource that nothing declares, under a name of the stack's."""
    prefix, divider = (reading.names.folder, "/") if "/" in name else (reading.names.tenants, "_")
    return Stray(f"{kind} {name}", "", found, name.removeprefix(prefix).partition(divider)[0])


def of_type(declared: Sequence[Deployed], token: str) -> list[Deployed]:
    """Those that are there."""
    return [each for each in declared if each.type == token and each.found]


def inputs_of(declared: Sequence[Deployed], token: str, *names: str) -> set[tuple[Any, ...]]:
    """The values of these inputs, of each resource of the type, there or not."""
    return {tuple(each.inputs[name] for name in names) for each in declared if each.type == token}


def tags(listed: Iterable[Mapping[str, str]] | Mapping[str, str] | None, inputs: Inputs) -> dict[str, str]:
    """Those that the program gives; an organization may add its own."""
    pairs = listed or {}
    if not isinstance(pairs, Mapping):
        pairs = {each["Key"]: each["Value"] for each in pairs}
    return {name: value for name, value in pairs.items() if name in (inputs.get(TAGS) or {})}


def one(values: Sequence[Any]) -> Any:
    """What AWS lists and the provider takes alone."""
    return values[0] if len(values) == 1 else list(values)
