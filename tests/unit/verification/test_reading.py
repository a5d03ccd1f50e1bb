"""Each question is asked once; what is not there is None, and any other refusal is raised."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tenantry.operations import patience
from tenantry.rules.naming import Names
from tenantry.verification.reading import Reading
from tests.support.engine import ARNS


class Client:
    """Answers in turn, a code as an error."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)

    def can_paginate(self, _operation: str) -> bool:
        return False

    def describe(self, **_asked: Any) -> dict[str, Any]:
        answer = self.answers.pop(0)
        if isinstance(answer, str):
            raise ClientError({"Error": {"Code": answer, "Message": ""}}, "Describe")
        return {"names": answer}


@pytest.fixture(autouse=True)
def restless(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "FIRST_PAUSE_SECONDS", 0)


def reading(*answers: Any) -> tuple[Reading, Client]:
    client = Client(*answers)
    return Reading(Names("demo"), ARNS, lambda _service: client, lambda _api, stage: stage), client


def test_a_question_is_asked_once_and_another_by_itself() -> None:
    asking, client = reading([1], [2])
    assert [asking.listed("x", "describe", "names", Name="a") for _ in range(3)] == [[1]] * 3
    assert asking.listed("x", "describe", "names", Name="b") == [2]
    assert client.answers == []


def test_a_throttle_is_outlasted() -> None:
    asking, _ = reading("TooManyRequestsException", "ThrottlingException", [1])
    assert asking.ask("x", "describe") == {"names": [1]}


@pytest.mark.parametrize("code", ["NoSuchEntity", "ResourceNotFoundException", "NoSuchBucketPolicy", "404"])
def test_what_is_not_there_is_none_or_an_empty_list(code: str) -> None:
    asking, _ = reading(code, code)
    assert asking.ask("x", "describe", Name="a") is None
    assert asking.listed("x", "describe", "names", Name="b") == []


def test_a_refusal_is_not_taken_for_absence() -> None:
    asking, _ = reading("AccessDenied")
    with pytest.raises(ClientError, match="AccessDenied"):
        asking.ask("x", "describe")
