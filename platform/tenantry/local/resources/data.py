"""Tables, secrets and the bucket of artifacts."""

from pathlib import Path
from typing import Any

from tenantry.local.resources.maker import Clients, Inputs, Made, given, tag_list


def table(clients: Clients, inputs: Inputs) -> Made:
    dynamodb = clients("dynamodb")
    made = dynamodb.create_table(
        TableName=inputs["name"],
        BillingMode=inputs["billingMode"],
        KeySchema=_key_schema(inputs),
        AttributeDefinitions=[
            {"AttributeName": each["name"], "AttributeType": each["type"]} for each in inputs["attributes"]
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": index["name"],
                "KeySchema": _key_schema(index),
                "Projection": {"ProjectionType": index["projectionType"]},
            }
            for index in inputs["globalSecondaryIndexes"]
        ],
        DeletionProtectionEnabled=inputs["deletionProtectionEnabled"],
        SSESpecification=_encryption(inputs["serverSideEncryption"]),
        Tags=tag_list(inputs),
    )
    dynamodb.get_waiter("table_exists").wait(TableName=inputs["name"], WaiterConfig={"Delay": 1})
    dynamodb.update_time_to_live(
        TableName=inputs["name"],
        TimeToLiveSpecification={
            "AttributeName": inputs["ttl"]["attributeName"],
            "Enabled": inputs["ttl"]["enabled"],
        },
    )
    dynamodb.update_continuous_backups(
        TableName=inputs["name"],
        PointInTimeRecoverySpecification={
            "PointInTimeRecoveryEnabled": inputs["pointInTimeRecovery"]["enabled"]
        },
    )
    return Made(inputs["name"], {"arn": made["TableDescription"]["TableArn"]})


def _encryption(chosen: Inputs) -> dict[str, Any]:
    kind = "KMS" if chosen["enabled"] else None
    return given(Enabled=chosen["enabled"], SSEType=kind, KMSMasterKeyId=chosen.get("kmsKeyArn"))


def _key_schema(keys: Inputs) -> list[dict[str, Any]]:
    return [
        {"AttributeName": keys["hashKey"], "KeyType": "HASH"},
        {"AttributeName": keys["rangeKey"], "KeyType": "RANGE"},
    ]


def secret(clients: Clients, inputs: Inputs) -> Made:
    made = clients("secretsmanager").create_secret(
        **given(
            Name=inputs["name"],
            Description=inputs["description"],
            KmsKeyId=inputs.get("kmsKeyId"),
            Tags=tag_list(inputs),
        )
    )
    return Made(made["ARN"], {"arn": made["ARN"]})


def secret_version(clients: Clients, inputs: Inputs) -> Made:
    made = clients("secretsmanager").put_secret_value(
        SecretId=inputs["secretId"], SecretString=inputs["secretString"]
    )
    return Made(f"{inputs['secretId']}|{made['VersionId']}", {"versionId": made["VersionId"]})


def bucket(clients: Clients, inputs: Inputs) -> Made:
    clients("s3").create_bucket(Bucket=inputs["bucket"])
    clients("s3").put_bucket_tagging(Bucket=inputs["bucket"], Tagging={"TagSet": tag_list(inputs)})
    return Made(inputs["bucket"], {"arn": f"arn:aws:s3:::{inputs['bucket']}"})


def bucket_public_access_block(clients: Clients, inputs: Inputs) -> Made:
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


def bucket_object(clients: Clients, inputs: Inputs) -> Made:
    clients("s3").put_object(
        **given(
            Bucket=inputs["bucket"],
            Key=inputs["key"],
            Body=Path(inputs["source"].path).read_bytes(),
            ContentType=inputs.get("contentType"),
        )
    )
    return Made(inputs["key"], {})
