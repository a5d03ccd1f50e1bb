"""Say where one stack goes and with what: read once, handed to every component."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tenantry.config.domains import CellDomain
from tenantry.config.key_values import KeyName
from tenantry.holds import Holds
from tenantry.last_update import NONE_YET, LastUpdate
from tenantry.packing.artifact import Artifact, LambdaTarget
from tenantry.rules.arns import Arns
from tenantry.rules.naming import Names

if TYPE_CHECKING:
    import pulumi

RUNBOOKS = "docs/runbooks.md"  # in this project, for whoever says nothing else


@dataclass(frozen=True, slots=True)
class Deployment:
    """One cell in one environment.

    Attributes:
        group_layers: the requirements of groups that have some of their own.
        manage_account: make API Gateway's CloudWatch role, a setting of the whole account and Region: true
            for one stack of an account at most.
        mail_from: the sender that SES has verified; None where no tenant has its messages mailed.
        adopt: tenants whose silo tables are there already.
        domain: below which its tenants' lasting addresses are.
        budget: what the cell may cost a month, in US dollars, before its topic hears of it.
        key_values: of API keys whose value is given; AWS makes those of the others.
        runbooks: address of the page that alarms send people to.
        last: what the update before this one declared.
        releases: what the stack's file has tenants run, by slug or for everybody.
        holds: what holds in this update; None where the last one says.
        now: the time of this update, in UTC.
    """

    cell: str
    names: Names
    arns: Arns
    target: LambdaTarget
    code: Artifact
    layer: Artifact
    log_level: str = "INFO"
    manage_account: bool = False
    mail_from: str | None = None
    group_layers: Mapping[str, Artifact] = field(default_factory=dict)
    adopt: tuple[str, ...] = ()
    budget: int | None = None
    domain: CellDomain | None = None
    key_values: Mapping[KeyName, "pulumi.Input[str]"] = field(default_factory=dict)
    runbooks: str = RUNBOOKS
    last: LastUpdate = NONE_YET
    releases: Mapping[str, str] = field(default_factory=dict)
    holds: Holds | None = None
    now: str = ""

    def sender_identities(self) -> list[str]:
        """ARNs that SES may know the sender by; none without a sender."""
        sender = self.mail_from
        return [self.arns.identity(each) for each in (sender, sender.partition("@")[2])] if sender else []

    def tags(self, **own: str) -> dict[str, str]:
        """Tags for cost allocation and for finding what belongs together."""
        return {"managed-by": "tenantry", "stack": self.names.stack, "cell": self.cell, **own}
