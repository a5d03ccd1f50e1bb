"""Each component's formula, against examples that were worked out by hand from AWS's price pages."""

from dataclasses import replace
from fractions import Fraction

import pytest

from tenantry.costs import prices
from tenantry.costs.components import COMPONENTS
from tenantry.costs.inventory import TenantInventory
from tenantry.costs.usage import FunctionUse, Usage

HAS = TenantInventory(
    memory_mb={"authorizer": 512},
    architecture="arm64",
    log_retention_days=30,
    functions=("authorizer", "items"),
    secret_readers=("items",),
    alarm_metrics=8,
    query_alarm_metrics=0,
    composite_alarms=1,
    dashboards=1,
    custom_metrics=20,
    secrets=2,
    keys=0,
    queues=0,
    mails=False,
    notified=0,
)
GB = 1024**3
MONTH = Usage(hours=730)


def cost(component: str, usage: Usage, has: TenantInventory = HAS) -> Fraction:
    known = prices.load()
    quantities = COMPONENTS[component](usage, has)
    return sum((known.named(price).of(quantity) for price, quantity in quantities), Fraction())


def test_what_the_gateway_refuses_is_not_billed() -> None:
    """Where nobody measured what reached an integration, all calls count."""
    flooded = replace(MONTH, requests=5_000_000, served=1_000_000)
    assert cost("gateway", flooded) == Fraction("3.50")


def test_gateway() -> None:
    # 5 million calls at $3.50 a million.
    assert cost("gateway", replace(MONTH, requests=5_000_000)) == Fraction("17.50")


def test_functions_bill_calls_and_gigabyte_seconds() -> None:
    # 1,000,000 invocations of 100 ms at 512 MB: 1,000,000 * 0.1 s * 0.5 GB = 50,000 GB-seconds.
    # 1 * $0.20 + 50,000 * $0.0000133334 = 0.20 + 0.66667
    usage = replace(MONTH, functions={"items": FunctionUse(1_000_000, 100_000_000, cold_starts=0)})
    assert cost("functions", usage) == Fraction("0.86667")
    # On x86_64: 50,000 * $0.0000166667 = 0.833335
    assert cost("functions", usage, replace(HAS, architecture="x86_64")) == Fraction("1.033335")


def test_functions_round_each_invocation_up_to_a_millisecond() -> None:
    # 1,000,000 of 1.2 ms are billed as 2 ms: 1,000,000 * 0.002 s * 0.5 GB = 1,000 GB-seconds = $0.0133334.
    usage = replace(MONTH, functions={"items": FunctionUse(1_000_000, 1_200_000, cold_starts=0)})
    assert cost("functions", usage) == Fraction("0.20") + Fraction("0.0133334")


def test_a_cold_start_bills_its_initialisation() -> None:
    # 10,000 cold starts of 700 ms at 0.5 GB: 3,500 GB-seconds more, $0.0466669.
    warm = replace(MONTH, functions={"items": FunctionUse(1_000_000, 100_000_000, cold_starts=0)})
    cold = replace(MONTH, functions={"items": FunctionUse(1_000_000, 100_000_000, cold_starts=10_000)})
    unknown = replace(MONTH, functions={"items": FunctionUse(1_000_000, 100_000_000)})
    assert cost("functions", cold) - cost("functions", warm) == Fraction("0.0466669")
    assert cost("functions", unknown) == cost("functions", cold)  # one in a hundred is taken


def test_data() -> None:
    # 8 million read units at $0.125, 2 million write units at $0.625; 10 GB at $0.25, and $0.20 for recovery.
    usage = replace(MONTH, read_units=8_000_000, write_units=2_000_000, stored_bytes=10 * GB)
    assert cost("data", usage) == Fraction("1.00") + Fraction("1.25") + Fraction("2.50") + Fraction("2.00")


