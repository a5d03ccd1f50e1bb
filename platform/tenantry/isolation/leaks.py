"""A way from one tenant to another, in one line: who, what, on which resource, and what opens it."""

from dataclasses import dataclass

from tenantry.execution.registration import Registered


@dataclass(frozen=True, slots=True)
class Leak:
    """`by` is the statement or setting that decides; `more` counts what it opens to the same action beside.

    `whose` is empty where nobody in particular owns what is reached; `why` is the rule that it breaks.
    """

    who: str
    action: str
    resource: str
    by: str
    whose: str = ""
    more: int = 0
    why: str = ""

    def __str__(self) -> str:
        of = f" of {self.whose}" if self.whose else ""
        more = f" (and {self.more:,} more)" if self.more else ""
        why = f"; {self.why}" if self.why else ""
        return f"{self.who}: {self.action} on {self.resource}{of}, by {self.by}{more}{why}"


def leak(resource: Registered, action: str, reached: str, by: str) -> Leak:
    """One that a resource opens by how it is set, such as `Stage acme`."""
    return Leak(f"{resource.type.rpartition(':')[2]} {resource.name}", action, reached, by)
