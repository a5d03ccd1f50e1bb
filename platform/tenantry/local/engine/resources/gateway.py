"""The REST API, its deployment and its stages."""

import hashlib
from typing import Any, Final

from tenantry.local.clients import REGION, stage_url
from tenantry.local.engine.resources.maker import Clients, Existing, Inputs, Made, MadeKind, put
from tenantry.rules.kinds import tokens

_ID_TAG: Final = "ms-custom-id"  # by which the emulator lets an API's maker choose its id


def _make_rest_api(clients: Clients, inputs: Inputs) -> Made:
    """Under an id that follows from its name, so that a stage's address is the same after every start."""
    gateway = clients("apigateway")
    made = gateway.create_rest_api(
        name=inputs["name"],
        endpointConfiguration={"types": [inputs["endpointConfiguration"]["types"]]},
        disableExecuteApiEndpoint=inputs["disableExecuteApiEndpoint"],
        tags=dict([*inputs["tags"].items(), (_ID_TAG, _id(inputs["name"]))]),
    )
    gateway.untag_resource(resourceArn=_arn(made["id"]), tagKeys=[_ID_TAG])
    _put_body(clients, made["id"], inputs)
    return Made(made["id"], {})


def _update_rest_api(clients: Clients, existing: Existing, inputs: Inputs) -> Made:
    _put_body(clients, existing.id, inputs)
    disabled = inputs["disableExecuteApiEndpoint"]
    if disabled != existing.inputs.get("disableExecuteApiEndpoint"):
        change = _replaced("/disableExecuteApiEndpoint", _patched(disabled))
        clients("apigateway").update_rest_api(restApiId=existing.id, patchOperations=[change])
    clients("apigateway").tag_resource(resourceArn=_arn(existing.id), tags=inputs["tags"])
    return Made(existing.id, {})


def _id(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:10]


def _arn(api: str) -> str:
    return f"arn:aws:apigateway:{REGION}::/restapis/{api}"


def _put_body(clients: Clients, api: str, inputs: Inputs) -> None:
    clients("apigateway").put_rest_api(
        restApiId=api,
        mode=inputs["putRestApiMode"],
        failOnWarnings=inputs["failOnWarnings"],
        body=inputs["body"].encode(),
    )


def _remove_rest_api(clients: Clients, existing: Existing) -> None:
    clients("apigateway").delete_rest_api(restApiId=existing.id)


def _find_rest_api(clients: Clients, inputs: Inputs) -> Made | None:
    for page in clients("apigateway").get_paginator("get_rest_apis").paginate():
        for each in page["items"]:
            if each["name"] == inputs["name"]:
                return Made(each["id"], {})
    return None


REST_API = MadeKind(
    _make_rest_api,
    _remove_rest_api,
    _update_rest_api,
    _find_rest_api,
    frozenset({"name", "endpointConfiguration"}),
)


def _make_deployment(clients: Clients, inputs: Inputs) -> Made:
    made = clients("apigateway").create_deployment(
        restApiId=inputs["restApi"], description=inputs["description"]
    )
    return Made(made["id"], {})


def _update_deployment(clients: Clients, existing: Existing, inputs: Inputs) -> Made:
    clients("apigateway").update_deployment(
        restApiId=existing.inputs["restApi"],
        deploymentId=existing.id,
        patchOperations=[_replaced("/description", inputs["description"])],
    )
    return Made(existing.id, {})


def _remove_deployment(clients: Clients, existing: Existing) -> None:
    clients("apigateway").delete_deployment(restApiId=existing.inputs["restApi"], deploymentId=existing.id)


DEPLOYMENT = MadeKind(
    _make_deployment, _remove_deployment, _update_deployment, fixed=frozenset({"restApi", "triggers"})
)


def _make_stage(clients: Clients, inputs: Inputs) -> Made:
    clients("apigateway").create_stage(
        restApiId=inputs["restApi"],
        stageName=inputs["stageName"],
        deploymentId=inputs["deployment"],
        description=inputs.get("description") or "",
        variables=inputs["variables"],
        tracingEnabled=inputs["xrayTracingEnabled"],
        tags=inputs["tags"],
    )
    log = inputs["accessLogSettings"]
    _patch(
        clients,
        inputs,
        _replaced("/accessLogSettings/destinationArn", log["destinationArn"]),
        _replaced("/accessLogSettings/format", log["format"]),
    )
    return _made_stage(clients, inputs)


