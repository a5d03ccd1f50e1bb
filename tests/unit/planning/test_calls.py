"""What a change costs in calls, and what AWS's rates make of them."""

import pytest

from tenantry.local.engine.changes import Step
from tenantry.local.engine.resources import MAKERS
from tenantry.planning.calls import calls, seconds
from tenantry.planning.declared import DeclaredResource
from tenantry.planning.steps import Stepped
from tenantry.rules.kinds import KINDS, tokens


def stepped(step: Step, token: str, retained: bool = False) -> Stepped:
    return Stepped(step, DeclaredResource("urn", token, "acme", "acme", {}, [], {}, retained))


def test_what_can_change_in_place_says_what_a_change_costs() -> None:
    changeable = {token for token, maker in MAKERS.items() if maker.update}
    assert {token for token, row in KINDS.items() if row.calls.change} >= changeable
    assert not any(KINDS[token].calls.change for token in MAKERS.keys() - changeable)


def test_a_replacement_costs_both_unless_the_old_one_stays() -> None:
    made, gone = "apigateway:CreateApiKey", "apigateway:DeleteApiKey"
    assert calls([stepped(Step.REPLACED, tokens.API_KEY)]) == {made: 1, gone: 1}
    assert calls([stepped(Step.REPLACED, tokens.API_KEY, retained=True)]) == {made: 1}
    assert calls([stepped(Step.RETAINED, tokens.TABLE)]) == {}


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ({}, 0),
        ({"apigateway:UpdateUsagePlan": 100}, 2000),  # 33 minutes
        ({"apigateway:UpdateUsagePlan": 1, "apigateway:UpdateStage": 300}, 30.1),
        ({"lambda:CreateFunction": 30, "cloudwatch:PutMetricAlarm": 9}, 3),
        ({"iam:CreateRole": 50}, 0),  # no rate is stated
    ],
)
def test_the_slowest_rate_decides(number: dict[str, int], expected: float) -> None:
    assert seconds(number) == pytest.approx(expected)
