"""The page of doubts and the command agree on which of them a look at a stack settles."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tenantry.operations.metering.usage import KEPT_DAYS
from tenantry.rules.kinds import tokens
from tenantry.rules.naming import Names
from tenantry.verification.doubts import ASKED, DOUBTS, seen
from tenantry.verification.findings import Finding
from tenantry.verification.reader import Deployed, Found
from tenantry.verification.reading import Reading
from tests.support.command import ROOT
from tests.support.engine import ARNS

PAGE = (ROOT / "docs" / "not-yet-verified.md").read_text()
CHECKED = [line for line in PAGE.splitlines() if "tenantry verify" in line.partition(" | ")[2]]
KEYS = "Each method of the imported API"
API = Deployed("urn", tokens.REST_API, "demo", "", {}, Found("api", {}))
OPEN = Finding("", tokens.REST_API, "RestApi demo", "body.methods.GET /x.apiKeyRequired", True, False, "")


ROWS = [*(doubt.row for doubt in DOUBTS), *ASKED]


@pytest.mark.parametrize("row", ROWS)
def test_each_is_a_row_that_names_the_command(row: str) -> None:
    assert [line for line in CHECKED if line.startswith(f"| {row}")]


def test_each_row_that_names_the_command_is_one_of_them() -> None:
    assert len(CHECKED) == len(ROWS)


def answers(*found: Finding) -> dict[str, bool | None]:
    return {each.doubt: each.yes for each in seen([API], found)}


def of(said: dict[str, bool | None]) -> bool | None:
    [found] = [yes for doubt, yes in said.items() if doubt.startswith(KEYS)]
    return found


def test_what_is_as_asked_for_settles_it_and_what_differs_does_not() -> None:
    assert of(answers()) is True
    assert of(answers(OPEN)) is False
    assert of(answers(replace(OPEN, property="body.minimumCompressionSize"))) is True


def test_a_method_that_is_missing_leaves_it_open() -> None:
    assert of(answers(replace(OPEN, property="body.methods.GET /x"))) is False


def test_what_the_stack_has_none_of_is_not_said_to_be_settled() -> None:
    [budget] = [yes for doubt, yes in answers().items() if doubt.startswith("A budget")]
    assert budget is None


PLAN = Deployed("urn", tokens.USAGE_PLAN, "acme", "acme", {}, Found("plan", {}))
KEY = Deployed("urn", tokens.KEY, "acme", "acme", {}, Found("key", {}, {"arn": ARNS.kms("key/1")}))


class Account:
    """Tells of so many days of usage, and finds these keys by their tag."""

    def __init__(self, days: int, keys: tuple[str, ...] = ()) -> None:
        self.days, self.keys = days, keys

    def can_paginate(self, _operation: str) -> bool:
        return False

    def get_usage(self, **asked: Any) -> dict[str, Any]:
        back = datetime.now(UTC).date() - date.fromisoformat(asked["startDate"])
        if back.days >= self.days:
            raise ClientError({"Error": {"Code": "BadRequestException", "Message": ""}}, "GetUsage")
        return {"items": {}}

    def get_resources(self, **_asked: Any) -> dict[str, Any]:
        return {"ResourceTagMappingList": [{"ResourceARN": key} for key in self.keys]}


def asked(account: Account, *declared: Deployed) -> list[bool | None]:
    """Of usage, and of keys."""
    reading = Reading(Names("demo"), ARNS, lambda _service: account, lambda _api, stage: stage)
    return [ask(reading, declared) for ask in ASKED.values()]


@pytest.mark.parametrize(("days", "yes"), [(KEPT_DAYS, True), (KEPT_DAYS - 1, False), (KEPT_DAYS + 1, False)])
def test_usage_goes_back_as_far_as_it_is_said_to_and_no_further(days: int, yes: bool) -> None:
    assert asked(Account(days), PLAN) == [yes, None]


@pytest.mark.parametrize(("keys", "yes"), [((ARNS.kms("key/1"),), True), ((), False)])
def test_a_key_is_found_by_its_tag_or_it_is_not(keys: tuple[str, ...], yes: bool) -> None:
    assert asked(Account(KEPT_DAYS, keys), KEY) == [None, yes]
