"""When a schedule runs: what EventBridge takes, how often that is in a month, and what it would refuse."""

import pytest

from tenantry.groups.rates import DAYS, runs_a_month

TAKEN = {
    "rate(1 minute)": DAYS * 1_440,
    "rate(5 minutes)": DAYS * 288,
    "rate(1 hour)": DAYS * 24,
    "rate(7 days)": DAYS / 7,
    "cron(0 3 * * ? *)": DAYS,
    "cron(0/15 8-17 ? * MON-FRI *)": 4 * 10 * DAYS * 5 / 7,
    "cron(0,30 */6 1,15 JAN-JUN ? *)": 2 * 4 * 2 * 6 / 12,
    "cron(0 8 L * ? *)": 1,
    "cron(0 8 3W * ? *)": 1,
    "cron(0 8 ? * 3#2 *)": 1,
    "cron(0 10 ? * 6L 2019-2022)": 1,
    "cron(0 10 ? * FRIL *)": 1,
    "cron(0 10 ? * L *)": DAYS / 7,
    "cron(0 10 ? * * *)": DAYS,
}
REFUSED = {
    "hourly": "neither a rate nor a cron",
    "rate(0 hours)": "neither a rate nor a cron",
    "rate(1.5 hours)": "neither a rate nor a cron",
    "rate(90 seconds)": "neither a rate nor a cron",
    "rate(1 hour) ": "neither a rate nor a cron",
    "at(2026-11-27T03:00:00)": "neither a rate nor a cron",
    "rate(1 hours)": "1 takes hour",
    "rate(2 hour)": "2 takes hours",
    "cron(0 3 * * ?)": "has six fields, and this has 5",
    "cron(0  3 * * ? *)": "has six fields, and this has 7",
    "cron(0 3 * * * *)": "exactly one of day-of-month and day-of-week has to be ?",
    "cron(0 3 ? * ? *)": "exactly one of day-of-month and day-of-week has to be ?",
    "cron(60 3 * * ? *)": "minutes cannot be '60'",
    "cron(0 24 * * ? *)": "hours cannot be '24'",
    "cron(0 3 0 * ? *)": "day-of-month cannot be '0'",
    "cron(0 3 * 13 ? *)": "month cannot be '13'",
    "cron(0 3 * jan ? *)": "month cannot be 'jan'",
    "cron(0 3 ? * 8 *)": "day-of-week cannot be '8'",
    "cron(0 3 ? * MON#6 *)": "day-of-week cannot be 'MON#6'",
    "cron(0 3 * * ? ?)": "year cannot be '?'",
    "cron(0 3 * * ? 1969)": "year cannot be '1969'",
    "cron(*/0 3 * * ? *)": r"minutes cannot be '\*/0'",
    "cron(30-10 3 * * ? *)": "minutes cannot be '30-10'",
    "cron(, 3 * * ? *)": "minutes cannot be ''",
}


@pytest.mark.parametrize("expression", TAKEN)
def test_what_eventbridge_takes_runs_so_often_a_month(expression: str) -> None:
    assert runs_a_month(expression) == pytest.approx(TAKEN[expression])


@pytest.mark.parametrize("expression", REFUSED)
def test_what_eventbridge_would_refuse_is_refused_with_the_reason(expression: str) -> None:
    with pytest.raises(ValueError, match=REFUSED[expression]):
        runs_a_month(expression)
