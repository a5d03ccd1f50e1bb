"""What the tests of the functions share, beside the tenants and their table."""

from collections.abc import Iterator

import pytest

from tests.support.functions import acme, acme_eu, aws, broken_table, empty_table, fresh_logger, secrets
from tests.support.tokens import Signer
from tests.unit.functions.forgery import ELLIPTIC, SIGNERS, trusting

__all__ = ["acme", "acme_eu", "aws", "broken_table", "empty_table", "fresh_logger", "secrets"]


@pytest.fixture(params=["EdDSA", *ELLIPTIC, "RS256", "PS256"], name="signer")
def fixture_signer(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Signer]:
    """The authorizer of acme trusts this signer's key alone."""
    yield from trusting(SIGNERS[request.param], monkeypatch)


@pytest.fixture(name="ada")
def fixture_ada(monkeypatch: pytest.MonkeyPatch) -> Iterator[Signer]:
    yield from trusting(SIGNERS["EdDSA"], monkeypatch)
