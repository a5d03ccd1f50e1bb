"""What keeps data: tables, secrets, buckets and queues."""

from tenantry.rules.arns import Arns
from tenantry.rules.kinds.identity import KEY
from tenantry.rules.kinds.kind import Calls, Kind
from tenantry.rules.rights.storage import BUCKETS, LIST_TABLES, OBJECTS, QUEUES, READ_TABLES, SECRETS, TABLES

BUCKET = "aws:s3/bucket:Bucket"
BUCKET_OBJECT = "aws:s3/bucketObjectv2:BucketObjectv2"
BUCKET_PUBLIC_ACCESS_BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
QUEUE = "aws:sqs/queue:Queue"
SECRET = "aws:secretsmanager/secret:Secret"  # noqa: S105 - a type token
SECRET_VERSION = "aws:secretsmanager/secretVersion:SecretVersion"  # noqa: S105 - a type token
TABLE = "aws:dynamodb/table:Table"


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


KINDS: tuple[Kind, ...] = (
    Kind(
        token=TABLE,
        calls=Calls.of(
            "dynamodb",
            "CreateTable DescribeTable UpdateTimeToLive UpdateContinuousBackups",
            "UpdateTable UpdateTable DescribeTimeToLive UpdateContinuousBackups TagResource",
            "DeleteTable",
        ),
        rights=(LIST_TABLES, READ_TABLES, TABLES),
        name="name",
        arn=Arns.table,
        references={"serverSideEncryption.kmsKeyArn": KEY},
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
        token=SECRET,
        calls=Calls.of("secretsmanager", "CreateSecret", "UpdateSecret TagResource", "DeleteSecret"),
        rights=(SECRETS,),
        name="name",
        arn=_secret,
        policies=("policy",),
        references={"kmsKeyId": KEY},
        settings=("description", "recoveryWindowInDays"),
        target="secrets",
        unused={"recoveryWindowInDays": "it is read when the secret is removed"},
    ),
    Kind(
        token=SECRET_VERSION,
        calls=Calls.of("secretsmanager", "PutSecretValue", "PutSecretValue"),
        rights=(SECRETS,),
        taggable=False,
        references={"secretId": SECRET},
        settings=("secretString", "versionStages"),
        secret_outputs=("secretBinary", "secretString", "secretStringWo"),
    ),
    Kind(
        token=BUCKET,
        calls=Calls.of(
            "s3", "CreateBucket PutBucketTagging", "CreateBucket PutBucketTagging", "DeleteBucket"
        ),
        rights=(BUCKETS,),
        name="bucket",
        arn=Arns.bucket,
        policies=("policy",),
        settings=("forceDestroy",),
        unused={"forceDestroy": "the bucket's objects are declared, so they are removed before it"},
    ),
    Kind(
        token=BUCKET_PUBLIC_ACCESS_BLOCK,
        calls=Calls.of("s3", "PutPublicAccessBlock", "PutPublicAccessBlock"),
        rights=(BUCKETS,),
        taggable=False,
        references={"bucket": BUCKET},
        settings=("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"),
    ),
    Kind(
        token=BUCKET_OBJECT,
        calls=Calls.of("s3", "PutObject", "PutObject", "DeleteObject"),
        rights=(OBJECTS,),
        name="key",
        references={"bucket": BUCKET},
        settings=("contentType", "source"),
    ),
    Kind(
        token=QUEUE,
        calls=Calls.of("sqs", "CreateQueue GetQueueAttributes", "SetQueueAttributes TagQueue", "DeleteQueue"),
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
