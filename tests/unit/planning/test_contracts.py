"""A changed contract breaks clients where it refuses what was right, or answers what nobody was told of."""

import pytest
import yaml

from tenantry.gateway import contract
from tenantry.planning.contracts import breaks

CONTRACT = """
paths:
  /orders/{shop}:
    get:
      operationId: listOrders
      x-tenantry-group: orders
      x-tenantry-scope: orders:read
      security: [{api_key: [], token: []}]
      parameters:
        - {name: shop, in: path, required: true, schema: {type: string, pattern: "^[a-z]+$"}}
        - {name: state, in: query, schema: {type: string, enum: [new, done]}}
        - {name: limit, in: query, schema: {type: integer, minimum: 1, maximum: 100, default: 20}}
        - {name: X-Trace, in: header, schema: {type: string, maxLength: 64}}
      responses:
        "200":
          headers:
            ETag: {required: true, schema: {type: string}}
          content:
            application/json:
              schema: {$ref: "#/components/schemas/Page"}
        "304": {description: as before}
        "404": {$ref: "#/components/responses/Error"}
    post:
      operationId: createOrder
      x-tenantry-group: orders
      security: [{api_key: []}]
      parameters:
        - {name: shop, in: path, required: true, schema: {type: string}}
      requestBody:
        content:
          application/json:
            schema: {$ref: "#/components/schemas/Order"}
          application/x-www-form-urlencoded:
            schema: {$ref: "#/components/schemas/Order"}
      responses:
        "201": {content: {application/json: {schema: {$ref: "#/components/schemas/Made"}}}}
  /other:
    get: {x-tenantry-group: other, security: [], responses: {"204": {description: none}}}
components:
  securitySchemes:
    api_key: {type: apiKey, in: header, name: x-api-key}
    token: {type: http, scheme: bearer}
  responses:
    Error:
      content:
        application/problem+json: {schema: {type: object, properties: {title: {type: string}}}}
  schemas:
    Page:
      type: object
      required: [orders, total]
      properties:
        orders: {type: array, maxItems: 100, items: {$ref: "#/components/schemas/Made"}}
        total: {type: integer, minimum: 0}
        next: {type: string}
      additionalProperties: false
    Made:
      type: object
      required: [id, state]
      properties:
        id: {type: string, format: uuid}
        state: {type: string, enum: [new, done]}
        parts: {type: array, items: {$ref: "#/components/schemas/Made"}}
        tags: {type: object, additionalProperties: {type: integer}}
    Order:
      type: object
      required: [sku]
      properties:
        sku: {type: string, minLength: 2, maxLength: 20}
        note: {type: string, nullable: true, pattern: "^.*$"}
        count: {type: integer, minimum: 1, multipleOf: 2}
        way: {type: string, enum: [air, sea]}
        to: {oneOf: [{type: string}, {type: integer}]}
"""
LIST, CREATE = "GET /orders/{shop}: ", "POST /orders/{shop}: "
ORDERS = 'orders: {type: array, maxItems: 100, items: {$ref: "#/components/schemas/Made"}}'
JSON_BODY = 'application/json:\n            schema: {$ref: "#/components/schemas/Order"}\n          '

