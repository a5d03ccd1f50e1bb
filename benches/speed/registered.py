"""Register the cell of a folder in this process, as tests and the local platform do; tell what it cost.

`python -m benches.speed.registered FOLDER` prints CPU seconds: files are loaded, resources registered,
outputs resolved.
"""

import sys
from pathlib import Path

from benches.speed.engine import ARNS, STACK
from benches.speed.tenants import CELL
from benches.speed.timing import cpu_seconds
from tenantry import paths
from tenantry.config import load_platform
from tenantry.deployment import Deployment
from tenantry.execution import registration
from tenantry.execution.registration import RecordingMonitor
from tenantry.packing.artifact import Artifact, LambdaTarget
from tenantry.program import declare
from tenantry.rules.naming import Names


def register(folder: Path) -> RecordingMonitor:
    cell = load_platform(folder).cell(CELL)
    artifact = Artifact(paths.CONTRACT, "0" * 64)  # any file: its content is not looked at
    deployment = Deployment(
        cell=CELL,
        names=Names(STACK),
        arns=ARNS,
        target=LambdaTarget("python3.13", "arm64"),
        code=artifact,
        layer=artifact,
        mail_from="contact@example.com",
    )
    return registration.run(lambda: declare(cell, deployment), STACK, ARNS)[0]


if __name__ == "__main__":
    print(cpu_seconds(lambda: register(Path(sys.argv[1]))))
