"""A cell keeps its releases, and only the change of the one that a tenant runs reaches it."""

from dataclasses import replace

import pytest

from tenantry.execution.registration import RecordingMonitor
from tenantry.holds import Holds
from tenantry.isolation.cells import RegisteredCell
from tenantry.isolation.proof import prove
from tenantry.last_update import LastUpdate
from tenantry.packing.artifact import Artifact
from tests.support.command import ROOT
from tests.support.engine import demo, deployment, register


def artifact(number: int) -> Artifact:
    return Artifact(ROOT / "pyproject.toml", f"{number:064x}")


@pytest.fixture(scope="module")
def before() -> tuple[RecordingMonitor, LastUpdate]:
    """The first update, with the first code, and what the next one knows of it."""
    engine, outputs = register(demo(), last=LastUpdate.of({}), code=artifact(1))
    return engine, LastUpdate.of(outputs)


def keys(engine: RecordingMonitor, slug: str) -> set[str]:
    functions = engine.of_type("Function").values()
    return {each.inputs["s3Key"] for each in functions if each.inputs["tags"].get("tenant") == slug}


def test_a_held_tenants_resources_are_those_of_before(before: tuple[RecordingMonitor, LastUpdate]) -> None:
    first, last = before
    with_another = deployment("demo", last=last, code=artifact(2), releases={"acme": "kept"})
    engine, _ = register(demo(), last=last, code=artifact(2), releases={"acme": "kept"})
    assert engine.below("acme") == first.below("acme")
    assert keys(engine, "acme") == {f"code/{1:064x}.zip"}
    assert keys(engine, "acme-eu") == {f"code/{2:064x}.zip"}
    old, again = first.of_type("BucketObjectv2")["code"], engine.of_type("BucketObjectv2")["code"]
    assert {name: value for name, value in old.inputs.items() if name != "source"} == again.inputs
    assert again.ignored == ("source",)  # what was uploaded stays: its zip may be on no machine any more
    assert engine.of_type("Deployment")["demo"].inputs == first.of_type("Deployment")["demo"].inputs
    proven = prove(RegisteredCell(demo(), with_another, tuple(engine.registered)))
    assert proven.leaks == []


def test_the_first_releases_parts_have_the_names_of_a_stack_without_releases(
    before: tuple[RecordingMonitor, LastUpdate],
) -> None:
    without, _ = register(demo())
    assert {each.urn for each in before[0].registered} == {each.urn for each in without.registered}


def test_a_function_runs_under_its_releases_own_runtime(before: tuple[RecordingMonitor, LastUpdate]) -> None:
    _, last = before
    [release] = last.releases
    old = replace(release, runtime="python3.11")
    engine, _ = register(
        demo(), last=replace(last, releases=(old,)), code=artifact(2), releases={"acme": release.id}
    )
    functions = engine.of_type("Function")
    assert functions["acme.items"].inputs["runtime"] == "python3.11"
    assert functions["acme-eu.items"].inputs["runtime"] == "python3.13"


def test_a_tenant_that_a_rollback_takes_back_is_as_it_was_and_the_next_update_leaves_it_so(
    before: tuple[RecordingMonitor, LastUpdate],
) -> None:
    first, last = before
    bad, outputs = register(demo(), last=last, code=artifact(2))
    assert keys(bad, "acme") == {f"code/{2:064x}.zip"}
    old, new = (each.id for each in LastUpdate.of(outputs).releases)

    holds = Holds(back={"acme": old})
    back, outputs = register(demo(), last=LastUpdate.of(outputs), code=artifact(2), holds=holds)
    assert back.below("acme") == first.below("acme")
    assert keys(back, "acme-eu") == {f"code/{2:064x}.zip"}
    assert (outputs["tenants"]["acme"]["release"], outputs["tenants"]["acme"]["instead_of"]) == (old, new)
    assert "instead_of" not in outputs["tenants"]["acme-eu"]

    by_hand, after = register(demo(), last=LastUpdate.of(outputs), code=artifact(2))
    assert by_hand.below("acme") == first.below("acme")
    assert LastUpdate.of(after).instead == {"acme": new}
    kept, after = register(demo(), last=LastUpdate.of(outputs), code=artifact(2), releases={"acme": "kept"})
    assert kept.below("acme") == first.below("acme")
    assert LastUpdate.of(after).instead == {"acme": new}
    mended, after = register(demo(), last=LastUpdate.of(outputs), code=artifact(3))
    assert keys(mended, "acme") == {f"code/{3:064x}.zip"}
    assert LastUpdate.of(after).instead == {}