# What is edited, and the break that comes of it: by method and path, and what.
BREAKING = {
    "a path goes": ("/orders/{shop}:", "/purchases/{shop}:", f"{LIST}it is gone"),
    "a method becomes another": ("    post:\n", "    put:\n", f"{CREATE}it is gone"),
    "an answer loses a member": ("        next: {type: string}\n", "", f"{LIST}200 body.next is gone"),
    "an answer loses one in a list": (
        "        tags: {type: object, additionalProperties: {type: integer}}\n",
        "",
        f"{LIST}200 body.orders[].tags is gone",
    ),
    "an answer has another value": (
        "state: {type: string, enum: [new, done]}\n        parts",
        "state: {type: string, enum: [new, done, lost]}\n        parts",
        f"{CREATE}201 body.state may now be lost",
    ),
    "an answer's member becomes optional": (
        "required: [orders, total]",
        "required: [orders]",
        f"{LIST}200 body.total may now be missing",
    ),
    "an answer's member may be null": (
        "next: {type: string}",
        "next: {type: string, nullable: true}",
        f"{LIST}200 body.next may now be null",
    ),
    "an answer's member is of another type": (
        "total: {type: integer",
        "total: {type: number",
        f"{LIST}200 body.total may now be number",
    ),
    "an answer's list grows": (
        "maxItems: 100",
        "maxItems: 500",
        f"{LIST}200 body.orders: maxItems: 100 → 500",
    ),
    "an answer's text has no format any more": (
        ", format: uuid",
        "",
        f"{CREATE}201 body.id: format: uuid → none",
    ),
    "an answer's other members are of another type": (
        "additionalProperties: {type: integer}",
        "additionalProperties: {type: string}",
        f"{CREATE}201 body.tags.* may now be string",
    ),
    "an answer's header goes": (
        "ETag: {required: true, schema: {type: string}}",
        "X-Version: {required: true, schema: {type: string}}",
        f"{LIST}200 header ETag is gone",
    ),
    "an answer's header becomes optional": (
        "ETag: {required: true, ",
        "ETag: {",
        f"{LIST}200 header ETag may now be missing",
    ),
    "a success goes": ('"304"', '"410"', f"{LIST}it no longer answers 304"),
    "an error is of another type": (
        "application/problem+json",
        "text/plain",
        f"{LIST}error body as application/problem+json is gone",
    ),
    "a request needs a new member": (
        "required: [sku]",
        "required: [sku, way]",
        f"{CREATE}body.way is now required",
    ),
    "a request's member goes": (
        "        way: {type: string, enum: [air, sea]}\n",
        "",
        f"{CREATE}body.way is no longer accepted",
    ),
    "a request's value goes": ("enum: [air, sea]", "enum: [air]", f"{CREATE}body.way no longer accepts sea"),
    "a request's text must be longer": (
        "minLength: 2",
        "minLength: 4",
        f"{CREATE}body.sku: minLength: 2 → 4",
    ),
    "a request's text must be shorter": (
        ", maxLength: 20",
        ", maxLength: 9",
        f"{CREATE}body.sku: maxLength: 20 → 9",
    ),
    "a request's pattern is another": (
        'pattern: "^.*$"',
        'pattern: "^.+$"',
        f"{CREATE}body.note: pattern: ^.*$ → ^.+$",
    ),
    "a request's number must be greater": (
        "count: {type: integer, minimum: 1",
        "count: {type: integer, minimum: 1, exclusiveMinimum: true",
        f"{CREATE}body.count: minimum: 1 → 1, left out",
    ),
    "a request's number must be round": (
        "multipleOf: 2",
        "multipleOf: 4",
        f"{CREATE}body.count: multipleOf: 2 → 4",
    ),
    "a request's member may not be null": (
        ", nullable: true",
        "",
        f"{CREATE}body.note no longer accepts null",
    ),
    "a request's member is of another type": (
        "way: {type: string, enum: [air, sea]}",
        "way: {type: boolean}",
        f"{CREATE}body.way no longer accepts string",
    ),
    "a request's other form goes": (
        "{oneOf: [{type: string}, {type: integer}]}",
        "{type: string}",
        f"{CREATE}body.to no longer accepts form 2 of 2",
    ),
    "a request takes no other members": (
        "      required: [sku]\n",
        "      required: [sku]\n      additionalProperties: false\n",
        f"{CREATE}body.* no longer accepts members without a name here",
    ),
    "a request's media type goes": (JSON_BODY, "", f"{CREATE}body as application/json is no longer accepted"),
    "a body becomes required": (
        "requestBody:\n",
        "requestBody:\n        required: true\n",
        f"{CREATE}body is now required",
    ),
    "a parameter is required": (
        "{name: state, in: query,",
        "{name: state, in: query, required: true,",
        f"{LIST}query parameter state is now required",
    ),
    "a required parameter is new": (
        "        - {name: X-Trace",
        "        - {name: of, in: query, required: true}\n        - {name: X-Trace",
        f"{LIST}query parameter of is now required",
    ),
    "a header is renamed": ("X-Trace", "X-Span", f"{LIST}header parameter X-Trace is no longer accepted"),
    "a parameter's value goes": (
        "enum: [new, done]}}",
        "enum: [new]}}",
        f"{LIST}query parameter state no longer accepts done",
    ),
    "a parameter's greatest value": (
        "maximum: 100",
        "maximum: 50",
        f"{LIST}query parameter limit: maximum: 100 → 50",
    ),
    "a parameter's default": ("default: 20", "default: 10", f"{LIST}query parameter limit: default: 20 → 10"),
    "another scope": (
        "x-tenantry-scope: orders:read",
        "x-tenantry-scope: orders:see",
        f"{LIST}it now needs the scope orders:see, in place of orders:read",
    ),
    "a token beside the key": (
        "security: [{api_key: []}]",
        "security: [{api_key: [], token: []}]",
        f"{CREATE}the credentials that clients send are no longer enough",
    ),
    "the key under another header": (
        "name: x-api-key",
        "name: x-key",
        f"{CREATE}the credentials that clients send",
    ),
    "a group that the tenant lacks": (
        "post:\n      operationId: createOrder\n      x-tenantry-group: orders",
        "post:\n      operationId: createOrder\n      x-tenantry-group: shops",
        f"{CREATE}it is gone",
    ),
    "a keyword that nobody knows": (
        "tags: {type: object,",
        "tags: {type: object, propertyNames: {maxLength: 3},",
        f"{CREATE}201 body.tags: propertyNames has changed",
    ),
}

