"""What the tests of the functions share; the tenants and their table are also for the groups' own tests."""

from collections.abc import Iterator

import pytest

from api import table
from tests.support import tenant_api
from tests.support.functions import acme, acme_eu, aws, empty_table, fresh_logger, secrets
from tests.support.tenant_api import TenantApi
from tests.support.tokens import Signer
from tests.unit.functions.forgery import ELLIPTIC, SIGNERS, trusting

__all__ = ["acme", "acme_eu", "aws", "empty_table", "fresh_logger", "secrets"]


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
