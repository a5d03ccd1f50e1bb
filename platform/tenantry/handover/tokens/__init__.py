"""Programs that get the next token, each a file that runs by itself: from an endpoint, or by signing it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tenantry.config import Tenant
from tenantry.gateway.published import ISSUER
from tenantry.handover.receivers import Source

FOLDER = Path(__file__).parent
LANGUAGES = {".py": "python", ".mjs": "javascript"}
NAMES = tuple(f"{kind}_token{ending}" for kind in ("get", "sign") for ending in LANGUAGES)


def sources(tenant: Tenant, document: Mapping[str, Any]) -> tuple[Source, ...]:
    """None for a managed tenant without a token endpoint: its operator hands out tokens."""
    kind = "sign" if tenant.auth.jwks else "get"
    if tenant.auth.managed and not tenant.signers:
        return ()
    values = _values(tenant, document)
    return tuple(_filled(name, values) for name in NAMES if name.startswith(kind))


def _values(tenant: Tenant, document: Mapping[str, Any]) -> dict[str, str]:
    """For each mark; of an identity provider's endpoint nothing is known here."""
    key = tenant.auth.jwks.keys[0] if tenant.auth.jwks else None
    return {
        "@token_url@": f"{document['servers'][0]['url']}/token" if tenant.auth.managed else "",
        "@kid@": key.kid if key else "",
        "@algorithm@": key.algorithm if key else "",
        "@issuer@": document["components"]["securitySchemes"]["token"].get(ISSUER, ""),
        "@audience@": tenant.audience,
    }


def _filled(name: str, values: Mapping[str, str]) -> Source:
    file = FOLDER / name
    text = file.read_text(encoding="utf-8")
    for mark, value in values.items():
        text = text.replace(mark, value)
    return Source(name, LANGUAGES[file.suffix], text)
