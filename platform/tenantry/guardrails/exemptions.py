"""List every exemption from a rule with its reason; a rule knows no other."""

from tenantry.groups import current
from tenantry.rules.kinds import KINDS

# Actions that may be granted on `*`.
ON_ANYTHING = {
    "xray:PutTraceSegments": "X-Ray has no resource to name; AWS documents * as the only one",
    "xray:PutTelemetryRecords": "X-Ray has no resource to name; AWS documents * as the only one",
}

# Actions that a boundary, which by itself grants nothing, may name for any resource of a kind.
BOUNDARY_ON_ANYTHING = {
    "kms:Decrypt": "a key has a random id; service, table and secret narrow it in the condition",
}

# Routes that need neither key nor token.
OPEN_ROUTES = {
    "GET /health": "answered by the gateway itself, the same to everybody",
    "HEAD /health": "the same, without the content",
    "ANY *": "the gateway itself says that the path has no such method; a mock holds no tenant's data",
    "OPTIONS *": "a browser sends neither with a preflight; the function answers by the tenant's origins",
}

# Services whose roles need no permissions boundary.
UNBOUNDED_SERVICES = {
    "apigateway.amazonaws.com": "the account's logging role holds AWS's own policy; no code runs under it",
}

# Types that AWS, or the provider, cannot tag.
UNTAGGABLE = tuple(token for token, kind in KINDS.items() if token.startswith("aws:") and not kind.taggable)


def page_routes() -> dict[str, str]:
    """Routes of web pages that the route groups declare, each with the reason: they need neither."""
    stated = {each.route: each.reason for group in current() for each in group.page_routes}
    heads = {
        route.replace("GET", "HEAD", 1): reason for route, reason in stated.items() if route[:4] == "GET "
    }
    return stated | heads


def key_routes() -> dict[str, str]:
    """Routes that need a key alone: those that the route groups declare, each with the reason."""
    return {each.route: each.reason for group in current() for each in group.key_routes}
