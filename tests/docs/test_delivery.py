"""The files that carry the platform to AWS agree with it: stacks and workflow."""

import importlib.util
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tenantry.config import load_platform
from tenantry.local import PORT
from tenantry.local.platform import SERVICES

ROOT = Path(__file__).parents[2]
STACKS = {path.name.split(".")[1]: yaml.safe_load(path.read_text()) for path in ROOT.glob("Pulumi.*.yaml")}
WORKFLOW_TEXT = (ROOT / ".github" / "workflows" / "deploy.yml").read_text()
WORKFLOW: dict[str, Any] = yaml.safe_load(WORKFLOW_TEXT)
STEPS = [step for job in WORKFLOW["jobs"].values() for step in job["steps"]]


def stack_keys() -> set[str]:
    modules = (ROOT / "platform" / "tenantry" / f"{name}.py" for name in ("program", "settings"))
    program = "".join(module.read_text() for module in modules)
    return set(re.findall(r'config\.(?:get|get_bool|require)\("(\w+)"\)', program))


@pytest.mark.parametrize("stack", STACKS)
def test_a_stack_names_a_cell_that_exists_and_keys_that_are_read(stack: str) -> None:
    config = STACKS[stack]["config"]
    load_platform(ROOT / "tenants").cell(config["tenantry:cell"])
    assert {key.removeprefix("tenantry:") for key in config if key.startswith("tenantry:")} <= stack_keys()
    spec = importlib.util.find_spec("pulumi_aws")
    assert spec is not None
    assert spec.origin is not None
    provider = (Path(spec.origin).parent / "config" / "vars.py").read_text()
    known = set(re.findall(r"__config__\.get\w*\('(\w+)'\)", provider))
    assert {key.removeprefix("aws:") for key in config if key.startswith("aws:")} <= known


def test_the_local_stack_reaches_every_service_at_the_emulators_default_port() -> None:
    (endpoints,) = STACKS["local"]["config"]["aws:endpoints"]
    assert set(endpoints) == {*SERVICES, "sts"}
    assert set(endpoints.values()) == {f"http://127.0.0.1:{PORT}"}


def test_the_workflow_deploys_every_stack_on_aws_with_its_python_and_the_pinned_pulumi() -> None:
    on_aws = {name: stack["config"] for name, stack in STACKS.items() if name != "local"}
    for job in ("preview", "deploy"):
        assert set(WORKFLOW["jobs"][job]["strategy"]["matrix"]["stack"]) == set(on_aws)
    pythons = {step["with"]["python-version"] for step in STEPS if "setup-python" in step.get("uses", "")}
    assert {f"python{each}" for each in pythons} == {config["tenantry:runtime"] for config in on_aws.values()}
    pinned = re.search(r"^pulumi==(\S+)", (ROOT / "requirements" / "platform.txt").read_text(), re.M)
    assert pinned is not None
    versions = {step["with"]["pulumi-version"] for step in STEPS if "pulumi/actions" in step.get("uses", "")}
    assert versions == {pinned[1]}


def test_no_stack_is_previewed_or_deployed_without_the_policy_pack() -> None:
    for job, commands in {"preview": ["preview"], "deploy": ["preview", "up"]}.items():
        steps = WORKFLOW["jobs"][job]["steps"]
        engine = [step["with"] for step in steps if "pulumi/actions" in step.get("uses", "")]
        assert [step["command"] for step in engine] == commands
        assert {ROOT / step["policyPacks"] for step in engine} == {ROOT / "policy-pack"}
        assert "make setup policies" in [step.get("run") for step in steps]


def test_the_policy_pack_has_the_programs_pulumi() -> None:
    pinned = [
        re.findall(r"^pulumi==(\S+)", (ROOT / "requirements" / f"{each}.txt").read_text(), re.M)
        for each in ("platform", "policy-pack")
    ]
    assert pinned[0] == pinned[1] != []


def test_the_workflow_grants_little_and_runs_no_text_from_outside() -> None:
    assert WORKFLOW["permissions"] == {}
    assert {name for name, job in WORKFLOW["jobs"].items() if "id-token" in job["permissions"]} == {
        "preview",
        "deploy",
    }
    assert not any("${{" in step.get("run", "") for step in STEPS)
    assert WORKFLOW["jobs"]["deploy"]["concurrency"]["cancel-in-progress"] is False
    assert "pull_request_target" not in WORKFLOW_TEXT


def test_the_workflow_runs_make_targets_that_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text(), re.M))
    runs = [step["run"].split() for step in STEPS if "run" in step]
    assert runs
    for command, *names in runs:
        assert command == "make"
        assert set(names) <= targets
