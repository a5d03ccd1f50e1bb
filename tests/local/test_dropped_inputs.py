"""Whatever the program registers reaches the emulator, or the deployment fails and names what would not."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pulumi_aws as aws
import pytest

from tenantry.config.domains import CellDomain
from tenantry.local import zones
from tenantry.local.clients import ACCOUNT, REGION, Session
from tenantry.local.engine import inventory
from tenantry.local.engine.changes import Step
from tenantry.local.engine.deployment import deploy
from tenantry.local.engine.inventory import unsure
from tenantry.local.engine.monitor import DeploymentError
from tenantry.local.engine.resources import MAKERS
from tenantry.local.platform import SERVICES
from tenantry.packing import artifact
from tenantry.program import prepare
from tenantry.rules.arns import Arns
from tests.support import scheduled
from tests.support.engine import SENDER

DOMAIN = CellDomain(name="api.example.com", zone="Z0123456789ABC", default_endpoint=False)

Deploy = Callable[[], list[tuple[Step, str]]]


@pytest.fixture
def deployed(root: Session, tmp_path: Path) -> Iterator[Deploy]:
    """Deploys the demo cell below a domain, and a schedule beside it.

    A second time it does so as if every call had been cut off.
    """
    where, target = Arns("aws", REGION, ACCOUNT), artifact.this_machine()
    clients = {service: root.client(service) for service in SERVICES}
    with scheduled.cell(tmp_path / "groups") as cell:
        cell = zones.localized(cell.model_copy(update={"domain": DOMAIN}), clients["route53"])
        deployment = prepare(
            cell=cell.name, stack=cell.name, arns=where, target=target, mail_from=SENDER, domain=cell.domain
        )

        def deployed() -> list[tuple[Step, str]]:
            with inventory.opened(tmp_path) as made:
                made.entries |= {urn: unsure(entry) for urn, entry in made.entries.items()}
                _, changes = deploy(cell, deployment, clients.__getitem__, made, lambda _: None)
            return [(each.step, each.type) for each in changes]

        yield deployed


def test_an_option_that_no_maker_reads_is_named_and_without_it_every_input_is_read(
    deployed: Deploy, monkeypatch: pytest.MonkeyPatch
) -> None:
    larger = partial(aws.lambda_.Function, ephemeral_storage={"size": 1024})
    monkeypatch.setattr(aws.lambda_, "Function", larger)
    with pytest.raises(
        DeploymentError, match=r"function:Function \S+: nothing .* reads ephemeralStorage; leave"
    ):
        deployed()
    monkeypatch.undo()
    assert {step for step, _ in deployed()} >= {Step.CREATED, Step.CHANGED}
    updated = {token for step, token in deployed() if step is Step.CHANGED}
    assert updated == {token for token, maker in MAKERS.items() if maker.update}
