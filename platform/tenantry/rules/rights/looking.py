"""What comparing a stack with its files takes beside the provider's own reads: lists, and policies of others.

A resource that nothing declares is found by no name, so most lists are on all.
"""

from tenantry.rules.rights import identity, running, storage, watching
from tenantry.rules.rights.shape import Right

VALUES = frozenset({"secretsmanager:GetSecretValue"})  # read by the provider, and nobody else's business

LISTS = (
    Right("ListRoles", "iam", reads="ListRoles"),
    Right(
        "Keys",
        "kms",
        reads="DescribeKey GetKeyPolicy GetKeyRotationStatus ListGrants ListResourceTags",
        on=identity.KEYS.on,
        condition=identity.KEYS.condition,
    ),
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
