"""Accept a body of UTF-8 within the size limit, JSON or an HTML form; everything else is refused by name.

The gateway checks no bodies, so that each refusal names what is wrong (docs/decisions/0018).
"""

import base64
from typing import Any, Final
from urllib.parse import parse_qs

from api.errors import PayloadTooLarge, UnsupportedMediaType, invalid_body
from api.strict_json import MalformedJson, parse

REPLACEMENT: Final = "\ufffd"  # what the gateway puts in the place of bytes that are not UTF-8
JSON: Final = "application/json"
MERGE_PATCH: Final = "application/merge-patch+json"
FORM: Final = "application/x-www-form-urlencoded"
FORM_FIELDS: Final = 100
MAX_BYTES: Final = 65_536  # the contract's limit on an item; DynamoDB's own is 400 KB


def json_object(
    body: str | None,
    *,
    base64_encoded: bool,
    content_type: str | None,
    media_type: str = JSON,
    most: int = MAX_BYTES,
) -> dict[str, Any]:
    _check_media_type(content_type, media_type)
    text = _text(body or "", base64_encoded, most)
    if not text:
        raise invalid_body("the body is empty; send a JSON object")
    try:
        value = parse(text, exact=True)
    except MalformedJson as error:
        raise invalid_body(f"the body is not acceptable JSON: {error}") from None
    if not isinstance(value, dict):
        raise invalid_body("the body must be a JSON object")
    return value


def form_or_json(body: str | None, *, base64_encoded: bool, content_type: str | None) -> dict[str, Any]:
    """The same members either way; a form's are texts, or lists of them where a field is repeated."""
    if _check_media_type(content_type, JSON, FORM) == JSON:
        return json_object(body, base64_encoded=base64_encoded, content_type=content_type)
    try:
        fields = parse_qs(
            _text(body or "", base64_encoded, MAX_BYTES),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=FORM_FIELDS,
        )
    except UnicodeError:
        raise invalid_body("the form is not valid UTF-8") from None
    except ValueError:
        raise invalid_body(f"the form has more than {FORM_FIELDS} fields") from None
    return {name: texts[0] if len(texts) == 1 else texts for name, texts in fields.items()}


def _check_media_type(content_type: str | None, *taken: str) -> str:
    """A missing type is taken as the first, as the gateway takes one as JSON."""
    if content_type is None:
        return taken[0]
    media_type, *parameters = (part.strip().lower() for part in content_type.split(";"))
    charsets = {p.removeprefix("charset=").strip('"') for p in parameters if p.startswith("charset=")}
    if media_type not in taken or charsets - {"utf-8", "utf8"}:
        raise UnsupportedMediaType(f"send the body as Content-Type: {' or '.join(taken)}, in UTF-8")
    return media_type


def _text(body: str, base64_encoded: bool, most: int) -> str:
    try:
        raw = base64.b64decode(body, validate=True) if base64_encoded else body.encode()
        if len(raw) > most:
            raise PayloadTooLarge(f"the body has {len(raw)} bytes; at most {most} are taken")
        text = raw.decode()
    except UnicodeError:
        raise invalid_body("the body is not valid UTF-8") from None
    except ValueError:  # binascii's own, or the plain one that text beyond ASCII meets
        raise invalid_body("the body is not valid base64") from None
    if not base64_encoded and REPLACEMENT in text:
        raise invalid_body("the body is not valid UTF-8, or holds U+FFFD as it is; JSON has it as \\ufffd")
    return text
