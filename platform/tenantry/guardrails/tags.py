"""The rule on tags: costs and resources can be sorted by tenant, cell and tier."""

from collections.abc import Iterator, Mapping

from tenantry.guardrails.exemptions import UNTAGGABLE
from tenantry.guardrails.resources import UNKNOWN, Stack
from tenantry.guardrails.violations import Violation


def everything_says_whose_it_is(stack: Stack) -> Iterator[Violation]:
    """A type that is new to the program must be tagged too, unless it is listed as one that cannot be."""
    for each in stack.on_aws():
        tags = each.at("tags")
        if each.type in UNTAGGABLE or tags is UNKNOWN:
            continue
        said = tags if isinstance(tags, Mapping) else {}
        tenant = stack.tenant_of(each)
        needed = ("managed-by", "stack", "cell") + (("tenant", "tier") if tenant else ())
        for tag in needed:
            if not said.get(tag):
                yield Violation(
                    each,
                    f"has no tag {tag}; give it the deployment's tags, or mark its kind untaggable",
                )
        if tenant and said.get("tenant") not in (None, UNKNOWN, tenant):
            yield Violation(each, f"is tagged as {said['tenant']}'s but belongs to {tenant}; correct the tag")
