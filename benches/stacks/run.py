"""Deploy cells of many tenants to an account that is a folder, under the CLI on PATH.

The provider answers at once, so what is measured is the engine's and the program's own.
"""

import resource
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benches.speed import tenants
from tests.engine.stack import NAME, Stack, stand_ins

LONGEST = 3_600  # seconds of one update: what is measured grows with the square of a stack's tenants


@dataclass(frozen=True)
class Cost:
    """CPU seconds of all processes, and bytes of the stack's record, which the engine always writes whole."""

    cpu: float
    record: int


@dataclass(frozen=True)
class Together:
    """A first update with all tenants, and one that adds another."""

    first: Cost
    one_more: Cost


@dataclass(frozen=True)
class Apart:
    """A first update of the cell alone, and of each tenant's stack, in that order."""

    cell: Cost
    tenants: tuple[Cost, ...]


Say = Callable[[str], None]
"""Says what is being done."""


def together(count: int, say: Say) -> Together:
    with _stack(count + 1) as (stack, slugs):
        last = stack.project.root / "own" / "demo" / f"{slugs[-1]}.yaml"
        text = last.read_text()
        last.unlink()
        say(f"one stack, {count} tenants")
        first = _cost(stack, NAME)
        last.write_text(text)
        say(f"one stack, one tenant more than {count}")
        return Together(first, _cost(stack, NAME))


def apart(count: int, say: Say) -> Apart:
    with _stack(count) as (stack, slugs):
        stack.configure("tenantry:tenantStacks", '"true"')
        say("the cell alone")
        cell = _cost(stack, NAME)
        return Apart(cell, tuple(_of_tenants(stack, slugs, say)))


def _of_tenants(stack: Stack, slugs: Sequence[str], say: Say) -> Iterator[Cost]:
    for number, slug in enumerate(slugs, 1):
        say(f"a stack for each tenant, {number} of {len(slugs)}")
        yield _of_tenant(stack, slug)


def _of_tenant(stack: Stack, slug: str) -> Cost:
    name = f"{NAME}.{slug}"
    stack.pulumi("stack", "init", "--no-select", name)
    stack.pulumi("config", "set", "aws:region", "eu-central-1", "--stack", name)
    return _cost(stack, name)


@contextmanager
def _stack(count: int) -> Iterator[tuple[Stack, list[str]]]:
    """A stack that nothing is deployed to, with that many tenants in its files."""
    with tempfile.TemporaryDirectory(prefix="tenantry-stacks-") as temporary:
        folder = Path(temporary)
        stack = Stack.new(folder, stand_ins(folder / "providers"))
        stack.configure("tenantry:mailFrom", "contact@example.com")
        written = tenants.write(stack.project.root / "own", count, "demo")
        slugs = [file.stem for file in (written / "demo").glob("*.yaml")]
        yield stack, sorted(slugs, key=lambda slug: slug.rpartition("-")[2])


def _cost(stack: Stack, name: str) -> Cost:
    before = _cpu()
    stack.pulumi("up", "--yes", "--skip-preview", "--stack", name, seconds=LONGEST)
    [record] = (stack.folder / "backend").rglob(f"{name}.json")
    return Cost(_cpu() - before, record.stat().st_size)


def _cpu() -> float:
    """Of children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
