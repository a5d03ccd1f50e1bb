"""Two tenants whose slugs share a prefix, on one pooled table that moto holds.

Clients take long to make, so one fake AWS and its clients serve the whole run; the table is new for
each test.
"""

import logging
from collections.abc import Iterator

import pytest
from moto import mock_aws

from api import logs, metrics, table
from tests.support import tenant_api
from tests.support.tenant_api import TenantApi
from tests.support.tokens import Signer
from tests.unit.functions.forgery import ELLIPTIC, SIGNERS, trusting


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


@pytest.fixture(params=["EdDSA", *ELLIPTIC, "RS256", "PS256"], name="signer")
def fixture_signer(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Signer]:
    """The authorizer of acme trusts this signer's key alone."""
    yield from trusting(SIGNERS[request.param], monkeypatch)


@pytest.fixture(name="ada")
def fixture_ada(monkeypatch: pytest.MonkeyPatch) -> Iterator[Signer]:
    yield from trusting(SIGNERS["EdDSA"], monkeypatch)
