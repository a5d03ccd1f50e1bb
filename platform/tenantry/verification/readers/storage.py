"""Tables, secrets, queues and the bucket of artifacts; never what is in them."""

import base64
import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tenantry.operations.generations import Generation
from tenantry.rules import naming
from tenantry.rules.kinds import tokens
from tenantry.rules.kinds.storage import QUEUE_ATTRIBUTES
from tenantry.verification.reader import Deployed, Found, Inputs, Reader, Stray, by_name, of_type, tags
from tenantry.verification.reading import Answer, Reading


def _table(reading: Reading, inputs: Inputs) -> Found | None:
    name = inputs["name"]
    answer = reading.ask("dynamodb", "describe_table", TableName=name)
    if answer is None:
        return None
    there = answer["Table"]
    arn = there["TableArn"]
    keys = {each["KeyType"]: each["AttributeName"] for each in there["KeySchema"]}
    policy = reading.ask("dynamodb", "get_resource_policy", ResourceArn=arn) or {}
    found = {
        "name": there["TableName"],
        "billingMode": (there.get("BillingModeSummary") or {}).get("BillingMode", "PROVISIONED"),
        "hashKey": keys.get("HASH"),
        "rangeKey": keys.get("RANGE"),
        "attributes": [
            {"name": each["AttributeName"], "type": each["AttributeType"]}
            for each in there["AttributeDefinitions"]
        ],
        "serverSideEncryption": _encryption(there.get("SSEDescription") or {}),
        "deletionProtectionEnabled": bool(there.get("DeletionProtectionEnabled")),
        "globalSecondaryIndexes": there.get("GlobalSecondaryIndexes") or None,
        "localSecondaryIndexes": there.get("LocalSecondaryIndexes") or None,
        "streamSpecification": there.get("StreamSpecification") or None,
        "policy": policy.get("Policy") or None,
        "tags": tags(reading.listed("dynamodb", "list_tags_of_resource", "Tags", ResourceArn=arn), inputs),
        **_kept(reading, name),
    }
    return Found(name, found, {"arn": arn})


def _encryption(there: Answer) -> Inputs:
    encrypted = there.get("Status") in ("ENABLED", "ENABLING", "UPDATING")
    return {"enabled": encrypted, "kmsKeyArn": there.get("KMSMasterKeyArn") if encrypted else None}


def _kept(reading: Reading, table: str) -> Inputs:
    """How long items stay, and whether they can be brought back."""
    expiry = reading.ask("dynamodb", "describe_time_to_live", TableName=table) or {}
    there = expiry.get("TimeToLiveDescription", {})
    backups = reading.ask("dynamodb", "describe_continuous_backups", TableName=table) or {}
    described = backups.get("ContinuousBackupsDescription", {})
    recovery = described.get("PointInTimeRecoveryDescription") or {}
    return {
        "ttl": {
            "attributeName": there.get("AttributeName"),
            "enabled": there.get("TimeToLiveStatus") in ("ENABLED", "ENABLING"),
        },
        "pointInTimeRecovery": {"enabled": recovery.get("PointInTimeRecoveryStatus") == "ENABLED"},
    }


def _copies_beside(reading: Reading, declared: Sequence[Deployed]) -> Iterator[Stray]:
    """Where else a table's items go. A stream that was switched off is listed for a day."""
    for table in of_type(declared, tokens.TABLE):
        name = table.inputs["name"]
        there = (reading.ask("dynamodb", "describe_table", TableName=name) or {}).get("Table", {})
        for each in there.get("Replicas") or []:
            yield Stray(str(table), "replicas", each["RegionName"], table.owner)
        fed = reading.ask("dynamodb", "describe_kinesis_streaming_destination", TableName=name) or {}
        for each in fed.get("KinesisDataStreamDestinations") or []:
            if each["DestinationStatus"] in ("ENABLING", "ACTIVE", "UPDATING"):
                yield Stray(str(table), "kinesisStreams", each["StreamArn"], table.owner)


def _secrets(reading: Reading) -> list[Generation]:
    """All of the stack's, by name; those that are scheduled for deletion too."""
    listed = reading.listed(
        "secretsmanager",
        "list_secrets",
        "SecretList",
        IncludePlannedDeletion=True,
        Filters=[{"Key": "name", "Values": [reading.names.folder]}],
    )
    return [Generation(each["Name"], each["CreatedDate"], "DeletedDate" in each) for each in listed]


def _secret(reading: Reading, inputs: Inputs) -> Found | None:
    """The newest of its generations."""
    prefix = naming.generation(inputs["name"].rpartition("/")[0], "")
    own = [each for each in _secrets(reading) if each.name.startswith(prefix) and not each.leaving]
    newest = max(own, key=lambda each: each.made, default=None)
    there = reading.ask("secretsmanager", "describe_secret", SecretId=newest.name) if newest else None
    if there is None:
        return None
    policy = reading.ask("secretsmanager", "get_resource_policy", SecretId=there["ARN"]) or {}
    found = {
        "name": there["Name"],
        "description": there.get("Description"),
        "kmsKeyId": there.get("KmsKeyId"),
        "policy": policy.get("ResourcePolicy") or None,
        "replicas": there.get("ReplicationStatus") or None,
        "tags": tags(there.get("Tags"), inputs),
    }
    return Found(there["ARN"], found, {"arn": there["ARN"]})


