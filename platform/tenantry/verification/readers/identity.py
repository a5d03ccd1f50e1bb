"""Roles with all that they hold, the boundary, and encryption keys."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tenantry.rules.kinds import tokens
from tenantry.rules.policies import LEAVING, statements
from tenantry.verification.reader import (
    UNKNOWN,
    Deployed,
    Found,
    Inputs,
    Reader,
    Stray,
    by_name,
    inputs_of,
    of_type,
    tags,
)
from tenantry.verification.reading import Answer, Reading


def _roles(reading: Reading) -> list[Answer]:
    return reading.listed("iam", "list_roles", "Roles")


def _role_name(reading: Reading, name: str) -> str:
    """Where part of it was drawn, the newest that fits."""
    if UNKNOWN not in name:
        return name
    pattern = ".+".join(map(re.escape, name.split(UNKNOWN)))
    there = [each for each in _roles(reading) if re.fullmatch(pattern, each["RoleName"])]
    return max(there, key=lambda each: each["CreateDate"])["RoleName"] if there else name


def _role(reading: Reading, inputs: Inputs) -> Found | None:
    answer = reading.ask("iam", "get_role", RoleName=_role_name(reading, inputs["name"]))
    if answer is None:
        return None
    there = answer["Role"]
    found = {
        "name": there["RoleName"],
        "assumeRolePolicy": there["AssumeRolePolicyDocument"],
        "permissionsBoundary": (there.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn"),
        "tags": tags(there.get("Tags"), inputs),
    }
    return Found(there["RoleName"], found, {"name": there["RoleName"], "arn": there["Arn"]})


def _roles_beside(reading: Reading, declared: Sequence[Deployed]) -> Iterator[Stray]:
    """The logging role's earlier ones are kept, and in no way."""
    known = {each.found.id for each in of_type(declared, tokens.ROLE) if each.found}
    logging = reading.names.gateway_role("")
    for each in _roles(reading):
        name = each["RoleName"]
        if name.startswith(reading.names.tenants) and not name.startswith(logging) and name not in known:
            yield by_name(reading, "Role", name, each["Arn"])


def _inline(reading: Reading, inputs: Inputs) -> Found | None:
    role, name = inputs["role"], inputs["name"]
    there = reading.ask("iam", "get_role_policy", RoleName=role, PolicyName=name)
    if there is None:
        return None
    policy = there["PolicyDocument"]
    staying = [each for each in statements(policy) if not _leaves(each)]
    found = {"role": role, "name": there["PolicyName"], "policy": {**policy, "Statement": staying}}
    return Found(f"{role}:{name}", found)


def _leaves(statement: Mapping[str, Any]) -> bool:
    """Whether it is named as one that the last update kept for what still ran."""
    return str(statement.get("Sid", "")).startswith(LEAVING)


def _inline_beside(reading: Reading, declared: Sequence[Deployed]) -> Iterator[Stray]:
    known = inputs_of(declared, tokens.ROLE_POLICY, "role", "name")
    for role in of_type(declared, tokens.ROLE):
        name = role.found.id if role.found else ""
        for policy in reading.listed("iam", "list_role_policies", "PolicyNames", RoleName=name):
            answer = reading.ask("iam", "get_role_policy", RoleName=name, PolicyName=policy) or {}
            document = answer.get("PolicyDocument")
            if (name, policy) not in known:
                yield Stray(str(role), f"inlinePolicies.{policy}", document, role.owner)
            elif document:
                for each in filter(_leaves, statements(document)):
                    yield Stray(str(role), f"policy.{each['Sid']}", each, role.owner, passing=True)


def _attached(reading: Reading, role: str) -> set[str]:
    listed = reading.listed("iam", "list_attached_role_policies", "AttachedPolicies", RoleName=role)
    return {each["PolicyArn"] for each in listed}


def _attachment(reading: Reading, inputs: Inputs) -> Found | None:
    role, policy = inputs["role"], inputs["policyArn"]
    return Found(f"{role}-{policy}", dict(inputs)) if policy in _attached(reading, role) else None


