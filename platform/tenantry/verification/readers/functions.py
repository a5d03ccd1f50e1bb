"""Functions and their layer."""

from collections.abc import Iterator, Sequence

from tenantry.rules.kinds import KINDS, tokens
from tenantry.verification.reader import Deployed, Found, Inputs, Reader, Stray, by_name, of_type, tags
from tenantry.verification.reading import Answer, Reading


def _function(reading: Reading, inputs: Inputs) -> Found | None:
    answer = reading.ask("lambda", "get_function", FunctionName=inputs["name"])
    if answer is None:
        return None
    there = answer["Configuration"]
    arn = there["FunctionArn"]
    sha = there["CodeSha256"]
    found = {
        "name": there["FunctionName"],
        "role": there["Role"],
        "layers": [each["Arn"] for each in there.get("Layers") or []],
        "environment": {"variables": (there.get("Environment") or {}).get("Variables") or {}},
        **_settings(there | (answer.get("Concurrency") or {}), inputs),
        "s3Key": _code(reading, sha, inputs["s3Key"]),
        "deadLetterConfig": there.get("DeadLetterConfig") or None,
        "tags": tags(answer.get("Tags"), inputs),
    }
    return Found(inputs["name"], found, {"arn": arn})


def _settings(there: Answer, inputs: Inputs) -> Inputs:
    """What the type's row lists, by Lambda's names: `tracingConfig.mode` is the `Mode` of `TracingConfig`.

    Of what the program does not state, a reserved concurrency alone is more than AWS's default.
    """
    found: Inputs = {}
    for path in KINDS[tokens.FUNCTION].settings:
        name, _, member = path.partition(".")
        value = there.get(_capitalised(name))
        if name not in inputs and name != RESERVED:
            continue
        if member:
            found.setdefault(name, {})[member] = (value or {}).get(_capitalised(member))
        else:
            found[name] = value
    return found


def _capitalised(name: str) -> str:
    return name[0].upper() + name[1:]


def _code(reading: Reading, sha: str, key: str) -> str:
    """Equal content may lie under two keys."""
    return key if key in reading.code.get(sha, ()) else f"code of another build, SHA-256 {sha}"


def _functions_beside(reading: Reading, declared: Sequence[Deployed]) -> Iterator[Stray]:
    """Functions by names of ours, and addresses of ours that no gateway guards."""
    known = {each.inputs["name"] for each in declared if each.type == tokens.FUNCTION}
    for each in reading.listed("lambda", "list_functions", "Functions"):
        if each["FunctionName"].startswith(reading.names.tenants) and each["FunctionName"] not in known:
            yield by_name(reading, "Function", each["FunctionName"], each["FunctionArn"])
    for function in of_type(declared, tokens.FUNCTION):
        name = function.inputs["name"]
        for url in reading.listed(
            "lambda", "list_function_url_configs", "FunctionUrlConfigs", FunctionName=name
        ):
            yield Stray(str(function), "functionUrl", url["AuthType"], function.owner)


def _layer(reading: Reading, inputs: Inputs) -> Found | None:
    """The newest version, by the content that its description names."""
    versions = reading.listed("lambda", "list_layer_versions", "LayerVersions", LayerName=inputs["layerName"])
    newest = max(versions, key=lambda each: each["Version"], default=None)
    if newest is None:
        return None
    found = {
        "layerName": inputs["layerName"],
        "description": newest.get("Description"),
        "compatibleRuntimes": newest.get("CompatibleRuntimes"),
        "compatibleArchitectures": newest.get("CompatibleArchitectures"),
    }
    arn = newest["LayerVersionArn"]
    return Found(arn, found, {"arn": arn})


RESERVED = "reservedConcurrentExecutions"
COPIED = "Lambda keeps a copy of what was there, and does not say where"

READERS = {
    tokens.FUNCTION: Reader(_function, unread={"s3Bucket": COPIED}, beyond=_functions_beside),
    tokens.LAYER_VERSION: Reader(_layer, unread={"s3Bucket": COPIED, "s3Key": COPIED}),
}
