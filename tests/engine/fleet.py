"""A fleet of small stacks under the real engine: their program makes one resource for each tenant's file.

`python -m tests.engine.fleet ROOT up|resume` runs a rollout as a process that can be killed.
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
from tenantry.operations.fleet.starts import begun, resumed
from tenantry.operations.fleet.works import EngineWorks
from tenantry.operations.repair import Account
from tenantry.operations.strays import Stray
from tenantry.wanted import Project
from tests.support.fleets import written

PROGRAM = """\
import signal
from pathlib import Path
import pulumi
from tenantry.recording import Recording
from tenantry.wanted import Project

signal.signal(signal.SIGINT, signal.SIG_DFL)
root = Path(__file__).parents[1]
project, stack = Project(root), pulumi.get_stack()
recording, before = Recording(), []
for slug, tier in project.tenants(stack):
    options = pulumi.ResourceOptions(depends_on=before)
    kind = "random:index/randomId:RandomId"
    made = pulumi.CustomResource(kind, slug, {"byteLength": len(tier)}, options)
    before = [made]
recording.export(project.digest(stack))
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
    def account(self, stack: FleetStack) -> Account:  # noqa: ARG002
        return NoAccount()

    def predicted(self, stack: FleetStack) -> dict[str, int]:  # noqa: ARG002
        """Its resources are none of AWS's, so a preview would predict no call."""
        return {}


def passing(gate: Gate, stacks: Sequence[FleetStack], began: datetime) -> list[str]:  # noqa: ARG001
    return []


def project(root: Path, cells: dict[str, Sequence[str]], python: Path) -> Path:
    written(root, cells)
    (root / "Pulumi.yaml").write_text(PROJECT)
    (root / "platform" / "__main__.py").write_text(PROGRAM)
    (root / ".venv").symlink_to(python)
    return root


def up(root: Path, judge: Judge = passing) -> Outcome | None:
    """None where nothing differs."""
    rollout = begun(fleet(Project(root)), (), lambda there: Works(root, there.processes), judge)
    return rollout.run() if rollout else None


def resume(root: Path, judge: Judge = passing) -> Outcome:
    return resumed(fleet(Project(root)), lambda there: Works(root, there.processes), judge).run()


def main() -> None:
    print({"up": up, "resume": resume}[sys.argv[2]](Path(sys.argv[1])))


if __name__ == "__main__":
    main()
