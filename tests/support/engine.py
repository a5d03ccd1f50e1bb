"""Run the program as the Pulumi engine would, for the cells that tests declare."""

from collections.abc import Mapping
from typing import Any

from tenantry.config import Cell, load_platform
from tenantry.deployment import Deployment
from tenantry.execution import registration
from tenantry.execution.registration import Program, RecordingMonitor
from tenantry.packing.artifact import Artifact, LambdaTarget
from tenantry.program import declare
from tenantry.rules.arns import Arns
from tenantry.rules.naming import Names
from tests.support.command import ROOT, TENANTS

SENDER = "contact@example.com"
ARNS = Arns("aws", "eu-central-1", "123456789012")


def deployment(cell: str, **changes: Any) -> Deployment:
    artifact = Artifact(ROOT / "pyproject.toml", "0" * 64)  # any file: its content is not looked at
    settings: dict[str, Any] = {
        "cell": cell,
        "names": Names(cell),
        "arns": ARNS,
        "target": LambdaTarget("python3.13", "arm64"),
        "code": artifact,
        "layer": artifact,
        "mail_from": SENDER,
    }
    return Deployment(**settings | changes)


def register(cell: Cell, preview: bool = False, **changes: Any) -> tuple[RecordingMonitor, dict[str, Any]]:
    """Declare the cell; answers what was registered, and the stack's outputs as they are known."""
    return run(lambda: declare(cell, deployment(cell.name, **changes)), cell.name, preview)


def run(
    program: Program,
    stack: str,
    preview: bool = False,
    last: Mapping[str, Any] | None = None,
    others: Mapping[str, Mapping[str, Any]] | None = None,
) -> tuple[RecordingMonitor, dict[str, Any]]:
    return registration.run(program, stack, ARNS, preview, last, others)


def demo() -> Cell:
    return load_platform(TENANTS).cell("demo")
