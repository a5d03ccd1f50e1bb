"""Stages, plans and keys of the REST API."""

from tenantry.local.resources.maker import Clients, Inputs, Made, given


def rest_api(clients: Clients, inputs: Inputs) -> Made:
    gateway = clients("apigateway")
    made = gateway.create_rest_api(
        name=inputs["name"],
        endpointConfiguration={"types": [inputs["endpointConfiguration"]["types"]]},
        tags=inputs["tags"],
    )
    gateway.put_rest_api(
        restApiId=made["id"],
        mode=inputs["putRestApiMode"],
        failOnWarnings=inputs["failOnWarnings"],
        body=inputs["body"].encode(),
    )
    return Made(made["id"], {})


def deployment(clients: Clients, inputs: Inputs) -> Made:
    made = clients("apigateway").create_deployment(restApiId=inputs["restApi"])
    return Made(made["id"], {})


def stage(clients: Clients, inputs: Inputs) -> Made:
    gateway = clients("apigateway")
    gateway.create_stage(
        restApiId=inputs["restApi"],
        stageName=inputs["stageName"],
        deploymentId=inputs["deployment"],
        variables=inputs["variables"],
        tracingEnabled=inputs["xrayTracingEnabled"],
        tags=inputs["tags"],
    )
    log = inputs["accessLogSettings"]
    gateway.update_stage(
        restApiId=inputs["restApi"],
        stageName=inputs["stageName"],
        patchOperations=[
            {"op": "replace", "path": "/accessLogSettings/destinationArn", "value": log["destinationArn"]},
            {"op": "replace", "path": "/accessLogSettings/format", "value": log["format"]},
        ],
    )
    # The emulator's form of https://<api>.execute-api.<region>.amazonaws.com/<stage>
    url = f"{gateway.meta.endpoint_url}/_aws/execute-api/{inputs['restApi']}/{inputs['stageName']}"
    return Made(f"{inputs['restApi']}-{inputs['stageName']}", {"invokeUrl": url})


# MethodSettings' inputs -> the paths that UpdateStage patches.
SETTINGS = {
    "metricsEnabled": "metrics/enabled",
    "loggingLevel": "logging/loglevel",
    "dataTraceEnabled": "logging/dataTrace",
    "throttlingRateLimit": "throttling/rateLimit",
    "throttlingBurstLimit": "throttling/burstLimit",
}


def method_settings(clients: Clients, inputs: Inputs) -> Made:
    clients("apigateway").update_stage(
        restApiId=inputs["restApi"],
        stageName=inputs["stageName"],
        patchOperations=[
            {"op": "replace", "path": f"/{inputs['methodPath']}/{SETTINGS[name]}", "value": _patched(value)}
            for name, value in inputs["settings"].items()
        ],
    )
    return Made(f"{inputs['restApi']}-{inputs['stageName']}-{inputs['methodPath']}", {})


def _patched(value: bool | float | str) -> str:
    """Patch values are strings, whatever they mean."""
    return (
        str(value).lower()
        if isinstance(value, bool)
        else f"{value:g}"
        if isinstance(value, float)
        else str(value)
    )


def api_key(clients: Clients, inputs: Inputs) -> Made:
    made = clients("apigateway").create_api_key(
        name=inputs["name"],
        description=inputs["description"],
        enabled=inputs["enabled"],
        tags=inputs["tags"],
    )
    return Made(made["id"], {"value": made["value"]})


def usage_plan(clients: Clients, inputs: Inputs) -> Made:
    throttle, quota = inputs["throttleSettings"], inputs.get("quotaSettings")
    made = clients("apigateway").create_usage_plan(
        **given(
            name=inputs["name"],
            description=inputs["description"],
            apiStages=[
                {"apiId": each["apiId"], "stage": each["stage"]} for each in inputs.get("apiStages") or []
            ],
            throttle={"rateLimit": throttle["rateLimit"], "burstLimit": int(throttle["burstLimit"])},
            quota={"limit": int(quota["limit"]), "period": quota["period"]} if quota else None,
            tags=inputs["tags"],
        )
    )
    return Made(made["id"], {})


def usage_plan_key(clients: Clients, inputs: Inputs) -> Made:
    clients("apigateway").create_usage_plan_key(
        usagePlanId=inputs["usagePlanId"], keyId=inputs["keyId"], keyType=inputs["keyType"]
    )
    return Made(inputs["keyId"], {})
