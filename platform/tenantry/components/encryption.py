"""Declare the key that a tenant's table, secrets and logs are kept under, where the tenant asked for its own.

Functions' environments stay under Lambda's key: they hold names and public keys, and a key of the tenant's
would cost each cold start a call to KMS. Whatever else comes to be kept under the key joins `kept`.
"""

import json
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from tenantry.config import Tenant
from tenantry.deployment import Deployment
from tenantry.rules import key_policies, naming, policies
from tenantry.rules.key_policies import Holders, Kept
from tenantry.rules.naming import AUTHORIZER, GROUPS, NOTIFIER


@dataclass(frozen=True, slots=True)
class EncryptionArgs:
    """`api_id` names the log that the gateway writes of the tenant's stage."""

    deployment: Deployment
    tenant: Tenant
    api_id: pulumi.Input[str]
    tags: dict[str, str]


class Encryption(pulumi.ComponentResource):
    """The tenant's key and its alias. The key is retained: a retained table is unreadable without it."""

    def __init__(self, name: str, args: EncryptionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantry:index:Encryption", name, None, opts)
        self._args = args
        slug = args.tenant.slug
        key = aws.kms.Key(
            name,
            description=f"Table, secrets and logs of {slug}",
            policy=pulumi.Output.from_input(args.api_id).apply(lambda api: json.dumps(self._policy(api))),
            enable_key_rotation=True,
            deletion_window_in_days=key_policies.DELETION_WINDOW_DAYS,
            tags=args.tags,
            opts=pulumi.ResourceOptions(parent=self, retain_on_delete=True),
        )
        # Not retained: its name must be free when the tenant comes back, or chooses a key again.
        aws.kms.Alias(
            name,
            name=args.deployment.names.encryption_key(slug),
            target_key_id=key.key_id,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.key: pulumi.Output[str] = key.arn
        self.register_outputs({"key": self.key})

    def granted(self, group: str) -> pulumi.Output[list[policies.Statement]]:
        """What the role of the group's function needs beside its right to table and secret."""
        own = [each for each, groups in self._kept().items() if group in groups]
        return self.key.apply(lambda key: key_policies.decrypt(key, *own))

    def _policy(self, api: str) -> policies.Policy:
        deployment, tenant = self._args.deployment, self._args.tenant
        arns, names, slug = deployment.arns, deployment.names, tenant.slug
        serving = (*tenant.routes, *((NOTIFIER,) if tenant.delivers else ()))
        logs = [naming.log_group(names.function(slug, group)) for group in (AUTHORIZER, *serving)]
        logs += [names.access_log(slug), naming.execution_log(api, slug)]
        users = {
            each: [arns.iam(f"role/{names.function(slug, one)}") for one in serving if one in groups]
            for each, groups in self._kept().items()
        }
        holders = Holders(
            account=arns.iam("root"),
            functions=arns.iam(f"role/{names.function('*', '*')}"),
            users=users,
            log_groups=[arns.log_group(name) for name in logs],
        )
        services = (arns.regional(service) for service in ("dynamodb", "secretsmanager", "logs"))
        return key_policies.of_key(holders, *services)

    def _kept(self) -> dict[Kept, tuple[str, ...]]:
        """A tenant whose messages are mailed, or stay, signs no webhook and has no secret for it."""
        everything = kept(self._args.deployment, self._args.tenant.slug)
        signs = self._args.tenant.webhook is not None
        return {each: groups for each, groups in everything.items() if signs or groups != (NOTIFIER,)}


def kept(deployment: Deployment, tenant: str) -> dict[Kept, tuple[str, ...]]:
    """What is under a tenant's key (of `*`: under any), with the groups whose functions read it."""
    arns, names = deployment.arns, deployment.names
    table = key_policies.items(arns.regional("dynamodb"), names.tenant(tenant))
    secret = key_policies.secret(arns.regional("secretsmanager"), arns.secrets(names.secret(tenant)))
    delivery = key_policies.delivery_secret(
        arns.regional("secretsmanager"), arns.secrets(names.delivery_secret(tenant))
    )
    return {
        table: (*GROUPS, NOTIFIER),
        secret: policies.GROUPS_WITH_SECRET,
        delivery: (NOTIFIER,),
    }
