"""The policy pack, started and asked as the Pulumi engine does, says what the rules say."""

import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
import pytest
import yaml
from google.protobuf import empty_pb2, json_format, struct_pb2
from pulumi.runtime import rpc
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc

from tenantry.guardrails.resources import UNKNOWN, Resource, Stack
from tenantry.guardrails.rules import RULES
from tenantry.rules.kinds.tokens import REST_API
from tests.support import groups
from tests.support.broken_guardrails import BREAKS, restated
from tests.support.command import ROOT

PACK = ROOT / "policy-pack"
NEEDS_OTHERS = {rule.name for rule in RULES if not rule.alone}


@contextmanager
def started(pack: Path) -> Iterator[analyzer_pb2_grpc.AnalyzerStub]:
    """The engine starts it in the pack's environment and folder, and reads the port from its output."""
    project = yaml.safe_load((pack / "PulumiPolicy.yaml").read_text())
    python = PACK / project["runtime"]["options"]["virtualenv"] / "bin" / "python"
    assert python.exists(), "the policy pack has no environment; run `make policies`"
    command = [python, "-u", "-m", "pulumi.policy", "127.0.0.1:1", "."]
    with subprocess.Popen(command, cwd=pack, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            port = int(process.stdout.readline())
            with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
                yield analyzer_pb2_grpc.AnalyzerStub(channel)
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def analyzer() -> Iterator[analyzer_pb2_grpc.AnalyzerStub]:
    with started(PACK) as pack:
        yield pack


def wire(resource: Resource) -> dict[str, Any]:
    return {
        "type": resource.type,
        "name": resource.name,
        "urn": resource.urn,
        "properties": json_format.ParseDict(sent(resource.properties), struct_pb2.Struct()),
    }


def sent(value: Any) -> Any:
    """As the engine puts it: every unknown value is a certain text."""
    if value is UNKNOWN:
        return rpc.UNKNOWN
    if isinstance(value, Mapping):
        return {key: sent(each) for key, each in value.items()}
    return [sent(each) for each in value] if isinstance(value, list) else value


def reported(analyzer: Any, stack: Stack) -> list[Any]:
    """What the engine is told in one run: of each resource that it is to make, then of the whole stack."""
    found: list[Any] = []
    for each in stack.resources:
        found += analyzer.Analyze(analyzer_pb2.AnalyzeRequest(**wire(each))).diagnostics
    resources = [
        analyzer_pb2.AnalyzerResource(
            **wire(each),
            parent=each.parent,
            propertyDependencies={
                name: analyzer_pb2.AnalyzerPropertyDependencies(urns=urns)
                for name, urns in each.sources.items()
            },
        )
        for each in stack.resources
    ]
    found += analyzer.AnalyzeStack(analyzer_pb2.AnalyzeStackRequest(resources=resources)).diagnostics
    return found


def test_it_offers_every_rule_and_enforces_it(analyzer: Any) -> None:
    info = analyzer.GetAnalyzerInfo(empty_pb2.Empty())
    assert {each.name: each.description for each in info.policies} == {each.name: each.why for each in RULES}
    assert {each.enforcementLevel for each in info.policies} == {analyzer_pb2.MANDATORY}


def test_the_demo_cell_passes_in_updates_and_previews(analyzer: Any, good: Stack, preview: Stack) -> None:
    assert reported(analyzer, good) == []
    assert reported(analyzer, preview) == []


@pytest.mark.parametrize("rule", BREAKS)
def test_what_breaks_a_rule_stops_the_engine(analyzer: Any, good: Stack, rule: str) -> None:
    broken = BREAKS[rule][0](good)
    changed = [each for each in broken.resources if each not in good.resources]
    looked_at = broken if rule in NEEDS_OTHERS else Stack(tuple(changed))
    expected = next(each for each in RULES if each.name == rule)
    diagnostics = [each for each in reported(analyzer, looked_at) if each.policyName == rule]
    assert {(each.urn, each.message) for each in diagnostics} == {
        (each.resource.urn, f"{expected.why}\n{each}") for each in expected.check(looked_at)
    }
    assert {each.enforcementLevel for each in diagnostics} == {analyzer_pb2.MANDATORY}


def test_it_learns_the_key_routes_of_an_operators_groups(good: Stack, tmp_path: Path) -> None:
    project = tmp_path / "project"
    for name in ("platform", "functions", "policy-pack", "requirements"):
        shutil.copytree(ROOT / name, project / name, ignore=shutil.ignore_patterns(".venv", "__pycache__"))
    (project / "Pulumi.yaml").write_text("name: tenantry\nconfig:\n  tenantry:groups: [../ours]\n")
    groups.write(tmp_path / "ours")

    def opened(*routes: str) -> Stack:
        paths = {path: {"post": {"security": [{"api_key": []}]}} for path in routes}
        body = restated("RestApi", "demo", "body", lambda document: document["paths"].update(paths))(good)
        return Stack(tuple(body.of(REST_API)))

    with started(project / "policy-pack") as pack:
        assert reported(pack, opened("/notes")) == []
        [diagnostic] = reported(pack, opened("/notes", "/notes/copies"))
    assert "POST /notes/copies can be called without an authorizer" in diagnostic.message
