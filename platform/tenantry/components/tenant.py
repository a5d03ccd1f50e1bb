"""Declare one tenant: everything that is its own, in the order in which a request meets it."""

import json
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws
import pulumi_random as random

from tenantry.components.access import Access, AccessArgs
from tenantry.components.cell import Cell
from tenantry.components.delivery import (
    NOTIFIER_TIMEOUT_SECONDS,
    Delivery,
    DeliveryArgs,
    Queues,
    QueuesArgs,
)
from tenantry.components.encryption import Encryption, EncryptionArgs
from tenantry.components.function import TIMEOUT_SECONDS, Function, FunctionArgs
from tenantry.components.signing import SigningKeys, SigningKeysArgs
from tenantry.components.stage import Stage, StageArgs
from tenantry.components.table import table
from tenantry.components.watch import Watch, WatchArgs
from tenantry.config import Tenant as TenantConfig
from tenantry.config.verification import verification
from tenantry.deployment import Deployment
from tenantry.rules import policies
from tenantry.rules.kinds.tokens import TENANT
from tenantry.rules.naming import AUTHORIZER, GROUPS, NOTIFIER, log_group, stage_variable


@dataclass(frozen=True, slots=True)
class TenantArgs:
    deployment: Deployment
    cell: Cell
    tenant: TenantConfig


