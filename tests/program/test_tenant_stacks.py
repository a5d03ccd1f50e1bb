"""A tenant in a stack of its own is what it is in the cell's, and each stack guards what it holds."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pulumi
import pytest
import yaml

from tenantry.components.shared import layer_name
from tenantry.errors import WrongInput
from tenantry.guardrails.rules import RULES
from tenantry.packing import artifact
from tenantry.program import configured
from tenantry.rules.kinds.tokens import COMPONENTS, STACK
from tests.support.command import ROOT, TENANTS
from tests.support.engine import RecordingMonitor, run
from tests.support.guardrails import stack as guarded

SLUGS = ("acme", "acme-eu", "globex")
CELL = {
    "tenantry:cell": "demo",
    "tenantry:tenants": "tests/fixtures/tenants",
    "tenantry:mailFrom": "a@example.org",
}
ALONE = CELL | {"tenantry:tenantStacks": "true"}


@pytest.fixture(scope="module", autouse=True)
def _unbuilt() -> Iterable[None]:
    with pytest.MonkeyPatch.context() as patch:
        for build in ("code", "layer"):
            packed = artifact.Artifact(ROOT / "pyproject.toml", "0" * 64)
            patch.setattr(artifact, build, lambda *_, packed=packed, **__: packed)
        yield


def declared(stack: str, config: dict[str, str], **given: Any) -> tuple[RecordingMonitor, dict[str, Any]]:
    def program() -> dict[str, Any]:
        pulumi.runtime.set_all_config(config)
        return configured(pulumi.Config())

    return run(program, stack, **given)


@pytest.fixture(scope="module")
def together() -> RecordingMonitor:
    return declared("prod", CELL)[0]


@pytest.fixture(scope="module")
def alone() -> tuple[RecordingMonitor, dict[str, Any]]:
    return declared("prod", ALONE)


@pytest.fixture(scope="module")
def apart(alone: tuple[RecordingMonitor, dict[str, Any]]) -> dict[str, RecordingMonitor]:
    return {
        slug: declared(f"prod.{slug}", {}, others={"prod": alone[1], f"prod.{slug}": {}})[0] for slug in SLUGS
    }


def on_aws(*engines: RecordingMonitor) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """Inputs of the resources by type and name; a name may stand twice, in any order."""
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for engine in engines:
        for each in engine.registered:
            if each.type != STACK and not each.type.startswith(COMPONENTS):
                found.setdefault((each.type, each.name), []).append(each.inputs)
    return {name: sorted(inputs, key=repr) for name, inputs in found.items()}


def test_a_cell_and_tenants_apart_are_the_resources_that_they_are_together(
    together: RecordingMonitor,
    alone: tuple[RecordingMonitor, dict[str, Any]],
    apart: dict[str, RecordingMonitor],
) -> None:
    assert on_aws(alone[0], *apart.values()) == on_aws(together)


def test_a_tenant_hangs_below_the_same_components_in_a_stack_of_its_own(
    together: RecordingMonitor, apart: dict[str, RecordingMonitor]
) -> None:
    """So what the engine recorded needs no other name but the stack's."""
    for slug, engine in apart.items():
        own = {urn.replace(f":prod.{slug}::", ":prod::") for urn in engine.below(slug)}
        assert own == together.below(slug).keys()


def test_a_tenants_stack_keeps_the_guardrails_by_itself(apart: dict[str, RecordingMonitor]) -> None:
    for engine in apart.values():
        assert [str(each) for rule in RULES for each in rule.check(guarded(engine))] == []


def test_a_preview_of_a_tenants_stack_knows_what_it_takes_from_the_cell(
    alone: tuple[RecordingMonitor, dict[str, Any]], apart: dict[str, RecordingMonitor]
) -> None:
    preview = declared("prod.acme", {}, preview=True, others={"prod": alone[1], "prod.acme": {}})[0]
    assert preview.by_urn().keys() == apart["acme"].by_urn().keys()
    stage = preview.of_type("Stage")["acme"].inputs
    assert (stage["restApi"], stage["deployment"]) == (
        alone[1]["api"],
        *alone[1]["shared"]["deployments"].values(),
    )


def test_a_tenants_stack_says_what_its_next_update_must_not_take_away(
    alone: tuple[RecordingMonitor, dict[str, Any]], tmp_path: Path
) -> None:
    others = {"prod": alone[1], "prod.globex": {}}
    last = declared("prod.globex", {}, others=others)[1]
    assert set(last["tenants"]) == set(json.loads(last["granted"])) == {"globex"}
    others["prod.globex"] = last
    assert declared("prod.globex", {}, others=others)[0].of_type("Stage").keys() == {"globex"}

    folder = _copied(tmp_path)
    others["prod"] = _with_folder(alone[1], folder)
    (folder / "demo" / "globex.yaml").unlink()
    with pytest.raises(WrongInput, match="globex: it would remove the tenant, whose file is gone"):
        declared("prod.globex", {}, others=others)
    emptied = declared("prod.globex", {"tenantry:allow": '["globex"]'}, others=others)[0]
    assert on_aws(emptied) == {}


