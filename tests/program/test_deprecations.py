"""The program sets nothing that the provider warns of: a warning on every preview hides the next one."""

import importlib
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pulumi_aws as aws

from tenantry.execution.registration import RecordingMonitor


def test_no_argument_is_deprecated(engine: RecordingMonitor) -> None:
    taken = [each for each in engine.registered if each.type.startswith("aws:")]
    assert taken
    assert {f"{each.type} {path}" for each in taken for path in deprecated(each.type, each.inputs)} == set()


def test_a_deprecated_argument_is_found_at_any_depth() -> None:
    """As the index of a table would have it."""
    table = {"name": "t", "globalSecondaryIndexes": [{"name": "i", "hashKey": "pk", "projectionType": "ALL"}]}
    assert set(deprecated("aws:dynamodb/table:Table", table)) == {"globalSecondaryIndexes.hashKey"}
    bucket = {"bucket": "b", "acl": "private"}
    assert set(deprecated("aws:s3/bucket:Bucket", bucket)) == {"acl"}


def deprecated(token: str, inputs: Mapping[str, Any]) -> Iterator[str]:
    _, path, name = token.split(":")
    module = path.partition("/")[0]
    package = importlib.import_module(f"{aws.__name__}.{'lambda_' if module == 'lambda' else module}")
    return found(package, getattr(package, f"{name}Args"), inputs)


def found(package: Any, arguments: type, inputs: Mapping[str, Any]) -> Iterator[str]:
    """Inputs by path, as far as the SDK's own classes describe them."""
    for key, value in inputs.items():
        described = vars(arguments).get(re.sub(r"(?<!^)(?=[A-Z])", "_", key).lower())
        if described is None:
            continue
        if hasattr(described.fget, "_pulumi_deprecated_callable"):
            yield key
        nested = re.search(r"'(\w+Args)'", str(described.fget.__annotations__.get("return")))
        for each in value if isinstance(value, list) else [value]:
            if nested and isinstance(each, Mapping):
                below = found(package, getattr(package, nested[1]), each)
                yield from (f"{key}.{deeper}" for deeper in below)
