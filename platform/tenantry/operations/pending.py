"""Ask AWS whether a creation that nobody heard the end of was done, by the name that the program gave it.

What is made by overwriting, such as an alarm or a role's policy, needs no answer: making it again is right
either way. A deployment or a layer's version that was made twice is in no way.
"""

from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from tenantry.local.engine.resources import MAKERS
from tenantry.local.engine.resources.maker import Made
from tenantry.operations.aws import GONE
from tenantry.operations.checkpoint import Pending
from tenantry.rules.kinds import tokens

Clients = Callable[[str], Any]
Inputs = Mapping[str, Any]

# How the provider is given each, by its inputs and the id that AWS knows it by ("Import", in its registry).
_IMPORTED_AS: Mapping[str, Callable[[Inputs, str], str]] = {
    tokens.ALIAS: lambda _, found: found,
    tokens.API_KEY: lambda _, found: found,
    tokens.EVENT_SOURCE_MAPPING: lambda _, found: found,
    tokens.FUNCTION: lambda _, found: found,
    tokens.PERMISSION: lambda inputs, found: f"{inputs['function']}/{found}",
    tokens.POLICY: lambda _, found: found,
    tokens.REST_API: lambda _, found: found,
    tokens.ROLE: lambda _, found: found,
    tokens.SECRET: lambda _, found: found,
    tokens.STAGE: lambda inputs, _: f"{inputs['restApi']}/{inputs['stageName']}",
    tokens.TABLE: lambda _, found: found,
    tokens.USAGE_PLAN: lambda _, found: found,
    tokens.USAGE_PLAN_KEY: lambda inputs, found: f"{inputs['usagePlanId']}/{found}",
}


def found(pending: Pending, clients: Clients) -> str | None:
    """The id to import it by; None if it is not there, or is as well made again."""
    if pending.type == tokens.LOG_GROUP:
        return _log_group(pending.inputs["name"], clients)
    spelt, maker = _IMPORTED_AS.get(pending.type), MAKERS.get(pending.type)
    if spelt is None or maker is None or maker.find is None:
        return None
    try:
        made: Made | None = maker.find(clients, pending.inputs)
    except ClientError as error:
        if error.response["Error"]["Code"] in GONE:
            return None
        raise
    return spelt(pending.inputs, made.id) if made else None


def _log_group(name: str, clients: Clients) -> str | None:
    groups = clients("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    return name if any(each["logGroupName"] == name for each in groups) else None
