"""A suspended tenant keeps its data and gets 403, whatever its credentials."""

import shutil
from collections.abc import Iterator

import pytest

from tenantry.local.places import place
from tenantry.operations.running import survey
from tests.support.command import TENANTS, Command
from tests.support.platform import Platform, Tenant, problem


@pytest.fixture(scope="module")
def suspended(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tenant]:
    folder = tmp_path_factory.mktemp("suspended")
    command = Command(folder / "state", folder / "tenants")
    (command.tenants / "demo").mkdir(parents=True)
    shutil.copy(TENANTS / "tiers.yaml", command.tenants)
    text = (TENANTS / "demo" / "acme.yaml").read_text()
    (command.tenants / "demo" / "acme.yaml").write_text(f"{text}\nstatus: suspended\n")
    try:
        command.up("--port", "0")
        platform = Platform.found(command.home)
        with platform.http:
            yield platform.tenants["acme"]
    finally:
        command("down", "--all")
    assert command.remains() == []


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/items/orders"), ("GET", "/tools/summary"), ("POST", "/contact")]
)
def test_every_keyed_route_is_forbidden(suspended: Tenant, method: str, path: str) -> None:
    body = {"email": "ada@example.com", "message": "hi"} if method == "POST" else None
    status, slug = problem(suspended.call(method, path, body))
    assert (status, slug) in ((403, "invalid-api-key"), (403, "forbidden"))


def test_it_is_shown_as_suspended(suspended: Tenant) -> None:
    assert suspended.local.shown["status"] == "suspended"
    (found,) = survey(place(suspended.platform.local)).tenants
    assert (found.slug, found.suspended) == ("acme", True)


def test_its_table_and_its_secrets_are_there(suspended: Tenant) -> None:
    platform = suspended.platform
    tables = platform.root.client("dynamodb").list_tables()["TableNames"]
    kept = platform.root.client("secretsmanager").list_secrets()["SecretList"]
    assert platform.names.table in tables
    assert {platform.secret("acme"), platform.secret("acme", "signing")} <= {each["Name"] for each in kept}
