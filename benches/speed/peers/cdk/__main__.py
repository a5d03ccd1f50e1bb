"""`python -m benches.speed.peers.cdk RESOURCES FOLDER`: synthesise what `benches.speed.synth` wrote.

The cell has a stack; tenants share stacks as far as CloudFormation lets them.
"""

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import aws_cdk as cdk  # type: ignore[import-not-found]

from benches.speed.peers.cdk import function, gateway, storage, watch
from benches.speed.peers.cdk.declared import Declared

RESOURCES_PER_STACK = 500  # CloudFormation's quota, hard
DECLARE = function.DECLARE | gateway.DECLARE | storage.DECLARE | watch.DECLARE


def synthesise(groups: Iterable[list[dict[str, Any]]], folder: Path) -> None:
    """The first group is the cell's, the others a tenant's each."""
    app = cdk.App(outdir=str(folder), analytics_reporting=False)
    declared = Declared()
    stack, room = None, 0
    for n, group in enumerate(groups):
        if n < 2 or len(group) > room:
            stack, room = cdk.Stack(app, f"tenantry-bench-{n}"), RESOURCES_PER_STACK
        room -= len(group)
        for place, each in enumerate(group):
            kind, identity = each["kind"], f"{each['kind']}Of{n}No{place}"
            construct = DECLARE[kind](declared, stack, identity, each["inputs"])
            declared.keep(kind, each["called"], construct)
    app.synth()


if __name__ == "__main__":
    synthesise(json.loads(Path(sys.argv[1]).read_text()), Path(sys.argv[2]))
