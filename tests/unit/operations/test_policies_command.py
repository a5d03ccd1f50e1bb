"""`policies` prints what a stack's operators need, for its Region and account."""

import json
from pathlib import Path

import pytest

from tenantry.rules import operator_policies
from tenantry.rules.arns import Arns
from tenantry.rules.naming import Names
from tests.support.command import Command, Run

ACCOUNT = "123456789012"


@pytest.fixture
def command(tmp_path: Path, project: Path) -> Command:  # noqa: ARG001 - its stack `demo`
    return Command(tmp_path / "state")


@pytest.mark.parametrize("role", ["deploy", "preview", "drift", "verify", "console"])
def test_each_role_has_its_policy(run: Run, command: Command, role: str) -> None:
    code, out, err = run(command, "policies", role, "--stack", "demo", "--account", ACCOUNT)
    assert (code, err) == (0, "")
    expected = getattr(operator_policies, role)(Names("demo"), Arns("aws", "eu-west-3", ACCOUNT))
    assert json.loads(out) == expected


@pytest.mark.parametrize(
    ("region", "partition"), [("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov"), ("us-east-1", "aws")]
)
def test_a_regions_partition_is_known(run: Run, command: Command, region: str, partition: str) -> None:
    options = ("--stack", "demo", "--account", ACCOUNT, "--region", region)
    _, out, _ = run(command, "policies", "preview", *options)
    assert f"arn:{partition}:dynamodb:{region}:" in out


def test_what_is_no_account_is_refused(run: Run, command: Command) -> None:
    code, out, err = run(command, "policies", "deploy", "--stack", "demo", "--account", "demo")
    assert (code, out) == (2, "")
    assert "twelve digits" in err


def test_whoever_changes_tenants_may_add_to_the_record_beside_the_state(
    run: Run, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULUMI_BACKEND_URL", "s3://state/deep?region=eu-west-3")
    code, out, err = run(command, "policies", "audit", "--stack", "demo", "--account", ACCOUNT)
    assert (code, err) == (0, "")
    lines, history = "deep/.tenantry/audit/tenantry/demo/", "deep/.pulumi/history/tenantry/demo"
    arns = Arns("aws", "eu-west-3", ACCOUNT)
    own = operator_policies.audit("state", lines, [f"{history}/", f"{history}."], arns)
    assert json.loads(out) == own


def test_a_record_in_a_folder_needs_no_policy(run: Run, command: Command) -> None:
    code, out, err = run(command, "policies", "audit", "--stack", "demo", "--account", ACCOUNT)
    assert (code, out) == (2, "")
    assert "it needs no AWS policy" in err
