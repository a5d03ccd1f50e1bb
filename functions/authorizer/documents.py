"""Fetch a JSON document of the issuer: https only, from a public address, and bounded as every exchange is.

Plain http is taken from loopback addresses alone, and only where the configured issuer is one itself: the
local platform plays it. Else an issuer's document could name Lambda's runtime API.
"""

from typing import Any, Final
from urllib.parse import urlsplit

from api import addresses
from api.addresses import Unreachable
from api.exchange import LOOPBACK, Endpoint, exchange
from api.strict_json import MalformedJson, parse

MAX_BYTES: Final = 262_144
# Encodings are not asked for: a small compressed body could become a large one.
HEADERS: Final = {"Accept": "application/json", "Accept-Encoding": "identity"}


class DocumentError(Exception):
    """The document could not be had; the message names the address and what was wrong."""


def fetch(url: str, issuer: str, seconds: float) -> dict[str, Any]:
    """`issuer` is the configured one, not what a document says; `seconds` are for all of it."""
    try:
        endpoint = Endpoint.of(url)
    except ValueError as error:  # the address may hold a password
        raise DocumentError(f"an address of the issuer's cannot be used: {error}") from error
    if not (endpoint.tls or _is_local(issuer)):
        raise DocumentError(f"{url}: only https addresses are called")
    try:
        answer = exchange("GET", endpoint, HEADERS, b"", seconds, addresses.resolve, most=MAX_BYTES)
        if answer.status != 200:
            raise DocumentError(f"{url}: answered {answer.status}")
        value = parse(answer.body.decode("utf-8-sig"))  # some servers write a byte order mark first
    except (Unreachable, MalformedJson) as error:
        raise DocumentError(f"{url}: {error}") from error
    except UnicodeDecodeError as error:
        raise DocumentError(f"{url}: not UTF-8") from error
    if not isinstance(value, dict):
        raise DocumentError(f"{url}: not a JSON object")
    return value


def _is_local(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "http" and parts.hostname in LOOPBACK