def _update_stage(clients: Clients, _existing: Existing, inputs: Inputs) -> Made:
    gateway, log, wanted = clients("apigateway"), inputs["accessLogSettings"], inputs["variables"]
    stage = gateway.get_stage(restApiId=inputs["restApi"], stageName=inputs["stageName"])
    _patch(
        clients,
        inputs,
        _replaced("/deploymentId", inputs["deployment"]),
        _replaced("/description", inputs.get("description") or ""),
        _replaced("/tracingEnabled", _patched(inputs["xrayTracingEnabled"])),
        _replaced("/accessLogSettings/destinationArn", log["destinationArn"]),
        _replaced("/accessLogSettings/format", log["format"]),
        *(_replaced(f"/variables/{name}", value) for name, value in wanted.items()),
        *(
            {"op": "remove", "path": f"/variables/{name}"}
            for name in stage.get("variables", {})
            if name not in wanted
        ),
    )
    arn = f"arn:aws:apigateway:{REGION}::/restapis/{inputs['restApi']}/stages/{inputs['stageName']}"
    gateway.tag_resource(resourceArn=arn, tags=inputs["tags"])
    if gone := [name for name in stage.get("tags", {}) if name not in inputs["tags"]]:
        gateway.untag_resource(resourceArn=arn, tagKeys=gone)
    return _made_stage(clients, inputs)


def _remove_stage(clients: Clients, existing: Existing) -> None:
    clients("apigateway").delete_stage(
        restApiId=existing.inputs["restApi"], stageName=existing.inputs["stageName"]
    )


def _find_stage(clients: Clients, inputs: Inputs) -> Made:
    clients("apigateway").get_stage(restApiId=inputs["restApi"], stageName=inputs["stageName"])
    return _made_stage(clients, inputs)


def _made_stage(clients: Clients, inputs: Inputs) -> Made:
    url = stage_url(clients("apigateway").meta.endpoint_url, inputs["restApi"], inputs["stageName"])
    return Made(f"{inputs['restApi']}-{inputs['stageName']}", {"invokeUrl": url})


STAGE = MadeKind(_make_stage, _remove_stage, _update_stage, _find_stage, frozenset({"restApi", "stageName"}))

# MethodSettings' inputs -> the paths that UpdateStage patches.
SETTINGS = {
    "metricsEnabled": "metrics/enabled",
    "loggingLevel": "logging/loglevel",
    "dataTraceEnabled": "logging/dataTrace",
    "throttlingRateLimit": "throttling/rateLimit",
    "throttlingBurstLimit": "throttling/burstLimit",
}


def _put_method_settings(clients: Clients, inputs: Inputs) -> Made:
    settings, path = inputs["settings"], inputs["methodPath"]
    _patch(
        clients,
        inputs,
        *(
            _replaced(f"/{path}/{patched}", _patched(settings[name]))
            for name, patched in SETTINGS.items()
            if name in settings
        ),
    )
    return Made(f"{inputs['restApi']}-{inputs['stageName']}-{path}", {})


def _remove_method_settings(clients: Clients, existing: Existing) -> None:
    _patch(clients, existing.inputs, {"op": "remove", "path": f"/{existing.inputs['methodPath']}"})


METHOD_SETTINGS = put(_put_method_settings, _remove_method_settings, "restApi", "stageName", "methodPath")


def _patch(clients: Clients, stage: Inputs, *operations: dict[str, str]) -> None:
    clients("apigateway").update_stage(
        restApiId=stage["restApi"], stageName=stage["stageName"], patchOperations=list(operations)
    )


def _replaced(path: str, value: str) -> dict[str, str]:
    return {"op": "replace", "path": path, "value": value}


def _patched(value: Any) -> str:
    """Patch values are strings, whatever they mean."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)


MAKERS = {
    tokens.DEPLOYMENT: DEPLOYMENT,
    tokens.METHOD_SETTINGS: METHOD_SETTINGS,
    tokens.REST_API: REST_API,
    tokens.STAGE: STAGE,
}
