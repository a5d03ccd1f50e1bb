"""Fetch a JSON document of the issuer: https only, no redirects, bounded in size and time.

Plain http is taken from loopback addresses alone, where the local platform plays the issuer.
"""

import time
import urllib.error
import urllib.request
from http.client import HTTPException
from typing import Any, Final, NoReturn
from urllib.parse import urlsplit

from api.strict_json import MalformedJson, parse

MAX_BYTES: Final = 262_144
SOCKET_SECONDS: Final = 2.0  # for any one step on the network
TOTAL_SECONDS: Final = 3.0  # for one document; two of them fit well into the function's 10 s
CHUNK: Final = 16_384
LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


class DocumentError(Exception):
    """The document could not be had; the message names the address and what was wrong."""


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, req: Any, *_: Any) -> NoReturn:
        raise DocumentError(f"{req.full_url}: redirects are not followed")


def fetch(url: str) -> dict[str, Any]:
    _check(url)
    # No proxy from the environment: the address is the issuer's own.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirects)
    request = urllib.request.Request(url, headers={"Accept": "application/json"})  # noqa: S310 - checked above
    try:
        with opener.open(request, timeout=SOCKET_SECONDS) as response:
            text = _read(url, response).decode()
        value = parse(text)
    except (OSError, HTTPException, UnicodeDecodeError, MalformedJson) as error:
        raise DocumentError(f"{url}: {type(error).__name__}") from error
    if not isinstance(value, dict):
        raise DocumentError(f"{url}: not a JSON object")
    return value


def _check(url: str) -> None:
    parts = urlsplit(url)
    secure = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    if not secure or not parts.hostname or parts.username is not None:
        raise DocumentError(f"{parts.scheme}://{parts.hostname}: only https addresses are fetched")


def _read(url: str, response: Any) -> bytes:
    deadline = time.monotonic() + TOTAL_SECONDS
    content = bytearray()
    while chunk := response.read1(CHUNK):
        content += chunk
        if len(content) > MAX_BYTES or time.monotonic() > deadline:
            raise DocumentError(f"{url}: larger than {MAX_BYTES} bytes, or too slow")
    return bytes(content)
