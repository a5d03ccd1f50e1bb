"""From a workload to quantities, worked out by hand; from a measurement to the same with nothing changed."""

import json
from typing import Any

import pytest

from tenantry.components.stage import ACCESS_LOG_FORMAT
from tenantry.config import Tenant
from tenantry.config.tiers import Monitoring
from tenantry.config.workload import Workload
from tenantry.costs import assumptions
from tenantry.costs.forecast import calls_by_group, completed, forecast, traces, verdicts, write_units
from tenantry.costs.usage import FunctionUse, Usage

MONTH_SECONDS = 730 * 3600


def with_workload(tenant: Tenant, **workload: Any) -> Tenant:
    return tenant.model_copy(update={"workload": Workload(**workload)})


def test_a_client_that_calls_all_the_time_is_judged_once_a_minute() -> None:
    # 10 clients for 730 hours: 10 * 730 * 60 = 438,000 minutes; a billion calls reuse nearly all of them.
    asked = verdicts(1e9, clients=10, seconds=MONTH_SECONDS)
    assert asked == pytest.approx(438_000, rel=0.001)


def test_a_client_that_calls_seldom_is_judged_each_time() -> None:
    assert verdicts(1_000, clients=10, seconds=MONTH_SECONDS) == pytest.approx(1_000, rel=0.01)
    assert verdicts(0, clients=10, seconds=MONTH_SECONDS) == 0


def test_more_clients_are_judged_more_often() -> None:
    assert verdicts(1e7, 100, MONTH_SECONDS) > verdicts(1e7, 10, MONTH_SECONDS)


def test_the_first_call_of_a_second_is_traced_and_one_in_twenty_of_the_rest() -> None:
    # A call every two seconds: all of them. 11 a second for 100 s: 100 + 5 % of 1,000.
    assert traces(50, seconds=100) == 50
    assert traces(1_100, seconds=100) == 150
    assert traces(0, seconds=0) == 0


def test_a_write_is_a_transaction_of_item_count_and_idempotency_record(acme: Tenant) -> None:
    # 3 KB item: 2 * (3 + 1 + 1). An empty one takes a unit as well.
    assert write_units(acme, "items", 3) == 10
    assert write_units(acme, "items", 0) == 6


def test_a_message_has_an_entry_and_is_written_again_when_it_is_delivered(acme: Tenant) -> None:
    # 2 KB: 2 * (2 + 1 + 1 + 1); delivered: 2 more.
    assert write_units(acme, "contact", 2) == 10
    only = with_workload(acme, payload_kb={"request": 2}).model_copy(update={"routes": ("contact",)})
    assert forecast(only, 1_000).write_units == 1_000 * 12
    assert forecast(only.model_copy(update={"options": {}}), 1_000).write_units == 1_000 * 10


def test_calls_go_to_groups_as_the_file_states_and_a_form_takes_one_in_a_hundred(acme: Tenant) -> None:
    assert calls_by_group(with_workload(acme), 1_000) == {
        "contact": 10,
        "items": 490,
        "tokens": 10,
        "tools": 490,
    }
    stated = with_workload(acme, percent_by_group={"items": 80})
    assert calls_by_group(stated, 1_000) == pytest.approx(
        {"contact": 10, "items": 800, "tokens": 10, "tools": 180}
    )
    elsewhere = stated.model_copy(update={"routes": ("contact", "tools")})
    assert calls_by_group(elsewhere, 1_000) == {"contact": 10, "tools": 990}


def test_the_forecast_of_acme_is_the_one_worked_out_by_hand(acme: Tenant) -> None:
    tenant = with_workload(
        acme,
        requests_per_month=1_000_000,
        percent_by_group={"contact": 10, "tokens": 0},
        writes_percent=50,
        duration_ms=40,
        payload_kb={"request": 1, "response": 8},
        stored_gb=3,
    )
    usage = forecast(tenant)
    # 100,000 messages, each read once; of the other 900,000 half write, half read 8 KB, two units;
    # items and tools share them, and what tools writes are contact's messages: with count and entry.
    assert usage.messages == 100_000
    assert usage.read_units == 450_000 * 2 + 100_000
    assert usage.write_units == 225_000 * 6 + 225_000 * 8 + 100_000 * (2 * 3 + 1 + 2)
    assert usage.functions["contact"] == FunctionUse(100_000, 4_000_000)
    assert usage.functions["items"] == usage.functions["tools"] == FunctionUse(450_000, 18_000_000)
    assert usage.functions["notifier"].invocations == 100_000
    assert usage.sent_bytes == 1_000_000 * 8 * 1024  # acme's messages are mailed, not posted
    assert usage.stored_bytes == 3 * 1024**3


def test_where_no_file_says_what_is_kept_it_is_a_years_writes(acme: Tenant) -> None:
    only = with_workload(acme, writes_percent=50, payload_kb={"request": 2}).model_copy(
        update={"routes": ("items",)}
    )
    assert forecast(only, 1_000).stored_bytes == 1_000 * 0.5 * 12 * 2 * 1024
    assert forecast(only, 0).stored_bytes == 0
    assert (
        completed(Usage(hours=365, requests=500), only)[0].stored_bytes == forecast(only, 1_000).stored_bytes
    )


def test_what_is_not_traced_costs_no_trace(acme: Tenant) -> None:
    tier = acme.tier.model_copy(update={"monitoring": Monitoring(traces="off")})
    usage, assumed = completed(Usage(hours=730, requests=1_000), acme.model_copy(update={"tier": tier}))
    assert usage.traces == 0
    assert "traces" not in assumed


def test_messages_need_no_verdict(acme: Tenant) -> None:
    only = acme.model_copy(update={"routes": ("contact",)})
    assert "authorizer" not in forecast(only, 10_000).functions


def test_a_tenant_that_is_not_called_uses_nothing_but_its_storage(acme: Tenant) -> None:
    usage = forecast(acme, 0)
    assert (usage.functions, usage.read_units, usage.write_units, usage.traces) == ({}, 0, 0, 0)


def test_without_a_workload_a_million_calls_are_assumed(acme: Tenant) -> None:
    assert forecast(with_workload(acme)).requests == 1_000_000


def test_what_was_measured_stays_and_what_was_not_is_named(acme: Tenant) -> None:
    measured = Usage(hours=10, requests=100, read_units=1, write_units=0, log_bytes=7, traces=3)
    usage, assumed = completed(measured, acme)
    assert (usage.log_bytes, usage.traces, usage.requests) == (7, 3, 100)
    assert assumed == ("stored_bytes", "sent_bytes")


def test_a_line_of_the_access_log_is_not_longer_than_is_assumed() -> None:
    longest = {
        "subject": "s" * 64,
        "route": "/items/{collection}/{id}",
        "extended_request_id": "e" * 16,
        "error": "INTEGRATION_FAILURE",
    }
    line = json.dumps({name: longest.get(name, "x" * 36) for name in ACCESS_LOG_FORMAT})
    assert len(line) + 26 <= assumptions.ACCESS_LOG_BYTES
