"""The page of doubts and the command agree on which of them a look at a stack settles."""

from dataclasses import replace

import pytest

from tenantry.rules.kinds import tokens
from tenantry.verification.doubts import ASKED, DOUBTS, _seen
from tenantry.verification.findings import Finding
from tenantry.verification.reader import Deployed, Found
from tests.support.command import ROOT

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
    return {each.doubt: each.yes for each in _seen([API], found)}


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
