"""Run a tenant's schedule now, beside its clock: by the same event, and as often again if it fails."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from botocore.exceptions import ClientError

from agreed import schedules
from tenantry.errors import Failed
from tenantry.rules.naming import Names


class NoSchedule(Failed):
    """The tenant has no such function here."""


def trigger(names: Names, tenant: str, schedule: str, functions: Any) -> str:
    """The id of the run, which its log lines carry; Lambda has taken it by then, and begun it perhaps.

    Args:
        functions: boto3's client of Lambda.

    Raises:
        NoSchedule: nothing was run.
    """
    run, now = str(uuid4()), datetime.now(UTC)
    event = schedules.event(schedule, run, now.strftime("%Y-%m-%dT%H:%M:%SZ"))
    try:
        functions.invoke(
            FunctionName=names.function(tenant, schedule),
            InvocationType="Event",
            Payload=json.dumps(event),
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        raise NoSchedule(
            f"{tenant} has no schedule {schedule} in stack {names.stack} "
            f"({names.function(tenant, schedule)}); check the tenant's routes and options, the stack and the "
            "Region"
        ) from error
    return run
