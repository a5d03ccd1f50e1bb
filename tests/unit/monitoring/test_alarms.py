"""Alarms speak of one tenant's faults, in time, and stay quiet for what is not a fault."""

import re
from typing import Any

import botocore.session
import pytest

from agreed.metrics import NAMESPACE
from tenantry.config.tiers import Quota
from tenantry.local.emulator.repairs.metrics import metric_math
from tenantry.monitoring import alarms, cell_alarms
from tenantry.monitoring.alarms import DAY, WEEK, Alarm
from tenantry.monitoring.metrics import DYNAMODB, GATEWAY, LAMBDA, SQS
from tenantry.rules.naming import AUTHORIZER, Names
from tests.support.watched import FUNCTIONS, NAMES, watched


def by_condition(**changes: Any) -> dict[str, Alarm]:
    return {alarm.condition: alarm for alarm in alarms.of_tenant(watched(**changes))}


ALARMS = by_condition()
ALL = [*ALARMS.values(), *cell_alarms.of_cell(NAMES, [watched(alarms="cell")])]


def enumerated(shape: str) -> list[str]:
    values: list[str] = botocore.session.get_session().get_service_model("cloudwatch").shape_for(shape).enum
    return values


@pytest.mark.parametrize("alarm", ALL, ids=lambda alarm: alarm.condition)
def test_an_alarm_is_one_that_cloudwatch_takes(alarm: Alarm) -> None:
    assert alarm.comparison in enumerated("ComparisonOperator")
    for given in alarm.inputs:
        assert given.statistic in enumerated("Statistic") or re.fullmatch(r"p\d{1,2}", given.statistic)
    assert len(alarm.inputs) == 1 or alarm.expression
    assert alarm.is_query == (not alarm.inputs)
    assert alarm.period % 60 == 0
    # "Period", PutMetricAlarm: a day at most, or a week where the period is an hour or more.
    assert alarm.period * alarm.periods <= (WEEK if alarm.period >= 3_600 else DAY)


def test_an_alarm_watches_its_own_tenant_alone() -> None:
    for alarm in ALARMS.values():
        for given in alarm.inputs:
            dimensions = dict(given.metric.dimensions)
            dimensions.pop("ApiName", None)
            assert [
                value for value in dimensions.values() if value.startswith(("acme", "tenantry_demo_acme"))
            ]


def test_a_tenant_without_traffic_raises_no_alarm() -> None:
    assert {alarm.missing_data for alarm in ALL} == {"notBreaching"}


def test_what_comes_with_a_fault_alone_is_filled_with_zeros() -> None:
    """CloudWatch ignores missing data of DynamoDB's, so such an alarm would never end."""
    for alarm in ALL:
        if any(given.metric.namespace == DYNAMODB for given in alarm.inputs):
            assert alarm.expression
            assert all(f"FILL({given.id},0)" in alarm.expression for given in alarm.inputs)


def test_a_tenant_has_the_alarms_of_what_it_has() -> None:
    always = {"5xx", "latency", "authorizer-errors", "function-errors", "throttles"}
    bare = by_condition(silo=None, queues=(), quota=None, receivers=())
    assert bare.keys() == always
    assert ALARMS.keys() - bare.keys() == {
        *("table-throttles", "dead-letters", "delivery-delay", "only-failures", "quota", "switched-off"),
    }


def test_failures_of_every_function_that_answers_are_watched() -> None:
    failing = {given.metric.dimensions["FunctionName"] for given in ALARMS["function-errors"].inputs}
    assert failing == {NAMES.function("acme", group) for group in set(FUNCTIONS) - {AUTHORIZER}}
    throttled = {given.metric.dimensions["FunctionName"] for given in ALARMS["throttles"].inputs}
    assert throttled == failing | {NAMES.function("acme", AUTHORIZER)}


