"""The engine's record is mended without a change of anything that is not pending."""

from typing import Any

from tenantry.operations.checkpoint import Checkpoint

ROLE = "aws:iam/role:Role"
THERE = {
    "urn": "urn::table",
    "type": "aws:dynamodb/table:Table",
    "id": "t",
    "inputs": {},
    "outputs": {"x": 1},
}


def operation(name: str, kind: str = "creating") -> dict[str, Any]:
    return {"type": kind, "resource": {"urn": f"urn::{name}", "type": ROLE, "inputs": {"name": name}}}


RECORD = Checkpoint(
    {
        "version": 3,
        "deployment": {
            "resources": [THERE],
            "pending_operations": [operation("made"), operation("unmade"), operation("old", "updating")],
        },
    }
)


def replaced(**old: Any) -> list[dict[str, Any]]:
    """What is recorded of a role that was being replaced, as `new-id`."""
    before = {"urn": "urn::made", "type": ROLE, "id": "old-id", "inputs": {}, "outputs": {"x": 1}, **old}
    record = {"deployment": {"resources": [before], "pending_operations": [operation("made")]}}
    resources = Checkpoint(record).resolved({"urn::made": "new-id"})["deployment"]["resources"]
    return [{name: each.get(name) for name in ("id", "delete")} for each in resources]


def test_of_a_replacement_what_it_replaces_is_to_go_or_has_gone() -> None:
    new = {"id": "new-id", "delete": None}
    assert replaced() == [new, {"id": "old-id", "delete": True}]
    assert replaced(pendingReplacement=True) == [new]
    assert replaced(id="new-id") == [new]


def test_what_was_put_into_the_record_is_known_until_it_is_read() -> None:
    assert RECORD.unread() == []
    assert Checkpoint(RECORD.resolved({"urn::made": "made-id"})).unread() == ["urn::made"]


def test_creations_alone_are_in_doubt() -> None:
    assert [(each.name, each.type, each.inputs) for each in RECORD.pending()] == [
        ("made", ROLE, {"name": "made"}),
        ("unmade", ROLE, {"name": "unmade"}),
    ]


def test_what_was_made_is_recorded_for_a_refresh_to_read_and_nothing_is_pending() -> None:
    mended = Checkpoint(RECORD.resolved({"urn::made": "made-id"}))
    assert mended.pending() == []
    assert mended.document == {
        "version": 3,
        "deployment": {
            "resources": [
                THERE,
                {
                    "urn": "urn::made",
                    "type": ROLE,
                    "inputs": {"name": "made"},
                    "id": "made-id",
                    "outputs": {},
                },
            ]
        },
    }
    assert len(RECORD.pending()) == 2  # as it was
