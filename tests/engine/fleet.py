"""A fleet of small stacks under the real engine: their program makes one resource for each tenant's file.

Which release a tenant runs is decided by the platform's own rules; a release is a number, in a file.
`python -m tests.engine.fleet ROOT up|resume|rollback` runs a rollout as a process that can be killed.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tenantry.config.rings import Gate
from tenantry.operations.checkpoint import Checkpoint, Pending
from tenantry.operations.fleet.listing import FleetStack, fleet
from tenantry.operations.fleet.rollouts import Judge, Outcome
from tenantry.operations.fleet.starts import begun, resumed, taken_back
from tenantry.operations.fleet.works import EngineWorks
from tenantry.operations.repair import Account
from tenantry.operations.stores import Folder
from tenantry.operations.strays import Stray
from tenantry.operations.trail import origin
from tenantry.operations.trail.heads import Heads
from tenantry.operations.trail.trail import Trail
from tenantry.wanted import Project
from tests.support.fleets import written

PROGRAM = """\
import json
import os
import signal
from pathlib import Path
from types import SimpleNamespace
import pulumi
from tenantry import releases
from tenantry.holds import Holds
from tenantry.last_update import INSTEAD_OF, of_releases
from tenantry.recording import Recording
from tenantry.wanted import Project

signal.signal(signal.SIGINT, signal.SIG_DFL)
root = Path(__file__).parents[1]
project, stack = Project(root), pulumi.get_stack()
name = "/".join((pulumi.get_organization(), pulumi.get_project(), stack))
outputs = pulumi.runtime.invoke("pulumi:pulumi:readStackOutputs", {"name": name}).value["outputs"]
last, number = of_releases(outputs), (root / "functions" / "release").read_text()
part = releases.Piece(number)
newest = releases.Release(number.rjust(12, "0"), "", "", "", part, {}, part, (), {})
tenants = [SimpleNamespace(slug=slug, release=None, members=()) for slug, _ in project.tenants(stack)]
cell = SimpleNamespace(name=stack, tenants=tenants)
holds = Holds.given(os.environ) or Holds(frozenset(last.instead.values()))
kept = releases.resolved(newest, last.releases, cell, {}, last.runs, {}, holds, (), last.instead)
recording, before, summaries = Recording(), [], {}
for slug, tier in project.tenants(stack):
    options = pulumi.ResourceOptions(depends_on=before)
    kind = "random:index/randomId:RandomId"
    length = 10 * int(kept.runs[slug].code.digest) + len(tier)
    before = [pulumi.CustomResource(kind, slug, {"byteLength": length}, options)]
    held = {INSTEAD_OF: kept.instead[slug]} if slug in kept.instead else {}
    summaries[slug] = {"release": kept.runs[slug].id} | held
recording.export(project.digest(stack))
pulumi.export("tenants", summaries)
pulumi.export("releases", json.dumps([each.as_json() for each in kept.kept]))
"""
"""One after another, so that an update can be killed between two of them."""

PROJECT = """\
name: tenantry
main: platform
runtime: {name: python, options: {virtualenv: .venv}}
"""


class NoAccount:
    """Of these resources nobody has to be asked: each may be made again."""

    def found(self, asked: Pending) -> str | None:  # noqa: ARG002
        return None

    def strays(self, checkpoint: Checkpoint) -> list[Stray]:  # noqa: ARG002
        return []

    def remove(self, stray: Stray) -> None:
        raise AssertionError(stray)


@dataclass(frozen=True, slots=True)
class Works(EngineWorks):
    def trail(self, stack: FleetStack) -> Trail:
        return trail(self.project, stack.cells_stack)

    def account(self, stack: FleetStack) -> Account:  # noqa: ARG002
        return NoAccount()

    def predicted(self, stack: FleetStack) -> dict[str, int]:  # noqa: ARG002
        """Its resources are none of AWS's, so a preview would predict no call."""
        return {}


def trail(root: Path, cell: str) -> Trail:
    lines = Folder(root / "trail" / cell)
    return Trail(lines, Heads(root / "trail" / "heads", str(lines)), origin.by, lambda: None)


def passing(gate: Gate, stacks: Sequence[FleetStack], began: datetime) -> list[str]:  # noqa: ARG001
    return []


def project(root: Path, cells: dict[str, Sequence[str]], python: Path) -> Path:
    written(root, cells)
    (root / "Pulumi.yaml").write_text(PROJECT)
    (root / "platform" / "__main__.py").write_text(PROGRAM)
    release(root, 1)
    (root / ".venv").symlink_to(python)
    return root


def release(root: Path, number: int) -> None:
    """What all tenants are to run."""
    (root / "functions" / "release").write_text(str(number))


def up(root: Path, judge: Judge = passing) -> Outcome | None:
    """None where nothing differs."""
    rollout = begun(fleet(Project(root)), (), lambda there: Works(root, there.processes), judge)
    return rollout.run() if rollout else None


def resume(root: Path, judge: Judge = passing) -> Outcome:
    return resumed(fleet(Project(root)), lambda there: Works(root, there.processes), judge).run()


def rollback(root: Path) -> Outcome | None:
    """None where there is nothing to take back."""
    rollout = taken_back(fleet(Project(root)), lambda there: Works(root, there.processes))
    return rollout.run() if rollout else None


def main() -> None:
    print({"up": up, "resume": resume, "rollback": rollback}[sys.argv[2]](Path(sys.argv[1])))


if __name__ == "__main__":
    main()