def test_a_refused_token_raises_no_alarm() -> None:
    """An authorizer refuses by raising, so its errors are what callers do wrong."""
    authorizer = NAMES.function("acme", AUTHORIZER)
    errors = [g for a in ALL for g in a.inputs if (g.metric.namespace, g.metric.name) == (LAMBDA, "Errors")]
    assert not [each for each in errors if authorizer in each.metric.dimensions.values()]
    verdicts = [given.metric for given in ALARMS["authorizer-errors"].inputs]
    assert {each.namespace for each in verdicts} == {NAMESPACE}
    assert [each.dimensions["reason"] for each in verdicts] == ["failed", "issuer-unavailable"]
    assert {each.dimensions["tenant"] for each in verdicts} == {"acme"}


def test_the_rate_of_failures_is_a_share_of_all_calls() -> None:
    """`Average` of 5XXError is the share; `Sum` would measure traffic."""
    [rate] = ALARMS["5xx"].inputs
    assert (rate.metric.name, rate.statistic) == ("5XXError", "Average")
    assert 0 < ALARMS["5xx"].threshold < 1


def test_a_single_dead_letter_raises_an_alarm_and_so_does_a_queue_that_nobody_takes_from() -> None:
    for condition, queue, metric in (
        ("dead-letters", NAMES.dead_letters("acme", "contact"), "ApproximateNumberOfMessagesVisible"),
        ("delivery-delay", NAMES.queue("acme", "contact"), "ApproximateAgeOfOldestMessage"),
    ):
        [given] = ALARMS[condition].inputs
        assert (given.metric.namespace, given.metric.name) == (SQS, metric)
        assert given.metric.dimensions == {"QueueName": queue}
        assert given.statistic == "Maximum"
    assert ALARMS["dead-letters"].threshold == 0


def test_a_receiver_that_takes_nothing_for_two_hours_raises_an_alarm_until_it_takes_something() -> None:
    """One message that rests is enough; what a busy queue has in flight is not, while it gets some done."""
    alarm = ALARMS["only-failures"]
    assert (alarm.period, alarm.periods, alarm.threshold) == (3_600, 2, 0.5)
    done, resting = (given.metric for given in alarm.inputs)
    assert resting.dimensions == {"QueueName": NAMES.queue("acme", "contact")}
    assert (done.name, done.dimensions) == ("MessagesDelivered", {"tenant": "acme"})
    assert alarm.expression
    series = {"resting": [1, 1, 40, None], "done": [None, 1, 2, None]}
    assert metric_math.evaluate(alarm.expression, series, 4) == [1, 0, 0, None]


@pytest.mark.parametrize(
    ("period", "seconds", "threshold"), [("day", DAY, 8_000), ("week", WEEK, 8_000), ("month", WEEK, 1_600)]
)
def test_a_quota_is_told_of_before_a_key_can_have_used_80_percent_of_it(
    period: Any, seconds: int, threshold: float
) -> None:
    """A month's calls lie in five weeks, so the fullest of them has a fifth: 1,600 of 8,000 at least."""
    alarm = by_condition(quota=Quota(limit=10_000, period=period))["quota"]
    [calls] = alarm.inputs
    assert (calls.metric.namespace, calls.metric.name, calls.statistic) == (GATEWAY, "Count", "Sum")
    assert (alarm.period, alarm.threshold) == (seconds, threshold)
    assert alarm.comparison == "GreaterThanOrEqualToThreshold"


def test_a_tenant_without_a_quota_has_no_alarm_on_it() -> None:
    assert "quota" not in by_condition(quota=None)


def test_what_lasts_does_not_keep_the_composite_alarm_on() -> None:
    """A composite that stays in alarm for a week says nothing of the next fault."""
    lasting = {alarm.condition for alarm in ALARMS.values() if alarm.lasting}
    assert lasting == {"dead-letters", "only-failures", "quota", "switched-off"}


def test_a_rule_is_on_while_any_of_its_alarms_is() -> None:
    assert alarms.rule(["a", "b"]) == 'ALARM("a") OR ALARM("b")'
    longest = alarms.rule(Names("production1").alarm("s" * 32, each) for each in ALARMS)
    assert len(longest) <= 10_240  # PutCompositeAlarm
