"""The API, and each tenant's way into it."""

import json
from typing import Any

from aws_cdk import aws_apigateway as gateway  # type: ignore[import-not-found]

from benches.speed.peers.cdk.declared import Declare, Declared, tags


def stage(d: Declared, s: Any, n: str, i: dict[str, Any]) -> Any:
    access, settings = i["accessLogSettings"], i["settings"]
    return gateway.CfnStage(
        s,
        n,
        rest_api_id=d.ref("RestApi", i["restApi"]),
        deployment_id=d.ref("Deployment", i["deployment"]),
        stage_name=i["stageName"],
        variables=i["variables"],
        tracing_enabled=i["xrayTracingEnabled"],
        access_log_setting=gateway.CfnStage.AccessLogSettingProperty(
            destination_arn=d.arn("LogGroup", access["destinationArn"]), format=access["format"]
        ),
        method_settings=[
            gateway.CfnStage.MethodSettingProperty(
                http_method="*",
                resource_path="/*",
                logging_level=settings["loggingLevel"],
                metrics_enabled=settings["metricsEnabled"],
                data_trace_enabled=settings["dataTraceEnabled"],
                throttling_burst_limit=settings["throttlingBurstLimit"],
                throttling_rate_limit=settings["throttlingRateLimit"],
            )
        ],
        tags=tags(i),
    )


def plan(d: Declared, s: Any, n: str, i: dict[str, Any]) -> Any:
    plan, throttle, quota = gateway.CfnUsagePlan, i["throttleSettings"], i.get("quotaSettings")
    return plan(
        s,
        n,
        usage_plan_name=i["name"],
        description=i["description"],
        api_stages=[
            plan.ApiStageProperty(api_id=d.ref("RestApi", each["apiId"]), stage=d.ref("Stage", each["stage"]))
            for each in i["apiStages"]
        ],
        throttle=plan.ThrottleSettingsProperty(
            burst_limit=throttle["burstLimit"], rate_limit=throttle["rateLimit"]
        ),
        quota=quota and plan.QuotaSettingsProperty(limit=quota["limit"], period=quota["period"]),
        tags=tags(i),
    )


DECLARE: dict[str, Declare] = {
    "RestApi": lambda _d, s, n, i: gateway.CfnRestApi(
        s, n, name=i["name"], body=json.loads(i["body"]), fail_on_warnings=i["failOnWarnings"], tags=tags(i)
    ),
    "Deployment": lambda d, s, n, i: gateway.CfnDeployment(s, n, rest_api_id=d.ref("RestApi", i["restApi"])),
    "Stage": stage,
    "UsagePlan": plan,
    "ApiKey": lambda _d, s, n, i: gateway.CfnApiKey(
        s, n, name=i["name"], description=i["description"], enabled=i["enabled"], tags=tags(i)
    ),
    "UsagePlanKey": lambda d, s, n, i: gateway.CfnUsagePlanKey(
        s,
        n,
        key_id=d.ref("ApiKey", i["keyId"]),
        key_type=i["keyType"],
        usage_plan_id=d.ref("UsagePlan", i["usagePlanId"]),
    ),
}