def _secrets_beside(reading: Reading, declared: Sequence[Deployed]) -> Iterator[Stray]:
    """Those that can be restored are gone all the same."""
    known = {each.found.inputs["name"] for each in of_type(declared, tokens.SECRET) if each.found}
    for each in _secrets(reading):
        if not each.leaving and each.name not in known:
            yield by_name(reading, "Secret", each.name, f"made {each.made:%Y-%m-%d}")


def _version(reading: Reading, inputs: Inputs) -> Found | None:
    """That there is a current one is all that is asked."""
    there = reading.ask("secretsmanager", "describe_secret", SecretId=inputs["secretId"]) or {}
    labels = [label for each in (there.get("VersionIdsToStages") or {}).values() for label in each]
    return Found(inputs["secretId"], {"secretId": inputs["secretId"]}) if "AWSCURRENT" in labels else None


def _bucket(reading: Reading, inputs: Inputs) -> Found | None:
    name = inputs["bucket"]
    if reading.ask("s3", "head_bucket", Bucket=name) is None:
        return None
    policy = reading.ask("s3", "get_bucket_policy", Bucket=name) or {}
    labels = (reading.ask("s3", "get_bucket_tagging", Bucket=name) or {}).get("TagSet")
    found = {"bucket": name, "policy": policy.get("Policy"), "tags": tags(labels, inputs)}
    return Found(name, found, {"arn": reading.arns.bucket(name)})


def _block(reading: Reading, inputs: Inputs) -> Found | None:
    answer = reading.ask("s3", "get_public_access_block", Bucket=inputs["bucket"])
    if answer is None:
        return None
    there = answer["PublicAccessBlockConfiguration"]
    names = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
    return Found(
        inputs["bucket"],
        {"bucket": inputs["bucket"], **{name: there.get(name[0].upper() + name[1:]) for name in names}},
    )


def _object(reading: Reading, inputs: Inputs) -> Found | None:
    at = {"Bucket": inputs["bucket"], "Key": inputs["key"]}
    content = _content(reading, inputs.get("source"), at)
    if content is not None:
        digest = hashlib.sha256(content).digest()
        reading.code.setdefault(base64.b64encode(digest).decode(), set()).add(inputs["key"])
    there = reading.ask("s3", "head_object", **at)
    if there is None:
        return None
    labels = (reading.ask("s3", "get_object_tagging", **at) or {}).get("TagSet")
    found = {
        "bucket": inputs["bucket"],
        "key": inputs["key"],
        "contentType": there.get("ContentType"),
        "tags": tags(labels, inputs),
    }
    return Found(inputs["key"], found)


def _content(reading: Reading, source: Any, at: Inputs) -> bytes | None:
    """Of an earlier release it is what was uploaded: its zip may be on no machine any more."""
    if source is not None:
        return Path(_path(source)).read_bytes()
    there = reading.ask("s3", "get_object", **at)
    return None if there is None else bytes(there["Body"].read())


def _path(asset: Any) -> str:
    return str(getattr(asset, "path", asset))


# What the program states of no queue.
_UNSTATED = {"kmsMasterKeyId": "KmsMasterKeyId", "policy": "Policy"}
_DEFAULTS = {"VisibilityTimeout": "30"}  # where nothing is stated: SQS's reference, SetQueueAttributes


def _queue(reading: Reading, inputs: Inputs) -> Found | None:
    answer = reading.ask("sqs", "get_queue_url", QueueName=inputs["name"])
    if answer is None:
        return None
    url = answer["QueueUrl"]
    asked = reading.ask("sqs", "get_queue_attributes", QueueUrl=url, AttributeNames=["All"]) or {}
    there = asked.get("Attributes", {})
    labels = (reading.ask("sqs", "list_queue_tags", QueueUrl=url) or {}).get("Tags")
    found = {
        name: _said(there[key])
        for name, key in {**QUEUE_ATTRIBUTES, **_UNSTATED}.items()
        if there.get(key) and (name in inputs or there[key] != _DEFAULTS.get(key))
    }
    found |= {"name": inputs["name"], "tags": tags(labels, inputs)}
    return Found(url, found, {"url": url, "arn": there["QueueArn"]})


def _said(text: str) -> Any:
    if text in ("true", "false"):
        return text == "true"
    return int(text) if text.isdecimal() else text


def _queues_beside(reading: Reading, declared: Sequence[Deployed]) -> Iterator[Stray]:
    known = {each.inputs["name"] for each in declared if each.type == tokens.QUEUE}
    prefix = reading.names.tenants
    for url in _urls(reading, prefix):
        name = url.rpartition("/")[2]
        if name not in known:
            yield by_name(reading, "Queue", name, url)


def _urls(reading: Reading, prefix: str) -> list[str]:
    return reading.listed("sqs", "list_queues", "QueueUrls", QueueNamePrefix=prefix)


READERS = {
    tokens.TABLE: Reader(_table, beyond=_copies_beside),
    tokens.SECRET: Reader(
        _secret,
        unread={"recoveryWindowInDays": "it is the engine's, for when the secret is removed"},
        beyond=_secrets_beside,
    ),
    tokens.SECRET_VERSION: Reader(
        _version,
        unread={
            "secretString": "nobody who only looks may read a secret's value",
            "versionStages": "operators' values take the labels over",
        },
    ),
    tokens.BUCKET: Reader(
        _bucket, unread={"forceDestroy": "it is the engine's, for when the bucket is removed"}
    ),
    tokens.BUCKET_PUBLIC_ACCESS_BLOCK: Reader(_block),
    tokens.BUCKET_OBJECT: Reader(
        _object, unread={"source": "what is in it, functions say by the digest of their code"}
    ),
    tokens.QUEUE: Reader(_queue, beyond=_queues_beside),
}
