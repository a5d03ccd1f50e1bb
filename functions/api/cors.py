"""Let browsers of the tenant's own origins call the API; another origin gets no allowing header.

Such a page may send whatever headers it asks for, within bounds: those of tracing, caching and frameworks are
the page's to choose, and none of them gives it more than its key and token do.
"""

import re
from typing import Final

from api.settings import Settings

REQUEST_HEADERS: Final = "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, X-Api-Key"
EXPOSED_HEADERS: Final = "ETag, Idempotent-Replayed, Location, Retry-After"
PREFLIGHT_SECONDS: Final = 600  # a removed origin keeps its preflight for at most this long
ASKED_LENGTH: Final = 1_024  # of Access-Control-Request-Headers; a browser's dozen has some 200 characters
_ASKED: Final = re.compile(r"[ \t]*(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+[ \t]*(?:,[ \t]*|$))+")
_SUBDOMAIN: Final = re.compile(r"([a-z][a-z0-9+.-]*://)[a-z0-9-]+(\..+)")


def headers(settings: Settings, origin: str | None) -> dict[str, str]:
    """The headers of an actual answer. `Vary` is there even without an origin, for the caches between."""
    if "*" in settings.cors_origins:
        return {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": EXPOSED_HEADERS}
    if not settings.cors_origins:
        return {}
    if origin is None or not _allowed(settings, origin):
        return {"Vary": "Origin"}
    allowed = {
        "Vary": "Origin",
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Expose-Headers": EXPOSED_HEADERS,
    }
    if settings.cors_credentials:
        allowed["Access-Control-Allow-Credentials"] = "true"
    return allowed


def preflight_headers(
    settings: Settings, origin: str | None, methods: tuple[str, ...], asked: str | None
) -> dict[str, str]:
    """`asked` is the request's Access-Control-Request-Headers. One that is malformed or too long adds
    nothing, so that the browser refuses the call itself."""
    answer = headers(settings, origin)
    if "Access-Control-Allow-Origin" not in answer:
        return answer
    answer.pop("Access-Control-Expose-Headers")
    return answer | {
        "Access-Control-Allow-Methods": ", ".join(methods),
        "Access-Control-Allow-Headers": _request_headers(asked or ""),
        "Access-Control-Max-Age": str(PREFLIGHT_SECONDS),
    }


def _allowed(settings: Settings, origin: str) -> bool:
    """By its own name, or as one label before a name that the tenant's file has with `*.`."""
    if origin in settings.cors_origins:
        return True
    below = _SUBDOMAIN.fullmatch(origin)
    return below is not None and f"{below[1]}*{below[2]}" in settings.cors_origins


def _request_headers(asked: str) -> str:
    """Each by its name, since `*` would not cover Authorization."""
    if len(asked) > ASKED_LENGTH or not _ASKED.fullmatch(asked):
        return REQUEST_HEADERS
    known = set(REQUEST_HEADERS.lower().split(", "))
    names = dict.fromkeys(name.strip(" \t").lower() for name in asked.split(","))
    return ", ".join([REQUEST_HEADERS, *(name for name in names if name and name not in known)])
