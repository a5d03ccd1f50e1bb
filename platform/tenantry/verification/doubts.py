"""Which doubts of docs/not-yet-verified.md a look at a deployed stack settles, and how.

Most are settled by what is there as it was asked for: AWS took it, and kept it. A row says in its own words
what such a look cannot show.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from botocore.exceptions import ClientError

from tenantry.operations.metering.usage import KEPT_DAYS
from tenantry.rules.kinds import tokens
from tenantry.verification.findings import Finding
from tenantry.verification.reader import Deployed, of_type
from tenantry.verification.reading import Reading


@dataclass(frozen=True, slots=True)
class Doubt:
    """`row` is how the page's row begins; `about` are the properties, as a pattern, that would differ."""

    row: str
    types: tuple[str, ...]
    about: str = ""


@dataclass(frozen=True, slots=True)
class Settled:
    """`yes` is None where the stack has nothing to decide it by."""

    doubt: str
    yes: bool | None


DOUBTS = (
    Doubt(
        "Each method of the imported API has `apiKeyRequired` and the authorizer",
        (tokens.REST_API, tokens.DEPLOYMENT),
        r"(body\.)?methods\..*(apiKeyRequired|authoriz)|(body\.)?methods\.[^.]*$",
    ),
    Doubt("KMS takes the key's policy", (tokens.KEY,), "policy"),
    Doubt("ListGrants names DynamoDB's own grants by a service", (tokens.KEY,), "grants"),
    Doubt("`redriveAllowPolicy` may name a queue that is made only afterwards", (tokens.QUEUE,), "redrive"),
    Doubt("PutDashboard takes the shared dashboard", (tokens.DASHBOARD,)),
    Doubt("A budget may notify a topic", (tokens.BUDGET,), "notifications"),
    Doubt(
        "Beside the methods of a path, `x-amazon-apigateway-any-method`",
        (tokens.REST_API,),
        r"body\.methods\.ANY ",
    ),
    Doubt(
        "`WWW-Authenticate` takes a value with double quotes",
        (tokens.REST_API,),
        r"body\.responses\.(ACCESS_DENIED|UNAUTHORIZED)",
    ),
    Doubt(
        "`x-amazon-apigateway-minimum-compression-size` in the body switches compression on",
        (tokens.REST_API,),
        r"body\.minimumCompressionSize",
    ),
)


def _usage_goes_back(reading: Reading, declared: Sequence[Deployed]) -> bool | None:
    """As far as it is said to, and no further."""
    plan = next((each.found.id for each in of_type(declared, tokens.USAGE_PLAN) if each.found), None)
    return (
        None
        if plan is None
        else _since(reading, plan, KEPT_DAYS) and not _since(reading, plan, KEPT_DAYS + 1)
    )


def _since(reading: Reading, plan: str, days: int) -> bool:
    """Whether it reports that many days, today included."""
    today = datetime.now(UTC).date()
    first = today - timedelta(days=days - 1)
    try:
        reading.ask("apigateway", "get_usage", usagePlanId=plan, startDate=f"{first}", endDate=f"{today}")
    except ClientError as error:
        if error.response["Error"]["Code"] != "BadRequestException":
            raise
        return False
    return True


def _keys_are_found_by_tag(reading: Reading, declared: Sequence[Deployed]) -> bool | None:
    keys = {each.found.outputs["arn"] for each in of_type(declared, tokens.KEY) if each.found}
    listed = reading.listed(
        "resourcegroupstaggingapi",
        "get_resources",
        "ResourceTagMappingList",
        TagFilters=[{"Key": "stack", "Values": [reading.names.stack]}],
        ResourceTypeFilters=["kms:key"],
    )
    return keys <= {each["ResourceARN"] for each in listed} if keys else None


ASKED: dict[str, Callable[[Reading, Sequence[Deployed]], bool | None]] = {
    "GetUsage returns 90 days, today included": _usage_goes_back,
    "`tag:GetResources` finds retained keys": _keys_are_found_by_tag,
}


def settled(declared: Sequence[Deployed], found: Sequence[Finding], reading: Reading) -> Iterator[Settled]:
    """What a whole stack says of each doubt: by all its findings, or by a question of its own."""
    yield from seen(declared, found)
    for row, ask in ASKED.items():
        yield Settled(row, ask(reading, declared))


def seen(declared: Sequence[Deployed], found: Sequence[Finding]) -> Iterator[Settled]:
    """What is there as it was asked for settles it; what differs does not."""
    for doubt in DOUBTS:
        seen = [each for each in declared if each.type in doubt.types and each.found]
        against = [
            each
            for each in found
            if each.type in doubt.types and (not each.property or re.match(doubt.about, each.property))
        ]
        yield Settled(doubt.row, not against if seen or against else None)
