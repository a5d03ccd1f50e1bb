"""CDK, the peer of the program, is given what the program registers; without node it is left out."""

import ast
from pathlib import Path
from types import SimpleNamespace

import pytest

from benches.speed import program, synth, tenants
from benches.speed.registered import register


def declared_kinds() -> set[str]:
    """Read off the sources: CDK is not among what tests have."""
    kinds: set[str] = set()
    for path in Path(synth.__file__).parent.glob("peers/cdk/*.py"):
        for each in ast.parse(path.read_text()).body:
            if isinstance(each, ast.AnnAssign) and isinstance(each.value, ast.Dict):
                kinds |= {ast.literal_eval(key) for key in each.value.keys if key}
    return kinds


def test_cdk_declares_each_kind_that_it_is_given_tenant_by_tenant(tmp_path: Path) -> None:
    registered = register(tenants.write(tmp_path / "tenants", 3)).registered
    cell, *others = synth.grouped(registered)
    given = {each["kind"] for group in (cell, *others) for each in group}
    assert given == declared_kinds()
    assert not given & synth.FOLDED.keys()
    assert "RestApi" in {each["kind"] for each in cell}
    owners = [{each["inputs"]["tags"]["tenant"] for each in of if "tags" in each["inputs"]} for of in others]
    assert sorted(map(sorted, owners)) == [["acme-0001"], ["acme-eu-0000"], ["globex-0002"]]


def test_without_node_the_peer_is_left_out_and_the_page_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    costs = {"1": 5.0, "": 2.0}
    monkeypatch.setattr(synth.shutil, "which", lambda _: None)
    monkeypatch.setattr(
        program, "executed", lambda _, variables: SimpleNamespace(cpu=costs[variables[program.PLAIN]])
    )
    monkeypatch.setattr(program, "_child", lambda *_: SimpleNamespace(cpu=1.0))
    folder = tenants.write(tmp_path / "tenants", 1)
    found = program._over_grpc(folder, folder, lambda _: None)
    assert found.ratio == 0.25
    assert not [name for name in found.figures if "CDK" in name]
    assert found.remark == synth.LEFT_OUT


def test_cdk_is_charged_for_the_resources_beyond_its_start(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(synth.shutil, "which", lambda _: "node")
    monkeypatch.setattr(synth, "synthesised", lambda of: SimpleNamespace(cpu=6 + of.constructs / 500))
    monkeypatch.setattr(
        program,
        "executed",
        lambda _, variables: SimpleNamespace(cpu=5.0 if variables[program.PLAIN] else 2.0),
    )
    monkeypatch.setattr(program, "_child", lambda *_: SimpleNamespace(cpu=1.0))
    many, few = (tenants.write(tmp_path / str(n), n) for n in (2, 1))
    found = program._over_grpc(many, few, lambda _: None)
    assert found.figures["CDK synth, ms of CPU per resource"] == pytest.approx(2)
    assert found.remark == synth.COMPARED
