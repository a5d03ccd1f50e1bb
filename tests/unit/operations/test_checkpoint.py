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
