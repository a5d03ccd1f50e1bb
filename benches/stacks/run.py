"""Deploy cells of many tenants to an account that is a folder, under the CLI on PATH.

The provider answers at once, so what is measured is the engine's and the program's own. State is kept in a
bucket, the emulator's: in a folder the engine walks through the files of all stacks at each write of one.
"""

import resource
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benches.speed import tenants
from benches.stacks.writes import CountingProxy, Written
from tests.engine.backends import in_bucket
from tests.engine.stack import NAME, Stack, stand_ins

LONGEST = 3_600  # seconds of one update: what is measured grows with the square of a stack's tenants


@dataclass(frozen=True)
class Cost:
    """CPU seconds of the engine and all its processes, and what was written to the state."""

    cpu: float
    written: Written


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


@dataclass(frozen=True)
class Site:
    """A stack that nothing is deployed to, its tenants, and what counts the writes of its state."""

    stack: Stack
    slugs: tuple[str, ...]
    state: CountingProxy

    def update(self, name: str = NAME) -> Cost:
        """Of that stack of the project."""
        cpu, written = _cpu(), self.state.written
        self.stack.pulumi("up", "--yes", "--skip-preview", "--stack", name, seconds=LONGEST)
        return Cost(_cpu() - cpu, self.state.written - written)


def together(count: int, say: Say) -> Together:
    with _site(count + 1) as site:
        last = site.stack.project.root / "own" / "demo" / f"{site.slugs[-1]}.yaml"
        text = last.read_text()
        last.unlink()
        say(f"one stack, {count} tenants")
        first = site.update()
        last.write_text(text)
        say(f"one stack, one tenant more than {count}")
        return Together(first, site.update())


def apart(count: int, say: Say) -> Apart:
    with _site(count) as site:
        site.stack.configure("tenantry:tenantStacks", '"true"')
        say("the cell alone")
        cell = site.update()
        return Apart(cell, tuple(_of_tenants(site, say)))


def _of_tenants(site: Site, say: Say) -> Iterator[Cost]:
    for number, slug in enumerate(site.slugs, 1):
        say(f"a stack for each tenant, {number} of {len(site.slugs)}")
        name = f"{NAME}.{slug}"
        site.stack.pulumi("stack", "init", "--no-select", name)
        site.stack.pulumi("config", "set", "aws:region", "eu-central-1", "--stack", name)
        yield site.update(name)


@contextmanager
def _site(count: int) -> Iterator[Site]:
    with (
        tempfile.TemporaryDirectory(prefix="tenantry-stacks-") as temporary,
        CountingProxy() as state,
        in_bucket(Path(temporary, "bucket"), state.before) as backend,
    ):
        folder = Path(temporary)
        stack = Stack.new(folder, stand_ins(folder / "providers"), backend)
        stack.configure("tenantry:mailFrom", "contact@example.com")
        written = tenants.write(stack.project.root / "own", count, "demo")
        slugs = [file.stem for file in (written / "demo").glob("*.yaml")]
        yield Site(stack, tuple(sorted(slugs, key=lambda slug: slug.rpartition("-")[2])), state)


def _cpu() -> float:
    """Of children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
