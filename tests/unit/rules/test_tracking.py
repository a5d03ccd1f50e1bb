"""What a maker leaves unread of its inputs is known, at whatever depth."""

from copy import deepcopy

import pytest

from tenantry.local.engine.resources import MAKERS
from tenantry.local.engine.resources.tracking import Tracked, refuse_unread
from tenantry.rules.kinds import KINDS
from tenantry.rules.kinds.tokens import DEPLOYMENT, FUNCTION

INPUTS = {"name": "f", "settings": {"a": 1, "b": {"c": 2}}, "queries": [{"id": "x", "stat": "Sum"}]}


def test_what_was_not_read_is_listed_by_path() -> None:
    inputs = Tracked(INPUTS)
    assert list(inputs.unread()) == ["name", "settings", "queries"]
    assert (inputs["name"], inputs["settings"]["a"], inputs["queries"][0].get("id")) == ("f", 1, "x")
    assert list(inputs.unread()) == ["settings.b", "queries.stat"]
    assert "b" in inputs["settings"]  # a look is not a reading
    assert list(inputs.unread()) == ["settings.b", "queries.stat"]
    assert dict(inputs["settings"].items())["b"]["c"] == 2
    assert list(inputs["queries"][0].values()) == ["x", "Sum"]
    assert list(inputs.unread()) == []


def test_they_are_the_inputs_all_the_same() -> None:
    assert Tracked(INPUTS) == INPUTS
    assert deepcopy(Tracked(INPUTS)) == INPUTS


def test_what_is_listed_as_unused_or_is_as_it_was_need_not_be_read() -> None:
    refuse_unread(Tracked({"triggers": {"body": "1"}}), KINDS[DEPLOYMENT])
    refuse_unread(Tracked({"name": "f"}), KINDS[FUNCTION], unchanged={"name"})
    with pytest.raises(NotImplementedError, match=r"reads ephemeralStorage, name; leave it out"):
        refuse_unread(Tracked({"name": "f", "ephemeralStorage": {"size": 1}}), KINDS[FUNCTION])


def test_every_type_that_is_made_here_has_a_row() -> None:
    assert MAKERS.keys() <= KINDS.keys()
