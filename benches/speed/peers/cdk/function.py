"""Functions, what they may do, and where they log."""

import json
from typing import Any

from aws_cdk import aws_iam as iam  # type: ignore[import-not-found]
from aws_cdk import aws_lambda as functions
from aws_cdk import aws_logs as logs

from benches.speed.peers.cdk.declared import Declare, Declared, tags


def function(d: Declared, s: Any, n: str, i: dict[str, Any]) -> Any:
    function = functions.CfnFunction
    return function(
        s,
        n,
        function_name=i["name"],
        code=function.CodeProperty(s3_bucket=d.ref("Bucket", i["s3Bucket"]), s3_key=i["s3Key"]),
        role=d.arn("Role", i["role"]),
        layers=[d.ref("LayerVersion", each) for each in i["layers"]],
        architectures=i["architectures"],
        handler=i["handler"],
        runtime=i["runtime"],
        memory_size=i["memorySize"],
        timeout=i["timeout"],
        environment=function.EnvironmentProperty(variables=i["environment"]["variables"]),
        tracing_config=function.TracingConfigProperty(mode=i["tracingConfig"]["mode"]),
        tags=tags(i),
    )


def mapping(d: Declared, s: Any, n: str, i: dict[str, Any]) -> Any:
    source = functions.CfnEventSourceMapping
    return source(
        s,
        n,
        function_name=d.ref("Function", i["functionName"]),
        event_source_arn=d.arn("Queue", i["eventSourceArn"]),
        batch_size=i["batchSize"],
        function_response_types=i["functionResponseTypes"],
        scaling_config=source.ScalingConfigProperty(
            maximum_concurrency=i["scalingConfig"]["maximumConcurrency"]
        ),
        tags=tags(i),
    )


DECLARE: dict[str, Declare] = {
    "Function": function,
    "EventSourceMapping": mapping,
    "LayerVersion": lambda d, s, n, i: functions.CfnLayerVersion(
        s,
        n,
        layer_name=i["layerName"],
        content=functions.CfnLayerVersion.ContentProperty(
            s3_bucket=d.ref("Bucket", i["s3Bucket"]), s3_key=i["s3Key"]
        ),
        compatible_architectures=i["compatibleArchitectures"],
        compatible_runtimes=i["compatibleRuntimes"],
    ),
    "Permission": lambda d, s, n, i: functions.CfnPermission(
        s,
        n,
        function_name=d.ref("Function", i["function"]),
        action=i["action"],
        principal=i["principal"],
        source_arn=i["sourceArn"],
    ),
    "Policy": lambda _d, s, n, i: iam.CfnManagedPolicy(
        s,
        n,
        managed_policy_name=i["name"],
        description=i["description"],
        policy_document=json.loads(i["policy"]),
    ),
    "Role": lambda d, s, n, i: iam.CfnRole(
        s,
        n,
        role_name=i["name"],
        assume_role_policy_document=json.loads(i["assumeRolePolicy"]),
        permissions_boundary=d.ref("Policy", i["permissionsBoundary"]),
        tags=tags(i),
    ),
    "RolePolicy": lambda d, s, n, i: iam.CfnRolePolicy(
        s,
        n,
        policy_name=i["name"],
        role_name=d.ref("Role", i["role"]),
        policy_document=json.loads(i["policy"]),
    ),
    "LogGroup": lambda d, s, n, i: logs.CfnLogGroup(
        s,
        n,
        log_group_name=i["name"],
        retention_in_days=i["retentionInDays"],
        kms_key_id=d.arn("Key", i.get("kmsKeyId")),
        tags=tags(i),
    ),
}
