"""Make, change and remove each resource type that the program registers, for real, on the emulator.

A maker takes a resource's inputs as the engine sees them (camelCase, resolved) and answers its id and the
outputs that the AWS provider would add. There is a kind for every type in use, and none that only pretends.
"""

from tenantry.local.engine.resources import (
    alarms,
    compute,
    data,
    encryption,
    gateway,
    identity,
    keys,
    messaging,
    observability,
    plans,
)
from tenantry.local.engine.resources.maker import Existing, Kind, Made

KINDS: dict[str, Kind] = {
    "aws:apigateway/apiKey:ApiKey": plans.API_KEY,
    "aws:apigateway/deployment:Deployment": gateway.DEPLOYMENT,
    "aws:apigateway/methodSettings:MethodSettings": gateway.METHOD_SETTINGS,
    "aws:apigateway/restApi:RestApi": gateway.REST_API,
    "aws:apigateway/stage:Stage": gateway.STAGE,
    "aws:apigateway/usagePlan:UsagePlan": plans.USAGE_PLAN,
    "aws:apigateway/usagePlanKey:UsagePlanKey": plans.USAGE_PLAN_KEY,
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": alarms.COMPOSITE_ALARM,
    "aws:cloudwatch/dashboard:Dashboard": observability.DASHBOARD,
    "aws:cloudwatch/logGroup:LogGroup": observability.LOG_GROUP,
    "aws:cloudwatch/metricAlarm:MetricAlarm": alarms.METRIC_ALARM,
    "aws:cloudwatch/queryDefinition:QueryDefinition": observability.QUERY_DEFINITION,
    "aws:dynamodb/table:Table": data.TABLE,
    "aws:iam/policy:Policy": identity.POLICY,
    "aws:iam/role:Role": identity.ROLE,
    "aws:iam/rolePolicy:RolePolicy": identity.ROLE_POLICY,
    "aws:kms/alias:Alias": encryption.ALIAS,
    "aws:kms/key:Key": encryption.KEY,
    "aws:lambda/eventSourceMapping:EventSourceMapping": messaging.EVENT_SOURCE_MAPPING,
    "aws:lambda/function:Function": compute.FUNCTION,
    "aws:lambda/layerVersion:LayerVersion": compute.LAYER_VERSION,
    "aws:lambda/permission:Permission": compute.PERMISSION,
    "aws:s3/bucket:Bucket": data.BUCKET,
    "aws:s3/bucketObjectv2:BucketObjectv2": data.BUCKET_OBJECT,
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": data.BUCKET_PUBLIC_ACCESS_BLOCK,
    "aws:secretsmanager/secret:Secret": data.SECRET,
    "aws:secretsmanager/secretVersion:SecretVersion": data.SECRET_VERSION,
    "aws:sns/topic:Topic": observability.TOPIC,
    "aws:sns/topicPolicy:TopicPolicy": observability.TOPIC_POLICY,
    "aws:sns/topicSubscription:TopicSubscription": observability.TOPIC_SUBSCRIPTION,
    "aws:sqs/queue:Queue": messaging.QUEUE,
    "random:index/randomBytes:RandomBytes": keys.RANDOM_BYTES,
    "tls:index/privateKey:PrivateKey": keys.PRIVATE_KEY,
}

__all__ = ["KINDS", "Existing", "Kind", "Made"]
