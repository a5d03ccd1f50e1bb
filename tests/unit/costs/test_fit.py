"""Each kind of workload that functions behind a gateway do not suit is named, with what would."""

from dataclasses import replace
from typing import Any

import pytest

from agreed.declarations import Function
from api.bodies import MAX_BYTES
from tenantry.config import Cell, Tenant
from tenantry.config.tiers import EffectiveLimits, Quota
from tenantry.config.workload import Workload
from tenantry.costs import fit, prices
from tenantry.costs.containers import containers, crossover, serverless, tasks
from tenantry.costs.fit import RULES, Basis, misfits
from tenantry.costs.watching import LEAST, watching_and_serving
from tenantry.groups import Groups


def told(tenant: Tenant, **workload: Any) -> list[fit.Misfit]:
    changed = tenant.model_copy(update={"workload": Workload(**workload)})
    return misfits(changed, Basis(prices.load()))


def cheaply_watched(tenant: Tenant) -> Tenant:
    return tenant.model_copy(update={"tier": tenant.tier.model_copy(update={"monitoring": LEAST})})


def with_requests(tenant: Tenant, requests: int) -> Tenant:
    return tenant.model_copy(update={"workload": Workload(requests_per_month=requests)})


UNFIT = {
    "longer than the function": ("duration", True, "202", {"longest_request_seconds": 11}),
    "longer than the gateway": ("duration", True, "Step Functions", {"longest_request_seconds": 30}),
    "longer than Lambda": ("duration", True, "Fargate", {"longest_request_seconds": 901}),
    "typically longer": ("duration", True, "202", {"duration_ms": 12_000}),
    "over our body": ("payload", True, "presigned S3", {"payload_kb": {"request": 65}}),
    "over Lambda": ("payload", True, "streams", {"largest_kb": 6 * 1024 + 1}),
    "over the gateway": ("payload", True, "presigned S3", {"largest_kb": 10 * 1024 + 1}),
    "streaming": ("connection", True, "response streaming", {"connection": "streaming"}),
    "websocket": ("connection", True, "WebSocket", {"connection": "websocket"}),
    "tail": ("cold starts", False, "provisioned concurrency", {"p99_ms": 500}),
    "peak over the tier": ("peak", True, "higher tier", {"peak_per_second": 201}),
    "peak over the account": ("peak", True, "AWS", {"peak_per_second": 10_001}),
    "too many at a time": (
        "concurrency",
        True,
        "AWS",
        {"peak_per_second": 200, "duration_ms": 5_100},
    ),
    "sustained": ("sustained load", False, "Fargate", {"requests_per_month": 100_000_000}),
}


def test_what_aws_has_granted_the_account_bounds_what_runs_at_a_time(acme: Tenant) -> None:
    busy = {"peak_per_second": 100, "duration_ms": 1_000}
    changed = acme.model_copy(update={"workload": Workload.model_validate(busy)})
    assert misfits(changed, Basis(prices.load())) == []
    [found] = misfits(changed, Basis(prices.load(), concurrency=50))
    assert (found.rule, "the account's 50 executions" in found.reason) == ("concurrency", True)


@pytest.mark.parametrize("case", UNFIT)
def test_what_does_not_fit_is_named_with_what_would(acme: Tenant, case: str) -> None:
    rule, fatal, instead, workload = UNFIT[case]
    [found] = told(acme, **workload)
    assert (found.rule, found.fatal) == (rule, fatal)
    assert instead in found.instead


FITTING = {
    "nothing said": {},
    "just in time": {"longest_request_seconds": 10},
    "just small enough": {"payload_kb": {"request": 64, "response": 6 * 1024}},
    "patient": {"p99_ms": 2_000},
    "within the rate": {"peak_per_second": 200},
    "modest, and served for more than it is watched": {"requests_per_month": 10_000_000},
}


@pytest.mark.parametrize("case", FITTING)
def test_what_fits_is_left_in_peace(acme: Tenant, case: str) -> None:
    assert told(acme, **FITTING[case]) == []


