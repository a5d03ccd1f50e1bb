"""Declare a secret that functions read: it starts with random values; what operators set stays."""

import json

import pulumi
import pulumi_aws as aws
import pulumi_random as random

from agreed.declarations import RUNTIME, Secret, Value
from tenantry.components.site import Site


def secret(site: Site, declared: Secret, parent: pulumi.Resource) -> aws.secretsmanager.Secret:
    """Values that only an operator can know are not in it until they are set."""
    children = pulumi.ResourceOptions(parent=parent)
    logical = site.slug if declared.name == RUNTIME else f"{site.slug}.{declared.name}"
    made = aws.secretsmanager.Secret(
        logical,
        name=site.deployment.names.secret(site.slug, declared.name),
        description=f"{declared.description}, for {site.slug}",
        # Its values are made anew or set again. No window: the name is free when the tenant comes back.
        recovery_window_in_days=0,
        kms_key_id=site.key,
        tags=site.tags,
        opts=children,
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
        opts=pulumi.ResourceOptions(parent=parent, ignore_changes=["secretString"]),
    )
    return made


def _random(logical: str, value: Value, opts: pulumi.ResourceOptions) -> pulumi.Output[str]:
    made = random.RandomBytes(logical, length=value.starts_with, opts=opts)
    return made.base64.apply(lambda text: f"{value.prefix}{text}")
