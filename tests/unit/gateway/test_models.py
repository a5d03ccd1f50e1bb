"""The gateway's models of request bodies: what its importer takes, meaning what the contract means."""

from collections.abc import Iterator
from typing import Any

import pytest

from tenantry.gateway.body import gateway_body
from tenantry.gateway.located import ContractError
from tenantry.rules.arns import Arns
from tests.support.contracts import CONTRACT, changed

ARNS = Arns("aws", "eu-central-1", "123456789012")
BODY = gateway_body(CONTRACT, "tenantry_demo", ARNS)
# "Amazon API Gateway important notes": what models cannot hold, and what validation passes over.
UNSUPPORTED = {
    "additionalProperties",
    "anyOf",
    "discriminator",
    "example",
    "exclusiveMinimum",
    "maxItems",
    "minItems",
    "oneOf",
    "readOnly",
}
NOT_DRAFT_4 = {"const", "examples", "if", "nullable", "writeOnly", "$defs"}


def keywords(node: Any) -> Iterator[str]:
    """Of a schema and all that it holds; names of properties are not keywords."""
    for keyword, value in node.items():
        yield keyword
        if keyword == "properties":
            for each in value.values():
                yield from keywords(each)
        elif isinstance(value, dict):
            yield from keywords(value)


def test_models_keep_what_the_gateway_can_check() -> None:
    form = BODY["components"]["schemas"]["ContactForm"]
    stated = CONTRACT["components"]["schemas"]["ContactForm"]
    assert form["required"] == stated["required"]
    assert form["properties"]["message"]["maxLength"] == stated["properties"]["message"]["maxLength"]
    assert BODY["components"]["schemas"]["ContactChange"]["properties"]["state"]["enum"] == [
        "new",
        "open",
        "done",
    ]


def test_models_are_of_requests_alone_and_hold_nothing_that_the_importer_refuses() -> None:
    models = BODY["components"]["schemas"]
    assert models
    assert not {"Problem", "Item", "ItemPage"} & models.keys()
    for name, model in models.items():
        assert name.isascii()
        assert name.isalnum()
        assert not set(keywords(model)) & (UNSUPPORTED | NOT_DRAFT_4 | {"$ref"})


def with_note(schema: Any) -> dict[str, Any]:
    return changed("components", "schemas", "ContactChange", "properties", note=schema)


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "description": "d", "example": "e", "format": "date", "x-own": 1},
        {"type": "object", "additionalProperties": {"type": "string", "example": 1}},
        {"type": "array", "items": {"type": "string", "default": ""}, "maxItems": 3},
    ],
)
def test_keywords_that_only_describe_are_left_out_however_deep(schema: dict[str, Any]) -> None:
    model = gateway_body(with_note(schema), "t", ARNS)["components"]["schemas"]["ContactChange"]
    left = set(keywords(model))
    assert not left & (UNSUPPORTED | {"description", "format", "x-own", "default"})
    assert model["properties"]["note"]["type"] == schema["type"]


def test_a_property_may_be_called_as_a_keyword_is() -> None:
    document = with_note({"type": "object", "properties": {"example": {"type": "string"}}})
    note = gateway_body(document, "t", ARNS)["components"]["schemas"]["ContactChange"]["properties"]["note"]
    assert note["properties"] == {"example": {"type": "string"}}


@pytest.mark.parametrize(
    ("keyword", "schema"),
    [
        (r"\$ref", {"$ref": "#/components/schemas/Ulid"}),
        (r"\$ref", {"type": "array", "items": {"$ref": "#/components/schemas/Ulid"}}),
        ("allOf", {"allOf": [{"$ref": "#/components/schemas/Ulid"}]}),
        ("oneOf", {"oneOf": [{"type": "string"}, {"type": "integer"}]}),
        ("anyOf", {"anyOf": [{"type": "string"}]}),
        ("nullable", {"type": "string", "nullable": True}),
        ("exclusiveMinimum", {"type": "integer", "minimum": 0, "exclusiveMinimum": True}),
    ],
)
def test_a_keyword_that_no_model_can_hold_is_refused(keyword: str, schema: dict[str, Any]) -> None:
    """Dropped in silence, it would make the gateway accept or refuse other bodies than the contract says."""
    with pytest.raises(ContractError, match=f"a request schema has {keyword}"):
        gateway_body(with_note(schema), "t", ARNS)


def test_a_body_schema_without_a_name_is_refused() -> None:
    place = ("paths", "/contact", "post", "requestBody", "content", "application/json")
    with pytest.raises(ContractError, match=r"sendMessage has a body schema without a name; move it"):
        gateway_body(changed(*place, schema={"type": "object"}), "t", ARNS)
