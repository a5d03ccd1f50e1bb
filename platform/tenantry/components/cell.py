"""Declare what the tenants of a cell share: API, table, code, boundary, topic, dashboards and budget."""

import json
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from agreed.secrets import SIGNING
from tenantry.components.api import Api, ApiArgs
from tenantry.components.budget import budget
from tenantry.components.code import Code, CodeArgs
from tenantry.components.domain import domain_name
from tenantry.components.overview import Overview, OverviewArgs
from tenantry.components.shared import Shared, layer_name
from tenantry.components.table import table
from tenantry.components.topic import alarm_topic
from tenantry.config import Tenant
from tenantry.deployment import Deployment
from tenantry.gateway import contract
from tenantry.gateway.contract import Document
from tenantry.groups import current
from tenantry.releases import Releases
from tenantry.rules import key_policies, policies
from tenantry.rules.key_policies import Encrypted
from tenantry.rules.kinds.tokens import CELL
from tenantry.rules.naming import generation, log_group


@dataclass(frozen=True, slots=True)
class CellArgs:
    """`tenants` are those that the cell's dashboards show; no tenant's own resource depends on them.

    `releases` are those that the cell keeps, and which tenant runs which.
    """

    deployment: Deployment
    contract: Document
    tenants: tuple[Tenant, ...]
    releases: Releases


class Cell(pulumi.ComponentResource):
    """The unit of scale and of blast radius; a tenant's resources hang below their own component."""

    def __init__(self, name: str, args: CellArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(CELL, name, None, opts)
        deployment = args.deployment
        children = pulumi.ResourceOptions(parent=self)
        self.api = Api(name, ApiArgs(deployment, args.contract, args.releases), children)
        self.code = Code(name, CodeArgs(deployment, args.releases), children)
        self.table = table(name, deployment.names.table, deployment.tags(), self)
        self.topic = alarm_topic(
            name,
            deployment.names.cell,
            deployment,
            deployment.tags(),
            self,
            deployment.names.cell if deployment.budget else None,
        )
        if deployment.budget:
            budget(name, deployment.budget, deployment, self.topic.arn, self)
        self.boundary: pulumi.Output[str] = aws.iam.Policy(
            name,
            name=deployment.names.cell,
            description="The most that a function of this cell can hold",
            policy=json.dumps(_boundary(deployment)),
            tags=deployment.tags(),
            opts=children,
        ).arn
        self._domain, self.domains = self._below(name, deployment)
        routes = contract.routes(args.contract)
        Overview(name, OverviewArgs(deployment, routes, args.tenants, self.topic.arn), children)
        self.register_outputs({"api": self.api.id, "table": self.table.name})

    @property
    def shared(self) -> Shared:
        return Shared(
            api=self.api.id,
            bucket=self.code.bucket,
            table=self.table.name,
            topic=self.topic.arn,
            boundary=self.boundary,
            deployments={contract.digest: made for contract, made in self.api.deployments.items()},
            codes={code.digest: key for code, key in self.code.keys.items()},
            layers={layer_name(group, each.digest): arn for (group, each), arn in self.code.layers.items()},
            domain=self._domain,
            first=self.api.logging,
        )

    def _below(
        self, name: str, deployment: Deployment
    ) -> tuple[pulumi.Input[str] | None, dict[str, pulumi.Output[str]]]:
        """Below which domain tenants are mapped; and, if it is made here, where its record has to lead."""
        domain = deployment.domain
        if domain is None or not domain.owned:
            return domain.name if domain else None, {}
        made = domain_name(name, domain, deployment.tags(), self)
        return made.domain_name, {domain.name: made.regional_domain_name}


def _boundary(deployment: Deployment) -> policies.Policy:
    names, arns, sender = deployment.names, deployment.arns, deployment.mail_from
    limits = policies.boundary(
        tables=[arns.table(names.table), arns.table(names.tenant("*"))],
        log_groups=arns.log_group(log_group(names.function("*", "*"))),
        secrets=_secrets(deployment),
        signing_secrets=arns.secrets(generation(names.signing_secret("*"), "*")),
        queues=arns.queue(names.queue("*", "*")),
        dead_letters=arns.queue(names.dead_letters("*", "*")),
        overseen=policies.overseeing(arns.log_and_streams(names.access_log("*")), arns.usage("*")),
        email=policies.by_email(deployment.sender_identities(), sender) if sender else None,
        signers=[
            arns.iam(f"role/{names.function('*', member.name)}")
            for member in current().members
            if member.function.reads(SIGNING)
        ],
    )
    return policies.extended(limits, key_policies.decrypt(arns.kms("key/*"), *_kept(deployment)))


def _kept(deployment: Deployment) -> tuple[Encrypted, ...]:
    """What may be under some tenant's key. For all, so that a tenant's first key changes no other's."""
    arns, names = deployment.arns, deployment.names
    return (
        key_policies.items(arns.regional("dynamodb"), names.tenant("*")),
        key_policies.secret(arns.regional("secretsmanager"), "", _secrets(deployment)),
    )


def _secrets(deployment: Deployment) -> str:
    return deployment.arns.secrets(generation(deployment.names.secret("*", "*"), "*"))