def test_logs() -> None:
    # 20 GB in a month at $0.50; kept for 30 of 30.4167 days at 15 % of it: 20 * 72/73 * 0.15 at $0.03.
    usage = replace(MONTH, log_bytes=20 * GB)
    assert cost("logs", usage) == 10 + 20 * Fraction(72, 73) * Fraction("0.15") * Fraction("0.03")


def test_dashboards_alarms_and_metrics() -> None:
    # A dashboard $3, 8 alarm metrics at $0.10, a composite $0.50, 20 metrics at $0.30, 2,000 read: $0.02.
    usage = replace(MONTH, requests=1_000_000, metrics_read=2_000)
    assert cost("dashboards and alarms", usage) == Fraction("3.00") + Fraction("0.80") + Fraction(
        "0.50"
    ) + Fraction("6.00") + Fraction("0.02")


def test_a_metric_costs_only_in_the_hours_in_which_it_is_counted() -> None:
    # 73 calls in 730 hours: at most 73 hours, a tenth of the 20 metrics' $6.
    quiet, busy = replace(MONTH, requests=73), replace(MONTH, requests=730)
    assert cost("dashboards and alarms", busy) - cost("dashboards and alarms", quiet) == Fraction("5.40")


def test_notices_go_to_whoever_is_told() -> None:
    # 30 e-mails at $2 for 100,000.
    assert cost("dashboards and alarms", MONTH, replace(HAS, notified=1)) - cost(
        "dashboards and alarms", MONTH
    ) == Fraction("0.0006")


def test_secrets() -> None:
    # 2 secrets at $0.40; one warm instance asks every 900 s: 730 * 4 = 2,920 calls at $0.05 for 10,000.
    usage = replace(MONTH, functions={"items": FunctionUse(1_000_000, 50_000_000)})
    assert cost("secrets", usage) == Fraction("0.80") + Fraction("0.0146")


def test_a_function_that_is_hardly_called_asks_no_more_often_than_it_is_called() -> None:
    usage = replace(MONTH, functions={"items": FunctionUse(10, 500), "contact": FunctionUse(9_999, 1)})
    assert cost("secrets", usage) == Fraction("0.80") + 10 * Fraction("0.000005")


def test_an_idle_queue_is_polled_all_the_same() -> None:
    # Five pollers of 20 s: 5 * 730 * 180 = 657,000 calls; 10,000 messages of three calls; $0.40 a million.
    has = replace(HAS, queues=1)
    assert cost("queues", MONTH, has) == Fraction("0.2628")
    assert cost("queues", replace(MONTH, messages=10_000), has) == Fraction("0.2748")
    # By e-mail, $0.10 a thousand beside it.
    assert cost("queues", replace(MONTH, messages=10_000), replace(has, mails=True)) == Fraction("1.2748")
    assert cost("queues", MONTH) == 0


def test_keys() -> None:
    # $1 a month, and as much for each of two rotations.
    # Two roles renew their data key every 300 s: 2 * 730 * 12 = 17,520 calls at $0.03 for 10,000.
    assert cost("keys", MONTH, replace(HAS, keys=1)) == Fraction("3.05256")
    assert cost("keys", MONTH) == 0


def test_tracing() -> None:
    # 600,000 traces at $5 a million.
    assert cost("tracing", replace(MONTH, traces=600_000)) == 3


def test_transfer() -> None:
    # 100 GB at $0.09; from 10 TB on the rest at $0.085.
    assert cost("transfer", replace(MONTH, sent_bytes=100 * GB)) == 9
    assert cost("transfer", replace(MONTH, sent_bytes=10_340 * GB)) == Fraction("921.60") + Fraction("8.50")


@pytest.mark.parametrize("component", COMPONENTS)
def test_what_is_paid_by_the_month_is_paid_for_the_part_that_was_measured(component: str) -> None:
    """A tenant without any use, for half a month."""
    has = replace(HAS, keys=1, queues=1, notified=1)
    whole, half = Usage(hours=730, stored_bytes=GB), Usage(hours=365, stored_bytes=GB)
    assert cost(component, half, has) * 2 == cost(component, whole, has)
