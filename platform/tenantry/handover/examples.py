"""Find an example of what a schema describes: its own, or the plainest value that it takes."""

from collections.abc import Mapping
from typing import Any

from tenantry.planning.schemas import resolved

Document = Mapping[str, Any]
PLAIN: Mapping[str, Any] = {"string": "text", "integer": 1, "number": 1.5, "boolean": True}
FORMATS: Mapping[str, str] = {"date-time": "2026-11-22T16:39:00.123Z", "date": "2026-11-22"}
DEPTH = 6  # a schema may hold itself


def of_content(content: Document, document: Document) -> Any:
    """Of a request's or an answer's content in one media type."""
    if "example" in content:
        return content["example"]
    return of_schema(content.get("schema", {}), document)


def of_schema(schema: Document, document: Document, depth: int = DEPTH) -> Any:
    schema = resolved(schema, document)
    for stated in ("example", "default"):
        if stated in schema:
            return schema[stated]
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type", "object")
    if kind == "array":
        return [of_schema(schema.get("items", {}), document, depth - 1)] if depth else []
    if kind != "object":
        return FORMATS.get(schema.get("format", ""), PLAIN[kind])
    members = schema.get("properties", {}) if depth else {}
    return {
        name: of_schema(member, document, depth - 1) for name, member in members.items() if _shown(member)
    }


def _shown(member: Document) -> bool:
    """A member that says nothing of its type is a trap or a placeholder."""
    return bool({"type", "$ref", "enum", "example"} & member.keys())
