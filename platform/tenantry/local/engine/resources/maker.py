"""The shape of a type of resource: how one comes, changes and goes; and what several types need."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

# Codes with which AWS says that a name is taken.
TAKEN = frozenset(
    {
        "AlreadyExistsException",
        "EntityAlreadyExists",
        "ResourceConflictException",
        "ResourceExistsException",
        "ResourceInUseException",
    }
)

Inputs = dict[str, Any]
Clients = Callable[[str], Any]
"""Gives the boto3 client of a service."""


class Made(NamedTuple):
    """What the provider would answer: the resource's id, and outputs beside its inputs."""

    id: str
    outputs: dict[str, Any]


class Existing(NamedTuple):
    """A resource as it was last made or changed. An asset among the inputs is its digest."""

    id: str
    inputs: Inputs
    outputs: dict[str, Any]


Maker = Callable[[Clients, Inputs], Made]
Updater = Callable[[Clients, Existing, Inputs], Made]
Remover = Callable[[Clients, Existing], None]
Finder = Callable[[Clients, Inputs], Made | None]


@dataclass(frozen=True, slots=True)
class MadeKind:
    """What the engine needs to know of one type.

    Attributes:
        make: makes one; it may be interrupted anywhere.
        remove: an error of AWS that says "not found" counts as done.
        update: sets all that `inputs` say, whatever a cut-off call may have left. None: any change replaces.
        find: the one that a cut-off `make` of these inputs left, or that an import id names. A "not found" of
            AWS counts as None. Left out where making again does no harm.
        fixed: inputs whose change replaces.
        name: the input that holds a name of which there is one at most, so that a replacement under the same
            name removes the old one first. The type's row knows it.
    """

    make: Maker
    remove: Remover
    update: Updater | None = None
    find: Finder | None = None
    fixed: frozenset[str] = frozenset()
    name: str | None = None


def put(make: Maker, remove: Remover, *fixed: str) -> MadeKind:
    """A type whose maker is a put: it makes, and overwrites what is there."""

    def overwrite(clients: Clients, _existing: Existing, inputs: Inputs) -> Made:
        return make(clients, inputs)

    return MadeKind(make, remove, overwrite, fixed=frozenset(fixed))


def goes_with_its_owner(_clients: Clients, _existing: Existing) -> None:
    """Nothing to call: what it belongs to takes it along, or it is nowhere but in the record."""


def tag_list(inputs: Inputs) -> list[dict[str, str]]:
    """Tags as most services take them. An update adds and overwrites tags; the program drops none."""
    return [{"Key": key, "Value": value} for key, value in (inputs.get("tags") or {}).items()]


def given(**arguments: Any) -> dict[str, Any]:
    """The arguments that have a value; boto3 refuses None."""
    return {name: value for name, value in arguments.items() if value is not None}
