"""A repair asks AWS by name what was made, and removes what no record knows, on the emulator."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tenantry.local.clients import REGION, Session
from tenantry.operations import pending, strays
from tenantry.operations.checkpoint import Checkpoint, Pending
from tenantry.rules import policies
from tenantry.rules.kinds import tokens
from tenantry.rules.naming import Names
from tests.support.command import Command, Run

NAMES = Names("own")
REPAIR = ("repair", "--stack", "own", "--region", REGION)
TRUST = json.dumps(policies.trust())
PULUMI = """\
#!/bin/sh
cd {folder}
echo "$@" >> asked
if [ "$1" = cancel ]; then rm lock; fi
if [ "$1 $2" = "stack export" ]; then cat record; exit; fi
if [ -e lock ]; then echo "the stack is currently locked by 1 lock(s)" >&2; exit 255; fi
if [ "$1 $2" = "stack import" ]; then cat > put; fi
"""
POLICY = json.dumps(policies.document(policies.TRACING))


def asked(token: str, **inputs: Any) -> Pending:
    return Pending(f"urn:pulumi:own::tenantry::{token}::acme", token, inputs)


@pytest.fixture
def command(tmp_path: Path) -> Command:
    return Command(tmp_path / "state")


@pytest.fixture(scope="module")
def api(root: Session) -> str:
    """With a stage, which no record knows."""
    gateway = root.client("apigateway")
    api: str = gateway.create_rest_api(name=NAMES.cell)["id"]
    deployment = gateway.create_deployment(restApiId=api)["id"]
    gateway.create_stage(restApiId=api, stageName="acme", deploymentId=deployment)
    return api


def test_what_was_made_is_found_under_the_id_that_imports_it(root: Session, api: str) -> None:
    name = NAMES.function("acme", "items")
    root.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)
    root.client("logs").create_log_group(logGroupName=f"/aws/lambda/{name}")
    secret = root.client("secretsmanager").create_secret(Name=f"{NAMES.secret('acme')}/0a1b2c3d")["ARN"]
    made = {
        name: asked(tokens.ROLE, name=name),
        f"/aws/lambda/{name}": asked(tokens.LOG_GROUP, name=f"/aws/lambda/{name}"),
        secret: asked(tokens.SECRET, name=f"{NAMES.secret('acme')}/0a1b2c3d"),
        api: asked(tokens.REST_API, name=NAMES.cell),
        f"{api}/acme": asked(tokens.STAGE, restApi=api, stageName="acme"),
    }
    assert {pending.found(each, root.client) for each in made.values()} == set(made)


@pytest.mark.parametrize(
    "unmade",
    [
        asked(tokens.ROLE, name="tenantry_own_none_items"),
        asked(tokens.TABLE, name="tenantry_own_none"),
        asked(tokens.SECRET, name="tenantry/own/none/runtime/0a1b2c3d"),
        asked(tokens.LOG_GROUP, name="/aws/lambda/tenantry_own_none"),
        asked(tokens.METRIC_ALARM, name="tenantry_own_none_5xx"),  # made by overwriting
    ],
    ids=lambda each: each.type,
)
def test_what_was_not_made_is_not_found(root: Session, unmade: Pending) -> None:
    assert pending.found(unmade, root.client) is None


def test_strays_are_of_this_stacks_names_and_in_no_record(root: Session, api: str) -> None:
    gateway, iam = root.client("apigateway"), root.client("iam")
    roles = {stack: Names(stack).function("globex", "items") for stack in ("own", "own-eu")} | {
        "kept": NAMES.gateway_role("0a1b2c3d"),
        "known": NAMES.function("globex", "tools"),
    }
    for name in roles.values():
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)
    iam.put_role_policy(RoleName=roles["own"], PolicyName="own", PolicyDocument=POLICY)
    known, twice = (gateway.create_api_key(name=NAMES.api_key("globex", "web"))["id"] for _ in range(2))
    in_use = gateway.create_api_key(name=NAMES.api_key("globex", "app"))["id"]
    plan = gateway.create_usage_plan(name=NAMES.tenant("globex"))["id"]
    gateway.create_usage_plan_key(usagePlanId=plan, keyId=in_use, keyType="API_KEY")
    stage = {"apiId": api, "stage": "acme"}
    opening = gateway.create_usage_plan(name=NAMES.tenant("initech"), apiStages=[stage])["id"]
    record = Checkpoint(
        {
            "deployment": {
                "resources": [
                    {"type": tokens.REST_API, "id": api},
                    {"type": tokens.API_KEY, "id": known},
                    {"type": tokens.ROLE, "id": roles["known"]},
                    {"type": tokens.ROLE, "id": NAMES.function("acme", "items")},
                    {"type": tokens.USAGE_PLAN, "id": plan},
                ]
            }
        }
    )
    found = strays.strays(record, NAMES, root.client)
    assert {(each.kind, each.id) for each in found} == {
        ("Role", roles["own"]),
        ("ApiKey", twice),
        ("Stage", "acme"),
        ("UsagePlan", opening),
    }
    alone = {"type": tokens.STACK, "outputs": {"listed": {}}}
    cell = Checkpoint({"deployment": {"resources": [alone, {"type": tokens.REST_API, "id": api}]}})
    assert strays.strays(cell, NAMES, root.client) == []  # they are in the records of its tenants' stacks
    own = strays.Own("globex", cell)
    assert {each.id for each in strays.strays(record, NAMES, root.client, own)} == {roles["own"], twice}
    for each in found:
        strays.remove(each, root.client)
    assert strays.strays(record, NAMES, root.client) == []


@pytest.fixture
def pulumi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, root: Session) -> Path:
    """A folder: `record` is what the CLI exports, `asked` its commands, `put` what it imports.

    It is locked while there is a file `lock`.
    """
    credentials = root.boto.get_credentials()
    assert credentials is not None
    for name, value in {
        "AWS_ENDPOINT_URL": root.endpoint,
        "AWS_ACCESS_KEY_ID": credentials.access_key,
        "AWS_SECRET_ACCESS_KEY": credentials.secret_key,
        "AWS_CONFIG_FILE": os.devnull,
        "PULUMI_BACKEND_URL": f"file://{tmp_path}",
        "no_proxy": "127.0.0.1",
        "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}",
    }.items():
        monkeypatch.setenv(name, value)
    script = tmp_path / "pulumi"
    script.write_text(PULUMI.format(folder=tmp_path))
    script.chmod(0o700)
    pending = [
        {"type": "creating", "resource": {"urn": each.urn, "type": each.type, "inputs": each.inputs}}
        for each in (asked(tokens.REST_API, name=NAMES.cell), asked(tokens.TABLE, name="tenantry_own_none"))
    ]
    (tmp_path / "record").write_text(json.dumps({"deployment": {"pending_operations": pending}}))
    return tmp_path


def test_the_command_says_what_it_would_do_and_does_it_when_told(
    run: Run, command: Command, pulumi: Path, api: str
) -> None:
    code, out, err = run(command, *REPAIR)
    assert (code, err) == (3, "")
    assert f"import {tokens.REST_API} acme, which was made, as {api}" in out
    assert f"clear {tokens.TABLE} acme" in out
    assert not (pulumi / "put").exists()
    code, _, err = run(command, *REPAIR, "--yes")
    assert (code, "1 imported, 1 cleared" in err) == (0, True)
    [imported] = json.loads((pulumi / "put").read_text())["deployment"]["resources"]
    assert (imported["type"], imported["id"]) == (tokens.REST_API, api)
    assert f"refresh --yes --skip-preview --target {imported['urn']}" in (pulumi / "asked").read_text()


def test_what_an_earlier_repair_imported_and_did_not_read_is_read(
    run: Run, command: Command, pulumi: Path, api: str
) -> None:
    imported = {"urn": "urn::acme", "type": tokens.REST_API, "id": api, "inputs": {}}
    (pulumi / "record").write_text(json.dumps({"deployment": {"resources": [imported]}}))
    code, out, _ = run(command, *REPAIR)
    assert (code, "read acme, which an earlier repair imported" in out) == (3, True)
    assert run(command, *REPAIR, "--yes")[0] == 0
    assert "--target urn::acme" in (pulumi / "asked").read_text()
    assert json.loads((pulumi / "put").read_text())["deployment"]["resources"] == [imported]


def test_a_lock_stays_until_the_command_is_told_to_take_it_away(
    run: Run, command: Command, pulumi: Path
) -> None:
    (pulumi / "lock").touch()
    code, _, err = run(command, *REPAIR, "--yes")
    assert (code, "If nobody is deploying own now, give --unlock too" in err) == (1, True)
    code, _, err = run(command, *REPAIR, "--unlock")
    assert (code, "give --yes too" in err) == (2, True)
    assert (pulumi / "lock").exists()
    code, _, err = run(command, *REPAIR, "--yes", "--unlock")
    assert (code, f"removing the lock of stack own, Region {REGION}" in err) == (0, True)


def test_without_the_cli_the_command_says_where_to_run(
    run: Run, command: Command, pulumi: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(pulumi / "nowhere"))
    code, _, err = run(command, *REPAIR)
    assert (code, "there is no `pulumi` on PATH" in err) == (1, True)


def test_a_record_without_an_api_takes_nothing_for_a_stray(root: Session) -> None:
    assert strays.strays(Checkpoint({"deployment": {}}), NAMES, root.client) == []
