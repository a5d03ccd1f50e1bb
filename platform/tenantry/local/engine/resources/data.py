"""Tables, secrets and the bucket of artifacts."""

from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tenantry.local.engine.resources.maker import (
    Clients,
    Existing,
    Inputs,
    Made,
    MadeKind,
    given,
    goes_with_its_owner,
    put,
    tag_list,
)
from tenantry.rules.kinds import tokens


def _make_table(clients: Clients, inputs: Inputs) -> Made:
    dynamodb = clients("dynamodb")
    made = dynamodb.create_table(
        TableName=inputs["name"],
        BillingMode=inputs["billingMode"],
        KeySchema=_key_schema(inputs),
        AttributeDefinitions=[
            {"AttributeName": each["name"], "AttributeType": each["type"]} for each in inputs["attributes"]
        ],
        DeletionProtectionEnabled=inputs["deletionProtectionEnabled"],
        SSESpecification=_encryption(inputs["serverSideEncryption"]),
        Tags=tag_list(inputs),
    )
    dynamodb.get_waiter("table_exists").wait(TableName=inputs["name"], WaiterConfig={"Delay": 1})
    dynamodb.update_time_to_live(TableName=inputs["name"], TimeToLiveSpecification=_ttl(inputs))
    _set_recovery(dynamodb, inputs)
    return Made(inputs["name"], {"arn": made["TableDescription"]["TableArn"]})


def _update_table(clients: Clients, existing: Existing, inputs: Inputs) -> Made:
    dynamodb, name = clients("dynamodb"), existing.id
    dynamodb.update_table(TableName=name, DeletionProtectionEnabled=inputs["deletionProtectionEnabled"])
    # Of a call AWS takes one kind of change.
    dynamodb.update_table(TableName=name, SSESpecification=_encryption(inputs["serverSideEncryption"]))
    there = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    wanted, enabled = _ttl(inputs), there["TimeToLiveStatus"] == "ENABLED"
    if wanted != {"AttributeName": there.get("AttributeName"), "Enabled": enabled} and (
        wanted["Enabled"] or enabled  # AWS refuses to disable what is disabled
    ):
        dynamodb.update_time_to_live(TableName=name, TimeToLiveSpecification=wanted)
    _set_recovery(dynamodb, inputs)
    dynamodb.tag_resource(ResourceArn=existing.outputs["arn"], Tags=tag_list(inputs))
    return Made(name, existing.outputs)


def _remove_table(clients: Clients, existing: Existing) -> None:
    clients("dynamodb").delete_table(TableName=existing.id)


def _find_table(clients: Clients, inputs: Inputs) -> Made:
    found = clients("dynamodb").describe_table(TableName=inputs["name"])["Table"]
    return Made(inputs["name"], {"arn": found["TableArn"]})


def _ttl(inputs: Inputs) -> dict[str, Any]:
    return {"AttributeName": inputs["ttl"]["attributeName"], "Enabled": inputs["ttl"]["enabled"]}


def _set_recovery(dynamodb: Any, inputs: Inputs) -> None:
    dynamodb.update_continuous_backups(
        TableName=inputs["name"],
        PointInTimeRecoverySpecification={
            "PointInTimeRecoveryEnabled": inputs["pointInTimeRecovery"]["enabled"]
        },
    )


def _encryption(chosen: Inputs) -> dict[str, Any]:
    kind = "KMS" if chosen["enabled"] else None
    return given(Enabled=chosen["enabled"], SSEType=kind, KMSMasterKeyId=chosen.get("kmsKeyArn"))


def _key_schema(keys: Inputs) -> list[dict[str, Any]]:
    return [
        {"AttributeName": keys["hashKey"], "KeyType": "HASH"},
        {"AttributeName": keys["rangeKey"], "KeyType": "RANGE"},
    ]


# Of these AWS could change some in place; the local platform starts afresh for a new table design.
TABLE_DESIGN = {"name", "billingMode", "hashKey", "rangeKey", "attributes"}
TABLE = MadeKind(_make_table, _remove_table, _update_table, _find_table, frozenset(TABLE_DESIGN))


def _make_secret(clients: Clients, inputs: Inputs) -> Made:
    made = clients("secretsmanager").create_secret(
        **given(
            Name=inputs["name"],
            Description=inputs["description"],
            KmsKeyId=inputs.get("kmsKeyId"),
            Tags=tag_list(inputs),
        )
    )
    return Made(made["ARN"], {"arn": made["ARN"]})


