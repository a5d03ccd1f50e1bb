"""Two values differ where they say something else, and nowhere else."""

import json
from typing import Any

import pytest

from tenantry.verification.comparison import differences
from tenantry.verification.reader import UNKNOWN

STATEMENT = {"Sid": "Log", "Effect": "Allow", "Action": ["logs:PutLogEvents"], "Resource": ["a", "b"]}


def policy(**changes: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{**STATEMENT, **changes}]})


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        (3, 3.0),
        (None, None),
        ({"a": 1}, {"a": 1, "b": None}),
        (["a", "b"], ["b", "a"]),
        ('{"a": 1, "b": 2}', '{"b":2,"a":1}'),
        (policy(), policy(Action="logs:PutLogEvents")),
        (policy(), policy(Resource=["b", "a"])),
        (policy(), json.loads(policy())),
        (f"tenantry/demo/acme/runtime/{UNKNOWN}", "tenantry/demo/acme/runtime/0a1b2c3d"),
        (json.dumps({"keys": [{"x": UNKNOWN}]}), json.dumps({"keys": [{"x": "abc"}]})),
    ],
)
def test_these_say_the_same(expected: Any, found: Any) -> None:
    assert list(differences(expected, found)) == []


@pytest.mark.parametrize(
    ("expected", "found", "path"),
    [
        (True, 1, ""),
        ("a", "b", ""),
        ({"a": 1}, {}, "a"),
        ({}, {"policy": "{}"}, "policy"),
        ({"layers": ["a", "b"]}, {"layers": ["b", "a"]}, "layers[0]"),
        (["a"], ["a", "b"], ""),
        ('{"a": {"b": 1}}', '{"a": {"b": 2}}', "a.b"),
        (policy(), policy(Action="logs:*"), "statements.Log.Action"),
        (policy(), policy(Effect="Deny"), "statements.Log.Effect"),
        (policy(), policy(Condition={"Bool": {}}), "statements.Log.Condition"),
        (f"tenantry/{UNKNOWN}", "other/0a1b2c3d", ""),
        (f"tenantry/{UNKNOWN}", "tenantry/", ""),
    ],
)
def test_these_do_not_and_the_place_is_named(expected: Any, found: Any, path: str) -> None:
    assert path in [place for place, *_ in differences(expected, found)]


def test_a_statement_more_is_named_by_its_sid() -> None:
    more = {**STATEMENT, "Sid": "More"}
    wider = json.dumps({"Version": "2012-10-17", "Statement": [STATEMENT, more]})
    assert [path for path, *_ in differences(policy(), wider, "policy")] == ["policy.statements.More"]
