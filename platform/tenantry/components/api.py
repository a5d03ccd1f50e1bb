"""Declare the REST API of a cell, whole from one body, and the deployment that its stages serve."""

import json
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from tenantry.components.generations import drawn
from tenantry.config.domains import closed
from tenantry.deployment import Deployment
from tenantry.gateway.body import gateway_body
from tenantry.gateway.contract import Document
from tenantry.releases import Piece, Releases
from tenantry.rules import policies
from tenantry.rules.naming import GATEWAY_LOGGING


@dataclass(frozen=True, slots=True)
class ApiArgs:
    deployment: Deployment
    contract: Document
    releases: Releases


class Api(pulumi.ComponentResource):
    """The REST API and a deployment of it for each contract that a kept release has.

    A deployment is a snapshot of the body as it was when it was made: its trigger is that body's digest, and
    is all that is known of it later. A stage serves the one of its tenant's release. What goes, goes once no
    stage uses it; one that a stage still uses cannot be deleted.
    """

    def __init__(self, name: str, args: ApiArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantry:index:Api", name, None, opts)
        children = pulumi.ResourceOptions(parent=self)
        deployment = args.deployment
        self.name = deployment.names.cell
        body = json.dumps(gateway_body(args.contract, self.name, deployment.arns), sort_keys=True)
        api = aws.apigateway.RestApi(
            name,
            name=self.name,
            body=body,
            fail_on_warnings=True,
            put_rest_api_mode="overwrite",
            endpoint_configuration={"types": "REGIONAL"},
            disable_execute_api_endpoint=closed(deployment.domain),
            tags=deployment.tags(),
            opts=children,
        )
        self.deployments: dict[Piece, pulumi.Output[str]] = {
            contract: aws.apigateway.Deployment(
                f"{name}{contract.mark}",
                rest_api=api.id,
                description=contract.digest,  # by which it is told from the others where it stands
                triggers={"body": contract.digest},
                opts=children,
            ).id
            for contract in dict.fromkeys(each.contract for each in args.releases.kept)
        }
        self.id: pulumi.Output[str] = api.id
        # Stages with access logs can only be made once the account's role for them is set.
        self.logging = [self._account_logging(name, deployment)] if deployment.manage_account else []
        self.register_outputs({"id": self.id})

    def _account_logging(self, name: str, deployment: Deployment) -> pulumi.Resource:
        # Every stack of the account logs by this setting: destroying this one must not switch it off.
        children = pulumi.ResourceOptions(parent=self, retain_on_delete=True)
        # Not retained: switched off and on again, the setting takes a new role, and the old one is in no way.
        made = drawn(f"{name}.gateway", pulumi.ResourceOptions(parent=self))
        role = aws.iam.Role(
            name,
            name=made.apply(deployment.names.gateway_role),
            assume_role_policy=json.dumps(policies.gateway_logging_trust()),
            tags=deployment.tags(),
            opts=children,
        )
        attached = aws.iam.RolePolicyAttachment(
            name,
            role=role.name,
            policy_arn=deployment.arns.managed(GATEWAY_LOGGING),
            opts=children,
        )
        able = pulumi.ResourceOptions(parent=self, retain_on_delete=True, depends_on=[attached])
        return aws.apigateway.Account(name, cloudwatch_role_arn=role.arn, opts=able)
