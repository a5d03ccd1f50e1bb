"""Declare a tenant's functions: its authorizer, and what its groups declare, each with what it may reach."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from agreed import environment
from agreed.secrets import RUNTIME, SIGNING
from tenantry.components.encryption import Encryption
from tenantry.components.function import Function, FunctionArgs
from tenantry.components.queue import TenantQueue
from tenantry.components.role import Role
from tenantry.components.schedule import Schedule
from tenantry.components.shared import layer_name
from tenantry.components.site import Site
from tenantry.config.verification import issuing
from tenantry.groups import Member
from tenantry.rules import grants, policies
from tenantry.rules.grants import Reach
from tenantry.rules.naming import AUTHORIZER, log_group

AUTHORIZER_SECONDS = 10

Environment = dict[str, pulumi.Input[str]]


@dataclass(frozen=True, slots=True)
class Stores:
    """What functions of a tenant work with: the table's name; secrets and queues by name."""

    table: pulumi.Input[str]
    secrets: Mapping[str, aws.secretsmanager.Secret]
    queues: Mapping[str, TenantQueue]


@dataclass(frozen=True, slots=True)
class Overseen:
    """What a function that oversees its tenant looks at beside the access log: the plan's id, the keys by
    name."""

    plan: pulumi.Output[str]
    keys: Mapping[str, aws.apigateway.ApiKey]


def roles(
    site: Site,
    declared: Iterable[Member],
    secrets: Mapping[str, pulumi.Output[str]],
    encryption: Encryption | None,
    parent: pulumi.Resource,
) -> dict[str, Role]:
    """By function, before anything that they may use is there; the authorizer's too.

    Args:
        secrets: by name, what AWS calls them.
    """
    opts = pulumi.ResourceOptions(parent=parent)
    logging = json.dumps(policies.authorizer(_logs(site, AUTHORIZER), site.tenant.traced))
    members = {each.name: role(site, each, secrets, encryption, parent) for each in declared}
    return {AUTHORIZER: Role(site, AUTHORIZER, logging, opts), **members}


def role(
    site: Site,
    declared: Member,
    secrets: Mapping[str, pulumi.Output[str]],
    encryption: Encryption | None,
    parent: pulumi.Resource,
    overseen: Overseen | None = None,
) -> Role:
    policy = _policy(site, declared, secrets, encryption, overseen)
    return Role(site, declared.name, policy, pulumi.ResourceOptions(parent=parent))


def authorizer(site: Site, role: Role, verification: pulumi.Input[str], parent: pulumi.Resource) -> Function:
    """`verification` is what it checks tokens by, as JSON."""
    source = _callers(site, "authorizers/*")
    args = FunctionArgs(
        site=site,
        name=AUTHORIZER,
        handler=f"start.{AUTHORIZER}",
        role=role,
        environment=_common(site, AUTHORIZER) | {environment.AUTH: verification},
        layers=_layers(site),
        timeout_seconds=AUTHORIZER_SECONDS,
        reserved_concurrency=site.tenant.concurrency(None),
        source_arn=source,
    )
    return Function(args, pulumi.ResourceOptions(parent=parent))


def member(
    site: Site,
    role: Role,
    declared: Member,
    stores: Stores,
    first: Sequence[pulumi.Resource],
    parent: pulumi.Resource,
    overseen: Overseen | None = None,
) -> Function:
    """A function of a group's, and what feeds it from its queue or runs it by the clock.

    Args:
        first: what must be in place before it is.
    """
    slug = site.slug
    source = _callers(site, f"{slug}/*/*")
    args = FunctionArgs(
        site=site,
        name=declared.name,
        handler=site.release.functions[declared.name].handler,
        role=role,
        environment=_common(site, declared.name)
        | _environment(site, declared, stores)
        | (_overseeing(site, overseen) if overseen else {}),
        layers=_layers(site, declared.group.name),
        timeout_seconds=declared.function.timeout_seconds,
        memory_mb=declared.function.memory_mb,
        reserved_concurrency=site.tenant.concurrency(declared),
        source_arn=source if declared.serves else None,
        first=tuple(first),
    )
    made = Function(args, pulumi.ResourceOptions(parent=parent))
    if declared.queue:
        queue = declared.queue
        aws.lambda_.EventSourceMapping(
            f"{slug}.{queue.name}",
            event_source_arn=stores.queues[queue.name].arn,
            function_name=made.arn,
            batch_size=queue.batch,
            function_response_types=["ReportBatchItemFailures"],
            scaling_config={"maximum_concurrency": queue.concurrency},
            tags=site.tags,
            opts=pulumi.ResourceOptions(parent=parent),
        )
    if declared.schedule:
        Schedule(site, declared.schedule, made, pulumi.ResourceOptions(parent=parent))
    return made


def _layers(site: Site, group: str = "") -> list[pulumi.Input[str]]:
    """A layer's files replace those of the layers before it: the platform's own packages are not replaced."""
    layers = site.release.layers
    names = [group, ""] if group and group in layers else [""]
    return [site.cell.layers[layer_name(each, layers[each].digest)] for each in names]


def _callers(site: Site, path: str) -> pulumi.Output[str]:
    """The ARN of that part of the API."""
    arns = site.deployment.arns
    return pulumi.Output.from_input(site.cell.api).apply(lambda api: arns.execute_api(api, path))


