"""An example is what its schema says, else the plainest value that it takes."""

from typing import Any

import pytest

from tenantry.handover import examples

DOCUMENT: dict[str, Any] = {
    "components": {
        "schemas": {
            "Name": {"type": "string", "example": "Ada"},
            "Tree": {"type": "object", "properties": {"inner": {"$ref": "#/components/schemas/Tree"}}},
        }
    }
}


@pytest.mark.parametrize(
    ("schema", "example"),
    [
        ({"$ref": "#/components/schemas/Name"}, "Ada"),
        ({"type": "integer", "default": 20}, 20),
        ({"enum": ["new", "done"]}, "new"),
        ({"type": "string", "format": "date"}, "2026-11-22"),
        ({"type": "string"}, "text"),
        ({"type": "array", "items": {"type": "boolean"}}, [True]),
        ({"type": "object"}, {}),
        ({"properties": {"a": {"type": "number"}, "trap": {"description": "Unseen."}}}, {"a": 1.5}),
    ],
)
def test_of_a_schema(schema: dict[str, Any], example: Any) -> None:
    assert examples.of_schema(schema, DOCUMENT) == example


def test_a_schema_that_holds_itself_ends() -> None:
    assert examples.of_schema({"$ref": "#/components/schemas/Tree"}, DOCUMENT, depth=2) == {
        "inner": {"inner": {}}
    }
