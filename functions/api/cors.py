"""Let browsers of the tenant's own origins call the API; another origin gets no allowing header."""

from typing import Final

from api.settings import Settings

REQUEST_HEADERS: Final = "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, X-Api-Key"
EXPOSED_HEADERS: Final = "ETag, Idempotent-Replayed, Location, Retry-After"
PREFLIGHT_SECONDS: Final = 600  # a removed origin keeps its preflight for at most this long


def headers(settings: Settings, origin: str | None) -> dict[str, str]:
    """The headers of an actual answer. `Vary` is there even without an origin, for the caches between."""
    if "*" in settings.cors_origins:
        return {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": EXPOSED_HEADERS}
    if not settings.cors_origins:
        return {}
    if origin not in settings.cors_origins:
        return {"Vary": "Origin"}
    allowed = {
        "Vary": "Origin",
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Expose-Headers": EXPOSED_HEADERS,
    }
    if settings.cors_credentials:
        allowed["Access-Control-Allow-Credentials"] = "true"
    return allowed


def preflight_headers(settings: Settings, origin: str | None, methods: tuple[str, ...]) -> dict[str, str]:
    answer = headers(settings, origin)
    if "Access-Control-Allow-Origin" not in answer:
        return answer
    answer.pop("Access-Control-Expose-Headers")
    return answer | {
        "Access-Control-Allow-Methods": ", ".join(methods),
        "Access-Control-Allow-Headers": REQUEST_HEADERS,
        "Access-Control-Max-Age": str(PREFLIGHT_SECONDS),
    }
