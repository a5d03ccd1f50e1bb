"""A stack is repaired, split and joined where platform.yaml has its cell, as the fleet updates it there."""

import json
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from tenantry.config.sites import Site
from tenantry.operations import sites
from tenantry.rules.kinds import tokens
from tests.support.command import Command, Run

BACKEND, ROLE = "file://{}/of-the-cell", "arn:aws:iam::111122223333:role/deploy"
REGION, NAME = "eu-west-3", "tenantry_demo_acme_items"
CLI = """\
#!/bin/sh
echo "$1 $2 at $PULUMI_BACKEND_URL by $AWS_ACCESS_KEY_ID" >> {folder}/said
cat {folder}/record
"""


@pytest.fixture
def command(tmp_path: Path) -> Command:
    return Command(tmp_path / "own")


@pytest.fixture
def deployed(project: Path, no_credentials: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:  # noqa: ARG001
    """Of each stack the engine knows that a role was being made; what it was asked is in `said`."""
    (project / "tenants" / "demo").mkdir(parents=True)
    cell = {"role": ROLE, "backend": BACKEND.format(project)}
    (project / "tenants" / "platform.yaml").write_text(json.dumps({"cells": {"demo": cell}}))
    cli = project / "pulumi"
    cli.write_text(CLI.format(folder=project))
    cli.chmod(0o700)
    monkeypatch.setenv("PATH", str(project), prepend=":")
    making = {"urn": "urn::items", "type": tokens.ROLE, "inputs": {"name": NAME}}
    operations = [{"type": "creating", "resource": making}]
    (project / "record").write_text(json.dumps({"deployment": {"pending_operations": operations}}))
    with mock_aws():
        yield project


@pytest.mark.parametrize(
    "line",
    [
        ("repair", "--stack", "demo"),
        ("repair", "--stack", "demo.acme"),
        ("fleet", "split", "demo", "--yes"),
        ("fleet", "join", "demo", "--yes"),
    ],
    ids=" ".join,
)
def test_the_engine_is_sent_to_the_cells_state_with_credentials_of_its_role(
    run: Run, command: Command, deployed: Path, line: tuple[str, ...]
) -> None:
    run(command, *line)
    said = (deployed / "said").read_text().splitlines()
    assert said
    assert all(each.startswith(f"stack export at {BACKEND.format(deployed)} by ASIA") for each in said)


def test_a_repair_looks_into_the_account_of_the_cells_role(
    run: Run,
    command: Command,
    deployed: Path,  # noqa: ARG001
) -> None:
    assert "does not exist" in run(command, "repair", "--stack", "demo")[1]
    found = sites.credentials(Site(role=ROLE), REGION)
    iam = boto3.Session(region_name=REGION, **found).client("iam")
    iam.create_role(RoleName=NAME, AssumeRolePolicyDocument="{}")
    assert "which was made" in run(command, "repair", "--stack", "demo")[1]
    iam.delete_role(RoleName=NAME)  # tests of one process may share a moto


@pytest.mark.parametrize("line", [("repair", "--stack"), ("fleet", "split"), ("fleet", "join")], ids=" ".join)
def test_what_was_done_is_recorded_beside_the_cells_state(
    run: Run, command: Command, deployed: Path, line: tuple[str, ...]
) -> None:
    run(command, *line, "demo", "--yes")
    assert list((deployed / "of-the-cell").rglob("*"))
    assert not (deployed / "state").exists()


def test_a_stack_of_the_local_emulator_is_left_where_it_is(
    run: Run, command: Command, deployed: Path
) -> None:
    settings = f"config:\n  tenantry:cell: demo\n  aws:region: {REGION}\n  aws:endpoints:\n    - s3: {{}}\n"
    (deployed / "Pulumi.local.yaml").write_text(settings.format("http://127.0.0.1:4566"))
    run(command, "fleet", "split", "local", "--yes")
    assert f"at file://{deployed}/state by " in (deployed / "said").read_text()
