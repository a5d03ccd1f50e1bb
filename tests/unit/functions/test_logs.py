"""The lines of a function's log: what each says, and what none says."""

import json
import logging
import time
from collections.abc import Iterator
from typing import Any

import pytest
from aws_lambda_powertools.logging import Logger

from api import logs
from tests.support import emf, events
from tests.support.tenant_api import BrokenTable, TenantApi
from tests.unit.functions.test_application import COLLECTION, ORDERS

TRACE = "1-5759e988-bd862e3fe1be46a994272793"


def test_every_line_of_a_request_names_tenant_route_request_and_trace(
    acme: TenantApi,
    broken_table: BrokenTable,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("_X_AMZN_TRACE_ID", f"Root={TRACE};Parent=53995c3f42cd8ad8;Sampled=1")
    broken_table.failures = [RuntimeError("x")]
    event = events.proxy("GET", COLLECTION, path=ORDERS)
    acme.handle(event)
    said = emf.lines(capsys.readouterr().out)
    assert [(line["level"], line["message"]) for line in said] == [
        ("ERROR", "unexpected failure"),
        ("INFO", "answered"),
    ]
    about = {
        "function": "items",
        "tenant": "acme",
        "route": f"GET {COLLECTION}",
        "request_id": event["requestContext"]["requestId"],
        "xray_trace_id": TRACE,
    }
    assert all(line == {**line, **about} for line in said)
    assert said[-1]["status"] == 500
    assert said[-1]["duration_ms"] >= 0


def test_a_request_without_a_trace_does_not_carry_the_last_ones(
    acme: TenantApi, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("_X_AMZN_TRACE_ID", f"Root={TRACE}")
    acme.call("OPTIONS", COLLECTION)
    monkeypatch.delenv("_X_AMZN_TRACE_ID")
    acme.call("OPTIONS", COLLECTION)
    assert ["xray_trace_id" in line for line in emf.lines(capsys.readouterr().out)] == [True, False]


def test_lines_below_the_level_stay_out(
    acme: TenantApi, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POWERTOOLS_LOG_LEVEL", "WARNING")
    acme.call("OPTIONS", COLLECTION)
    assert capsys.readouterr().out == ""


@pytest.fixture
def in_tokyo() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("in_tokyo")
def test_times_are_utc_to_the_millisecond_by_rfc_3339() -> None:
    for created, shown in (
        (1_790_000_000.0625, "2026-09-21T14:13:20.062+00:00"),
        (1_790_000_059.0, "2026-09-21T14:14:19.000+00:00"),
    ):
        record = logging.makeLogRecord({"created": created})
        assert json.loads(logs.Lines().format(record))["timestamp"] == shown


def test_a_failure_is_its_type_and_frames_with_those_of_its_causes_and_no_message(
    acme: TenantApi, broken_table: BrokenTable, capsys: pytest.CaptureFixture[str]
) -> None:
    failure = RuntimeError("s3cret")
    failure.__cause__ = LookupError("s3cret")
    failure.__cause__.add_note("s3cret")
    broken_table.failures = [failure]
    acme.call("GET", COLLECTION, path=ORDERS)
    text = capsys.readouterr().out
    failed = emf.lines(text)[0]
    assert [each["type"] for each in failed["causes"]] == ["builtins.RuntimeError", "builtins.LookupError"]
    assert "in serve" not in failed["causes"][0]["stack"]
    assert "in _answer" in failed["causes"][0]["stack"]
    assert not {"exception", "exception_name", "exception_notes", "stack_trace"} & failed.keys()
    assert "s3cret" not in text


def test_powertools_own_way_of_logging_still_works_and_quotes_no_exception(
    acme: TenantApi, capsys: pytest.CaptureFixture[str]
) -> None:
    """A library may use the logger too; what an exception says stays out even then."""
    acme.call("OPTIONS", COLLECTION)
    capsys.readouterr()
    logger, quoted = Logger(service="items"), "s3" + "cret"  # frames show the line that raises
    try:
        raise ValueError(quoted)
    except ValueError as error:
        error.add_note(quoted)
        logger.exception("went %s", "wrong", extra={"own": "kept", "errors": [error]})
        logger.error(error)
    text = capsys.readouterr().out
    went, bare = emf.lines(text)
    assert (went["message"], went["tenant"], went["level"]) == ("went wrong", "acme", "ERROR")
    assert went["own"] == "kept"
    assert [each["type"] for each in went["causes"]] == went["errors"] == ["builtins.ValueError"]
    assert bare["message"] == "builtins.ValueError"
    assert "s3cret" not in text


@pytest.mark.parametrize("last", [False, True], ids=["on the way", "the last"])
def test_a_line_is_ascii_and_holds_its_members_as_they_are(
    acme: TenantApi, capsys: pytest.CaptureFixture[str], last: bool
) -> None:
    members: dict[str, Any] = {"status": 200, "duration_ms": 1.5, "text": '\u2028\ud800"', "yes": True}
    with acme.environment():
        logs.begin(tenant="acme", route="r", request_id="i")
        if last:
            logs.end("200", {}, **members, none=None)
        else:
            logs.info("200", **members, none=None)
    [text] = capsys.readouterr().out.splitlines()
    assert text.isascii()
    line = json.loads(text)
    assert line.items() >= {**members, "level": "INFO", "message": "200", "request_id": "i"}.items()
    assert "none" not in line


def test_what_one_invocation_added_to_its_lines_is_gone_in_the_next(
    acme: TenantApi, capsys: pytest.CaptureFixture[str]
) -> None:
    acme.call("OPTIONS", COLLECTION)
    Logger(service="items").append_keys(left="over")
    acme.call("OPTIONS", COLLECTION)
    assert ["left" in line for line in emf.lines(capsys.readouterr().out)] == [False, False]


def test_a_line_may_name_a_request_of_its_own(acme: TenantApi, capsys: pytest.CaptureFixture[str]) -> None:
    """As the notifier's do, whose invocations have none."""
    with acme.environment():
        logs.begin(tenant="acme", route="notifier", request_id="")
        logs.info("delivered", request_id="i")
        logs.info("taken")
    text = capsys.readouterr().out
    assert [line.get("request_id") for line in emf.lines(text)] == ["i", None]
    assert text.count("request_id") == 1
