"""KMS keys and their aliases."""

from typing import Any

from tenantry.local.engine.resources.maker import Clients, Existing, Inputs, Made, MadeKind
from tenantry.rules.kinds import tokens


def _make_key(clients: Clients, inputs: Inputs) -> Made:
    kms = clients("kms")
    made = kms.create_key(Description=inputs["description"], Policy=inputs["policy"], Tags=_tags(inputs))[
        "KeyMetadata"
    ]
    _rotate(kms, made["KeyId"], inputs)
    return Made(made["KeyId"], {"arn": made["Arn"], "keyId": made["KeyId"]})


def _update_key(clients: Clients, existing: Existing, inputs: Inputs) -> Made:
    kms = clients("kms")
    kms.put_key_policy(KeyId=existing.id, PolicyName="default", Policy=inputs["policy"])
    kms.update_key_description(KeyId=existing.id, Description=inputs["description"])
    kms.tag_resource(KeyId=existing.id, Tags=_tags(inputs))
    _rotate(kms, existing.id, inputs)
    return Made(existing.id, existing.outputs)


def _remove_key(clients: Clients, existing: Existing) -> None:
    """The program retains its keys; one that was made in place of another goes as AWS lets it go."""
    days = int(existing.inputs["deletionWindowInDays"])
    clients("kms").schedule_key_deletion(KeyId=existing.id, PendingWindowInDays=days)


def _rotate(kms: Any, key: str, inputs: Inputs) -> None:
    if inputs["enableKeyRotation"]:
        kms.enable_key_rotation(KeyId=key)
    else:
        kms.disable_key_rotation(KeyId=key)


def _tags(inputs: Inputs) -> list[dict[str, str]]:
    """KMS alone spells them so."""
    return [{"TagKey": name, "TagValue": value} for name, value in inputs["tags"].items()]


KEY = MadeKind(_make_key, _remove_key, _update_key)


def _make_alias(clients: Clients, inputs: Inputs) -> Made:
    clients("kms").create_alias(AliasName=inputs["name"], TargetKeyId=inputs["targetKeyId"])
    return Made(inputs["name"], {})


def _update_alias(clients: Clients, existing: Existing, inputs: Inputs) -> Made:
    clients("kms").update_alias(AliasName=existing.id, TargetKeyId=inputs["targetKeyId"])
    return Made(existing.id, existing.outputs)


def _remove_alias(clients: Clients, existing: Existing) -> None:
    clients("kms").delete_alias(AliasName=existing.id)


def _find_alias(clients: Clients, inputs: Inputs) -> Made | None:
    for page in clients("kms").get_paginator("list_aliases").paginate():
        if any(each["AliasName"] == inputs["name"] for each in page["Aliases"]):
            return Made(inputs["name"], {})
    return None


ALIAS = MadeKind(_make_alias, _remove_alias, _update_alias, _find_alias, frozenset({"name"}))

MAKERS = {
    tokens.ALIAS: ALIAS,
    tokens.KEY: KEY,
}
