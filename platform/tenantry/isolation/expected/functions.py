"""What each function is expected to be: its role, its environment by the tenant's file, and what runs it."""

from collections.abc import Iterator
from typing import Any

from agreed import environment
from agreed.secrets import RUNTIME, SIGNING
from tenantry.components.functions import AUTHORIZER_SECONDS
from tenantry.config.verification import issuing, verification
from tenantry.groups import Member, current
from tenantry.isolation.expected.expectation import SHOWN, Expected, Inputs, Place, TenantPlace
from tenantry.isolation.expected.gateway import log_group
from tenantry.isolation.expected.invocations import mapping, permission, schedule
from tenantry.isolation.expected.storage import object_key
from tenantry.rules import grants, key_policies, naming, policies
from tenantry.rules.grants import Reach
from tenantry.rules.jwks import ed25519_jwk
from tenantry.rules.kinds import tokens
from tenantry.rules.naming import AUTHORIZER


def of_cell(at: Place) -> Iterator[Expected]:
    """The boundary."""
    arns, names, sender = at.arns, at.names, at.deployment.mail_from
    secrets = arns.secrets(naming.generation(names.secret("*", "*"), "*"))
    limits = policies.boundary(
        tables=[arns.table(names.table), arns.table(names.tenant("*"))],
        log_groups=arns.log_group(naming.log_group(names.function("*", "*"))),
        secrets=secrets,
        signing_secrets=arns.secrets(naming.generation(names.signing_secret("*"), "*")),
        queues=arns.queue(names.queue("*", "*")),
        dead_letters=arns.queue(names.dead_letters("*", "*")),
        overseen=_overseen(at, "*", "*"),
        email=policies.by_email(at.deployment.sender_identities(), sender) if sender else None,
        signers=[
            arns.iam(f"role/{names.function('*', member.name)}")
            for member in current().members
            if SIGNING in member.function.secrets
        ],
    )
    kept = (
        key_policies.items(arns.regional("dynamodb"), names.tenant("*")),
        key_policies.secret(arns.regional("secretsmanager"), "", secrets),
    )
    policy = policies.extended(limits, key_policies.decrypt(arns.kms("key/*"), *kept))
    inputs = {"name": names.cell, "description": SHOWN, "policy": policy, "tags": at.tags}
    yield at.expected(tokens.POLICY, at.cell.config.name, inputs)


def of_tenant(at: TenantPlace) -> Iterator[Expected]:
    logs = at.arns.log_group(naming.log_group(at.names.function(at.slug, AUTHORIZER)))
    own = {
        "handler": f"start.{AUTHORIZER}",
        "timeout": AUTHORIZER_SECONDS,
        "reservedConcurrentExecutions": at.tenant.concurrency(None),
        "layers": [_layer(at)],
    }
    yield from _function(
        at, AUTHORIZER, policies.authorizer(logs, at.tenant.traced), {environment.AUTH: _auth(at)}, own
    )
    yield permission(at, AUTHORIZER, "gateway", at.arns.execute_api(at.api, "authorizers/*"))
    for member in at.tenant.members:
        yield from _member(at, member)


def _member(at: TenantPlace, member: Member) -> Iterator[Expected]:
    function = member.function
    own = {
        "handler": at.release.functions[member.name].handler,
        "timeout": function.timeout_seconds,
        "memorySize": function.memory_mb or at.tenant.tier.memory_mb,
        "reservedConcurrentExecutions": at.tenant.concurrency(member),
        "layers": [*([_layer(at, member.group.name)] if _has_layer(at, member) else []), _layer(at)],
    }
    yield from _function(at, member.name, _policy(at, member), _variables(at, member), own)
    if member.serves:
        source = at.arns.execute_api(at.api, f"{at.slug}/*/*")
        yield permission(at, member.name, "gateway", source)
    if member.queue:
        yield mapping(at, member.name, member.queue)
    if member.schedule:
        yield from schedule(at, member.schedule)


