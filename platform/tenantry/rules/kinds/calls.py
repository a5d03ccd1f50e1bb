"""State which calls of AWS's control plane each type costs: to make one, to change it, to remove it.

They are those of the local platform's makers, which stand for the provider's: it makes the same changes by
the same operations, and reads more besides.
"""

from typing import NamedTuple

from tenantry.rules.kinds import tokens

# Seconds between two calls of one account, from the services' own pages of quotas.
# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html
SECONDS = {
    "apigateway:UpdateUsagePlan": 20,
    "apigateway:DeleteRestApi": 30,
    "apigateway:CreateDeployment": 5,
    "apigateway:CreateRestApi": 3,
    "apigateway:PutRestApi": 1,
    "apigateway:CreateApiKey": 1 / 5,
    "apigateway:DeleteApiKey": 1 / 5,
    "apigateway": 1 / 10,  # all of its operations together
    "lambda": 1 / 15,
    "cloudwatch:DeleteAlarms": 1 / 3,
    "cloudwatch:PutMetricAlarm": 1 / 3,
}


class Calls(NamedTuple):
    """Operations, one for each call. Of what nothing can change, a change is a removal and a new one."""

    make: tuple[str, ...] = ()
    change: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


def _of(service: str, *operations: str) -> Calls:
    return Calls(*(tuple(f"{service}:{name}" for name in each.split()) for each in operations))


def _apigateway() -> dict[str, Calls]:
    return {
        tokens.ACCOUNT: _of("apigateway", "UpdateAccount", "UpdateAccount"),
        tokens.API_KEY: _of("apigateway", "CreateApiKey", "UpdateApiKey TagResource", "DeleteApiKey"),
        tokens.DEPLOYMENT: _of("apigateway", "CreateDeployment", "", "DeleteDeployment"),
        tokens.METHOD_SETTINGS: _of("apigateway", "UpdateStage", "UpdateStage", "UpdateStage"),
        tokens.REST_API: _of(
            "apigateway", "CreateRestApi PutRestApi", "PutRestApi TagResource", "DeleteRestApi"
        ),
        tokens.STAGE: _of(
            "apigateway", "CreateStage UpdateStage", "GetStage UpdateStage TagResource", "DeleteStage"
        ),
        # A plan goes only when no stage is in it.
        tokens.USAGE_PLAN: _of(
            "apigateway",
            "CreateUsagePlan",
            "GetUsagePlan UpdateUsagePlan TagResource",
            "GetUsagePlan UpdateUsagePlan DeleteUsagePlan",
        ),
        tokens.USAGE_PLAN_KEY: _of("apigateway", "CreateUsagePlanKey", "", "DeleteUsagePlanKey"),
    }


def _lambda() -> dict[str, Calls]:
    return {
        tokens.EVENT_INVOKE_CONFIG: _of(
            "lambda",
            "PutFunctionEventInvokeConfig",
            "PutFunctionEventInvokeConfig",
            "DeleteFunctionEventInvokeConfig",
        ),
        tokens.EVENT_SOURCE_MAPPING: _of(
            "lambda",
            "CreateEventSourceMapping",
            "UpdateEventSourceMapping TagResource",
            "DeleteEventSourceMapping",
        ),
        # Concurrency is set, or taken back, by a call of its own.
        tokens.FUNCTION: _of(
            "lambda",
            "CreateFunction PutFunctionConcurrency",
            "UpdateFunctionCode UpdateFunctionConfiguration PutFunctionConcurrency TagResource",
            "DeleteFunction",
        ),
        tokens.LAYER_VERSION: _of("lambda", "PublishLayerVersion", "", "DeleteLayerVersion"),
        tokens.PERMISSION: _of("lambda", "AddPermission", "", "RemovePermission"),
    }


