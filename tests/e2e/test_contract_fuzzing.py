"""Requests made from the contract, by its rules and against them: each answer is one that it documents.

The same requests in every run, so that a failure is a change of ours; raise `EXAMPLES` to look further.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import CheckFunction
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import positive_data_acceptance

from tenantry.gateway import contract
from tests.support.platform import INTERNALS, Platform, Tenant

EXAMPLES = 12  # for each operation, beside the limits and omissions that are tried systematically
MEANT = ["2xx", "304", "403", "404", "409", "412", "422", "428", "429"]  # a valid request may meet these
CONFIG = {
    "generation": {
        # Credentials are always good here: other tests try bad ones.
        "with-security-parameters": False,
        # Unknown parameters are refused, and a test of the items says so.
        "allow-extra-parameters": False,
    },
    "checks": {
        "positive_data_acceptance": {"expected-statuses": MEANT},
        # Asked with a body of no stated type; the tests of the routes look at 405.
        "unsupported_method": {"enabled": False},
    },
}
RANDOM_ONLY = {**CONFIG, "phases": {"coverage": {"enabled": False}, "examples": {"enabled": False}}}
API = schemathesis.openapi.from_dict(contract.load(), config=SchemathesisConfig.from_dict(CONFIG))
SAMPLE = schemathesis.openapi.from_dict(contract.load(), config=SchemathesisConfig.from_dict(RANDOM_ONLY))
Case = schemathesis.Case[Any]
CONTACT = "/tools/contacts/{id}"
TAGS = re.compile(API.raw_schema["components"]["schemas"]["EntityTags"]["pattern"])
BOUNDED = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def session() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False  # a proxy of the environment has no part in this
        yield session


@pytest.fixture(scope="module")
def tokens(platform: Platform) -> dict[str, str]:
    """Fresh ones: those that the platform's tenants keep may be as old as the run."""
    return {slug: tenant.token() for slug, tenant in platform.tenants.items()}


@API.parametrize()
@BOUNDED
def test_every_answer_is_documented(
    case: Case, platform: Platform, session: requests.Session, tokens: dict[str, str]
) -> None:
    check(case, platform.tenants["acme"], tokens["acme"], session)


@pytest.mark.parametrize("slug", ["acme-eu", "globex"])
@SAMPLE.parametrize()
@settings(BOUNDED, max_examples=3)
def test_so_it_is_where_groups_are_off_and_rates_are_low(
    case: Case, platform: Platform, session: requests.Session, tokens: dict[str, str], slug: str
) -> None:
    check(case, platform.tenants[slug], tokens[slug], session)


def check(case: Case, tenant: Tenant, token: str, session: requests.Session) -> None:
    credentials = {"x-api-key": tenant.key, "Authorization": f"Bearer {token}"}
    answer = case.call(base_url=tenant.url, headers=credentials, session=session)
    case.validate_response(answer, excluded_checks=unsayable(case))
    if answer.status_code >= 400:
        assert not INTERNALS.search(answer.text)


def repeats_an_item(body: Any) -> bool:
    writes = body.get("writes") if isinstance(body, dict) else None
    named = [
        (str(each.get("collection")), each["id"])
        for each in (writes if isinstance(writes, list) else [])
        if isinstance(each, dict) and isinstance(each.get("id"), str)
    ]
    return len(set(named)) < len(named)


def unsayable(case: Case) -> list[CheckFunction]:
    """Requests that count as valid by the contract's schemas, and are ruled out by its words alone."""
    body: Any = case.body
    excused = (
        "cursor" in (case.query or {}),  # made up, not given by an answer
        {"created_after", "created_before"} & (case.query or {}).keys(),  # no such day, or none between
        isinstance(body, dict) and "redirect" in body,  # not the one that the tenant allows
        repeats_an_item(body),
        case.path == "/token",  # no such client
        case.path == CONTACT and isinstance(body, dict) and not body.keys() & {"state", "note"},
        # Schemathesis 4.32 sends no quote in a header when it tries limits, and calls that valid.
        not all(TAGS.search(case.headers.get(name, "*")) for name in ("If-Match", "If-None-Match")),
    )
    return [positive_data_acceptance] if any(excused) else []
