"""Keep tenants off a release that was rolled back, until they are to run yet another one.

An update that would move a tenant there leaves it with what it runs. The stack's own outputs say so, and each
update goes by them, whoever runs it; `tenantry fleet`, which knows all stacks, says what holds in an update.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

HOLDS = "TENANTRY_HOLDS"  # the variable by which the fleet gives an update its holds


@dataclass(frozen=True, slots=True)
class Holds:
    """What holds in one update.

    Attributes:
        off: ids of the releases that nobody moves to. A tenant that ran nothing yet has no other.
        back: ids of the releases that tenants go back to, by slug.
    """

    off: frozenset[str] = frozenset()
    back: Mapping[str, str] = field(default_factory=dict)

    def held(self, slug: str, chosen: str, ran: str | None) -> str:
        """What the tenant runs where all else would have it run `chosen`."""
        if slug in self.back:
            return self.back[slug]
        return ran if ran is not None and chosen in self.off else chosen

    def written(self) -> str:
        return json.dumps({"off": sorted(self.off), "back": dict(self.back)})

    @classmethod
    def given(cls, environment: Mapping[str, str]) -> "Holds | None":
        """None where nobody gives any."""
        text = environment.get(HOLDS)
        if text is None:
            return None
        found = json.loads(text)
        return cls(frozenset(found["off"]), found["back"])


NONE_HELD = Holds()