def _attached_beside(reading: Reading, declared: Sequence[Deployed]) -> Iterator[Stray]:
    known = inputs_of(declared, tokens.ROLE_POLICY_ATTACHMENT, "role", "policyArn")
    for role in of_type(declared, tokens.ROLE):
        name = role.found.id if role.found else ""
        for policy in sorted(_attached(reading, name)):
            if (name, policy) not in known:
                yield Stray(str(role), "attachedPolicies", policy, role.owner)


def _policy(reading: Reading, inputs: Inputs) -> Found | None:
    arn = reading.arns.iam(f"policy/{inputs['name']}")
    answer = reading.ask("iam", "get_policy", PolicyArn=arn)
    if answer is None:
        return None
    there = answer["Policy"]
    version = reading.ask(
        "iam", "get_policy_version", PolicyArn=arn, VersionId=there["DefaultVersionId"]
    ) or {"PolicyVersion": {}}
    found = {
        "name": there["PolicyName"],
        "description": there.get("Description"),
        "policy": version["PolicyVersion"].get("Document"),
        "tags": tags(there.get("Tags"), inputs),
    }
    return Found(arn, found, {"arn": arn})


def _alias_named(reading: Reading, name: str) -> Answer | None:
    listed = reading.listed("kms", "list_aliases", "Aliases")
    return next((each for each in listed if each["AliasName"] == name), None)


def _key(reading: Reading, inputs: Inputs) -> Found | None:
    """By the alias, for a key has no name: where the tenant's data is shows whether it is the right one."""
    alias = _alias_named(reading, reading.names.encryption_key(inputs["tags"]["tenant"]))
    answer = reading.ask("kms", "describe_key", KeyId=alias["TargetKeyId"]) if alias else None
    if answer is None:
        return None
    there = answer["KeyMetadata"]
    identifier = there["KeyId"]
    policy = reading.ask("kms", "get_key_policy", KeyId=identifier, PolicyName="default") or {}
    rotation = reading.ask("kms", "get_key_rotation_status", KeyId=identifier) or {}
    labels = reading.listed("kms", "list_resource_tags", "Tags", KeyId=identifier)
    found = {
        "description": there.get("Description"),
        "policy": policy.get("Policy"),
        "enableKeyRotation": rotation.get("KeyRotationEnabled"),
        "isEnabled": None if there.get("KeyState", "Enabled") == "Enabled" else there["KeyState"],
        "tags": tags({each["TagKey"]: each["TagValue"] for each in labels}, inputs),
    }
    return Found(identifier, found, {"arn": there["Arn"], "keyId": identifier})


def _grants_beside(reading: Reading, declared: Sequence[Deployed]) -> Iterator[Stray]:
    """To people and roles; DynamoDB has grants too, under a service's name, by which it maintains a table."""
    for key in of_type(declared, tokens.KEY):
        identifier = key.found.id if key.found else ""
        for each in reading.listed("kms", "list_grants", "Grants", KeyId=identifier):
            if each.get("GranteePrincipal", "").startswith("arn:"):
                yield Stray(str(key), "grants", each["GranteePrincipal"], key.owner)


def _alias(reading: Reading, inputs: Inputs) -> Found | None:
    there = _alias_named(reading, inputs["name"])
    if there is None:
        return None
    return Found(inputs["name"], {"name": there["AliasName"], "targetKeyId": there.get("TargetKeyId")})


READERS = {
    tokens.ROLE: Reader(
        _role,
        unread={
            "inlinePolicies": "each is read as a resource of its own",
            "managedPolicyArns": "each is read as a resource of its own",
        },
        beyond=_roles_beside,
    ),
    tokens.ROLE_POLICY: Reader(_inline, beyond=_inline_beside),
    tokens.ROLE_POLICY_ATTACHMENT: Reader(_attachment, beyond=_attached_beside),
    tokens.POLICY: Reader(_policy),
    tokens.KEY: Reader(
        _key,
        unread={"deletionWindowInDays": "it is the engine's, for when the key is removed"},
        beyond=_grants_beside,
    ),
    tokens.ALIAS: Reader(_alias),
}
