"""Turn pydantic's findings into problems with a line, in words that an operator can act on."""

import difflib
import json
from collections.abc import Iterable, Mapping
from types import NoneType, UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from tenantry.config import auth, jwk, sites, slugs, tenants
from tenantry.config.documents import UNREAD, YamlDocument, plain
from tenantry.config.model import FAULT, Model
from tenantry.problems import Loc, dotted, meant, shown

M = TypeVar("M", bound=Model)

_PATTERNS = {
    slugs.KEY_PATTERN: f"use {slugs.KEY_RULE}",
    slugs.CELL_PATTERN: f"use {slugs.CELL_RULE}",
    tenants.NAME_PATTERN: "write it on one line, with no blank at its start or end",
    auth.IDENTIFIER_PATTERN: "use 1 to 255 ASCII characters, with no blank, quote or backslash",
    auth.CLAIM_PATTERN: "write a claim's name, or a JSON pointer to it such as /realm_access/roles",
    auth.SCOPES_PATTERN: "write scopes, separated by single blanks",
    sites.ACCOUNT_PATTERN: 'write its 12 digits in quotes, as in "123456789012"',
    sites.ROLE_PATTERN: "write the role's ARN, as in arn:aws:iam::123456789012:role/deploy",
    sites.REGION_PATTERN: "write a Region, as in eu-central-1",
    sites.BACKEND_PATTERN: "write an address as `pulumi login` takes it, as in s3://bucket",
    jwk.KID_PATTERN: "use 1 to 128 of A-Z, a-z, 0-9 and . _ ~ : / + = @ -",
    jwk.BASE64URL_PATTERN: "write it in base64url, without padding, as RFC 7518 requires",
}
_KINDS = {
    "string_type": "write text",
    "int_type": "use a whole number, in plain digits",
    "int_from_float": "use a whole number",
    "bool_type": "use true or false",
    "tuple_type": "write a list, as in [a, b]",
    "dict_type": "write a mapping of names",
    "model_type": "write it as `key: value` lines",
}


def validated(document: YamlDocument, model: type[M]) -> M | None:
    """The document as a model, or None and its problems reported in the document."""
    if document.values is UNREAD:
        return None
    try:
        valid = model.model_validate(document.values)
    except ValidationError as error:
        findings = _worth_reporting(document, error)
        if not findings and not document.problems:
            raise  # a file must never be left out without a word
        for details in findings:
            loc = tuple(part for part in details["loc"] if part != "[key]")
            what, remedy = _words(model, loc, details)
            document.report(document.line(loc), f"{dotted(loc)} {what}", remedy)
        return None
    return None if document.unread else valid


def suggestion(name: str, known: Iterable[str], kind: str) -> str:
    """What there is, and the one that was probably meant."""
    choices = list(known)
    return meant(name, choices) + (
        f"the {kind} are {', '.join(choices)}" if choices else f"there are no {kind}"
    )


def _worth_reporting(document: YamlDocument, error: ValidationError) -> list[ErrorDetails]:
    """One finding to a place, our own before pydantic's, and none where reading already failed."""
    found: dict[Loc, ErrorDetails] = {}
    for details in error.errors(include_url=False):
        loc = details["loc"]
        if any(loc[: len(unread)] == unread for unread in document.unread):
            continue
        if details["type"] == "too_short" and details["input"]:
            continue  # pydantic counts the valid items; the invalid ones are reported themselves
        if loc not in found or (details["type"] == FAULT and found[loc]["type"] != FAULT):
            found[loc] = details
    return list(found.values())


def _words(model: type[BaseModel], loc: Loc, details: ErrorDetails) -> tuple[str, str]:
    kind, value, context = details["type"], details["input"], details.get("ctx", {})
    owner, field = _owner(model, loc)
    optional = ", or leave it out" if field and not field.is_required() else ""
    if kind == FAULT:
        return context["what"], context["remedy"]
    if kind == "extra_forbidden":
        return "is not a known key", suggestion(str(loc[-1]), owner.model_fields if owner else (), "keys")
    if kind == "missing":
        example = field.examples[0] if field and field.examples else None
        text = example if isinstance(example, str) and plain(example) == example else json.dumps(example)
        return "is missing", f"add it, as in `{loc[-1]}: {text}`" if example is not None else "add it"
    if kind in _KINDS:
        return f"is {shown(value)}", _kind_remedy(kind, value) + optional
    if kind == "literal_error":
        return _choice(value, context["expected"], optional)
    return _bounds(kind, value, context, optional) or (f"is {shown(value)}", "correct it")


def _kind_remedy(kind: str, value: object) -> str:
    if kind == "string_type" and isinstance(value, int | float):
        return f'put it in quotes if it is meant as text: "{str(value).lower()}"'
    if kind == "tuple_type" and isinstance(value, str) and shown(value) == repr(value):
        return f"write a list: [{value}]"
    return _KINDS[kind]


def _choice(value: object, expected: str, optional: str) -> tuple[str, str]:
    choices = expected.replace("'", "")
    close = difflib.get_close_matches(str(value)[:64], choices.replace(" or ", ", ").split(", "), n=1)
    hint = f" (did you mean {close[0]}?)" if close else ""
    return f"is {shown(value)}", f"use {choices}{hint}{optional}"


def _bounds(kind: str, value: Any, context: Mapping[str, Any], optional: str) -> tuple[str, str] | None:
    match kind:
        case "greater_than_equal":
            return f"is {shown(value)}", f"use {context['ge']} or more{optional}"
        case "less_than_equal":
            return f"is {shown(value)}", f"use {context['le']} or less{optional}"
        case "string_too_short":
            return "is empty", f"write text{optional}"
        case "string_too_long":
            return f"has {len(value)} characters", f"use at most {context['max_length']}"
        case "too_short":
            return "is empty", f"list at least {context['min_length']}{optional}"
        case "too_long":
            return f"lists {len(value)}", f"list at most {context['max_length']}"
        case "string_pattern_mismatch":
            return f"is {shown(value)}", _PATTERNS.get(context["pattern"], "correct it")
    return None


def _owner(model: type[BaseModel], loc: Loc) -> tuple[type[BaseModel] | None, FieldInfo | None]:
    """The model that holds the last part of loc, and the field it is, as far as there is one."""
    owner: type[BaseModel] | None = None
    field: FieldInfo | None = None
    annotation: Any = model
    for part in loc:
        annotation, owner, field = _bare(annotation), None, None
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            owner = annotation
            field = owner.model_fields.get(str(part))
            annotation = field.annotation if field else None
        else:
            # The items of tuple[X, ...] or the values of dict[K, X].
            items = [item for item in get_args(annotation) if item is not ...]
            annotation = items[-1] if items else None
    return owner, field


def _bare(annotation: Any) -> Any:
    while get_origin(annotation) in (Annotated, Union, UnionType):
        annotation = next(item for item in get_args(annotation) if item is not NoneType)
    return annotation
