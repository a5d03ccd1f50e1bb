"""The shape of a maker, and what several makers need."""

from collections.abc import Callable
from typing import Any, NamedTuple

Inputs = dict[str, Any]
Clients = Callable[[str], Any]
"""Gives the boto3 client of a service."""


class Made(NamedTuple):
    """What the provider would answer: the resource's id, and outputs beside its inputs."""

    id: str
    outputs: dict[str, Any]


Maker = Callable[[Clients, Inputs], Made]


def tag_list(inputs: Inputs) -> list[dict[str, str]]:
    """Tags as most services take them."""
    return [{"Key": key, "Value": value} for key, value in (inputs.get("tags") or {}).items()]


def given(**arguments: Any) -> dict[str, Any]:
    """The arguments that have a value; boto3 refuses None."""
    return {name: value for name, value in arguments.items() if value is not None}
