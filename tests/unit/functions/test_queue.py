"""Entries that SQS takes in part are put once more, and those that it took are not."""

from typing import Any

import pytest

from api import queue, settings
from api.errors import Unavailable
from api.queue import Entry

ENTRIES = [Entry("01JD3Z6K0V8Q4T7M2N5P9R1S3W", "r", receiver=name) for name in ("crm", "erp", "bi")]


class Sqs:
    """Takes all entries but those that it is told to leave out, call by call."""

    def __init__(self, *left_out: set[str]) -> None:
        self.left_out, self.asked = list(left_out), list[list[str]]()

    def send_message_batch(self, QueueUrl: str, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        assert QueueUrl == "url"
        self.asked.append([each["Id"] for each in Entries])
        return {"Failed": [{"Id": each} for each in sorted(self.left_out.pop(0))]}


def put(monkeypatch: pytest.MonkeyPatch, sqs: Sqs) -> None:
    class Own:
        @staticmethod
        def queue(_name: str) -> str:
            return "url"

    monkeypatch.setattr(queue, "client", lambda: sqs)
    monkeypatch.setattr(settings, "current", Own)
    queue.put_all("contact", ENTRIES)


def test_what_is_taken_is_put_once(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, sqs := Sqs(set()))
    assert sqs.asked == [["0", "1", "2"]]


def test_what_is_left_out_is_put_again_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, sqs := Sqs({"1"}, set()))
    assert sqs.asked == [["0", "1", "2"], ["1"]]


def test_what_is_left_out_twice_makes_the_answer_503(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Unavailable):
        put(monkeypatch, Sqs({"1", "2"}, {"2"}))
