"""Calls get their turns: never more at once than AWS takes, however long each is on its way."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from tenantry.rollout.turns import PATIENCE, Turns, places
from tenantry.rules.call_rates import SECONDS, counted
from tenantry.rules.kinds import KINDS
from tests.engine.rates import CAPACITY, LIMITS, Limits

SNAPSHOT, KEY, ALARM = "apigateway:CreateDeployment", "apigateway:CreateApiKey", "cloudwatch:PutMetricAlarm"
CALLS = st.fixed_dictionaries(
    {},
    optional={
        SNAPSHOT: st.just(1),
        **{name: st.integers(1, 3) for name in (KEY, ALARM, "lambda:CreateFunction", "iam:CreateRole")},
    },
)


def test_a_call_waits_until_the_one_before_it_has_ended_and_its_rate_has_passed() -> None:
    turns, one = Turns(), {SNAPSHOT: 1}
    first = turns.begin(one, 0)
    assert first is not None
    assert turns.begin(one, 6) is None  # it may be on its way still
    turns.end(one, first, 7)
    assert turns.begin(one, 11.9) is None
    assert turns.begin(one, 12) is not None


def test_whoever_is_killed_gives_its_places_back_in_time() -> None:
    turns, one = Turns(), {SNAPSHOT: 1}
    lost = turns.begin(one, 0)
    assert lost is not None
    late = turns.begin(one, PATIENCE)
    assert late is not None
    turns.end(one, lost, PATIENCE + 1)  # of which nothing is left
    assert turns.begin(one, PATIENCE + 6.5) is None


def test_what_has_no_rate_never_waits() -> None:
    turns = Turns()
    assert all(turns.begin({"iam:CreateRole": 9}, 0) is not None for _ in range(100))
    assert turns.taken == {}


@given(st.lists(st.tuples(CALLS, st.floats(0, 2), st.floats(0, 1)), min_size=1, max_size=40))
def test_aws_takes_every_call_that_had_its_turn_whenever_it_arrives(
    wanted: list[tuple[dict[str, int], float, float]],
) -> None:
    """Each takes so long, and reaches AWS at that share of it."""
    turns, moment, limits = Turns(), 0.0, Limits()
    arriving: list[tuple[float, dict[str, int]]] = []
    under_way: list[tuple[float, dict[str, int], float]] = []
    for calls, lasting, share in wanted:
        while (mark := turns.begin(calls, moment)) is None:
            moment += 0.1
            for each in [each for each in under_way if each[0] <= moment]:
                under_way.remove(each)
                turns.end(each[1], each[2], each[0])
        arriving.append((moment + share * lasting, calls))
        under_way.append((moment + lasting, calls, mark))
    for at, calls in sorted(arriving, key=lambda each: each[0]):
        assert limits.refused(Counter(calls), at) == ""


def test_no_resource_makes_more_calls_at_once_than_a_rate_has_places_for() -> None:
    for kind in KINDS.values():
        for calls in (kind.calls.make, kind.calls.change):
            assert all(number <= places(rate) for rate, number in counted(Counter(calls)).items())


def test_what_the_stand_in_enforces_are_the_same_rates() -> None:
    """Written twice: by a mistake in one of them, a fleet would be throttled."""
    assert {name: 1 / rate for name, (rate, _) in LIMITS.items()} == SECONDS
    assert all(1 <= capacity <= max(1, CAPACITY * rate) for rate, capacity in LIMITS.values())
