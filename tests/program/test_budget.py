"""A budget is the cell's own: it counts what is tagged so, and tells the cell's topic, which lets it."""

import json

import pytest

from tenantry.guardrails.rules import RULES
from tests.support.engine import RecordingMonitor, demo, register
from tests.support.guardrails import stack

BUDGET = "Budget"


@pytest.fixture(scope="module")
def limited() -> RecordingMonitor:
    cell = demo()
    return register(cell.model_copy(update={"tenants": cell.tenants[1:2]}), budget=500)[0]


def test_it_counts_what_bears_the_cells_tag(limited: RecordingMonitor) -> None:
    inputs = limited.of_type(BUDGET)["demo"].inputs
    assert (inputs["limitAmount"], inputs["limitUnit"], inputs["timeUnit"]) == ("500", "USD", "MONTHLY")
    assert inputs["costFilters"] == [{"name": "TagKeyValue", "values": ["user:cell$demo"]}]


def test_it_tells_the_cells_topic_before_and_when_the_limit_is_passed(limited: RecordingMonitor) -> None:
    notices = limited.of_type(BUDGET)["demo"].inputs["notifications"]
    topic = limited.of_type("Topic")["demo"].arn
    assert {(each["notificationType"], each["threshold"]) for each in notices} == {
        ("FORECASTED", 80),
        ("ACTUAL", 100),
    }
    assert all(each["subscriberSnsTopicArns"] == [topic] for each in notices)


def test_the_topic_lets_this_budget_publish_and_is_made_first(limited: RecordingMonitor) -> None:
    policy = limited.of_type("TopicPolicy")["demo"]
    [statement] = [each for each in policy.document("policy")["Statement"] if each["Sid"] == "Budget"]
    assert statement["Principal"] == {"Service": "budgets.amazonaws.com"}
    assert statement["Condition"] == {
        "StringEquals": {"aws:SourceAccount": "123456789012"},
        "ArnLike": {"aws:SourceArn": "arn:aws:budgets::123456789012:budget/tenantry_demo"},
    }
    assert policy.urn in limited.of_type(BUDGET)["demo"].dependencies


def test_a_cell_with_a_budget_keeps_to_the_guardrails(limited: RecordingMonitor) -> None:
    assert [str(each) for rule in RULES for each in rule.check(stack(limited))] == []


def test_without_one_there_is_no_budget_and_nobody_else_may_publish(engine: RecordingMonitor) -> None:
    assert engine.of_type(BUDGET) == {}
    policy = json.dumps(engine.of_type("TopicPolicy")["demo"].inputs)
    assert "budgets.amazonaws.com" not in policy
