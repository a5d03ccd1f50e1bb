"""Fetch a JSON document of the issuer: https only, no redirects, bounded in size and, by pieces, in time.

The time runs from before the connection; it is looked at when the headers are there and after each piece of
the body. Each step has a time of its own. urllib bounds neither the look-up of a name nor the number of steps
to the end of the headers or of a piece; against these stands the function's own time alone.

Plain http is taken from loopback addresses alone, and only where the configured issuer is one itself: the
local platform plays it. Else an issuer's document could name Lambda's runtime API.
"""

import time
import urllib.error
import urllib.request
from http.client import HTTPException
from typing import Any, Final, NoReturn
from urllib.parse import urlsplit

from api.strict_json import MalformedJson, parse

MAX_BYTES: Final = 262_144
SOCKET_SECONDS: Final = 2.0  # for one step: a connection, a TLS message, a read
TOTAL_SECONDS: Final = 3.0  # for one document, looked at between its pieces
CHUNK: Final = 16_384
LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


class DocumentError(Exception):
    """The document could not be had; the message names the address and what was wrong."""


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, req: Any, *_: Any) -> NoReturn:
        raise DocumentError(f"{req.full_url}: redirects are not followed")


def fetch(url: str, issuer: str) -> dict[str, Any]:
    """`issuer` is the configured one, not what a document says."""
    deadline = time.monotonic() + TOTAL_SECONDS
    # No proxy from the environment: the address is the issuer's own.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirects)
    try:
        _check(url, issuer)
        request = urllib.request.Request(url, headers={"Accept": "application/json"})  # noqa: S310 - checked
        with opener.open(request, timeout=SOCKET_SECONDS) as response:
            text = _read(url, response, deadline).decode()
        value = parse(text)
    except (OSError, HTTPException, ValueError, MalformedJson) as error:
        raise DocumentError(f"{url}: {type(error).__name__}") from error
    if not isinstance(value, dict):
        raise DocumentError(f"{url}: not a JSON object")
    return value


def _check(url: str, issuer: str) -> None:
    parts = urlsplit(url)
    allowed = parts.scheme == "https" or (_is_local(url) and _is_local(issuer))
    if not allowed or not parts.hostname or parts.username is not None:
        raise DocumentError(f"{parts.scheme}://{parts.hostname}: only https addresses are fetched")


def _is_local(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "http" and parts.hostname in LOOPBACK


def _read(url: str, response: Any, deadline: float) -> bytes:
    content = bytearray()
    while True:
        _check_time(url, deadline)
        chunk = response.read1(CHUNK)
        if not chunk:
            _check_time(url, deadline)
            return bytes(content)
        content += chunk
        if len(content) > MAX_BYTES:
            raise DocumentError(f"{url}: larger than {MAX_BYTES} bytes")


def _check_time(url: str, deadline: float) -> None:
    if time.monotonic() > deadline:
        raise DocumentError(f"{url}: too slow; it took over {TOTAL_SECONDS:g} s")
