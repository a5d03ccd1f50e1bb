"""`verify` on a cell that stands: it says nothing of it as it was made, and names each planted change."""

import json
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast, get_args

import pytest
import yaml

from tenantry import paths, program
from tenantry.config import Cell, Tenant
from tenantry.config.auth import MODES
from tenantry.config.domains import CellDomain
from tenantry.config.tiers import AlarmsOf, Isolation, Monitoring
from tenantry.deployment import Deployment
from tenantry.errors import Failed, WrongInput
from tenantry.gateway import contract
from tenantry.last_update import LastUpdate
from tenantry.local import zones
from tenantry.local.clients import ACCOUNT, REGION, Session, stage_url
from tenantry.local.emulator.parent import Emulator
from tenantry.local.engine import inventory
from tenantry.local.engine.deployment import deploy
from tenantry.local.engine.resources import MAKERS
from tenantry.local.platform import SERVICES
from tenantry.operations import kept_releases
from tenantry.operations.fleet import gates
from tenantry.operations.fleet.listing import FleetStack
from tenantry.operations.places import Place
from tenantry.operations.running import Running
from tenantry.packing.artifact import Artifact, this_machine
from tenantry.program import declare, releases_of
from tenantry.releases import Piece
from tenantry.rules import operator_policies
from tenantry.rules.arns import Arns
from tenantry.rules.kinds import KINDS, tokens
from tenantry.rules.kinds.kind import values_at
from tenantry.rules.naming import Names
from tenantry.verification import places
from tenantry.verification.deployed import deployed
from tenantry.verification.findings import Finding, findings
from tenantry.verification.places import of_deployment, of_stack
from tenantry.verification.readers import READERS
from tenantry.verification.reading import Reading
from tests.local.cloud import actions, holding
from tests.local.plants import PLANTS, Cloud, another_plan
from tests.support import scheduled
from tests.support.command import TENANTS
from tests.support.engine import demo, deployment

DOMAIN = CellDomain(name="api.example.com", zone="Z0123456789ABC", default_endpoint=False)
CHEAP = Monitoring(alarms="cell", metrics="free", traces="off")


def varied(cell: Cell) -> Cell:
    """One tenant on the cheapest tier there is, and one more that notifies nobody."""
    [acme_eu] = (each for each in cell.tenants if each.slug == "acme-eu")
    cheap = {"monitoring": CHEAP, "cursors": "unsealed", "reserved_concurrency": 5}
    cheapest = acme_eu.model_copy(update={"tier": acme_eu.tier.model_copy(update=cheap)})
    silent = {"tier": acme_eu.tier.model_copy(update={"monitoring": Monitoring(alarms="none")})}
    others = [each for each in cell.tenants if each is not acme_eu]
    more = acme_eu.model_copy(update={"slug": "silent"} | silent)
    return cell.model_copy(update={"tenants": (*others, cheapest, more)})


def updated(root: Session, folder: Path, cell: Cell, made: Deployment) -> None:
    """Brought to what `cell` declares; `folder` holds the record of what is there."""
    clients = {service: root.client(service) for service in SERVICES}
    with inventory.opened(folder) as held:
        deploy(cell, made, clients.__getitem__, held, lambda _: None)


