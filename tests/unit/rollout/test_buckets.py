"""Stacks are let in no faster than the control plane's rates allow, and no slower."""

from hypothesis import given
from hypothesis import strategies as st

from tenantry.rollout.buckets import Bucket
from tenantry.rules.call_rates import BURST, SECONDS

PLAN, KEY, FUNCTION = "apigateway:UpdateUsagePlan", "apigateway:CreateApiKey", "lambda:CreateFunction"
CALLS = st.dictionaries(st.sampled_from([PLAN, KEY, FUNCTION, "iam:CreateRole"]), st.integers(1, 30))


def test_a_stack_waits_for_those_before_it_at_the_rate_of_its_own_calls() -> None:
    bucket = Bucket()
    assert bucket.admitted({PLAN: 3}, 0) == 0
    assert bucket.admitted({PLAN: 1}, 0) == 60
    assert bucket.admitted({FUNCTION: 15}, 0) == 0
    assert bucket.admitted({FUNCTION: 15}, 0) == 1
    assert bucket.admitted({"iam:CreateRole": 1000}, 0) == 0
    assert bucket.admitted({PLAN: 1}, 1000) == 1000


def test_a_burst_is_let_in_at_once() -> None:
    bucket = Bucket()
    few = {"apigateway:TagResource": 20}
    assert [bucket.admitted(few, 0) for _ in range(4)] == [0, 0, 0, 2]


@given(st.lists(st.tuples(CALLS, st.floats(0, 20)), min_size=1, max_size=12))
def test_what_is_let_in_never_outruns_a_rate_by_more_than_its_burst(
    stacks: list[tuple[dict[str, int], float]],
) -> None:
    bucket, moment = Bucket(), 0.0
    begun: list[tuple[float, dict[str, int]]] = []
    for calls, later in stacks:
        moment += later
        start = bucket.admitted(calls, moment)
        assert start >= moment
        begun.append((start, calls))
    for rate, pause in SECONDS.items():
        number = [
            (at, sum(n for name, n in calls.items() if rate in (name, name.partition(":")[0])))
            for at, calls in begun
        ]
        touched = sorted((at, n) for at, n in number if n)
        for first in range(len(touched)):
            earlier = 0
            for at, n in touched[first:]:
                assert earlier * pause <= at - touched[first][0] + (BURST.get(rate, 0) + 1e-6) * pause
                earlier += n