COMPATIBLE = {
    "another path": ("  /other:", "  /more: {get: {x-tenantry-group: orders, responses: {}}}\n  /other:"),
    "another method": ("    post:\n", "    delete: {x-tenantry-group: orders, responses: {}}\n    post:\n"),
    "another name of a path's parameter": ("shop", "store"),
    "another operation's name": ("operationId: listOrders", "operationId: orders"),
    "another member in an answer": (
        "next: {type: string}",
        "next: {type: string}\n        last: {type: string}",
    ),
    "an answer's member is always there": ("required: [orders, total]", "required: [orders, total, next]"),
    "an answer has fewer values": (
        "state: {type: string, enum: [new, done]}\n        parts",
        "state: {type: string, enum: [new]}\n        parts",
    ),
    "an answer's list is shorter": ("maxItems: 100", "maxItems: 10"),
    "an answer's number is bounded": (
        "total: {type: integer, minimum: 0",
        "total: {type: integer, minimum: 0, maximum: 9",
    ),
    "an answer's text gets a pattern": ("next: {type: string}", "next: {type: string, pattern: '^[a-z]+$'}"),
    "an answer has other members": ("      additionalProperties: false\n", ""),
    "another header in an answer": (
        "            ETag:",
        "            Age: {schema: {type: string}}\n            ETag:",
    ),
    "a header in other letters": ("X-Trace", "x-trace"),
    "another error": ('"404":', '"409": {description: no}\n        "404":'),
    "an error less": ('        "404": {$ref: "#/components/responses/Error"}\n', ""),
    "another success": ('"304":', '"202": {description: later}\n        "304":'),
    "another member in a request": ("enum: [air, sea]}", "enum: [air, sea]}\n        gift: {type: boolean}"),
    "a request needs a member less": ("      required: [sku]\n", ""),
    "a request has another value": ("enum: [air, sea]", "enum: [air, sea, rail]"),
    "a request's text may be longer": (", maxLength: 20", ", maxLength: 200"),
    "a request's text may be shorter": ("minLength: 2", "minLength: 1"),
    "a request's pattern goes": (', pattern: "^.*$"', ""),
    "a request's number may be any": (", multipleOf: 2", ""),
    "a request's number may be odd": ("multipleOf: 2", "multipleOf: 1"),
    "a request's member may be null": ("sku: {type: string,", "sku: {type: string, nullable: true,"),
    "a request takes more types": ("count: {type: integer,", "count: {type: number,"),
    "a request takes another form": (
        "[{type: string}, {type: integer}]",
        "[{type: string}, {type: integer}, {type: boolean}]",
    ),
    "a request takes another media type": (JSON_BODY, JSON_BODY + "text/plain: {}\n          "),
    "an optional parameter": (
        "        - {name: X-Trace",
        "        - {name: of, in: query, schema: {type: string}}\n        - {name: X-Trace",
    ),
    "a parameter's value more": ("enum: [new, done]}}", "enum: [new, done, lost]}}"),
    "a parameter may be greater": ("maximum: 100", "maximum: 200"),
    "no scope any more": ("      x-tenantry-scope: orders:read\n", ""),
    "a key alone": ("security: [{api_key: [], token: []}]", "security: [{api_key: []}]"),
    "another way in": ("security: [{api_key: []}]", "security: [{api_key: []}, {token: []}]"),
    "words": ("description: as before", "description: nothing has changed"),
    "an example": ("next: {type: string}", "next: {type: string, example: abc}"),
    "a schema under another name": ('schemas/Order"', 'schemas/Wanted"'),
    "what another tenant's group answers": ("  /other:", "  /others:"),
}


def said(old: str, new: str) -> list[str]:
    assert old in CONTRACT
    changed = CONTRACT.replace(old, new)
    changed = changed.replace("    Order:\n", "    Wanted:\n") if "Wanted" in new else changed
    found = breaks(yaml.safe_load(CONTRACT), yaml.safe_load(changed), ["orders"], ["orders"])
    return [str(each) for each in found]


@pytest.mark.parametrize("change", BREAKING)
def test_a_break_is_named_by_method_path_and_what(change: str) -> None:
    old, new, expected = BREAKING[change]
    found = said(old, new)
    assert any(each.startswith(expected) for each in found), found


@pytest.mark.parametrize("change", COMPATIBLE)
def test_what_clients_can_live_with_is_no_break(change: str) -> None:
    assert said(*COMPATIBLE[change]) == []


def test_what_all_parts_of_a_schema_ask_for_is_compared_as_one() -> None:
    whole = "{type: string, minLength: 2, maxLength: 20}"
    parted = "{allOf: [{type: string, minLength: 2}, {maxLength: 20}, {maxLength: 30}]}"
    assert said(whole, parted) == []
    assert said(whole, parted.replace("20", "19")) == [f"{CREATE}body.sku: maxLength: 20 → 19"]


def test_a_group_that_a_tenant_switches_off_is_no_break_of_the_contract() -> None:
    document = yaml.safe_load(CONTRACT)
    assert list(breaks(document, {"paths": {}}, ["orders"], [])) == []
    assert {each.path for each in breaks(document, {"paths": {}}, ["orders"], ["orders"])} == {
        "/orders/{shop}"
    }


def test_the_contract_breaks_nothing_of_itself() -> None:
    whole = contract.load()
    groups = {route.group for route in contract.routes(whole)}
    assert list(breaks(whole, whole, groups, groups)) == []