class Tenant(pulumi.ComponentResource):
    """One tenant of a cell. Nothing here depends on another tenant, so no other tenant's file changes it."""

    def __init__(self, name: str, args: TenantArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(TENANT, name, None, opts)
        self._args = args
        self._tags = args.deployment.tags(tenant=args.tenant.slug, tier=args.tenant.tier.name)
        self._encryption = self._own_key()
        self._key = self._encryption.key if self._encryption else None
        self._secret = self._runtime_secret()
        self._table = self._data_table()
        self._queues = self._contact_queues()
        functions = {AUTHORIZER: self._authorizer()}
        functions |= {group: self._function(group) for group in args.tenant.routes}
        stage = Stage(name, self._stage_args(functions), self._below())
        access = Access(
            name,
            AccessArgs(args.deployment, args.tenant, args.cell.api.id, stage.name, self._tags),
            self._below(),
        )
        self._declare_delivery()
        Watch(name, WatchArgs(args.deployment, args.cell, args.tenant, self._tags), self._below())
        self.summary: dict[str, Any] = self._summary(stage, access)
        self.register_outputs({"url": stage.url})

    def _below(self) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self)

    def _summary(self, stage: Stage, access: Access) -> dict[str, Any]:
        tenant = self._args.tenant
        return {
            "tier": tenant.tier.name,
            "status": tenant.status,
            "url": stage.url,
            "routes": list(tenant.routes),
            "auth": tenant.auth.mode,
            "isolation": tenant.isolation,
            "encryption": tenant.data.encryption,
            "table": self._table.name,
            "notifications": tenant.webhook or tenant.mailbox,
            "api_key_ids": {key: resource.id for key, resource in access.keys.items()},
            "api_keys": pulumi.Output.secret({key: resource.value for key, resource in access.keys.items()}),
        }

    def _own_key(self) -> Encryption | None:
        deployment, cell, tenant = self._args.deployment, self._args.cell, self._args.tenant
        if tenant.data.encryption == "aws-owned":
            return None
        args = EncryptionArgs(deployment, tenant, cell.api.id, self._tags)
        return Encryption(tenant.slug, args, self._below())

    def _runtime_secret(self) -> aws.secretsmanager.Secret:
        """The tenant's secret starts with a cursor key; what operators add is theirs, and left alone."""
        slug, names = self._args.tenant.slug, self._args.deployment.names
        secret = aws.secretsmanager.Secret(
            slug,
            name=names.secret(slug),
            description=f"Values that functions of {slug} read at run time",
            # Its values are made anew or set again. No window: the name is free when the tenant comes back.
            recovery_window_in_days=0,
            kms_key_id=self._key,
            tags=self._tags,
            opts=self._below(),
        )
        cursor_key = random.RandomBytes(slug, length=32, opts=self._below())
        content: pulumi.Output[str] = pulumi.Output.secret(
            cursor_key.base64.apply(lambda key: json.dumps({"cursor_key": key}))
        )
        aws.secretsmanager.SecretVersion(
            slug,
            secret_id=secret.id,
            secret_string=content,
            opts=pulumi.ResourceOptions(parent=self, ignore_changes=["secretString"]),
        )
        return secret

    def _data_table(self) -> aws.dynamodb.Table:
        tenant = self._args.tenant
        if tenant.isolation == "pooled":
            return self._args.cell.table
        deployment = self._args.deployment
        name, adopted = deployment.names.tenant(tenant.slug), tenant.slug in deployment.adopt
        return table(tenant.slug, name, self._tags, self, self._key, adopted)

    def _contact_queues(self) -> Queues | None:
        args = self._args
        if not args.tenant.delivers:
            return None
        return Queues(args.tenant.slug, QueuesArgs(args.deployment, args.tenant, self._tags), self._below())

    def _declare_delivery(self) -> None:
        args, queues = self._args, self._queues
        if queues is None:
            return
        delivery = DeliveryArgs(
            args.deployment, args.tenant, self._table, queues, self._encryption, self._declare, self._tags
        )
        Delivery(args.tenant.slug, delivery, self._below())

    def _authorizer(self) -> Function:
        deployment, cell, slug = self._args.deployment, self._args.cell, self._args.tenant.slug
        logs = deployment.arns.log_group(log_group(deployment.names.function(slug, AUTHORIZER)))
        source = cell.api.id.apply(lambda api: deployment.arns.execute_api(api, "authorizers/*"))
        environment = {"AUTH": self._verification(), "ROUTES": ",".join(self._args.tenant.routes)}
        return self._declare(AUTHORIZER, json.dumps(policies.authorizer(logs)), environment, source)

    def _function(self, group: str) -> Function:
        deployment, cell, tenant = self._args.deployment, self._args.cell, self._args.tenant
        logs = deployment.arns.log_group(log_group(deployment.names.function(tenant.slug, group)))
        queue = self._queues.arn if self._queues else None
        decrypt: pulumi.Input[list[Any]] = self._encryption.granted(group) if self._encryption else []
        policy = pulumi.Output.all(self._table.arn, self._secret.arn, queue, decrypt).apply(
            lambda known: json.dumps(
                policies.extended(
                    policies.of_group(group, tenant.slug, known[0], logs, *known[1:3]), known[3]
                )
            )
        )
        environment: dict[str, pulumi.Input[str]] = {
            "TABLE": self._table.name,
            "CORS_ORIGINS": ",".join(tenant.cors_origins),
            "CORS_CREDENTIALS": "true" if tenant.cors_credentials else "false",
        }
        if group in policies.GROUPS_WITH_SECRET:
            environment["SECRET_ARN"] = self._secret.arn
        if group == "contact" and self._queues:
            environment["QUEUE_URL"] = self._queues.url
        source = cell.api.id.apply(lambda api: deployment.arns.execute_api(api, f"{tenant.slug}/*/*"))
        return self._declare(group, policy, environment, source)

    def _declare(
        self,
        group: str,
        policy: pulumi.Input[str],
        environment: dict[str, pulumi.Input[str]],
        source_arn: pulumi.Input[str] | None = None,
    ) -> Function:
        deployment, tenant = self._args.deployment, self._args.tenant
        common: dict[str, pulumi.Input[str]] = {
            "TENANT": tenant.slug,
            "CELL": deployment.cell,
            "POWERTOOLS_SERVICE_NAME": group,
            "POWERTOOLS_METRICS_NAMESPACE": "Tenantry",
            "POWERTOOLS_LOG_LEVEL": deployment.log_level,
        }
        function = FunctionArgs(
            deployment=deployment,
            cell=self._args.cell,
            tenant=tenant.slug,
            group=group,
            policy=policy,
            environment=common | environment,
            source_arn=source_arn,
            memory_mb=tenant.tier.memory_mb,
            log_retention_days=tenant.tier.log_retention_days,
            reserved_concurrency=tenant.tier.reserved_concurrency if group in GROUPS else None,
            timeout_seconds=NOTIFIER_TIMEOUT_SECONDS if group == NOTIFIER else TIMEOUT_SECONDS,
            log_key=self._key,
            tags=self._tags,
        )
        return Function(f"{tenant.slug}.{group}", function, self._below())

    def _stage_args(self, functions: dict[str, Function]) -> StageArgs:
        """A group that is switched off is named to a function of this tenant, which answers 404."""
        fallback = functions[self._args.tenant.routes[0]]
        variables = {
            stage_variable(group): functions.get(group, fallback).name for group in (AUTHORIZER, *GROUPS)
        }
        serving = [permission for function in functions.values() for permission in function.permissions]
        return StageArgs(
            self._args.deployment,
            self._args.cell,
            self._args.tenant,
            variables,
            serving,
            self._tags,
            self._key,
        )

    def _verification(self) -> pulumi.Input[str]:
        """What the authorizer checks tokens by, as JSON; public keys only."""
        tenant, deployment = self._args.tenant, self._args.deployment
        issuer = deployment.names.issuer(tenant.slug)
        if tenant.auth.managed is None:
            return _compact(verification(tenant, issuer, []))
        keys = SigningKeys(
            tenant.slug,
            SigningKeysArgs(deployment, tenant.slug, tenant.auth.managed.keys, self._tags, self._key),
            self._below(),
        )
        return keys.jwks.apply(lambda jwks: _compact(verification(tenant, issuer, jwks)))


def _compact(value: dict[str, Any]) -> str:
    """JSON without blanks: a function's whole environment holds 4 KB."""
    return json.dumps(value, separators=(",", ":"))
