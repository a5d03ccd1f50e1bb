"""Declare what one function may do: its role, made before whatever the function works with.

A right is granted in three steps: the new one is added, what runs moves, the next update takes the old one
away. So that a tenant is served throughout, the role holds what the last update granted as well, wherever
that differs; and a table or a secret moves to another key after the roles that may decrypt by it.
"""

import json
from typing import Any

import pulumi
import pulumi_aws as aws

from tenantry.components.site import Site
from tenantry.rules import policies


class Role(pulumi.ComponentResource):
    """A role that no other function shares; `wanted` is its policy without what is on its way out."""

    def __init__(
        self, site: Site, function: str, wanted: pulumi.Input[str], opts: pulumi.ResourceOptions | None = None
    ) -> None:
        name = f"{site.slug}.{function}"
        super().__init__("tenantry:index:Role", name, None, opts)
        children = pulumi.ResourceOptions(parent=self)
        before = site.last.granted.get(function) if site.last else None
        self.wanted: pulumi.Output[str] = pulumi.Output.from_input(wanted)
        self.resource = aws.iam.Role(
            name,
            name=site.deployment.names.function(site.slug, function),
            assume_role_policy=json.dumps(policies.trust()),
            permissions_boundary=site.cell.boundary,
            tags=site.tags,
            opts=children,
        )
        self.policy = aws.iam.RolePolicy(
            name,
            name="own",
            role=self.resource.name,
            policy=self.wanted.apply(lambda policy: _with_what_runs(policy, before)),
            opts=children,
        )
        self.register_outputs({"arn": self.resource.arn})


def _with_what_runs(wanted: str, before: str | None) -> str:
    if before is None:
        return wanted
    policy: dict[str, Any] = json.loads(wanted)
    leaving = [each for each in json.loads(before)["Statement"] if each not in policy["Statement"]]
    named = [{**each, "Sid": f"{policies.LEAVING}{each['Sid']}"} for each in leaving]
    return json.dumps(policies.extended(policy, named))