def test_closing_many_tenants_at_once_is_refused_by_the_stack_of_their_cell(
    alone: tuple[RecordingMonitor, dict[str, Any]], tmp_path: Path
) -> None:
    """Each one's own stack sees that one alone."""
    folder = _copied(tmp_path)
    for slug in ("acme", "globex"):
        file = folder / "demo" / f"{slug}.yaml"
        file.write_text(file.read_text() + "\nstatus: suspended\n")
    config = ALONE | {"tenantry:tenants": str(folder)}
    with pytest.raises(WrongInput, match="close 2 of 3 tenants at once"):
        declared("prod", config, last=alone[1])


def test_a_domain_is_not_taken_from_under_tenants_in_stacks_of_their_own(tmp_path: Path) -> None:
    with_one = ALONE | {"tenantry:tenants": str(_with_domain(tmp_path))}
    engine, last = declared("prod", with_one)
    assert engine.of_type("DomainName").keys() == {"demo"}
    assert declared("prod", with_one, last=last)[0].of_type("DomainName").keys() == {"demo"}
    with pytest.raises(WrongInput, match=r"domains/api\.example\.com: it would delete the domain"):
        declared("prod", ALONE, last=last)
    allowed = ALONE | {"tenantry:allow": '["domains/api.example.com"]'}
    assert not declared("prod", allowed, last=last)[0].of_type("DomainName")


def test_a_cell_whose_tenants_it_holds_is_not_declared_without_them() -> None:
    """It would delete them all."""
    last = declared("prod", CELL)[1]
    with pytest.raises(WrongInput, match=r"stack prod holds its tenants.*`tenantry fleet split prod`"):
        declared("prod", ALONE, last=last)


def test_a_cell_whose_tenants_have_stacks_of_their_own_is_not_declared_with_them(
    alone: tuple[RecordingMonitor, dict[str, Any]],
) -> None:
    """It would make each of them a second time."""
    with pytest.raises(
        WrongInput, match=r"tenants of prod have stacks of their own.*`tenantry fleet join prod`"
    ):
        declared("prod", CELL, last=alone[1])


def test_a_tenant_is_not_declared_by_a_stack_of_its_own_beside_its_cells() -> None:
    together = declared("prod", CELL)[1]
    with pytest.raises(WrongInput, match=r"its tenants are declared by itself.*`tenantry fleet split prod`"):
        declared("prod.acme", {}, others={"prod": together, "prod.acme": {}})


@pytest.mark.parametrize(
    ("stack", "config", "message"),
    [
        ("prod.nobody", {}, "no tenant 'nobody'; .*acme, acme-eu, globex"),
        ("prod.acme", {"tenantry:logLevel": "DEBUG"}, "tenantry:logLevel: .* set it in Pulumi.prod.yaml"),
        ("prod.acme.web", {}, "no tenant 'acme.web'"),
        ("prod.acme", {"tenantry:adopt": '["globex"]'}, "names 'globex', which has no table of its own"),
    ],
)
def test_a_tenants_stack_takes_nothing_that_is_not_its_own(
    stack: str, config: dict[str, str], message: str, alone: tuple[RecordingMonitor, dict[str, Any]]
) -> None:
    with pytest.raises(WrongInput, match=message):
        declared(stack, config, others={"prod": alone[1], stack: {}})


def test_a_tenants_stack_waits_for_its_cell_to_be_deployed_with_the_same_release(
    alone: tuple[RecordingMonitor, dict[str, Any]],
) -> None:
    [release] = json.loads(alone[1]["releases"])
    older = alone[1] | {"releases": json.dumps([release | {"id": "an-older-one"}])}
    with pytest.raises(
        WrongInput, match="stack prod was deployed with another release than this; deploy it first"
    ):
        declared("prod.acme", {}, others={"prod": older, "prod.acme": {}})


def test_a_preview_of_a_tenants_stack_shows_what_it_will_run_once_its_cell_is_deployed(
    alone: tuple[RecordingMonitor, dict[str, Any]],
) -> None:
    """An approval of it covers the new code. Ids that only the cell's update makes are unknown until then."""
    [release] = json.loads(alone[1]["releases"])
    old = {"digest": "1" * 64, "mark": ""}
    parts = {"id": "an-older-one", "code": old, "layers": {"": old}, "contract": old}
    made = {
        "codes": {old["digest"]: f"code/{old['digest']}.zip"},
        "layers": {layer_name("", old["digest"]): "an-arn"},
        "deployments": {old["digest"]: "an-id"},
    }
    cell = alone[1] | {
        "releases": json.dumps([release | parts]),
        "shared": alone[1]["shared"] | made,
    }
    preview, _ = declared("prod.acme", {}, preview=True, others={"prod": cell, "prod.acme": {}})
    whole, _ = declared("prod", CELL, preview=True)
    for engine in (preview, whole):
        function = engine.of_type("Function")["acme.items"].inputs
        assert function["s3Key"] == f"code/{'0' * 64}.zip"
        unknown = (*function["layers"], engine.of_type("Stage")["acme"].inputs["deployment"])
        assert [type(each) for each in unknown] == [pulumi.output.Unknown] * 2


