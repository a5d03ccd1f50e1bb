"""How this tenant's tokens are checked, read once from the environment and checked for weak keys.

Algorithms are pinned here, never taken from a token.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from authorizer.keys import KeyRing, ring
from authorizer.reading import Path, Reading, path

DEFAULT_LEEWAY_SECONDS: Final = 30
DEFAULT_MAX_LIFETIME_SECONDS: Final = 86_400


@dataclass(frozen=True, slots=True)
class Settings:
    """`keys` is None in oidc mode: the issuer's document has them.

    It is at `jwks_uri`, or where the document at `discovery` says, or where the issuer's own does.
    """

    tenant: str
    issuer: str
    audience: str
    algorithms: tuple[str, ...]
    leeway_seconds: int
    max_lifetime_seconds: int
    keys: KeyRing | None
    discovery: str | None = None
    jwks_uri: str | None = None
    reading: Reading = field(default_factory=Reading)


@cache
def current() -> Settings:
    auth: dict[str, Any] = json.loads(os.environ["AUTH"])
    match auth["mode"]:
        case "keys":
            keys: KeyRing | None = ring(auth["keys"], None)
            algorithms = tuple(sorted({key["alg"] for key in auth["keys"]}))
        case "oidc":
            keys = None
            algorithms = tuple(auth["algorithms"])
        case mode:
            raise ValueError(f"AUTH has mode {mode!r}; use keys or oidc")
    return Settings(
        tenant=os.environ["TENANT"],
        issuer=auth["issuer"],
        audience=auth["audience"],
        algorithms=algorithms,
        leeway_seconds=auth.get("leeway_seconds", DEFAULT_LEEWAY_SECONDS),
        max_lifetime_seconds=auth.get("max_lifetime_seconds", DEFAULT_MAX_LIFETIME_SECONDS),
        keys=keys,
        discovery=auth.get("discovery"),
        jwks_uri=auth.get("jwks_uri"),
        reading=_reading(auth),
    )


def _reading(auth: Mapping[str, Any]) -> Reading:
    def paths(name: str) -> tuple[Path, ...]:
        return tuple(path(claim) for claim in auth.get(name, ()))

    return Reading(
        scopes=paths("scope_claims") or Reading().scopes,
        scope_names=auth.get("scope_names", {}),
        audience_fallback=paths("audience_fallback"),
        subject_fallback=paths("subject_fallback"),
    )
