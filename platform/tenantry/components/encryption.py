"""Declare the key that a tenant's table, secrets and logs are kept under, where the tenant asked for its own.

Functions' environments stay under Lambda's key: they hold names and public keys, and a key of the tenant's
would cost each cold start a call to KMS. Whatever else comes to be kept under the key joins `kept`.
"""

import json

import pulumi
import pulumi_aws as aws

from agreed.secrets import SIGNING
from tenantry.components.site import Site
from tenantry.groups import Member
from tenantry.rules import key_policies, naming, policies
from tenantry.rules.key_policies import Encrypted, Holders
from tenantry.rules.naming import AUTHORIZER


class Encryption(pulumi.ComponentResource):
    """The tenant's key and its alias. The key is retained: a retained table is unreadable without it."""

    def __init__(self, site: Site, opts: pulumi.ResourceOptions | None = None) -> None:
        slug = name = site.slug
        super().__init__("tenantry:index:Encryption", name, None, opts)
        self._site = site
        key = aws.kms.Key(
            name,
            description=f"Table, secrets and logs of {slug}",
            policy=json.dumps(self._policy()),
            enable_key_rotation=True,
            deletion_window_in_days=key_policies.DELETION_WINDOW_DAYS,
            tags=site.tags,
            opts=pulumi.ResourceOptions(parent=self, retain_on_delete=True),
        )
        # Not retained: its name must be free when the tenant comes back, or chooses a key again.
        aws.kms.Alias(
            name,
            name=site.deployment.names.encryption_key(slug),
            target_key_id=key.key_id,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.key: pulumi.Output[str] = key.arn
        self.register_outputs({"key": self.key})

    def granted(self, member: Member) -> pulumi.Output[list[policies.Statement]]:
        """What the role of the group's function needs beside its right to table and secrets."""
        own = [each for each, readers in self._kept().items() if member.name in readers]
        return self.key.apply(lambda key: key_policies.decrypt(key, *own))

    def _policy(self) -> policies.Policy:
        deployment, tenant, slug = self._site.deployment, self._site.tenant, self._site.slug
        arns, names = deployment.arns, deployment.names
        functions = [AUTHORIZER, *(member.name for member in tenant.members)]
        logs = [naming.log_group(names.function(slug, name)) for name in functions]
        logs.append(names.access_log(slug))
        users = {
            each: [arns.iam(f"role/{names.function(slug, name)}") for name in readers]
            for each, readers in self._kept().items()
        }
        holders = Holders(
            account=arns.iam("root"),
            functions=arns.iam(f"role/{names.function('*', '*')}"),
            users=users,
            log_groups=[arns.log_group(name) for name in logs],
        )
        services = (arns.regional(service) for service in ("dynamodb", "secretsmanager", "logs"))
        return key_policies.of_key(holders, *services)

    def _kept(self) -> dict[Encrypted, list[str]]:
        """What is under the key, with the functions that read it."""
        deployment, tenant, slug = self._site.deployment, self._site.tenant, self._site.slug
        arns, names = deployment.arns, deployment.names
        kept = {
            key_policies.items(arns.regional("dynamodb"), names.tenant(slug)): [
                m.name for m in tenant.members
            ]
        }
        for secret in (*(each.name for each in tenant.secrets), *([SIGNING] if tenant.signers else [])):
            arn = arns.secrets(naming.generation(names.secret(slug, secret), "*"))
            place = key_policies.secret(arns.regional("secretsmanager"), secret, arn)
            kept[place] = [member.name for member in tenant.members if member.function.reads(secret)]
        return kept
