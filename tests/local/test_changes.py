"""What an update decides, by what is recorded and what is registered."""

from typing import Any

import pytest

from tenantry.local.engine.changes import Plan, Step, effective, plan
from tenantry.local.engine.inventory import Entry
from tenantry.local.engine.resources import MAKERS
from tenantry.local.engine.resources.maker import Made, MadeKind

NAMED = MadeKind(
    make=lambda _clients, _inputs: Made("", {}),
    remove=lambda _clients, _existing: None,
    update=lambda _clients, _existing, _inputs: Made("", {}),
    fixed=frozenset({"name", "shape"}),
    name="name",
)
RIGID = MadeKind(make=NAMED.make, remove=NAMED.remove)


def recorded(unsure: bool = False, **inputs: Any) -> Entry:
    return Entry("urn", "type", "name", "acme", inputs, "id", unsure=unsure)


def test_what_is_not_recorded_is_made() -> None:
    assert plan(NAMED, None, {"name": "a"}) == Plan(Step.CREATED)


@pytest.mark.parametrize("kind", [NAMED, RIGID])
def test_the_same_inputs_call_nobody(kind: MadeKind) -> None:
    assert plan(kind, recorded(name="a", memory=1), {"memory": 1, "name": "a"}) == Plan(Step.SAME)


def test_changed_added_and_dropped_inputs_are_a_change_in_place() -> None:
    before = recorded(name="a", memory=1, gone=True)
    assert plan(NAMED, before, {"name": "a", "memory": 2, "new": 3}) == Plan(
        Step.CHANGED, ("gone", "memory", "new")
    )


def test_a_new_name_is_made_before_the_old_one_goes() -> None:
    assert plan(NAMED, recorded(name="a"), {"name": "b"}) == Plan(Step.REPLACED, ("name",), first=False)


def test_under_the_same_name_the_old_one_goes_first() -> None:
    before = recorded(name="a", shape=1)
    assert plan(NAMED, before, {"name": "a", "shape": 2}) == Plan(Step.REPLACED, ("shape",), first=True)


def test_what_has_no_update_is_replaced_by_any_change() -> None:
    assert plan(RIGID, recorded(body=1), {"body": 2}) == Plan(Step.REPLACED, ("body",), first=False)


def test_what_a_cut_off_call_left_is_changed_to_the_same_inputs_again() -> None:
    assert plan(NAMED, recorded(unsure=True, name="a"), {"name": "a"}) == Plan(Step.CHANGED)


def test_an_ignored_input_stays_as_it_was_made() -> None:
    inputs = {"secretString": "new", "secretId": "s"}
    assert effective(inputs, recorded(secretString="old", secretId="s"), ["secretString"]) == {
        "secretString": "old",
        "secretId": "s",
    }
    assert effective(inputs, None, ["secretString"]) == inputs
    assert effective(inputs, recorded(secretId="s"), ["secretString"]) == {"secretId": "s"}


def test_what_can_be_looked_up_by_an_input_is_replaced_when_that_changes() -> None:
    """Else an update of the new name would be sent to the old resource."""
    for token, kind in MAKERS.items():
        if kind.name is not None and kind.update is not None:
            assert kind.name in kind.fixed, token
