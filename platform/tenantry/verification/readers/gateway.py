"""The API, its deployment, its stages and the settings of their methods."""

import json
from collections.abc import Iterator, Sequence
from hashlib import sha256

from tenantry.rules.kinds import tokens
from tenantry.verification import surface
from tenantry.verification.reader import Deployed, Found, Inputs, Reader, Stray, inputs_of, of_type, one, tags
from tenantry.verification.reading import Answer, Reading


def _api(reading: Reading, inputs: Inputs) -> Found | None:
    for each in reading.listed("apigateway", "get_rest_apis", "items"):
        if each["name"] == inputs["name"]:
            types = (each.get("endpointConfiguration") or {}).get("types", [])
            found = {
                "name": each["name"],
                "body": surface.at_gateway(reading, each),
                "endpointConfiguration": {"types": one(types)},
                # A patch carries texts, and the local platform keeps what it was sent.
                "disableExecuteApiEndpoint": str(each.get("disableExecuteApiEndpoint")).lower() == "true",
                "tags": tags(each.get("tags"), inputs),
            }
            return Found(each["id"], found)
    return None


def _deployment(reading: Reading, inputs: Inputs) -> Found | None:
    """That of its contract; of several the newest, which is the one that the engine knows."""
    there = reading.listed("apigateway", "get_deployments", "items", restApiId=inputs["restApi"])
    named = [each for each in there if each.get("description") == inputs["description"]]
    newest = max(named, key=lambda each: each["createdDate"], default=None)
    if newest is None:
        return None
    return Found(newest["id"], {"restApi": inputs["restApi"], "description": newest["description"]})


def _unguarded(reading: Reading, declared: Sequence[Deployed]) -> Iterator[Stray]:
    """Methods that ask for less in the newest snapshot than in the API that it was taken of.

    What an earlier release's was taken of is known by its digest alone, and no snapshot ever changes.
    """
    for api in of_type(declared, tokens.REST_API):
        digest = sha256(api.inputs["body"].encode()).hexdigest()
        for each in of_type(declared, tokens.DEPLOYMENT):
            if each.found is None or each.inputs["restApi"] != (api.found and api.found.id):
                continue
            if each.inputs["description"] != digest:
                continue
            snapshot = reading.ask(
                "apigateway",
                "get_deployment",
                restApiId=each.inputs["restApi"],
                deploymentId=each.found.id,
                embed=["apisummary"],
            )
            methods = surface.of_body(api.inputs["body"])["methods"]
            for path, verbs in ((snapshot or {}).get("apiSummary") or {}).items():
                for verb, served in verbs.items():
                    meant = methods.get(f"{verb} {path}")
                    if meant is None:
                        yield Stray(str(each), f"methods.{verb} {path}", "served")
                        continue
                    if bool(served.get("apiKeyRequired")) != meant["apiKeyRequired"]:
                        at = f"methods.{verb} {path}.apiKeyRequired"
                        yield Stray(str(each), at, bool(served.get("apiKeyRequired")))
                    kind = served.get("authorizationType")  # the local platform does not say
                    if kind is not None and (kind != "NONE") != bool(meant["authorizer"]):
                        yield Stray(str(each), f"methods.{verb} {path}.authorizationType", kind)


def _there(reading: Reading, inputs: Inputs) -> Answer | None:
    stages = reading.listed("apigateway", "get_stages", "item", restApiId=inputs["restApi"])
    return next((each for each in stages if each["stageName"] == inputs["stageName"]), None)


def _stage(reading: Reading, inputs: Inputs) -> Found | None:
    stage = _there(reading, inputs)
    if stage is None:
        return None
    log = stage.get("accessLogSettings") or {}
    found = {
        "restApi": inputs["restApi"],
        "stageName": stage["stageName"],
        "deployment": stage.get("deploymentId"),
        "description": stage.get("description") or None,
        "variables": stage.get("variables") or {},
        "accessLogSettings": {
            "destinationArn": (log.get("destinationArn") or "").removesuffix(":*") or None,
            "format": log.get("format"),
        },
        "xrayTracingEnabled": bool(stage.get("tracingEnabled")),
        "canarySettings": stage.get("canarySettings") or None,
        "tags": tags(stage.get("tags"), inputs),
    }
    url = reading.url(inputs["restApi"], inputs["stageName"])
    return Found(f"{inputs['restApi']}-{inputs['stageName']}", found, {"invokeUrl": url})


def _stages_beside(reading: Reading, declared: Sequence[Deployed]) -> Iterator[Stray]:
    known = {each.inputs["stageName"] for each in declared if each.type == tokens.STAGE}
    for api in of_type(declared, tokens.REST_API):
        identifier = api.found.id if api.found else ""
        for each in reading.listed("apigateway", "get_stages", "item", restApiId=identifier):
            if each["stageName"] not in known:
                yield Stray(f"Stage {each['stageName']}", "", "a stage of the API", each["stageName"])


def _settings(reading: Reading, inputs: Inputs) -> Found | None:
    stage = _there(reading, inputs)
    there = ((stage or {}).get("methodSettings") or {}).get(inputs["methodPath"])
    if there is None:
        return None
    names = (
        *("metricsEnabled", "loggingLevel", "dataTraceEnabled"),
        *("throttlingRateLimit", "throttlingBurstLimit"),
    )
    found = {
        "restApi": inputs["restApi"],
        "stageName": inputs["stageName"],
        "methodPath": inputs["methodPath"],
        "settings": {name: there.get(name) for name in names},
    }
    return Found(f"{inputs['restApi']}-{inputs['stageName']}-{inputs['methodPath']}", found)


def _settings_beside(reading: Reading, declared: Sequence[Deployed]) -> Iterator[Stray]:
    """Settings of one method go before those of all."""
    known = inputs_of(declared, tokens.METHOD_SETTINGS, "stageName", "methodPath")
    for stage in of_type(declared, tokens.STAGE):
        for path, there in ((_there(reading, stage.inputs) or {}).get("methodSettings") or {}).items():
            if (stage.inputs["stageName"], path) not in known:
                yield Stray(str(stage), f"methodSettings.{path}", json.loads(json.dumps(there)), stage.owner)


def _account(reading: Reading, _inputs: Inputs) -> Found | None:
    there = reading.ask("apigateway", "get_account")
    return Found("api-gateway-account", {"cloudwatchRoleArn": (there or {}).get("cloudwatchRoleArn")})


READERS = {
    tokens.REST_API: Reader(
        _api,
        unread={
            "failOnWarnings": "it says how to import, and is forgotten then",
            "putRestApiMode": "it says how to import, and is forgotten then",
        },
        stated={"body": surface.of_body},
    ),
    tokens.DEPLOYMENT: Reader(
        _deployment, unread={"triggers": "they are the engine's alone"}, beyond=_unguarded
    ),
    tokens.STAGE: Reader(_stage, beyond=_stages_beside),
    tokens.METHOD_SETTINGS: Reader(_settings, beyond=_settings_beside),
    tokens.ACCOUNT: Reader(_account),
}
