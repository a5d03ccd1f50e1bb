"""Claim that the proof finds a planted mistake, and nothing else beside it."""

from tenantry.isolation.cells import RegisteredCell
from tenantry.isolation.leaks import Leak
from tenantry.isolation.proof import prove
from tests.support.mutations import Mutation

COMPARED = "every resource is as its tenant's file says"


def decided(cell: RegisteredCell) -> list[Leak]:
    """The leaks that the proof reasons out, without those that only say that files ask for something else."""
    proof = prove(cell)
    return [leak for leak in proof.leaks if leak not in proof.rules[COMPARED]]


def assert_found(cell: RegisteredCell, mutation: Mutation, who: str, by: str) -> None:
    """A line is of `who` and names `by`; others are of the same resource or of functions that lean on it."""
    lines = [str(leak) for leak in decided(mutation(cell))]
    assert [line for line in lines if line.startswith(f"{who}:") and by in line], lines
    assert [line for line in lines if not line.startswith(("Function ", f"{who}:", f"{who} of "))] == []
