"""The lines of a function's log: what each says, and what none says."""

import json
import logging

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


def test_times_are_utc_to_the_millisecond() -> None:
    for created, shown in (
        (1_790_000_000.0625, "2026-09-21T14:13:20.062Z"),
        (1_790_000_059.0, "2026-09-21T14:14:19.000Z"),
    ):
        record = logging.makeLogRecord({"created": created})
        assert json.loads(logs.Lines().format(record))["timestamp"] == shown


def test_powertools_own_way_of_logging_still_works_and_quotes_no_exception(
    acme: TenantApi, capsys: pytest.CaptureFixture[str]
) -> None:
    """A library may use the logger too; what an exception says stays out even then."""
    acme.call("OPTIONS", COLLECTION)
    capsys.readouterr()
    try:
        raise ValueError("s3cret")
    except ValueError:
        Logger(service="items").exception("went %s", "wrong", extra={"own": "s3cret"})
    text = capsys.readouterr().out
    [line] = emf.lines(text)
    assert (line["message"], line["tenant"], line["level"]) == ("went wrong", "acme", "ERROR")
    assert "s3cret" not in text


def test_the_short_way_of_the_last_line_writes_what_the_plain_way_would(
    acme: TenantApi, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.logs.time.time", lambda: 1_790_000_000.5)  # both read the same clock
    members = {"status": 200, "duration_ms": 1.5, "none": None, "text": '\u2028\ud800"', "yes": True}
    with acme.environment():
        logs.begin(tenant="acme", route="r", request_id="i")
        logs.info("answered", **members)
        logs.end("answered", {}, **members)
    plain, short = capsys.readouterr().out.splitlines()
    assert short == plain
    assert json.loads(short).items() >= members.items()
