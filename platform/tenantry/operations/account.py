"""The AWS account of a stack, as far as a repair asks and changes it."""

from dataclasses import dataclass

from tenantry.operations import pending, strays
from tenantry.operations.checkpoint import Checkpoint, Pending
from tenantry.operations.places import Place
from tenantry.operations.strays import Own, Stray


@dataclass(frozen=True, slots=True)
class AwsAccount:
    """`own` is of a tenant's own stack."""

    place: Place
    own: Own | None = None

    def found(self, asked: Pending) -> str | None:
        return pending.found(asked, self.place.client)

    def strays(self, checkpoint: Checkpoint) -> list[Stray]:
        return strays.strays(checkpoint, self.place.names, self.place.client, self.own)

    def remove(self, stray: Stray) -> None:
        strays.remove(stray, self.place.client)