def _identity() -> dict[str, Calls]:
    return {
        tokens.ALIAS: _of("kms", "CreateAlias", "UpdateAlias", "DeleteAlias"),
        tokens.KEY: _of(
            "kms",
            "CreateKey EnableKeyRotation",
            "PutKeyPolicy UpdateKeyDescription TagResource EnableKeyRotation",
            "ScheduleKeyDeletion",
        ),
        tokens.POLICY: _of(
            "iam",
            "CreatePolicy",
            "CreatePolicyVersion ListPolicyVersions DeletePolicyVersion TagPolicy",
            "ListPolicyVersions DeletePolicy",
        ),
        tokens.ROLE: _of(
            "iam", "CreateRole", "UpdateAssumeRolePolicy PutRolePermissionsBoundary TagRole", "DeleteRole"
        ),
        tokens.ROLE_POLICY: _of("iam", "PutRolePolicy", "PutRolePolicy", "DeleteRolePolicy"),
        tokens.ROLE_POLICY_ATTACHMENT: _of("iam", "AttachRolePolicy", "", "DetachRolePolicy"),
        tokens.PRIVATE_KEY: Calls(),  # drawn by the engine's own providers
        tokens.RANDOM_BYTES: Calls(),
        tokens.RANDOM_ID: Calls(),
    }


def _storage() -> dict[str, Calls]:
    return {
        tokens.BUCKET: _of(
            "s3", "CreateBucket PutBucketTagging", "CreateBucket PutBucketTagging", "DeleteBucket"
        ),
        tokens.BUCKET_OBJECT: _of("s3", "PutObject", "PutObject", "DeleteObject"),
        tokens.BUCKET_PUBLIC_ACCESS_BLOCK: _of("s3", "PutPublicAccessBlock", "PutPublicAccessBlock"),
        tokens.QUEUE: _of(
            "sqs", "CreateQueue GetQueueAttributes", "SetQueueAttributes TagQueue", "DeleteQueue"
        ),
        tokens.SECRET: _of("secretsmanager", "CreateSecret", "UpdateSecret TagResource", "DeleteSecret"),
        tokens.SECRET_VERSION: _of("secretsmanager", "PutSecretValue", "PutSecretValue"),
        tokens.TABLE: _of(
            "dynamodb",
            "CreateTable DescribeTable UpdateTimeToLive UpdateContinuousBackups",
            "UpdateTable UpdateTable DescribeTimeToLive UpdateContinuousBackups TagResource",
            "DeleteTable",
        ),
    }


def _watching() -> dict[str, Calls]:
    groups = "CreateLogGroup PutRetentionPolicy DescribeLogGroups TagResource"
    return {
        tokens.BUDGET: _of("budgets", "CreateBudget", "UpdateBudget", "DeleteBudget"),
        tokens.COMPOSITE_ALARM: _of("cloudwatch", "PutCompositeAlarm", "PutCompositeAlarm", "DeleteAlarms"),
        tokens.DASHBOARD: _of("cloudwatch", "PutDashboard", "PutDashboard", "DeleteDashboards"),
        tokens.EVENT_RULE: _of("events", "PutRule", "PutRule", "DeleteRule"),
        tokens.EVENT_TARGET: _of("events", "PutTargets", "PutTargets", "RemoveTargets"),
        tokens.LOG_GROUP: _of("logs", groups, groups, "DeleteLogGroup"),
        tokens.METRIC_ALARM: _of("cloudwatch", "PutMetricAlarm", "PutMetricAlarm", "DeleteAlarms"),
        tokens.QUERY_DEFINITION: _of(
            "logs", "PutQueryDefinition", "PutQueryDefinition", "DeleteQueryDefinition"
        ),
        tokens.TOPIC: _of("sns", "CreateTopic", "TagResource", "DeleteTopic"),
        tokens.TOPIC_POLICY: _of("sns", "SetTopicAttributes", "SetTopicAttributes"),
        tokens.TOPIC_SUBSCRIPTION: _of("sns", "Subscribe", "", "Unsubscribe"),
    }


CALLS = _apigateway() | _lambda() | _identity() | _storage() | _watching()