def _function(
    at: TenantPlace, function: str, policy: policies.Policy, variables: Inputs, own: Inputs
) -> Iterator[Expected]:
    logical, name, release = f"{at.slug}.{function}", at.names.function(at.slug, function), at.release
    yield at.expected(
        tokens.ROLE,
        logical,
        {
            "name": name,
            "assumeRolePolicy": policies.trust(),
            "permissionsBoundary": at.arns.iam(f"policy/{at.names.cell}"),
            "tags": at.tags,
        },
    )
    yield at.expected(tokens.ROLE_POLICY, logical, {"name": "own", "role": name, "policy": policy})
    yield log_group(at, logical, naming.log_group(name))
    yield at.expected(
        tokens.FUNCTION,
        logical,
        {
            "name": name,
            "role": at.arns.iam(f"role/{name}"),
            "runtime": release.runtime,
            "architectures": [release.architecture],
            "s3Bucket": at.id(tokens.BUCKET, at.cell.config.name),
            "s3Key": object_key("code", release.code.digest),
            "memorySize": at.tenant.tier.memory_mb,
            "tracingConfig": {"mode": "Active" if at.tenant.traced else "PassThrough"},
            "environment": {"variables": {**_common(at, function), **variables}},
            "tags": at.tags,
            **own,
        },
    )


def _common(at: TenantPlace, function: str) -> dict[str, str]:
    free = at.tenant.tier.monitoring.metrics == "free"
    return {
        **({environment.METRICS: environment.FREE} if free else {}),
        environment.TENANT: at.slug,
        environment.CELL: at.cell.config.name,
        "POWERTOOLS_SERVICE_NAME": function,
        "POWERTOOLS_METRICS_NAMESPACE": "Tenantry",
        "POWERTOOLS_LOG_LEVEL": at.deployment.log_level,
    }


def _auth(at: TenantPlace) -> dict[str, Any]:
    """What tokens are checked by, as the file says; of managed keys, the halves that are registered."""
    managed = at.tenant.auth.managed
    names = managed.keys if managed else ()
    drawn = {name: at.computed(tokens.PRIVATE_KEY, f"{at.slug}.{name}", "publicKeyPem") for name in names}
    keys = [ed25519_jwk(name, pem) for name, pem in drawn.items() if pem]
    return verification(at.tenant, at.names.issuer(at.slug), keys)


def _variables(at: TenantPlace, member: Member) -> Inputs:
    """The environment of a group's function: whatever it names is this tenant's, or stands in its file."""
    tenant, function, names = at.tenant, member.function, at.names
    options = tenant.options.get(member.group.name, {})
    secrets = {each.name for each in tenant.secrets}
    queues = {each.name for each in tenant.queues}
    variables: dict[str, Any] = {
        environment.TABLE: names.tenant(at.slug) if tenant.isolation == "silo" else names.table
    }
    if options:
        variables[environment.OPTIONS] = dict(options)
    if member.serves:
        variables[environment.CORS_ORIGINS] = ",".join(tenant.cors_origins)
        variables[environment.CORS_CREDENTIALS] = "true" if tenant.cors_credentials else "false"
    if RUNTIME in set(function.secrets) - secrets:
        variables[environment.CURSORS] = environment.UNSEALED
    for name in filter(function.reads, secrets):
        variables[environment.secret_arn(name)] = at.secret_arn(name)
    if SIGNING in function.secrets:
        variables[environment.secret_arn(SIGNING)] = at.secret_arn(SIGNING)
        variables[environment.ISSUES] = issuing(tenant, names.issuer(at.slug))
    for name in queues.intersection(_reached(member)):
        url = at.computed(tokens.QUEUE, f"{at.slug}.{name}", "url")
        variables[environment.queue_url(name)] = url
    if listed := _listed(at, member):
        variables[environment.WEBHOOKS] = listed
    if member.queue:
        variables[environment.MAX_RECEIVES] = str(member.queue.max_receives)
    if function.calls:
        called = [options.get(each, each) for each in function.calls]
        variables[environment.CALLS] = [each for each in called if "://" in each]
    if function.oversees:
        variables |= _overseeing(at)
    if function.mails and function.mails.holds(options):
        variables[environment.MAIL_FROM] = at.deployment.mail_from
    return variables


