"""Which doubts of docs/not-yet-verified.md a look at a deployed stack settles, and how.

Each is settled by what is there as it was asked for: AWS took it, and kept it. A row says in its own words
what such a look cannot show.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tenantry.rules.kinds import tokens
from tenantry.verification.findings import Finding
from tenantry.verification.reader import Deployed


@dataclass(frozen=True, slots=True)
class Doubt:
    """`row` is how the page's row begins; `about` are the properties, as a pattern, that would differ."""

    row: str
    types: tuple[str, ...]
    about: str = ""


@dataclass(frozen=True, slots=True)
class Settled:
    """`yes` is None where the stack has nothing to tell it by."""

    doubt: str
    yes: bool | None


DOUBTS = (
    Doubt(
        "Each method of the imported API has `apiKeyRequired` and the authorizer",
        (tokens.REST_API, tokens.DEPLOYMENT),
        r"(body\.)?methods\..*(apiKeyRequired|authoriz)|(body\.)?methods\.[^.]*$",
    ),
    Doubt("KMS takes the key's policy", (tokens.KEY,), "policy"),
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


def settled(declared: Sequence[Deployed], found: Sequence[Finding]) -> Iterator[Settled]:
    """What all findings of a whole stack say of each doubt."""
    for doubt in DOUBTS:
        seen = [each for each in declared if each.type in doubt.types and each.found]
        against = [
            each
            for each in found
            if each.type in doubt.types and (not each.property or re.match(doubt.about, each.property))
        ]
        yield Settled(doubt.row, not against if seen or against else None)
