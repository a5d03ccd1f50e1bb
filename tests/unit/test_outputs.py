"""A stack's outputs are read though the engine writes its record at that moment."""

from types import SimpleNamespace
from typing import Any

import pulumi
import pytest

from tenantry import outputs
from tenantry.outputs import stack_outputs


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the engine refuses with, call by call; then it answers."""
    refusals: list[str] = []

    def invoke(_token: str, given: dict[str, str]) -> Any:
        assert given["name"] == "organization/project/demo"
        if refusals:
            raise Exception(refusals.pop(0))
        return SimpleNamespace(value={"outputs": {"url": "x"}})

    monkeypatch.setattr(pulumi.runtime, "invoke", invoke)
    monkeypatch.setattr(pulumi, "get_organization", lambda: "organization")
    monkeypatch.setattr(pulumi, "get_project", lambda: "project")
    monkeypatch.setattr(outputs, "_PAUSE", 0)
    return refusals


def test_a_read_in_the_middle_of_a_write_is_repeated(answers: list[str]) -> None:
    answers += ["invocation failed: failed to load checkpoint: EOF"] * 2
    assert stack_outputs("demo") == {"url": "x"}


def test_a_record_that_cannot_be_read_is_an_error_in_the_end(answers: list[str]) -> None:
    answers += ["failed to load checkpoint: EOF"] * 100
    with pytest.raises(Exception, match="failed to load checkpoint"):
        stack_outputs("demo")


def test_a_stack_that_need_not_be_there_has_no_outputs(answers: list[str]) -> None:
    answers += ['unknown stack "demo"'] * 2
    assert stack_outputs("demo", there=False) == {}
    with pytest.raises(Exception, match="unknown stack"):
        stack_outputs("demo")
