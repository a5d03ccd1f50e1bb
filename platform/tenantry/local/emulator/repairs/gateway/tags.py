"""TagResource and UntagResource change the tags of the resource; the emulator keeps a list of its own for
them, and goes on answering the tags that the resource was made with.
"""

from collections.abc import Sequence
from typing import Any

_STORES = {
    "apikeys": "_api_keys",
    "domainnames": "_domain_names",
    "restapis": "_rest_apis",
    "usageplans": "_usage_plans",
}


def repair() -> None:
    from ministack.services import apigateway_v1 as gateway

    tag, untag = gateway._tag_v1_resource, gateway._untag_v1_resource

    def tag_itself(arn: str, data: dict[str, Any]) -> Any:
        answer = tag(arn, data)
        if answer[0] == 204:
            resource = _resource(gateway, arn)
            resource["tags"] = {**resource["tags"], **data.get("tags", {})}
        return answer

    def untag_itself(arn: str, names: Sequence[str]) -> Any:
        answer = untag(arn, names)
        if answer[0] == 204:
            resource = _resource(gateway, arn)
            resource["tags"] = {name: value for name, value in resource["tags"].items() if name not in names}
        return answer

    gateway._tag_v1_resource = tag_itself
    gateway._untag_v1_resource = untag_itself


def _resource(gateway: Any, arn: str) -> dict[str, Any]:
    """What the ARN names, which is there: an API's stage, or one of `_STORES`."""
    kind, identifier, *below = arn.partition("::/")[2].split("/")
    found: dict[str, Any] = getattr(gateway, _STORES[kind])[identifier]
    if below:
        found = gateway._stages_v1[identifier][below[1]]
    return found
