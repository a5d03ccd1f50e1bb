"""A token's segments, each in the one encoding that it can have.

Decoders commonly skip stray characters and trailing bits, so that many texts mean one token; here
one text does. Repeated names in the JSON are refused for the same reason.
"""

import binascii
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from api.strict_json import MalformedJson, parse
from authorizer.refusals import Refused

MAX_TOKEN_BYTES: Final = 8_192  # within API Gateway's 10,240 bytes for all headers
KNOWN_HEADERS: Final = 64  # an issuer writes one for each of its keys
# base64url's letters to base64's; those of base64 alone to one of neither.
_LETTERS: Final = bytes.maketrans(b"-_+/", b"+/!!")


class Segments(NamedTuple):
    """`signed` is the text that the signature is of."""

    header: Mapping[str, Any]
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
    head, claims, signature = parts
    signed = token[: -len(signature) - 1].encode()
    return Segments(header(head), _json_object(decode(claims)), signed, decode(signature))


@lru_cache(KNOWN_HEADERS)
def header(segment: str) -> Mapping[str, Any]:
    return MappingProxyType(_json_object(decode(segment)))


def decode(segment: str) -> bytes:
    letters = segment.encode().translate(_LETTERS)
    try:
        raw = binascii.a2b_base64(letters + b"=" * (-len(letters) % 4), strict_mode=True)
    except binascii.Error:
        raise Refused("malformed") from None
    if binascii.b2a_base64(raw, newline=False).rstrip(b"=") != letters:
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