def _update_secret(clients: Clients, existing: Existing, inputs: Inputs) -> Made:
    clients("secretsmanager").update_secret(
        **given(SecretId=existing.id, Description=inputs["description"], KmsKeyId=inputs.get("kmsKeyId"))
    )
    clients("secretsmanager").tag_resource(SecretId=existing.id, Tags=tag_list(inputs))
    return Made(existing.id, existing.outputs)


def _remove_secret(clients: Clients, existing: Existing) -> None:
    days = existing.inputs.get("recoveryWindowInDays", 30)  # the provider's default
    window = {"RecoveryWindowInDays": int(days)} if days else {"ForceDeleteWithoutRecovery": True}
    clients("secretsmanager").delete_secret(SecretId=existing.id, **window)


def _find_secret(clients: Clients, inputs: Inputs) -> Made | None:
    found = clients("secretsmanager").describe_secret(SecretId=inputs["name"])
    return None if "DeletedDate" in found else Made(found["ARN"], {"arn": found["ARN"]})


SECRET = MadeKind(_make_secret, _remove_secret, _update_secret, _find_secret, frozenset({"name"}))


def _put_secret_version(clients: Clients, inputs: Inputs) -> Made:
    """Secrets Manager makes a secret's first version the current one, whatever its labels.

    The emulator does not, and a new secret of its has an empty version already.
    """
    manager, secret, labels = clients("secretsmanager"), inputs["secretId"], inputs.get("versionStages")
    put = {"SecretId": secret, "SecretString": inputs["secretString"]}
    if labels and "SecretString" in manager.get_secret_value(SecretId=secret):
        version = manager.put_secret_value(**put, VersionStages=labels)["VersionId"]
    else:
        version = manager.put_secret_value(**put)["VersionId"]
        for label in labels or ():
            manager.update_secret_version_stage(SecretId=secret, VersionStage=label, MoveToVersionId=version)
    return Made(f"{secret}|{version}", {"versionId": version})


SECRET_VERSION = put(_put_secret_version, goes_with_its_owner, "secretId")


def _put_bucket(clients: Clients, inputs: Inputs) -> Made:
    clients("s3").create_bucket(Bucket=inputs["bucket"])  # done already if the bucket is ours, in us-east-1
    clients("s3").put_bucket_tagging(Bucket=inputs["bucket"], Tagging={"TagSet": tag_list(inputs)})
    return Made(inputs["bucket"], {"arn": f"arn:aws:s3:::{inputs['bucket']}"})


def _remove_bucket(clients: Clients, existing: Existing) -> None:
    clients("s3").delete_bucket(Bucket=existing.id)


BUCKET = put(_put_bucket, _remove_bucket, "bucket")


def _put_bucket_public_access_block(clients: Clients, inputs: Inputs) -> Made:
    clients("s3").put_public_access_block(
        Bucket=inputs["bucket"],
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": inputs["blockPublicAcls"],
            "BlockPublicPolicy": inputs["blockPublicPolicy"],
            "IgnorePublicAcls": inputs["ignorePublicAcls"],
            "RestrictPublicBuckets": inputs["restrictPublicBuckets"],
        },
    )
    return Made(inputs["bucket"], {})


BUCKET_PUBLIC_ACCESS_BLOCK = put(_put_bucket_public_access_block, goes_with_its_owner, "bucket")


def _put_bucket_object(clients: Clients, inputs: Inputs) -> Made:
    clients("s3").put_object(
        **given(
            Bucket=inputs["bucket"],
            Key=inputs["key"],
            Body=Path(inputs["source"].path).read_bytes(),
            ContentType=inputs.get("contentType"),
            Tagging=urlencode(inputs["tags"]),
        )
    )
    return Made(inputs["key"], {})


def _remove_bucket_object(clients: Clients, existing: Existing) -> None:
    clients("s3").delete_object(Bucket=existing.inputs["bucket"], Key=existing.id)


BUCKET_OBJECT = put(_put_bucket_object, _remove_bucket_object, "bucket", "key")

MAKERS = {
    tokens.TABLE: TABLE,
    tokens.BUCKET: BUCKET,
    tokens.BUCKET_OBJECT: BUCKET_OBJECT,
    tokens.BUCKET_PUBLIC_ACCESS_BLOCK: BUCKET_PUBLIC_ACCESS_BLOCK,
    tokens.SECRET: SECRET,
    tokens.SECRET_VERSION: SECRET_VERSION,
}