def _listed(at: TenantPlace, member: Member) -> list[dict[str, Any]]:
    """The tenant's receivers, for what feeds their queue; their addresses for what delivers alone."""
    webhooks = member.group.webhooks
    if webhooks is None or webhooks.queue not in _reached(member):
        return []
    delivers = member.queue is not None and member.queue.name == webhooks.queue
    return [
        {"name": each.name, "events": list(each.events), **({"url": each.url} if delivers else {})}
        for each in at.tenant.webhooks.get(member.group.name, ())
    ]


def _reached(member: Member) -> tuple[str, ...]:
    """Queues that it puts into or takes from."""
    fed = (each.split("/")[-1] for each in member.function.feeds)
    return (*fed, *((member.queue.name,) if member.queue else ()))


def _policy(at: TenantPlace, member: Member) -> policies.Policy:
    """What the group's declaration grants on this tenant's own, and nothing beside."""
    tenant, names, arns = at.tenant, at.names, at.arns
    silo = tenant.isolation == "silo"
    there = [*(each.name for each in tenant.secrets), SIGNING]
    secrets = [each for each in there if member.function.reads(each)]
    queues = [each.name for each in tenant.queues if each.name in _reached(member)]
    reach = Reach(
        arns.table(names.tenant(at.slug) if silo else names.table),
        arns.log_group(naming.log_group(names.function(at.slug, member.name))),
        {name: arns.secrets(at.secret_name(name)) for name in secrets},
        {name: arns.queue(names.queue(at.slug, name)) for name in queues},
        _mail(at, member),
        at.tenant.traced,
        _overseen(at, at.slug, at.id(tokens.USAGE_PLAN, at.slug)) if member.function.oversees else (),
        tenant.routes,
    )
    granted = grants.of_member(member, tenant.groups, at.slug, reach)
    if at.key is None:
        return granted
    kept = [key_policies.items(arns.regional("dynamodb"), names.tenant(at.slug))]
    for name in secrets:
        arn = arns.secrets(naming.generation(names.secret(at.slug, name), "*"))
        kept.append(key_policies.secret(arns.regional("secretsmanager"), name, arn))
    return policies.extended(granted, key_policies.decrypt(at.key, *kept))


def _overseen(at: Place, slug: str, plan: str) -> tuple[policies.Statement, ...]:
    log = at.arns.log_group(at.names.access_log(slug))
    return policies.overseeing([log, f"{log}:*"], at.arns.gateway(f"/usageplans/{plan}/usage"))


def _overseeing(at: TenantPlace) -> Inputs:
    """The log, plan, keys and limits of this tenant, for what oversees it."""
    keys = {at.id(tokens.API_KEY, f"{at.slug}.{key}"): key for key in at.tenant.api_keys}
    limits, quota = at.tenant.limits, at.tenant.limits.quota
    stated = {"rate_per_second": limits.rate_per_second, "burst": limits.burst}
    return {
        environment.STATUS: at.tenant.status,
        environment.METRICS: environment.FREE,
        environment.ACCESS_LOG: at.names.access_log(at.slug),
        environment.USAGE_PLAN: at.id(tokens.USAGE_PLAN, at.slug),
        environment.API_KEYS: keys,
        environment.GROUPS: list(at.tenant.routes),
        environment.LIMITS: stated
        | ({"quota": {"limit": quota.limit, "period": quota.period}} if quota else {}),
    }


def _mail(at: TenantPlace, member: Member) -> policies.Statement | None:
    mails, options = member.function.mails, at.tenant.options.get(member.group.name, {})
    if mails is None or not mails.holds(options):
        return None
    receivers = [options[mails.option]]
    return policies.by_email(at.deployment.sender_identities(), str(at.deployment.mail_from), receivers)


def _has_layer(at: TenantPlace, member: Member) -> bool:
    return member.group.name in at.release.layers


def _layer(at: TenantPlace, group: str = "") -> str:
    cell, mark = at.cell.config.name, at.release.layers[group].mark
    return at.arn(tokens.LAYER_VERSION, f"{cell}.{group}{mark}" if group else f"{cell}{mark}")
