"""Make a call that can be tried out of each operation of a contract."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from tenantry.gateway import published
from tenantry.gateway.parts import IDEMPOTENCY_KEY
from tenantry.handover import examples
from tenantry.planning.schemas import resolved

Document = Mapping[str, Any]
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
FROM_ENVIRONMENT = "$"  # begins an example's value that whoever calls has in the environment, as CLIENT_ID
PRECONDITION_REQUIRED = "428"


@dataclass(frozen=True, slots=True)
class Call:
    """`path` is filled with the examples in `filled`; `headers` are the operation's own, without key, token
    and `media`, which is the media type of the body, if there is one.

    `repeatable`: it takes an Idempotency-Key. `parameters` are what the contract says of them.
    """

    route: str
    path: str
    filled: dict[str, str]
    headers: dict[str, str]
    media: str
    body: Any
    keyed: bool
    scope: str | None
    repeatable: bool
    parameters: tuple[Document, ...]
    operation: Document

    @property
    def method(self) -> str:
        return self.route.split()[0]

    @property
    def template(self) -> str:
        return self.route.split()[1]

    @property
    def group(self) -> str:
        return str(self.operation["x-tenantry-group"])

    @property
    def anchor(self) -> str:
        """As GitHub makes it of the route as a heading."""
        return re.sub(r"[^\w\- ]", "", self.route.lower()).replace(" ", "-")


def of(document: Document) -> tuple[Call, ...]:
    return tuple(_calls(document))


def _calls(document: Document) -> Iterator[Call]:
    for route, operation in published.operations(dict(document)):
        parameters = [resolved(each, document) for each in operation.get("parameters", ())]
        body = resolved(operation.get("requestBody", {}), document).get("content", {})
        media = next((each for each in (JSON, *body, FORM) if each in body and _sendable(each)), "")
        filled = {each["name"]: str(_example(each, document)) for each in parameters if each["in"] == "path"}
        yield Call(
            route=route,
            path=_path(route.split()[1], filled, parameters, document),
            filled=filled,
            headers={
                each["name"]: str(_example(each, document))
                for each in parameters
                if each["in"] == "header" and _sent(each, operation)
            },
            media=media,
            body=examples.of_content(body[media], document) if media else None,
            keyed=bool(operation.get("security")),
            scope=operation.get("x-tenantry-scope"),
            repeatable={"$ref": IDEMPOTENCY_KEY} in operation.get("parameters", ()),
            parameters=tuple(parameters),
            operation=operation,
        )


def _sendable(media: str) -> bool:
    return media.endswith("json") or media == FORM


def _sent(parameter: Document, operation: Document) -> bool:
    """If-Match is optional in the contract even where its lack is answered by 428."""
    needed = parameter["name"] == "If-Match" and PRECONDITION_REQUIRED in operation["responses"]
    return bool(parameter.get("required")) or needed


def _example(parameter: Document, document: Document) -> Any:
    if "example" in parameter:
        return parameter["example"]
    return examples.of_schema(parameter.get("schema", {}), document)


def _path(template: str, filled: Document, parameters: list[Document], document: Document) -> str:
    path = template
    for name, value in filled.items():
        path = path.replace(f"{{{name}}}", quote(value, safe="~"))
    query = [
        f"{quote(each['name'])}={quote(str(_example(each, document)))}"
        for each in parameters
        if each["in"] == "query" and each.get("required")
    ]
    return path + ("?" + "&".join(query) if query else "")
