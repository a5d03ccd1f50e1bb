"""Name a partition key of each kind: those that the policies speak of, with something put for each `*`.

A few follow that no policy speaks of yet; whoever reaches those has been granted too much.
"""

from functools import cache

from tenantry.rules import policies
from tenantry.rules.naming import GROUPS


@cache
def partition_keys(slug: str) -> tuple[str, ...]:
    return (*sorted(_granted(slug)), slug, f"{slug}#", f"{slug}#later#x", f"{slug}#{slug}#x")


def _granted(slug: str) -> set[str]:
    return {
        pattern.replace("*", "x")
        for group in GROUPS
        for statement in policies.of_group(group, slug, "", "log", "secret")["Statement"]
        for pattern in statement.get("Condition", {})
        .get("ForAllValues:StringLike", {})
        .get("dynamodb:LeadingKeys", [])
    }
