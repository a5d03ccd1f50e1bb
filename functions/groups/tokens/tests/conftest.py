"""Two managed tenants with a token endpoint each; acme-eu has fewer groups than acme."""

import pytest

from tests.support import issuing
from tests.support.functions import acme, acme_eu, aws, broken_table, empty_table, fresh_logger, secrets
from tests.support.issuing import Issuing
from tests.support.tenant_api import TenantApi

__all__ = ["acme", "acme_eu", "aws", "broken_table", "empty_table", "fresh_logger", "secrets"]


@pytest.fixture(scope="session")
def signing(_aws: None) -> dict[str, str]:
    return {tenant: issuing.create_secret(tenant) for tenant in ("acme", "acme-eu")}


@pytest.fixture(name="tokens")
def fixture_tokens(acme: TenantApi, signing: dict[str, str]) -> Issuing:
    return Issuing.of(acme, signing["acme"])


@pytest.fixture
def tokens_eu(acme_eu: TenantApi, signing: dict[str, str]) -> Issuing:
    return Issuing.of(acme_eu, signing["acme-eu"], groups=["contact", "tokens"])
