"""A token's segments, each in the one encoding that it can have.

Decoders commonly skip stray characters and trailing bits, so that many texts mean one token; here
one text does. Repeated names in the JSON are refused for the same reason.
"""

import base64
import binascii
from dataclasses import dataclass
from typing import Any, Final

from api.strict_json import MalformedJson, parse
from authorizer.refusals import Refused

MAX_TOKEN_BYTES: Final = 8_192  # within API Gateway's 10,240 bytes for all headers


@dataclass(frozen=True, slots=True)
class Segments:
    """`signed` is the text that the signature is of."""

    header: dict[str, Any]
    claims: dict[str, Any]
    signed: bytes
    signature: bytes


def split(token: str) -> Segments:
    """A compact JWS, read once; its signature's text is checked, the signature is not."""
    if len(token) > MAX_TOKEN_BYTES or not token.isascii():
        raise Refused("malformed")
    parts = token.split(".")
    if len(parts) != 3:
        raise Refused("malformed")
    header, claims, signature = (_decode(part) for part in parts)
    signed = token.rpartition(".")[0].encode()
    return Segments(_json_object(header), _json_object(claims), signed, signature)


def _decode(segment: str) -> bytes:
    try:
        raw = base64.b64decode(segment + "=" * (-len(segment) % 4), altchars=b"-_", validate=True)
    except binascii.Error:
        raise Refused("malformed") from None
    if base64.urlsafe_b64encode(raw).decode().rstrip("=") != segment:
        raise Refused("malformed")
    return raw


def _json_object(raw: bytes) -> dict[str, Any]:
    try:
        value = parse(raw.decode())
    except (UnicodeDecodeError, MalformedJson):
        raise Refused("malformed") from None
    if not isinstance(value, dict):
        raise Refused("malformed")
    return value
