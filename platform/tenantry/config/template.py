"""Write the file that a new tenant starts from: valid as it is, with every other choice in a comment."""

import json

from agreed.declarations import Group
from tenantry.config.slugs import CELL_RULE, SLUG_RULE, is_cell_name, is_slug
from tenantry.groups import current
from tenantry.problems import shown

_TEXT = """\
# yaml-language-server: $schema=../schema/tenant.schema.json
# Tenant {slug} of cell {cell}: the names of file and folder. Moving the file makes another tenant of it.

name: {name}
tier: {tier}
status: active # suspended: data is kept, calls answer 403

# Route groups that answer; the others are 404.
routes: [{routes}]

# Whose tokens open routes with a scope: exactly one of managed, jwks and oidc.
auth:
  managed:
    keys: [main] # to rotate: add a second name, move the signers, drop the first
  # jwks:
  #   keys:
  #     - {{kid: "2026", kty: OKP, crv: Ed25519, x: <public half, base64url>}}
  # oidc:
  #   issuer: https://id.example.com
  #   audience: {slug}
  # leeway_seconds: 30

# Every call but GET /health needs one. To rotate: add a second name, move the clients, drop the first.
api_keys: [web]

# data:
#   isolation: silo # a table of its own, instead of the tier's choice
#   encryption: kms # a key of its own for table, secrets and logs; needs isolation: silo

# limits: # instead of the tier's
#   rate_per_second: 20
#   burst: 40
#   quota: {{limit: 50000, period: day}}

# Pages of these origins may call the API.
# cors_origins: [https://www.example.com]

{options}# alarms:
#   email: ops@example.com

# workload: # for `tenantry cost` and `tenantry fit`; it changes no resource
#   requests_per_month: 100000
#   peak_per_second: 5
#   duration_ms: 50
#   p99_ms: 3000
#   payload_kb: {{request: 1, response: 2}}
#   longest_request_seconds: 5
#   connection: request # or streaming, or websocket
"""

# YAML 1.1 or 1.2 reads these as something other than strings.
_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})


def tenant_file(slug: str, cell: str, tier: str, name: str | None = None) -> str:
    """The text of tenants/<cell>/<slug>.yaml; whether tier and cell exist is not checked here.

    It switches on each installed group that the tenant may have, except those that sign tokens or oversee it.

    Raises:
        ValueError: slug or cell is not a valid name.
    """
    if not is_slug(slug):
        raise ValueError(f"{shown(slug)} cannot be a slug; use {SLUG_RULE}")
    if not is_cell_name(cell):
        raise ValueError(f"{shown(cell)} cannot be a cell's name; use {CELL_RULE}")
    its = [
        group
        for group in current()
        if (group.tenants is None or slug in group.tenants) and not (group.signs or group.function.oversees)
    ]
    return _TEXT.format(
        slug=slug,
        cell=cell,
        tier=scalar(tier),
        name=scalar(name or _display_name(slug)),
        routes=", ".join(group.name for group in its),
        options="".join(map(_options, its)),
    )


def _options(group: Group) -> str:
    lines = [f"#   {each.name}: {scalar(each.example)} # {each.description}\n" for each in group.options]
    if group.webhooks:
        example = "{name: crm, url: https://hooks.example.com/contact}"
        lines.append(f"#   webhooks: [{example}] # receivers of its events, each with a secret of its own\n")
    return "".join([f"# {group.name}:\n", *lines, "\n"]) if lines else ""


def _display_name(slug: str) -> str:
    return " ".join(part.capitalize() for part in slug.split("-"))


def scalar(text: str) -> str:
    """The text as YAML: unquoted where every YAML reader reads it as this text."""
    words = text.replace(" ", "").replace("-", "")
    if words.isalnum() and text[0].isalpha() and text.lower() not in _WORDS:
        return text
    return json.dumps(text, ensure_ascii=False)
