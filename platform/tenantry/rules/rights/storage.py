"""Tables, secrets, queues and the bucket of artifacts."""

from tenantry.rules import naming
from tenantry.rules.rights.shape import TAGGING, Right, named

LIST_TABLES = Right("TableNames", "dynamodb", reads="ListTables")
READ_TABLES = Right(
    "Tables",
    "dynamodb",
    reads="DescribeContinuousBackups DescribeTable DescribeTimeToLive ListTagsOfResource",
    on=named(lambda arns, names: [arns.table(names.table), arns.table(names.tenant("*"))]),
)
TABLES = Right(
    "Tables",
    "dynamodb",
    f"CreateTable UpdateContinuousBackups UpdateTable UpdateTimeToLive {TAGGING}",
    on=READ_TABLES.on,
)
SECRETS = Right(
    "Secrets",
    "secretsmanager",
    f"CreateSecret DeleteSecret PutSecretValue UpdateSecret UpdateSecretVersionStage {TAGGING}",
    "DescribeSecret GetResourcePolicy GetSecretValue ListSecretVersionIds",
    named(lambda arns, names: [arns.secrets(naming.generation(names.secret("*", "*"), "*"))]),
)
QUEUES = Right(
    "Queues",
    "sqs",
    "CreateQueue DeleteQueue SetQueueAttributes TagQueue UntagQueue",
    "GetQueueAttributes GetQueueUrl ListQueueTags",
    named(lambda arns, names: [arns.queue(names.queue("*", "*"))]),
)
BUCKETS = Right(
    "Bucket",
    "s3",
    "CreateBucket DeleteBucket PutBucketPublicAccessBlock PutBucketTagging",
    "GetAccelerateConfiguration GetBucket* GetEncryptionConfiguration GetLifecycleConfiguration "
    "GetReplicationConfiguration ListBucket",
    named(lambda arns, names: [arns.bucket(names.bucket(arns.account, arns.region))]),
)
OBJECTS = Right(
    "Objects",
    "s3",
    "DeleteObject PutObject PutObjectTagging",
    "GetObject GetObjectTagging",
    named(lambda arns, names: [arns.bucket(names.bucket(arns.account, arns.region)) + "/*"]),
)
