"""Lambda functions, their layer and their permissions."""

import json
from typing import Any

from tenantry.local.engine.resources.maker import Clients, Existing, Inputs, Made, MadeKind, given
from tenantry.rules.kinds import KINDS, tokens

# Settings of a function that other calls take.
APART = {"architectures", "reservedConcurrentExecutions"}


def _make_layer_version(clients: Clients, inputs: Inputs) -> Made:
    made = clients("lambda").publish_layer_version(
        LayerName=inputs["layerName"],
        Description=inputs["description"],
        Content={"S3Bucket": inputs["s3Bucket"], "S3Key": inputs["s3Key"]},
        CompatibleRuntimes=inputs["compatibleRuntimes"],
        CompatibleArchitectures=inputs["compatibleArchitectures"],
    )
    arn = made["LayerVersionArn"]
    return Made(arn, {"arn": arn})


def _remove_layer_version(clients: Clients, existing: Existing) -> None:
    name, _, version = existing.id.rpartition(":")
    clients("lambda").delete_layer_version(LayerName=name, VersionNumber=int(version))


LAYER_VERSION = MadeKind(_make_layer_version, _remove_layer_version)


def _make_function(clients: Clients, inputs: Inputs) -> Made:
    made = clients("lambda").create_function(
        **_configuration(inputs),
        Architectures=inputs["architectures"],
        Code={"S3Bucket": inputs["s3Bucket"], "S3Key": inputs["s3Key"]},
        Tags=inputs["tags"],
    )
    _reserve(clients, inputs)
    return Made(inputs["name"], {"arn": made["FunctionArn"]})


def _update_function(clients: Clients, _existing: Existing, inputs: Inputs) -> Made:
    client = clients("lambda")
    made = client.update_function_code(
        FunctionName=inputs["name"],
        S3Bucket=inputs["s3Bucket"],
        S3Key=inputs["s3Key"],
        Architectures=inputs["architectures"],
    )
    client.update_function_configuration(**_configuration(inputs))
    _reserve(clients, inputs)
    client.tag_resource(Resource=made["FunctionArn"], Tags=inputs["tags"])
    return Made(inputs["name"], {"arn": made["FunctionArn"]})


def _configuration(inputs: Inputs) -> dict[str, Any]:
    return {
        "FunctionName": inputs["name"],
        "Role": inputs["role"],
        "Layers": inputs["layers"],
        "Environment": {"Variables": inputs["environment"]["variables"]},
        **_settings(inputs),
    }


def _settings(inputs: Inputs) -> dict[str, Any]:
    """What the type's row lists, by Lambda's names: `tracingConfig.mode` is the `Mode` of `TracingConfig`."""
    found: dict[str, Any] = {}
    for path in KINDS[tokens.FUNCTION].settings:
        name, _, member = path.partition(".")
        if name in APART or name not in inputs:
            continue
        if member:
            found.setdefault(_capitalised(name), {})[_capitalised(member)] = _whole(inputs[name][member])
        else:
            found[_capitalised(name)] = _whole(inputs[name])
    return found


def _capitalised(name: str) -> str:
    return name[0].upper() + name[1:]


def _whole(value: Any) -> Any:
    """The engine's numbers are floats; Lambda's are not."""
    return int(value) if isinstance(value, float) else value


def _reserve(clients: Clients, inputs: Inputs) -> None:
    reserved = inputs.get("reservedConcurrentExecutions")
    if reserved is None:
        clients("lambda").delete_function_concurrency(FunctionName=inputs["name"])
    else:
        clients("lambda").put_function_concurrency(
            FunctionName=inputs["name"], ReservedConcurrentExecutions=int(reserved)
        )


def _remove_function(clients: Clients, existing: Existing) -> None:
    clients("lambda").delete_function(FunctionName=existing.id)


def _find_function(clients: Clients, inputs: Inputs) -> Made:
    found = clients("lambda").get_function_configuration(FunctionName=inputs["name"])
    return Made(inputs["name"], {"arn": found["FunctionArn"]})


FUNCTION = MadeKind(_make_function, _remove_function, _update_function, _find_function, frozenset({"name"}))


def _make_permission(clients: Clients, inputs: Inputs) -> Made:
    clients("lambda").add_permission(
        **given(
            FunctionName=inputs["function"],
            StatementId=inputs["statementId"],
            Action=inputs["action"],
            Principal=inputs["principal"],
            SourceArn=inputs.get("sourceArn"),
        )
    )
    return Made(inputs["statementId"], {})


def _remove_permission(clients: Clients, existing: Existing) -> None:
    clients("lambda").remove_permission(FunctionName=existing.inputs["function"], StatementId=existing.id)


def _find_permission(clients: Clients, inputs: Inputs) -> Made | None:
    policy = json.loads(clients("lambda").get_policy(FunctionName=inputs["function"])["Policy"])
    there = any(statement["Sid"] == inputs["statementId"] for statement in policy["Statement"])
    return Made(inputs["statementId"], {}) if there else None


PERMISSION = MadeKind(_make_permission, _remove_permission, find=_find_permission)

MAKERS = {
    tokens.FUNCTION: FUNCTION,
    tokens.LAYER_VERSION: LAYER_VERSION,
    tokens.PERMISSION: PERMISSION,
}