def _policy(
    site: Site,
    declared: Member,
    secrets: Mapping[str, pulumi.Output[str]],
    encryption: Encryption | None,
    overseen: Overseen | None,
) -> pulumi.Output[str]:
    function, arns, names = declared.function, site.deployment.arns, site.deployment.names
    table = arns.table(names.table if site.tenant.isolation == "pooled" else names.tenant(site.slug))
    read = {name: each.apply(arns.secrets) for name, each in secrets.items() if function.reads(name)}
    queues = {
        each.name: arns.queue(names.queue(site.slug, each.name))
        for each in site.tenant.queues
        if each.name in declared.reached
    }
    decrypt: pulumi.Input[list[Any]] = encryption.granted(declared) if encryption else []

    def written(known: dict[str, Any]) -> str:
        reach = Reach(
            table,
            _logs(site, declared.name),
            known["read"],
            queues,
            _mail(site, declared),
            site.tenant.traced,
            _overseen(site, known["plan"]),
            site.tenant.routes,
        )
        policy = grants.of_member(declared, site.tenant.groups, site.slug, reach)
        return json.dumps(policies.extended(policy, known["decrypt"]))

    plan: pulumi.Input[str] = overseen.plan if overseen else ""
    return pulumi.Output.all(read=read, decrypt=decrypt, plan=plan).apply(written)


def _overseen(site: Site, plan: str) -> tuple[policies.Statement, ...]:
    """Nothing where there is no plan to look at."""
    if not plan:
        return ()
    arns = site.deployment.arns
    log = site.deployment.names.access_log(site.slug)
    return policies.overseeing(arns.log_and_streams(log), arns.usage(plan))


def _overseeing(site: Site, overseen: Overseen) -> Environment:
    limits, names = site.tenant.limits, list(overseen.keys)
    ids = pulumi.Output.all(*(each.id for each in overseen.keys.values()))
    return {
        environment.STATUS: site.tenant.status,
        environment.METRICS: environment.FREE,  # a look at the API is no figure of the API's
        environment.ACCESS_LOG: site.deployment.names.access_log(site.slug),
        environment.USAGE_PLAN: overseen.plan,
        environment.API_KEYS: ids.apply(lambda known: compact(dict(zip(known, names, strict=True)))),
        environment.GROUPS: compact(list(site.tenant.routes)),
        environment.LIMITS: compact(limits.model_dump(mode="json", exclude_none=True)),
    }


def _mail(site: Site, declared: Member) -> policies.Statement | None:
    if not site.tenant.mailed(declared):
        return None
    deployment = site.deployment
    receivers = site.tenant.mailed(declared)
    return policies.by_email(deployment.sender_identities(), str(deployment.mail_from), receivers)


def _environment(site: Site, declared: Member, stores: Stores) -> Environment:
    tenant, function = site.tenant, declared.function
    options = tenant.options.get(declared.group.name, {})
    variables: Environment = {environment.TABLE: stores.table}
    if options:
        variables[environment.OPTIONS] = compact(options)
    if declared.serves:
        variables[environment.CORS_ORIGINS] = ",".join(tenant.cors_origins)
        variables[environment.CORS_CREDENTIALS] = "true" if tenant.cors_credentials else "false"
    if SIGNING in function.secrets:
        variables[environment.ISSUES] = compact(issuing(tenant, site.deployment.names.issuer(site.slug)))
    if RUNTIME in function.secrets and tenant.tier.cursors == "unsealed":
        variables[environment.CURSORS] = environment.UNSEALED
    for name, secret in stores.secrets.items():
        if function.reads(name):
            variables[environment.secret_arn(name)] = secret.arn
    for name in declared.reached:
        if name in stores.queues:
            variables[environment.queue_url(name)] = stores.queues[name].url
    if listed := tenant.webhooks.get(declared.group.name) if declared.knows_receivers else None:
        shown = [each.as_json(called=declared.calls_receivers) for each in listed]
        variables[environment.WEBHOOKS] = compact(shown)
    if declared.queue:
        variables[environment.MAX_RECEIVES] = str(declared.queue.max_receives)
    if function.calls:
        called = [options.get(each, each) for each in function.calls]
        variables[environment.CALLS] = compact([each for each in called if "://" in each])
    if site.tenant.mailed(declared):
        variables[environment.MAIL_FROM] = str(site.deployment.mail_from)
    return variables


def _common(site: Site, name: str) -> Environment:
    counted = site.tenant.tier.monitoring.metrics == "detail"
    return {
        environment.TENANT: site.slug,
        environment.CELL: site.deployment.cell,
        "POWERTOOLS_SERVICE_NAME": name,
        "POWERTOOLS_METRICS_NAMESPACE": "Tenantry",
        "POWERTOOLS_LOG_LEVEL": site.deployment.log_level,
        **({} if counted else {environment.METRICS: environment.FREE}),
    }


def _logs(site: Site, name: str) -> str:
    return site.deployment.arns.log_group(log_group(site.deployment.names.function(site.slug, name)))


def compact(value: Any) -> str:
    """JSON without blanks: a function's whole environment holds 4 KB."""
    return json.dumps(value, separators=(",", ":"))
