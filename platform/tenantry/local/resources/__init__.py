"""Make each resource type that the program registers, for real, on the emulator.

A maker takes a resource's inputs as the engine sees them (camelCase, resolved) and answers its id and the
outputs that the AWS provider would add. There is one for every type in use, and none that only pretends.
"""

from tenantry.local.resources import (
    compute,
    data,
    encryption,
    gateway,
    identity,
    keys,
    messaging,
    observability,
)
from tenantry.local.resources.maker import Made, Maker

MAKERS: dict[str, Maker] = {
    "aws:apigateway/apiKey:ApiKey": gateway.api_key,
    "aws:apigateway/deployment:Deployment": gateway.deployment,
    "aws:apigateway/methodSettings:MethodSettings": gateway.method_settings,
    "aws:apigateway/restApi:RestApi": gateway.rest_api,
    "aws:apigateway/stage:Stage": gateway.stage,
    "aws:apigateway/usagePlan:UsagePlan": gateway.usage_plan,
    "aws:apigateway/usagePlanKey:UsagePlanKey": gateway.usage_plan_key,
    "aws:cloudwatch/dashboard:Dashboard": observability.dashboard,
    "aws:cloudwatch/logGroup:LogGroup": observability.log_group,
    "aws:cloudwatch/metricAlarm:MetricAlarm": observability.metric_alarm,
    "aws:dynamodb/table:Table": data.table,
    "aws:iam/policy:Policy": identity.policy,
    "aws:iam/role:Role": identity.role,
    "aws:iam/rolePolicy:RolePolicy": identity.role_policy,
    "aws:kms/alias:Alias": encryption.alias,
    "aws:kms/key:Key": encryption.key,
    "aws:lambda/eventSourceMapping:EventSourceMapping": messaging.event_source_mapping,
    "aws:lambda/function:Function": compute.function,
    "aws:lambda/layerVersion:LayerVersion": compute.layer_version,
    "aws:lambda/permission:Permission": compute.permission,
    "aws:s3/bucket:Bucket": data.bucket,
    "aws:s3/bucketObjectv2:BucketObjectv2": data.bucket_object,
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": data.bucket_public_access_block,
    "aws:secretsmanager/secret:Secret": data.secret,
    "aws:secretsmanager/secretVersion:SecretVersion": data.secret_version,
    "aws:sns/topic:Topic": observability.topic,
    "aws:sns/topicPolicy:TopicPolicy": observability.topic_policy,
    "aws:sns/topicSubscription:TopicSubscription": observability.topic_subscription,
    "aws:sqs/queue:Queue": messaging.queue,
    "random:index/randomBytes:RandomBytes": keys.random_bytes,
    "tls:index/privateKey:PrivateKey": keys.private_key,
}

__all__ = ["MAKERS", "Made", "Maker"]
