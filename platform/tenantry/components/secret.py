"""Declare a secret that functions read: it starts with random values; what operators set stays.

A secret that goes can be restored for a while, and its name is taken until then. So each creation has a name
of its own, and a tenant or a webhook that comes back the same day waits for nothing.
"""

import json
from collections.abc import Sequence

import pulumi
import pulumi_aws as aws
import pulumi_random as random

from agreed.declarations import Secret, Value
from agreed.secrets import RUNTIME
from tenantry.components.generations import drawn
from tenantry.components.site import Site
from tenantry.rules import key_policies, naming

RECOVERY_DAYS = 30  # Secrets Manager allows 7 to 30, and bills none of them

# The label of the version that the program puts there. AWS may delete a version without any; were it then put
# again without one of its own, it would become the current one, in the place of what operators have set.
# https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html
FIRST = "TENANTRY_FIRST"


def generation(logical: str, secret: str, opts: pulumi.ResourceOptions) -> pulumi.Output[str]:
    """The name of this creation of the secret, drawn when it is first declared; it goes with the secret."""
    return drawn(logical, opts).apply(lambda made: naming.generation(secret, made))


def secret_name(site: Site, declared: Secret, parent: pulumi.Resource) -> pulumi.Output[str]:
    """Known before the secret is there."""
    stem = site.deployment.names.secret(site.slug, declared.name)
    return generation(_logical(site, declared), stem, pulumi.ResourceOptions(parent=parent))


def encryption_key(site: Site) -> pulumi.Input[str] | None:
    """Of a tenant's secrets; None leaves them under AWS's own.

    The provider cannot take a key away: without one it leaves the secret under the key that it has. So the
    update that leaves a tenant's key names AWS's own, which AWS then shows as none.
    """
    if site.key is None and site.last is not None and site.last.encryption == "kms":
        return key_policies.AWS_OWN_FOR_SECRETS
    return site.key


def secret(
    site: Site,
    declared: Secret,
    name: pulumi.Output[str],
    first: Sequence[pulumi.Resource],
    parent: pulumi.Resource,
) -> aws.secretsmanager.Secret:
    """Values that only an operator can know are not in it until they are set.

    Args:
        first: what must be in place before it is there, or under another key.
    """
    children = pulumi.ResourceOptions(parent=parent)
    logical = _logical(site, declared)
    made = aws.secretsmanager.Secret(
        logical,
        name=name,
        description=f"{declared.description}, for {site.slug}",
        recovery_window_in_days=RECOVERY_DAYS,
        kms_key_id=encryption_key(site),
        tags=site.tags,
        opts=pulumi.ResourceOptions(parent=parent, depends_on=list(first)),
    )
    values = {
        value.name: _random(f"{logical}.{value.name}", value, children)
        for value in declared.values
        if value.size is not None
    }
    content: pulumi.Output[str] = pulumi.Output.secret(pulumi.Output.from_input(values).apply(json.dumps))
    aws.secretsmanager.SecretVersion(
        logical,
        secret_id=made.id,
        secret_string=content,
        version_stages=[FIRST],
        opts=pulumi.ResourceOptions(parent=parent, ignore_changes=["secretString", "versionStages"]),
    )
    return made


def _logical(site: Site, declared: Secret) -> str:
    return site.slug if declared.name == RUNTIME else f"{site.slug}.{declared.name}"


def _random(logical: str, value: Value, opts: pulumi.ResourceOptions) -> pulumi.Output[str]:
    made = random.RandomBytes(logical, length=value.starts_with, opts=opts)
    return made.base64.apply(lambda text: f"{value.prefix}{text}")
