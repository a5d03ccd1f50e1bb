"""`export` and `import` on a stack find the tenant's table by its file, or by what they are told."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from tenantry.operations.backup.tenant_data import TenantData
from tenantry.rules.naming import Names
from tests.support.backups import counts, created, item, message, stored, written
from tests.support.command import TENANTS, Command, Run

RECORDS = [message(1), item(1), item(2)]
STACK = ("--stack", "demo")


@pytest.fixture
def command(tmp_path: Path) -> Command:
    return Command(tmp_path / "state", shutil.copytree(TENANTS, tmp_path / "tenants"))


@pytest.fixture
def dynamodb(project: Path, no_credentials: None) -> Iterator[Any]:  # noqa: ARG001 - set up before moto
    """The stack's Region, with the pooled table and globex's own."""
    tables = ("tenantry_demo", "tenantry_demo_globex")
    with mock_aws():
        client = boto3.client("dynamodb", region_name="eu-west-3")
        for table in tables:
            created(client, table)
        yield client
        for table in tables:
            client.delete_table(TableName=table)


def data(dynamodb: Any, slug: str, isolation: str) -> TenantData:
    return TenantData(slug, Names("demo"), isolation, dynamodb)


def test_a_tenants_data_goes_to_another_of_the_stack_and_back(
    run: Run, command: Command, dynamodb: Any, tmp_path: Path
) -> None:
    tenants = ("--tenants", str(command.tenants), *STACK)
    seed = written(tmp_path / "seed", RECORDS)
    code, out, err = run(command, "import", "globex", "--from", str(seed), *tenants)
    assert code == 0
    assert "3 records written, 0 were there already; exported from acme of stack demo" in " ".join(
        out.split()
    )
    assert "globex of stack demo, Region eu-west-3, table tenantry_demo_globex" in err
    code, out, _ = run(command, "export", "globex", "--to", str(tmp_path / "globex"), *tenants, "--json")
    told = json.loads(out)
    assert (code, told["records"], told["resumed"], told["table"]) == (0, 3, 0, "tenantry_demo_globex")
    code, out, _ = run(command, "import", "acme", "--from", str(tmp_path / "globex"), *tenants, "--json")
    told = json.loads(out)
    assert (code, told["written"], told["same"], told["source"]["tenant"]) == (0, 3, 0, "globex")
    assert counts(data(dynamodb, "acme", "pooled")) == {"orders": 2, "new": 1}
    assert not stored(data(dynamodb, "globex", "pooled"))


def test_what_was_kept_is_named(run: Run, command: Command, dynamodb: Any, tmp_path: Path) -> None:
    assert dynamodb
    options = (*STACK, "--tenants", str(command.tenants))
    for version in (2, 1):
        seed = written(tmp_path / "seed", [item(1, version=version)])
        code, out, err = run(command, "import", "acme", "--from", str(seed), *options)
    assert (code, "0 records written" in out) == (0, True)
    assert f"1 are there in another version, which was kept: items/item/orders/{item(1).id}" in err


def test_isolation_says_where_the_data_of_a_tenant_without_a_file_is(
    run: Run, command: Command, dynamodb: Any, tmp_path: Path
) -> None:
    seed = str(written(tmp_path / "seed", RECORDS))
    options = (*STACK, "--tenants", str(command.tenants))
    code, _, err = run(command, "import", "gone", "--from", seed, *options)
    assert (code, "gone" in err) == (2, True)
    assert run(command, "import", "gone", "--from", seed, *options, "--isolation", "pooled")[0] == 0
    assert len(stored(data(dynamodb, "gone", "pooled"))) == len(RECORDS) + 1  # an entry of the message
    code, _, err = run(
        command, "export", "gone", "--to", str(tmp_path / "x"), *options, "--isolation", "silo"
    )
    assert (code, "ResourceNotFoundException" in err) == (1, True)
    assert list(tmp_path.glob("x*")) == []


def test_a_tenant_of_another_cell_is_not_looked_for_in_the_stack(
    run: Run, command: Command, dynamodb: Any, tmp_path: Path
) -> None:
    assert dynamodb
    (command.tenants / "second").mkdir()
    (command.tenants / "demo" / "acme.yaml").rename(command.tenants / "second" / "acme.yaml")
    options = (*STACK, "--tenants", str(command.tenants))
    code, out, err = run(command, "export", "acme", "--to", str(tmp_path / "acme"), *options)
    assert (code, out) == (2, "")
    assert "acme has its file in cell second, and stack demo, Region eu-west-3, deploys cell demo" in err


@pytest.mark.usefixtures("project", "no_credentials")
def test_without_credentials_a_word_on_them_is_said(run: Run, command: Command, tmp_path: Path) -> None:
    options = (*STACK, "--tenants", str(command.tenants))
    code, out, err = run(command, "export", "acme", "--to", str(tmp_path / "acme"), *options)
    assert (code, out) == (1, "")
    assert "Region eu-west-3: NoCredentialsError" in err
