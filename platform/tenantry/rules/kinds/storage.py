"""What keeps data: tables, secrets, buckets and queues."""

from tenantry.rules.arns import Arns
from tenantry.rules.kinds import tokens
from tenantry.rules.kinds.kind import Kind
from tenantry.rules.rights.storage import BUCKET, LIST_TABLES, OBJECTS, QUEUES, READ_TABLES, SECRETS, TABLES

# Queue's inputs -> SQS's attributes, whose values are strings.
QUEUE_ATTRIBUTES = {
    "messageRetentionSeconds": "MessageRetentionPeriod",
    "redriveAllowPolicy": "RedriveAllowPolicy",
    "redrivePolicy": "RedrivePolicy",
    "sqsManagedSseEnabled": "SqsManagedSseEnabled",
    "visibilityTimeoutSeconds": "VisibilityTimeout",
}


def _secret(arns: Arns, name: str) -> str:
    return arns.secrets(name).replace("??????", "AbCdEf")


KINDS = (
    Kind(
        token=tokens.TABLE,
        rights=(LIST_TABLES, READ_TABLES, TABLES),
        name="name",
        arn=Arns.table,
        references={"serverSideEncryption.kmsKeyArn": tokens.KEY},
        settings=(
            "attributes",
            "billingMode",
            "deletionProtectionEnabled",
            "globalSecondaryIndexes",
            "hashKey",
            "pointInTimeRecovery.enabled",
            "rangeKey",
            "serverSideEncryption.enabled",
            "ttl.attributeName",
            "ttl.enabled",
        ),
        target="whole tables",
    ),
    Kind(
        token=tokens.SECRET,
        rights=(SECRETS,),
        name="name",
        arn=_secret,
        policies=("policy",),
        references={"kmsKeyId": tokens.KEY},
        settings=("description", "recoveryWindowInDays"),
        target="secrets",
        unused={"recoveryWindowInDays": "it is read when the secret is removed"},
    ),
    Kind(
        token=tokens.SECRET_VERSION,
        rights=(SECRETS,),
        taggable=False,
        references={"secretId": tokens.SECRET},
        settings=("secretString", "versionStages"),
        secret_outputs=("secretBinary", "secretString", "secretStringWo"),
    ),
    Kind(
        token=tokens.BUCKET,
        rights=(BUCKET,),
        name="bucket",
        arn=Arns.bucket,
        policies=("policy",),
        settings=("forceDestroy",),
        unused={"forceDestroy": "the bucket's objects are declared, so they are removed before it"},
    ),
    Kind(
        token=tokens.BUCKET_PUBLIC_ACCESS_BLOCK,
        rights=(BUCKET,),
        taggable=False,
        references={"bucket": tokens.BUCKET},
        settings=("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"),
    ),
    Kind(
        token=tokens.BUCKET_OBJECT,
        rights=(OBJECTS,),
        name="key",
        references={"bucket": tokens.BUCKET},
        settings=("contentType", "source"),
    ),
    Kind(
        token=tokens.QUEUE,
        rights=(QUEUES,),
        name="name",
        arn=Arns.queue,
        policies=("policy",),
        judged=("redriveAllowPolicy", "redrivePolicy"),
        settings=("messageRetentionSeconds", "sqsManagedSseEnabled", "visibilityTimeoutSeconds"),
        target="queues",
        computed={"url": "https://sqs.example/{inputs[name]}"},
    ),
)