def test_a_tenants_stack_runs_its_cells_release_whatever_another_program_granted_it(
    alone: tuple[RecordingMonitor, dict[str, Any]],
) -> None:
    [release] = json.loads(alone[1]["releases"])
    items = release["functions"]["items"]
    more = {**items, "rights": [*items["rights"], "dynamodb:Scan on the table"]}
    granted = release | {"functions": {**release["functions"], "items": more}}
    others = {"prod": alone[1] | {"releases": json.dumps([granted])}, "prod.acme": {}}
    engine, outputs = declared("prod.acme", {}, others=others)
    assert engine.of_type("Stage")
    assert outputs["tenants"]["acme"]["release"] == release["id"]


@pytest.mark.parametrize(
    ("deployed", "wanted", "message"),
    [
        (None, {}, "another domain than the files give the cell"),
        ({"name": "api2.example.com"}, {}, "another domain than the files give the cell"),
        ({}, {"default_endpoint": False}, "another default_endpoint than the files give the cell"),
        ({"default_endpoint": False}, {}, "another default_endpoint than the files give the cell"),
    ],
)
def test_a_tenants_stack_waits_for_its_cell_to_be_deployed_with_its_domain(
    deployed: dict[str, Any] | None, wanted: dict[str, Any], message: str, tmp_path: Path
) -> None:
    """It would be at an address that leads nowhere, and count as done."""
    folder = tmp_path / "deployed"
    before = _copied(folder) if deployed is None else _with_domain(folder, **deployed)
    after = _with_domain(tmp_path / "wanted", **wanted)
    cell = declared("prod", ALONE | {"tenantry:tenants": str(before)})[1]
    others = {"prod": _with_folder(cell, after), "prod.acme": {}}
    with pytest.raises(WrongInput, match=f"stack prod was deployed with {message}; deploy it first"):
        declared("prod.acme", {}, others=others)
    preview, _ = declared("prod.acme", {}, preview=True, others=others)
    assert preview.of_type("BasePathMapping")["acme"].inputs["domainName"] == "api.example.com"

    others["prod"] = declared("prod", ALONE | {"tenantry:tenants": str(after)})[1]
    engine, outputs = declared("prod.acme", {}, others=others)
    assert engine.of_type("BasePathMapping")["acme"].inputs["domainName"] == "api.example.com"
    assert outputs["tenants"]["acme"]["addresses"] == ["https://api.example.com/acme"]


def test_a_cell_that_an_older_program_deployed_does_not_say_whether_its_api_is_closed(
    tmp_path: Path,
) -> None:
    folder = _with_domain(tmp_path, default_endpoint=False)
    cell = declared("prod", ALONE | {"tenantry:tenants": str(folder)})[1]
    shared = {name: each for name, each in cell["shared"].items() if name != "closed"}
    others = {"prod": cell | {"shared": shared}, "prod.acme": {}}
    assert declared("prod.acme", {}, others=others)[0].of_type("BasePathMapping").keys() == {"acme"}


def test_a_cell_keeps_what_its_tenants_run_by_their_own_stacks(
    alone: tuple[RecordingMonitor, dict[str, Any]],
) -> None:
    """However many releases they are behind: their stages name its deployments."""
    [release] = json.loads(alone[1]["releases"])

    def older(number: int) -> dict[str, Any]:
        contract = {"digest": f"{number:064x}", "mark": f"@{number}"}
        return {**release, "id": f"older-{number}", "contract": contract}

    releases = json.dumps([*map(older, range(9)), release])
    others = {f"prod.{slug}": {} for slug in SLUGS} | {
        "prod": alone[1] | {"releases": releases},
        "prod.acme": {"tenants": {"acme": {"release": "older-1"}}},
    }
    engine, after = declared("prod", ALONE, others=others)
    kept = [each["id"] for each in json.loads(after["releases"])]
    assert kept == ["older-1", *(f"older-{number}" for number in range(5, 9)), release["id"]]
    assert "demo@1" in engine.of_type("Deployment")
    assert "demo@2" not in engine.of_type("Deployment")


def _copied(tmp_path: Path) -> Path:
    folder = tmp_path / "tenants"
    for file in TENANTS.rglob("*.yaml"):
        copy = folder / file.relative_to(TENANTS)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(file.read_bytes())
    return folder


def _with_domain(tmp_path: Path, **changes: Any) -> Path:
    folder = _copied(tmp_path)
    tiers = yaml.safe_load((folder / "tiers.yaml").read_text())
    tiers["cells"] = {"demo": {"domain": {"name": "api.example.com", "zone": "Z0123456789ABC", **changes}}}
    (folder / "tiers.yaml").write_text(yaml.safe_dump(tiers))
    return folder


def _with_folder(outputs: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    shared = outputs["shared"]
    return {**outputs, "shared": {**shared, "settings": {**shared["settings"], "tenants": str(folder)}}}
