"""Two tenants whose slugs share a prefix, acme and acme-eu, on one pooled table that moto holds.

For the tests of functions, those of route groups among them: a conftest.py imports the fixtures by name.
Clients take long to make, so one fake AWS and its clients serve the whole run; each test has a new table.
"""

import logging
from collections.abc import Iterator

import pytest
from moto import mock_aws

import groups
from api import logs, metrics, table
from tenantry.groups.folders import folders
from tenantry.packing import route_table
from tests.support import tenant_api
from tests.support.tenant_api import TenantApi

route_table.install()  # functions run from their sources here
groups.__path__ += [str(each) for each in folders() if str(each) not in groups.__path__]


@pytest.fixture(scope="session", name="_aws")
def aws() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "testing")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        patch.setenv("AWS_DEFAULT_REGION", tenant_api.REGION)
        patch.setenv("POWERTOOLS_SERVICE_NAME", "items")
        patch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Tenantry")
        with mock_aws():
            tenant_api.forget()
            yield
        tenant_api.forget()


@pytest.fixture(scope="session")
def secrets(_aws: None) -> dict[str, str]:
    return {tenant: tenant_api.create_secret(tenant) for tenant in ("acme", "acme-eu")}


@pytest.fixture(autouse=True)
def empty_table(_aws: None) -> Iterator[None]:
    tenant_api.create_table()
    yield
    tenant_api.delete_table()


@pytest.fixture(autouse=True)
def fresh_logger(monkeypatch: pytest.MonkeyPatch) -> None:
    """A logger keeps the stdout that it was born with, and pytest gives each test another."""
    monkeypatch.setattr(metrics, "_cold", False)
    logs.log.cache_clear()
    logging.Logger.manager.loggerDict.pop("items", None)


@pytest.fixture
def acme(secrets: dict[str, str]) -> TenantApi:
    return TenantApi("acme", secrets["acme"], "https://shop.acme.example")


@pytest.fixture
def acme_eu(secrets: dict[str, str]) -> TenantApi:
    return TenantApi("acme-eu", secrets["acme-eu"])


@pytest.fixture
def broken_table(monkeypatch: pytest.MonkeyPatch, acme: TenantApi) -> tenant_api.BrokenTable:
    """DynamoDB as the functions see it, failing as the test says."""
    with acme.environment():
        client = table.current().client
    broken = tenant_api.BrokenTable()
    monkeypatch.setattr(client, "_make_api_call", broken.answer(client._make_api_call))
    return broken