@pytest.fixture(scope="module")
def cloud(root: Session, repaired: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """The demo below a domain, varied, of which two tenants have a schedule too."""
    folder = tmp_path_factory.mktemp("cell")
    with zipfile.ZipFile(folder / "code.zip", "w") as archive:
        archive.writestr("start.py", "")
    packed = Artifact(folder / "code.zip", "0" * 64)
    arns = Arns("aws", REGION, ACCOUNT)
    made = deployment("demo", arns=arns, target=this_machine(), code=packed, layer=packed)
    with scheduled.cell(tmp_path_factory.mktemp("groups")) as cell:
        cell = zones.localized(varied(cell).model_copy(update={"domain": DOMAIN}), root.client("route53"))
        made = replace(made, domain=cell.domain)
        updated(root, folder, cell, made)
        reading = Reading(made.names, arns, root.client, partial(stage_url, repaired.endpoint))
        yield Cloud(root, cell, made, deployed(lambda: declare(cell, made), "demo", reading), reading)


def test_what_was_just_made_is_as_declared(cloud: Cloud) -> None:
    assert list(findings(cloud.declared, cloud.first)) == []
    assert all(each.found for each in cloud.declared if each.type.startswith("aws:"))


def test_it_had_every_kind_of_tenant(cloud: Cloud) -> None:
    tenants = cloud.cell.tenants
    assert {each.tier.monitoring.alarms for each in tenants} == {*get_args(AlarmsOf)}
    assert {each.isolation for each in tenants} == {*get_args(Isolation)}
    assert {each.auth.mode for each in tenants} == {*MODES}


def test_it_had_every_input_that_a_program_gives(cloud: Cloud) -> None:
    """Else a reader could leave one out, and whoever has it would be told of a difference."""

    def values(token: str, path: str) -> list[Any]:
        inputs = [each.inputs for each in cloud.declared if each.type == token]
        return [value for each in inputs for value in values_at(each, path)]

    missing = {
        (token, path)
        for token in MAKERS.keys() & READERS.keys()
        for path in KINDS[token].understood - {*KINDS[token].policies, *KINDS[token].judged}
        if not values(token, path)
    }
    assert missing == {(tokens.TABLE, "globalSecondaryIndexes")}  # no program gives any


@pytest.fixture
def planted(cloud: Cloud, request: pytest.FixtureRequest) -> Iterator[None]:
    undo = request.param(cloud)
    yield
    undo()


@pytest.mark.usefixtures("planted")
@pytest.mark.parametrize(
    ("planted", "token", "resource", "where"),
    PLANTS,
    indirect=["planted"],
    ids=[plant.__name__ for plant, *_ in PLANTS],
)
def test_a_planted_change_is_named_with_its_place(
    cloud: Cloud, token: str, resource: str, where: str
) -> None:
    found = cloud.found(token)
    assert found
    for each in found:
        assert each.resource.startswith(resource), each
        assert re.match(where, each.property), each


def test_after_all_of_them_it_is_as_declared_again(cloud: Cloud) -> None:
    """Else one plant could have been found for another."""
    assert [each for token in {token for _, token, *_ in PLANTS} for each in cloud.found(token)] == []


def test_a_right_that_the_next_update_takes_back_is_shown_and_is_no_difference(cloud: Cloud) -> None:
    iam, role = cloud.root.client("iam"), cloud.made.names.function("acme", "items")
    before = iam.get_role_policy(RoleName=role, PolicyName="own")["PolicyDocument"]
    kept = {**before["Statement"][0], "Sid": "LeavingUse"}
    after = {**before, "Statement": [*before["Statement"], kept]}
    iam.put_role_policy(RoleName=role, PolicyName="own", PolicyDocument=json.dumps(after))
    found = cloud.found(tokens.ROLE_POLICY)
    iam.put_role_policy(RoleName=role, PolicyName="own", PolicyDocument=json.dumps(before))
    assert [(each.tenant, each.property, each.found, each.passing) for each in found] == [
        ("acme", "policy.LeavingUse", kept, True)
    ]


def place(cloud: Cloud, seen_by: Session) -> Place:
    return Place(cloud.made.names, REGION, "demo", "the emulator", seen_by.client, cloud.first.url)


def test_after_a_change_of_tiers_another_is_as_declared(cloud: Cloud, tmp_path: Path) -> None:
    """Each of its tenants gets the tier of the next."""
    before = varied(demo()).model_copy(update={"name": "another"})
    pairs = zip(before.tenants, (*before.tenants[1:], before.tenants[0]), strict=True)
    tenants = tuple(each.model_copy(update={"tier": following.tier}) for each, following in pairs)
    after = before.model_copy(update={"tenants": tenants})
    made = replace(cloud.made, cell=after.name, names=Names(after.name), domain=None)
    for cell in (before, after):
        updated(cloud.root, tmp_path, cell, made)
    at = replace(place(cloud, cloud.root), names=made.names, cell=after.name)
    assert of_deployment(at, after, made, [], call=False).findings == ()


# --- by whom, and by which configuration ---


ASKED_HERE = {"lambda:ListLayers"}  # by the emulator, in place of AWS's ListLayerVersions


def allowed(cloud: Cloud) -> set[str]:
    return actions(operator_policies.verify(cloud.made.names, cloud.made.arns)) | ASKED_HERE


def test_a_role_that_holds_its_policy_alone_can_verify(cloud: Cloud, repaired: Emulator) -> None:
    looking = holding(cloud.root, repaired.endpoint, "looking", allowed(cloud))
    report = of_deployment(place(cloud, looking), cloud.cell, cloud.made, [], call=False)
    assert (report.findings, report.compared) == ((), len(cloud.declared))


@pytest.mark.parametrize("action", ["iam:ListRoles", "kms:GetKeyPolicy", "secretsmanager:ListSecrets"])
def test_without_one_of_its_actions_it_is_refused_by_name(
    cloud: Cloud, repaired: Emulator, action: str
) -> None:
    """Else the test above could pass on an emulator that asks nothing."""
    less = allowed(cloud) - {action}
    blind = holding(cloud.root, repaired.endpoint, f"blind-{action.partition(':')[2]}", less)
    with pytest.raises(Failed, match=action):
        of_deployment(place(cloud, blind), cloud.cell, cloud.made, [], call=False)


@pytest.fixture
def configured(cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The stack's file, as an operator has it; what it packs is what the cell was made of."""
    config = {"aws:region": REGION, "tenantry:cell": "demo", "tenantry:tenants": str(TENANTS)}
    config |= {"tenantry:mailFrom": str(cloud.made.mail_from), "tenantry:logLevel": "DEBUG"}
    config["tenantry:allow"] = ["acme/api-keys/old"]  # of the last update; it may stay
    (tmp_path / "Pulumi.demo.yaml").write_text(yaml.safe_dump({"config": config}))
    monkeypatch.setattr(paths, "ROOT", tmp_path)

    def prepare(**settings: Any) -> Deployment:
        own = {name: settings[name] for name in ("mail_from", "log_level", "last")}
        return replace(cloud.made, **own)

    monkeypatch.setattr(program, "prepare", prepare)


@pytest.mark.usefixtures("configured")
def test_a_stack_is_verified_by_its_own_configuration(cloud: Cloud) -> None:
    """Its file asks for another log level than the cell was made with."""
    report = of_stack(place(cloud, cloud.root), ["globex"], call=False)
    assert {each.property for each in report.findings} == {"environment.variables.POWERTOOLS_LOG_LEVEL"}
    assert {each.tenant for each in report.findings} == {"globex"}
    assert {each.found for each in report.findings} == {"INFO"}


@pytest.fixture
def held(cloud: Cloud) -> LastUpdate:
    """A record in which acme is held at an earlier release, of which this machine has no zip."""
    [newest] = releases_of(cloud.cell, cloud.made, contract.load()).kept
    earlier = replace(newest, id="earlier", code=Piece("f" * 64, "@earlier"))
    runs = {each.slug: newest.id for each in cloud.cell.tenants} | {"acme": earlier.id}
    return LastUpdate(asked=True, releases=(earlier, newest), runs=runs, instead={"acme": newest.id})


@pytest.mark.usefixtures("configured")
@pytest.mark.parametrize(("deployed", "others"), [(True, set()), (False, {"acme"})])
def test_who_is_held_runs_what_its_releases_object_holds(
    cloud: Cloud, held: LastUpdate, deployed: bool, others: set[str]
) -> None:
    s3, bucket = cloud.root.client("s3"), cloud.made.names.bucket(ACCOUNT, REGION)
    content = cloud.made.code.path.read_bytes() if deployed else b"what nobody runs"
    earlier = f"code/{'f' * 64}.zip"
    s3.put_object(Bucket=bucket, Key=earlier, Body=content)
    report = of_stack(place(cloud, cloud.root), ["acme", "globex"], call=False, record=held)
    s3.delete_object(Bucket=bucket, Key=earlier)
    assert {each.tenant for each in report.findings if each.property == "s3Key"} == others


@pytest.mark.usefixtures("configured")
def test_a_hold_is_read_from_a_file_by_who_has_no_right_to_the_state(
    cloud: Cloud, held: LastUpdate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By whoever has, an engine is asked, which is not there."""
    monkeypatch.setenv("PATH", "")
    kept_releases.write(tmp_path / "demo.json", cloud.made.names, held)
    record = kept_releases.read(tmp_path / "demo.json", cloud.made.names)
    assert record == held
    report = of_stack(place(cloud, cloud.root), ["acme", "globex"], call=False, record=record)
    assert {each.tenant for each in report.findings if each.property == "s3Key"} == {"acme"}
    with pytest.raises(Failed, match="no `pulumi` on PATH"):
        of_stack(place(cloud, cloud.root), ["acme"], call=False, held=True)


@pytest.mark.usefixtures("configured")
def test_a_tenant_that_is_not_there_is_refused(cloud: Cloud) -> None:
    with pytest.raises(WrongInput, match="acmee"):
        of_stack(place(cloud, cloud.root), ["acmee"], call=False)


def stack_of(tenant: str, *slugs: str) -> FleetStack:
    """Of a cell whose tenants have stacks of their own."""
    backend = SimpleNamespace(outputs=lambda _: {}, environment={})
    tenants = [(slug, "") for slug in slugs]
    stack = SimpleNamespace(name=".".join(["demo", *slugs]), tenant=tenant, tenants=tenants, backend=backend)
    return cast("FleetStack", stack)


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Slugs of the tenants whose front doors were tried."""
    slugs: list[str] = []

    def tried(_: object, tenants: Sequence[Tenant], __: object) -> list[Finding]:
        slugs.extend(each.slug for each in tenants)
        return []

    monkeypatch.setattr(places, "tried", tried)
    return slugs


@pytest.mark.usefixtures("configured")
def test_a_gate_asks_of_a_cells_stack_what_all_share_and_nothing_of_tenants_in_later_rings(
    cloud: Cloud, called: list[str]
) -> None:
    """These are not as the files say yet; here each function has another log level."""
    running = cast("Running", SimpleNamespace(place=place(cloud, cloud.root)))
    gateway, undo = cloud.root.client("apigateway"), another_plan(cloud)
    leaving = gateway.create_usage_plan(name=cloud.made.names.tenant("to-be-removed"))["id"]
    found = gates._called(running, [], stack_of(""))
    gateway.delete_usage_plan(usagePlanId=leaving)
    undo()
    assert {each.partition(":")[0] for each in found} == {"what all share"}
    plans = [each for each in found if "UsagePlan" in each]
    assert plans == ["what all share: UsagePlan stranger apiStages is ['acme'], not None"]
    assert called == []


@pytest.mark.usefixtures("configured")
def test_a_gate_asks_of_a_tenants_stack_its_tenant_alone(cloud: Cloud, called: list[str]) -> None:
    running = cast("Running", SimpleNamespace(place=place(cloud, cloud.root)))
    found = gates._called(running, ["acme"], stack_of("acme", "acme"))
    assert {each.partition(":")[0] for each in found} == {"acme"}
    assert called == ["acme"]
    assert gates._called(running, [], stack_of("removed")) == []
    assert called == ["acme"]
