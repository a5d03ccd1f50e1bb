"""What the gateway is expected to be: the contract's body, and each tenant's stage, limits and keys."""

import hashlib
import json
from collections.abc import Iterator

from tenantry.components.generations import BYTES
from tenantry.components.stage import ACCESS_LOG_FORMAT
from tenantry.gateway import contract
from tenantry.gateway.body import gateway_body
from tenantry.isolation.expected import domains
from tenantry.isolation.expected.expectation import SHOWN, Expected, Place, TenantPlace
from tenantry.releases import Piece
from tenantry.rules import naming, policies
from tenantry.rules.kinds import tokens
from tenantry.rules.naming import AUTHORIZER, GATEWAY_LOGGING


def of_cell(at: Place) -> Iterator[Expected]:
    cell, names, domain = at.cell.config.name, at.names, at.cell.config.domain
    body = gateway_body(contract.load(), names.cell, at.arns)
    yield at.expected(
        tokens.REST_API,
        cell,
        {
            "name": names.cell,
            "body": body,
            "failOnWarnings": True,
            "putRestApiMode": "overwrite",
            "endpointConfiguration": {"types": "REGIONAL"},
            "disableExecuteApiEndpoint": _closed(at),
            "tags": at.tags,
        },
    )
    if domain and domain.owned:
        yield from domains.of_domain(at, cell, domain)
    # Another trigger would leave the stages with the body that they had.
    digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
    earlier = (each.contract for each in at.releases.kept)
    for piece in dict.fromkeys((*earlier, Piece(digest, at.releases.newest.contract.mark))):
        inputs = {"restApi": at.api, "description": piece.digest, "triggers": {"body": piece.digest}}
        yield at.expected(tokens.DEPLOYMENT, f"{cell}{piece.mark}", inputs)
    if at.deployment.manage_account:
        drawn = f"{cell}.gateway"
        yield at.expected(tokens.RANDOM_ID, drawn, {"byteLength": BYTES})
        role = names.gateway_role(at.drawn(drawn))
        yield at.expected(
            tokens.ROLE,
            cell,
            {"name": role, "assumeRolePolicy": policies.gateway_logging_trust(), "tags": at.tags},
            retained=True,
        )
        yield at.expected(
            tokens.ROLE_POLICY_ATTACHMENT,
            cell,
            {"role": role, "policyArn": at.arns.managed(GATEWAY_LOGGING)},
            retained=True,
        )
        arn = at.arns.iam(f"role/{role}")
        yield at.expected(tokens.ACCOUNT, cell, {"cloudwatchRoleArn": arn}, retained=True)


def of_tenant(at: TenantPlace) -> Iterator[Expected]:
    yield from _stage(at)
    yield from _access(at)
    own, cells = at.tenant.domain, at.cell.config.domain
    if cells:
        yield _mapping(at, at.slug, cells.name, at.slug)
    if own:
        yield from domains.of_domain(at, at.slug, own)
        yield _mapping(at, f"{at.slug}.own", own.name, None)


def _closed(at: Place) -> bool:
    domain = at.cell.config.domain
    return bool(domain and not domain.default_endpoint)


def _mapping(at: TenantPlace, logical: str, domain: str, path: str | None) -> Expected:
    inputs = {"domainName": domain, "basePath": path, "restApi": at.api, "stageName": at.slug}
    return at.expected(tokens.BASE_PATH_MAPPING, logical, inputs)


def _stage(at: TenantPlace) -> Iterator[Expected]:
    slug, limits = at.slug, at.tenant.limits
    access_log = at.names.access_log(slug)
    yield log_group(at, slug, access_log)
    yield at.expected(
        tokens.STAGE,
        slug,
        {
            "restApi": at.api,
            "deployment": at.id(tokens.DEPLOYMENT, f"{at.cell.config.name}{at.release.contract.mark}"),
            "stageName": slug,
            # Without a change of a stage the API's own address is neither closed nor opened.
            "description": "answers at its domains alone" if _closed(at) else None,
            "variables": _variables(at),
            "accessLogSettings": {
                "destinationArn": at.arns.log_group(access_log),
                "format": ACCESS_LOG_FORMAT,
            },
            "xrayTracingEnabled": at.tenant.traced,
            "tags": at.tags | _address(at),
        },
    )
    yield at.expected(
        tokens.METHOD_SETTINGS,
        slug,
        {
            "restApi": at.api,
            "stageName": slug,
            "methodPath": "*/*",
            "settings": {
                "metricsEnabled": False,
                "loggingLevel": "OFF",
                "dataTraceEnabled": False,
                "throttlingRateLimit": limits.rate_per_second,
                "throttlingBurstLimit": limits.burst,
            },
        },
    )


def _address(at: TenantPlace) -> dict[str, str]:
    """Which one clients are sent to decides who gets their keys."""
    own, cells = at.tenant.domain, at.cell.config.domain
    if own:
        return {"address": f"https://{own.name}"}
    return {"address": f"https://{cells.name}/{at.slug}"} if cells else {}


def _variables(at: TenantPlace) -> dict[str, str]:
    """A group that is off is named to one that is on, which answers 404."""
    on = at.tenant.routes
    served = {group: group if group in on else on[0] for group in at.tenant.groups.names}
    return {
        naming.stage_variable(group): at.names.function(at.slug, function)
        for group, function in {AUTHORIZER: AUTHORIZER, **served}.items()
    }


def _access(at: TenantPlace) -> Iterator[Expected]:
    """A suspended tenant's plan opens no stage."""
    slug, limits, active = at.slug, at.tenant.limits, at.tenant.status == "active"
    quota = limits.quota
    yield at.expected(
        tokens.USAGE_PLAN,
        slug,
        {
            "name": at.names.tenant(slug),
            "description": SHOWN,
            "apiStages": [{"apiId": at.api, "stage": slug}] if active else None,
            "throttleSettings": {"rateLimit": limits.rate_per_second, "burstLimit": limits.burst},
            "quotaSettings": {"limit": quota.limit, "period": quota.period.upper()} if quota else None,
            "tags": at.tags,
        },
    )
    for key in at.tenant.api_keys:
        logical = f"{slug}.{key}"
        yield at.expected(
            tokens.API_KEY,
            logical,
            {
                "name": at.names.api_key(slug, key),
                "description": SHOWN,
                "enabled": True,
                "tags": at.tags,
            },
        )
        yield at.expected(
            tokens.USAGE_PLAN_KEY,
            logical,
            {
                "keyId": at.id(tokens.API_KEY, logical),
                "keyType": "API_KEY",
                "usagePlanId": at.id(tokens.USAGE_PLAN, slug),
            },
        )


def log_group(at: TenantPlace, logical: str, name: str) -> Expected:
    days = at.tenant.tier.log_retention_days
    inputs = {"name": name, "retentionInDays": days, "kmsKeyId": at.key, "tags": at.tags}
    return at.expected(tokens.LOG_GROUP, logical, inputs)
