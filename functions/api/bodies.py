"""Accept a body of UTF-8 JSON within the size limit; everything else is refused by name.

The gateway checks bodies against the contract's models only when they are declared as
application/json, so nothing here relies on it.
"""

import base64
from typing import Any, Final

from api.errors import InvalidBody, PayloadTooLarge, UnsupportedMediaType
from api.strict_json import MalformedJson, parse

REPLACEMENT: Final = "\ufffd"  # what the gateway puts in the place of bytes that are not UTF-8
MAX_BYTES: Final = 65_536  # the contract's limit on an item; DynamoDB's own is 400 KB


def json_object(body: str | None, *, base64_encoded: bool, content_type: str | None) -> dict[str, Any]:
    _check_media_type(content_type)
    text = _text(body or "", base64_encoded)
    if not text:
        raise InvalidBody("the body is empty; send a JSON object")
    try:
        value = parse(text, exact=True)
    except MalformedJson as error:
        raise InvalidBody(f"the body is not acceptable JSON: {error}") from None
    if not isinstance(value, dict):
        raise InvalidBody("the body must be a JSON object")
    return value


def _check_media_type(content_type: str | None) -> None:
    """A missing type is taken as JSON, as the gateway does."""
    if content_type is None:
        return
    media_type, *parameters = (part.strip().lower() for part in content_type.split(";"))
    charsets = {p.removeprefix("charset=").strip('"') for p in parameters if p.startswith("charset=")}
    if media_type != "application/json" or charsets - {"utf-8", "utf8"}:
        raise UnsupportedMediaType("send the body as Content-Type: application/json, in UTF-8")


def _text(body: str, base64_encoded: bool) -> str:
    try:
        raw = base64.b64decode(body, validate=True) if base64_encoded else body.encode()
        if len(raw) > MAX_BYTES:
            raise PayloadTooLarge(f"the body has {len(raw)} bytes; at most {MAX_BYTES} are taken")
        text = raw.decode()
    except UnicodeError:
        raise InvalidBody("the body is not valid UTF-8") from None
    except ValueError:  # binascii's own, or the plain one that text beyond ASCII meets
        raise InvalidBody("the body is not valid base64") from None
    if not base64_encoded and REPLACEMENT in text:
        raise InvalidBody("the body is not valid UTF-8, or holds U+FFFD as it is; JSON has it as \\ufffd")
    return text
