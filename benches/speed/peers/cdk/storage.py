"""Tables, queues, buckets, secrets, and the keys that encrypt them."""

import json
from typing import Any

from aws_cdk import aws_dynamodb as dynamodb  # type: ignore[import-not-found]
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secrets
from aws_cdk import aws_sqs as sqs

from benches.speed.peers.cdk.declared import Declare, Declared, tags


def table(d: Declared, s: Any, n: str, i: dict[str, Any]) -> Any:
    table = dynamodb.CfnTable

    def keys(of: dict[str, Any]) -> list[Any]:
        names = {"HASH": of["hashKey"], "RANGE": of["rangeKey"]}
        return [table.KeySchemaProperty(attribute_name=name, key_type=kind) for kind, name in names.items()]

    key = i["serverSideEncryption"].get("kmsKeyArn")
    return table(
        s,
        n,
        table_name=i["name"],
        key_schema=keys(i),
        attribute_definitions=[
            table.AttributeDefinitionProperty(attribute_name=each["name"], attribute_type=each["type"])
            for each in i["attributes"]
        ],
        billing_mode=i["billingMode"],
        deletion_protection_enabled=i["deletionProtectionEnabled"],
        point_in_time_recovery_specification=table.PointInTimeRecoverySpecificationProperty(
            point_in_time_recovery_enabled=i["pointInTimeRecovery"]["enabled"]
        ),
        sse_specification=key
        and table.SSESpecificationProperty(sse_enabled=True, kms_master_key_id=d.arn("Key", key)),
        time_to_live_specification=table.TimeToLiveSpecificationProperty(
            attribute_name=i["ttl"]["attributeName"], enabled=i["ttl"]["enabled"]
        ),
        tags=tags(i),
    )


def secret(d: Declared, s: Any, n: str, i: dict[str, Any]) -> Any:
    return secrets.CfnSecret(
        s,
        n,
        name=i["name"],
        description=i.get("description"),
        kms_key_id=d.arn("Key", i.get("kmsKeyId")),
        generate_secret_string=secrets.CfnSecret.GenerateSecretStringProperty(password_length=32),
        tags=tags(i),
    )


def queue(d: Declared, s: Any, n: str, i: dict[str, Any]) -> Any:
    redrive = json.loads(i.get("redrivePolicy", "null"))
    return sqs.CfnQueue(
        s,
        n,
        queue_name=i["name"],
        message_retention_period=i["messageRetentionSeconds"],
        visibility_timeout=i.get("visibilityTimeoutSeconds"),
        sqs_managed_sse_enabled=i.get("sqsManagedSseEnabled"),
        redrive_policy=redrive
        and {**redrive, "deadLetterTargetArn": d.arn("Queue", redrive["deadLetterTargetArn"])},
        redrive_allow_policy=json.loads(i.get("redriveAllowPolicy", "null")),
        tags=tags(i),
    )


def bucket(_d: Declared, s: Any, n: str, i: dict[str, Any]) -> Any:
    return s3.CfnBucket(
        s,
        n,
        bucket_name=i["bucket"],
        public_access_block_configuration=s3.CfnBucket.PublicAccessBlockConfigurationProperty(
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
        ),
        tags=tags(i),
    )


DECLARE: dict[str, Declare] = {
    "Table": table,
    "Queue": queue,
    "Bucket": bucket,
    "Secret": secret,
    "Key": lambda _d, s, n, i: kms.CfnKey(
        s,
        n,
        description=i["description"],
        enable_key_rotation=i["enableKeyRotation"],
        key_policy=json.loads(i["policy"]),
        tags=tags(i),
    ),
    "Alias": lambda d, s, n, i: kms.CfnAlias(
        s, n, alias_name=i["name"], target_key_id=d.ref("Key", i["targetKeyId"])
    ),
}