def test_calls_beyond_the_quota_of_all_keys_are_named(acme: Tenant) -> None:
    limits = EffectiveLimits(rate_per_second=5, burst=10, quota=Quota(limit=10_000, period="day"))
    tenant = acme.model_copy(update={"limits": limits})
    tenant = cheaply_watched(tenant)
    assert told(tenant, requests_per_month=300_000) == []
    [found] = told(tenant, requests_per_month=300_001)
    assert found.rule == "quota"
    assert "the quota lets its key make" in found.reason
    two = tenant.model_copy(update={"api_keys": ("web", "app")})
    assert told(two, requests_per_month=600_000) == []


def test_the_demos_tenants_fit_and_the_small_one_is_watched_for_more_than_it_is_served(cell: Cell) -> None:
    found = [(tenant.slug, each) for tenant in cell.tenants for each in misfits(tenant, Basis(prices.load()))]
    assert {(slug, each.rule, each.fatal) for slug, each in found} == {
        ("acme-eu", "watching", False),
        ("globex", "watching", False),
    }


def test_who_is_watched_for_more_than_served_hears_both_figures_and_what_would_be_less(acme: Tenant) -> None:
    [found] = told(acme, requests_per_month=100_000)
    assert found.rule == "watching"
    assert "alarms: cell" in found.instead
    watching, serving = watching_and_serving(with_requests(acme, 100_000), 100_000, prices.load())
    assert f"${float(watching):,.2f}" in found.reason
    assert f"${float(serving):,.2f}" in found.reason
    assert watching > serving
    assert told(cheaply_watched(acme), requests_per_month=100_000) == []
    assert told(acme) == []  # nobody says how much it is called


def test_a_call_may_take_as_long_as_the_slowest_of_the_tenants_groups_declares(acme: Tenant) -> None:
    [items] = [each for each in acme.groups.installed if each.name == "items"]
    slow = replace(items, group=replace(items.group, function=Function(timeout_seconds=25)))
    others = tuple(each for each in acme.groups.installed if each is not items)
    tenant = acme.model_copy(update={"groups": Groups((slow, *others))})
    assert told(tenant, longest_request_seconds=25) == []
    [found] = told(tenant, longest_request_seconds=26)
    assert "given, 25 s" in found.reason
    without = tenant.model_copy(update={"routes": ("tools",)})
    assert "given, 10 s" in told(without, longest_request_seconds=25)[0].reason


def test_the_limits_are_those_of_the_functions_that_are_declared() -> None:
    assert fit.BODY_KB * 1024 == MAX_BYTES
    assert {"duration", "payload", "connection"} <= set(RULES)


def test_two_idle_tasks_behind_a_balancer_cost_what_was_worked_out_by_hand(acme: Tenant) -> None:
    # 730 h of: 0.5 vCPU at 0.03238, 1 GB at 0.00356, a balancer at 0.0225, four addresses at 0.005.
    # 730 * (0.01619 + 0.00356 + 0.0225 + 0.02) = 730 * 0.06225
    assert tasks(acme, 0) == 2
    assert float(containers(acme, 0, prices.load())) == pytest.approx(45.4425)


def test_tasks_are_added_as_the_load_grows(acme: Tenant) -> None:
    # 262.8 million calls a month are 100 a second, of 60 ms on 512/1769 of a vCPU: 1.7366 vCPU at work;
    # at a quarter each that takes 6.9463 vCPU: 28 tasks of a quarter vCPU.
    assert tasks(acme, 262_800_000) == 28


def test_at_the_crossover_both_sides_cost_the_same(acme: Tenant) -> None:
    known = prices.load()
    turn = crossover(acme, known)
    assert turn is not None
    assert containers(acme, turn, known) <= serverless(acme, turn, known)
    before = turn * 99 // 100
    assert containers(acme, before, known) > serverless(acme, before, known)


def test_where_work_is_heavy_containers_may_never_cost_less(acme: Tenant) -> None:
    heavy = acme.model_copy(update={"workload": Workload(duration_ms=9_000)})
    assert crossover(heavy, prices.load()) is None
