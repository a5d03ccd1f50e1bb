"""What keeps data: tables, secrets, buckets and queues."""

from tenantry.rules.arns import Arns
from tenantry.rules.kinds import tokens
from tenantry.rules.kinds.kind import Kind


def _secret(arns: Arns, name: str) -> str:
    return arns.secrets(name).replace("??????", "AbCdEf")


KINDS = (
    Kind(
        token=tokens.TABLE,
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
        taggable=False,
        references={"secretId": tokens.SECRET},
        settings=("secretString", "versionStages"),
        secret_outputs=("secretBinary", "secretString", "secretStringWo"),
    ),
    Kind(
        token=tokens.BUCKET,
        name="bucket",
        arn=Arns.bucket,
        policies=("policy",),
        settings=("forceDestroy",),
        unused={"forceDestroy": "the bucket's objects are declared, so they are removed before it"},
    ),
    Kind(
        token=tokens.BUCKET_PUBLIC_ACCESS_BLOCK,
        taggable=False,
        references={"bucket": tokens.BUCKET},
        settings=("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"),
    ),
    Kind(
        token=tokens.BUCKET_OBJECT,
        name="key",
        references={"bucket": tokens.BUCKET},
        settings=("contentType", "source"),
    ),
    Kind(
        token=tokens.QUEUE,
        name="name",
        arn=Arns.queue,
        policies=("policy",),
        judged=("redriveAllowPolicy", "redrivePolicy"),
        settings=("messageRetentionSeconds", "sqsManagedSseEnabled", "visibilityTimeoutSeconds"),
        target="queues",
        computed={"url": "https://sqs.example/{inputs[name]}"},
    ),
)
