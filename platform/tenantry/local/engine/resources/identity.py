"""IAM roles and policies."""

from typing import Any

from tenantry.local.engine.resources.maker import Clients, Existing, Inputs, Made, MadeKind, put, tag_list
from tenantry.rules.kinds import tokens


def _make_policy(clients: Clients, inputs: Inputs) -> Made:
    made = clients("iam").create_policy(
        PolicyName=inputs["name"],
        PolicyDocument=inputs["policy"],
        Description=inputs["description"],
        Tags=tag_list(inputs),
    )
    arn = made["Policy"]["Arn"]
    return Made(arn, {"arn": arn})


def _update_policy(clients: Clients, existing: Existing, inputs: Inputs) -> Made:
    """The new document becomes the only version: IAM keeps five at most."""
    iam = clients("iam")
    iam.create_policy_version(PolicyArn=existing.id, PolicyDocument=inputs["policy"], SetAsDefault=True)
    _drop_old_versions(iam, existing.id)
    iam.tag_policy(PolicyArn=existing.id, Tags=tag_list(inputs))
    return Made(existing.id, {"arn": existing.id})


def _remove_policy(clients: Clients, existing: Existing) -> None:
    _drop_old_versions(clients("iam"), existing.id)
    clients("iam").delete_policy(PolicyArn=existing.id)


def _drop_old_versions(iam: Any, arn: str) -> None:
    for version in iam.list_policy_versions(PolicyArn=arn)["Versions"]:
        if not version["IsDefaultVersion"]:
            iam.delete_policy_version(PolicyArn=arn, VersionId=version["VersionId"])


def _find_policy(clients: Clients, inputs: Inputs) -> Made | None:
    for page in clients("iam").get_paginator("list_policies").paginate(Scope="Local"):
        for each in page["Policies"]:
            if each["PolicyName"] == inputs["name"]:
                return Made(each["Arn"], {"arn": each["Arn"]})
    return None


POLICY = MadeKind(
    _make_policy, _remove_policy, _update_policy, _find_policy, frozenset({"name", "description"})
)


def _make_role(clients: Clients, inputs: Inputs) -> Made:
    made = clients("iam").create_role(
        RoleName=inputs["name"],
        AssumeRolePolicyDocument=inputs["assumeRolePolicy"],
        PermissionsBoundary=inputs["permissionsBoundary"],
        Tags=tag_list(inputs),
    )
    return Made(inputs["name"], {"arn": made["Role"]["Arn"]})


def _update_role(clients: Clients, existing: Existing, inputs: Inputs) -> Made:
    iam = clients("iam")
    iam.update_assume_role_policy(RoleName=existing.id, PolicyDocument=inputs["assumeRolePolicy"])
    iam.put_role_permissions_boundary(RoleName=existing.id, PermissionsBoundary=inputs["permissionsBoundary"])
    iam.tag_role(RoleName=existing.id, Tags=tag_list(inputs))
    return Made(existing.id, existing.outputs)


def _remove_role(clients: Clients, existing: Existing) -> None:
    clients("iam").delete_role(RoleName=existing.id)


def _find_role(clients: Clients, inputs: Inputs) -> Made:
    return Made(inputs["name"], {"arn": clients("iam").get_role(RoleName=inputs["name"])["Role"]["Arn"]})


ROLE = MadeKind(_make_role, _remove_role, _update_role, _find_role, frozenset({"name"}))


def _put_role_policy(clients: Clients, inputs: Inputs) -> Made:
    clients("iam").put_role_policy(
        RoleName=inputs["role"], PolicyName=inputs["name"], PolicyDocument=inputs["policy"]
    )
    return Made(f"{inputs['role']}:{inputs['name']}", {})


def _remove_role_policy(clients: Clients, existing: Existing) -> None:
    clients("iam").delete_role_policy(RoleName=existing.inputs["role"], PolicyName=existing.inputs["name"])


ROLE_POLICY = put(_put_role_policy, _remove_role_policy, "role", "name")

MAKERS = {
    tokens.POLICY: POLICY,
    tokens.ROLE: ROLE,
    tokens.ROLE_POLICY: ROLE_POLICY,
}
