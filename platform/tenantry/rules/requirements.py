"""Read what an imported method asks of its callers, as API Gateway's importer does and OpenAPI does not.

OpenAPI takes the elements of `security` for alternatives. API Gateway asks for all of them together: one
becomes the method's `authorizerId`, one its `apiKeyRequired`. AWS's own generator writes a method with both
in that form (https://github.com/aws/aws-pdk, type-safe-api, `prepare-spec.ts`). What an element of several
schemes, or of none, would become is written nowhere: it asks for nothing.
"""

from collections.abc import Mapping, Sequence
from typing import Any

KEY, TOKEN = "an API key", "an authorizer"
KEY_HEADER = "x-api-key"  # the only header that API Gateway reads keys from


def separate(security: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """One of OpenAPI's requirements in the importer's form: each scheme in an element of its own.

    Raises:
        ValueError: there are alternatives, which API Gateway does not know.
    """
    if len(security) > 1:
        raise ValueError("it has alternatives, and API Gateway knows none")
    return [{name: scopes} for requirement in security for name, scopes in requirement.items()]


def asked(body: Mapping[str, Any], security: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    """What a method of the imported body asks for: KEY, TOKEN, both, or nothing."""
    schemes = body.get("components", {}).get("securitySchemes", {})
    if any(len(element) != 1 for element in security):
        return frozenset()
    kinds = (_kind(schemes.get(name, {})) for element in security for name in element)
    return frozenset(kind for kind in kinds if kind)


def _kind(scheme: Mapping[str, Any]) -> str | None:
    """What the gateway enforces of a scheme; None where it enforces nothing."""
    if scheme.get("x-amazon-apigateway-authorizer"):
        return TOKEN if scheme.get("x-amazon-apigateway-authtype") == "custom" else None
    if scheme.get("type") == "apiKey" and str(scheme.get("name", "")).lower() == KEY_HEADER:
        return KEY
    return None
