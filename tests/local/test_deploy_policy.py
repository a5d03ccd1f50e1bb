"""The policy of `tenantry policies deploy`, enforced: its actions make, change and remove a cell.

The emulator tells IAM the resource of few calls, so resources and conditions are held by unit tests.
"""

import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tenantry.config import Cell
from tenantry.config.domains import CellDomain
from tenantry.deployment import Deployment
from tenantry.local import zones
from tenantry.local.clients import ACCOUNT, REGION, Session
from tenantry.local.emulator.parent import Emulator
from tenantry.local.engine import inventory
from tenantry.local.engine.changes import Step
from tenantry.local.engine.deployment import deploy
from tenantry.local.engine.monitor import DeploymentError
from tenantry.local.platform import SERVICES
from tenantry.packing.artifact import Artifact, this_machine
from tenantry.rules import operator_policies
from tenantry.rules.arns import Arns
from tenantry.rules.naming import Names
from tests.local.cloud import actions, holding
from tests.support.engine import demo, deployment

ARNS = Arns("aws", REGION, ACCOUNT)
DOMAIN = CellDomain(name="api.example.com", zone="Z0123456789ABC")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    """With code that nobody runs."""
    path = tmp_path_factory.mktemp("code") / "code.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("start.py", "")
    packed = Artifact(path, "0" * 64)
    return deployment("demo", arns=ARNS, target=this_machine(), code=packed, layer=packed)


def brought(to: Cell, made: Deployment, by: Session, folder: Path) -> set[Step]:
    clients = {service: by.client(service) for service in SERVICES}
    with inventory.opened(folder) as held:
        _, changes = deploy(to, made, clients.__getitem__, held, lambda _: None)
    return {each.step for each in changes}


def test_its_actions_make_change_and_remove_a_cell(
    root: Session, repaired: Emulator, made: Deployment, tmp_path: Path
) -> None:
    allowed = actions(operator_policies.deploy(made.names, ARNS))
    allowed |= actions(operator_policies.zones(made.names, ARNS, ["*"]))
    deployer = holding(root, repaired.endpoint, "deployer", allowed)
    cell = demo().model_copy(update={"domain": DOMAIN})
    cell = zones.localized(cell, root.client("route53"))
    made = replace(made, domain=cell.domain)
    assert brought(cell, made, deployer, tmp_path) == {Step.CREATED}
    less = cell.model_copy(update={"tenants": cell.tenants[:1], "domain": None})
    slower = deployment("demo", **{**_settings(made), "log_level": "DEBUG"})
    assert brought(less, slower, deployer, tmp_path) >= {Step.CHANGED, Step.REMOVED}


@pytest.mark.parametrize("action", ["sqs:CreateQueue", "iam:CreatePolicy", "kms:CreateKey"])
def test_without_one_of_them_it_is_refused_by_name(
    root: Session, repaired: Emulator, made: Deployment, tmp_path: Path, action: str
) -> None:
    """Else the test above could pass on an emulator that asks nothing."""
    stack = f"no-{action.partition(':')[0]}"
    other = replace(made, names=Names(stack))
    allowed = actions(operator_policies.deploy(other.names, ARNS)) - {action}
    deployer = holding(root, repaired.endpoint, stack, allowed)
    with pytest.raises(DeploymentError, match=action):
        brought(demo(), other, deployer, tmp_path)


def _settings(made: Deployment) -> dict[str, Any]:
    return {"arns": made.arns, "target": made.target, "code": made.code, "layer": made.layer}
