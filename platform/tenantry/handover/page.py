"""Render a tenant's page: one file that needs no scripts and makes no requests."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from tenantry import markdown
from tenantry.config import Tenant
from tenantry.gateway import published
from tenantry.handover import calls, examples, guide, receivers, snippets, tokens
from tenantry.handover.calls import Call
from tenantry.handover.clients import Made
from tenantry.planning.schemas import resolved
from tenantry.templates import templates

Document = Mapping[str, Any]
OWN = ("first-call", "limits", "clients", "changes", "routes")


@dataclass(frozen=True, slots=True)
class Member:
    """One row of a table about a request: a parameter, or a member of the body."""

    name: str
    where: str
    kind: str
    required: bool
    description: str


@dataclass(frozen=True, slots=True)
class Answer:
    status: str
    description: str
    example: str | None


@dataclass(frozen=True, slots=True)
class Route:
    call: Call
    members: tuple[Member, ...]
    answers: tuple[Answer, ...]
    snippets: tuple[snippets.Snippet, ...]


def page(tenant: Tenant, document: Document, made: Made, history: Sequence[Document]) -> str:
    url, all_ = document["servers"][0]["url"], calls.of(document)
    takers = receivers.sources(tenant)
    first = _first(all_)
    usage = snippets.of_clients(first or all_[0], url, made.package or "")
    anchors = {*OWN, *(each.anchor for each in all_)}
    return (
        _templates()
        .get_template("index.html")
        .render(
            tenant=tenant,
            url=url,
            description=document["info"]["description"],
            limits=published.limits(tenant),
            token=document["components"]["securitySchemes"]["token"],
            routes=[_route(each, document, url) for each in all_],
            groups=document["tags"],
            first=first,
            sections=guide.sections(anchors, () if takers else (guide.DELIVERY,)),
            receivers=takers,
            getting=tokens.sources(tenant, document),
            made=made,
            usage=usage,
            history=history,
            snippets=snippets.of,
        )
    )


def _first(all_: Sequence[Call]) -> Call | None:
    """The plainest call that shows that key and token are good."""
    reading = [each for each in all_ if each.keyed and each.method == "GET"]
    return next(iter(reading or [each for each in all_ if each.keyed]), None)


def _route(call: Call, document: Document, url: str) -> Route:
    return Route(
        call,
        (*_parameters(call, document), *_body(call, document)),
        tuple(_answers(call, document)),
        snippets.of(call, url),
    )


def _parameters(call: Call, document: Document) -> Iterator[Member]:
    for each in call.parameters:
        kind = _kind(each.get("schema", {}), document)
        required = bool(each.get("required"))
        yield Member(each["name"], each["in"], kind, required, each.get("description", ""))


def _body(call: Call, document: Document) -> Iterator[Member]:
    content = resolved(call.operation.get("requestBody", {}), document).get("content", {})
    schema = resolved(content.get(call.media, {}).get("schema", {}), document)
    for name, stated in schema.get("properties", {}).items():
        member = resolved(stated, document)
        required = name in schema.get("required", ())
        yield Member(name, "body", _kind(member, document), required, member.get("description", ""))


def _kind(schema: Document, document: Document) -> str:
    """In a few words: the type, or the values, with the length or the bounds."""
    schema = resolved(schema, document)
    if "enum" in schema:
        return " or ".join(map(str, schema["enum"]))
    kind = str(schema.get("type", "any"))
    if kind == "string" and "maxLength" in schema:
        return f"string, up to {schema['maxLength']:,} characters"
    if "minimum" in schema and "maximum" in schema:
        return f"{kind}, {schema['minimum']:,} to {schema['maximum']:,}"
    return f"{kind}, {schema['format']}" if "format" in schema else kind


def _answers(call: Call, document: Document) -> Iterator[Answer]:
    for status, stated in call.operation["responses"].items():
        response = resolved(stated, document)
        content = response.get("content", {}).get(calls.JSON)
        shown = examples.of_content(content, document) if content and status[:1] == "2" else None
        example = None if shown is None else json.dumps(shown, indent=2, ensure_ascii=False)
        yield Answer(status, response.get("description", ""), example)


@cache
def _templates() -> Environment:
    environment = templates("tenantry.handover")
    environment.filters |= {
        # What Markdown and Pygments made is HTML already, with every value escaped.
        "code": lambda text, language: Markup(markdown.coloured(text, language)),  # noqa: S704
        "prose": lambda text: Markup(markdown.rendered(text, ())),  # noqa: S704
        "html": Markup,
    }
    return environment
