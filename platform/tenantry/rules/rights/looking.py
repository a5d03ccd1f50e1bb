"""What comparing a stack with its files takes beside the provider's own reads: lists, and policies of others.

A resource that nothing declares is found by no name, so most lists are on all.
"""

from tenantry.rules.rights import running, storage, watching
from tenantry.rules.rights.shape import Right

# Of secrets, which the provider reads; they are nobody else's business.
VALUES = frozenset({"kms:Decrypt", "secretsmanager:GetSecretValue"})

LISTS = (
    Right("ListRoles", "iam", reads="ListRoles"),
    Right("ListCertificates", "acm", reads="ListCertificates"),
    Right("Functions", "lambda", reads="ListFunctionUrlConfigs", on=running.FUNCTIONS.on),
    Right("ListFunctions", "lambda", reads="ListEventSourceMappings ListFunctions"),
    Right("Layers", "lambda", reads="ListLayerVersions", on=running.LAYERS.on),
    Right("ListRules", "events", reads="ListRules"),
    Right(
        "Tables",
        "dynamodb",
        reads="DescribeKinesisStreamingDestination GetResourcePolicy",
        on=storage.READ_TABLES.on,
    ),
    Right("ListSecrets", "secretsmanager", reads="ListSecrets"),
    Right("LogGroups", "logs", reads="DescribeSubscriptionFilters", on=watching.LOG_GROUPS.on),
    Right("ListQueues", "sqs", reads="ListQueues"),
    Right("ListTagged", "tag", reads="GetResources"),
    Right("Topics", "sns", reads="ListSubscriptionsByTopic", on=watching.TOPICS.on),
)
