"""A rule that a resource breaks, and what to do about it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tenantry.guardrails.resources import Resource, Stack


@dataclass(frozen=True)
class Violation:
    resource: Resource
    fault: str

    def __str__(self) -> str:
        return f"{self.resource}: {self.fault}"


@dataclass(frozen=True)
class Rule:
    """`alone`: one resource decides, so the engine can ask before it is made, not only after all are."""

    name: str
    why: str
    check: Callable[[Stack], Iterator[Violation]]
    alone: bool = True
