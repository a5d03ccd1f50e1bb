"""Mend what a killed or failed `pulumi up` left: creations of unknown outcome, and what no state records.

Nothing here asks a person what AWS can answer: the names that the program gives are the same each time.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from tenantry.errors import Failed
from tenantry.operations.checkpoint import Checkpoint, Pending
from tenantry.operations.engine import Engine
from tenantry.operations.strays import Stray


class Account(Protocol):
    """What is asked of AWS."""

    def found(self, asked: Pending) -> str | None: ...

    def strays(self, checkpoint: Checkpoint) -> list[Stray]: ...

    def remove(self, stray: Stray) -> None: ...


@dataclass(frozen=True, slots=True)
class Damage:
    """`made` are pending creations that AWS has done, with the id to import each by; `unmade` it has not.

    `unread` are URNs that an earlier repair imported, and was cut off before it read them.
    """

    made: tuple[tuple[Pending, str], ...]
    unmade: tuple[Pending, ...]
    strays: tuple[Stray, ...]
    unread: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.made or self.unmade or self.strays or self.unread)


def damage(checkpoint: Checkpoint, account: Account) -> Damage:
    """Reads only."""
    asked = [(each, account.found(each)) for each in checkpoint.pending()]
    made = tuple((each, found) for each, found in asked if found is not None)
    names = {_physical(each) for each, _ in made}
    strays = [each for each in account.strays(checkpoint) if (each.type, each.name) not in names]
    unmade = tuple(each for each, found in asked if found is None)
    return Damage(made, unmade, tuple(strays), tuple(checkpoint.unread()))


def mend(
    found: Damage, checkpoint: Checkpoint, engine: Engine, account: Account, done: Callable[[str], None]
) -> None:
    """Can be repeated if it is cut off.

    Args:
        done: hears of each step.

    Raises:
        Locked: the stack is locked; what was done before stays.
        Failed: the record is no longer `checkpoint`, so what was found may be wrong; nothing was done.
    """
    if not found:
        return
    if engine.record() != checkpoint.document:
        raise Failed(
            f"{engine.stack} was deployed meanwhile, and nothing was repaired; run this again when "
            "nobody deploys it"
        )
    ids = {pending.urn: identifier for pending, identifier in found.made}
    engine.put(checkpoint.resolved(ids))  # even unchanged: a removal asks for no lock, and this stops at one
    if found.made or found.unmade:
        done(f"{len(ids)} imported, {len(found.unmade)} cleared")
    if ids or found.unread:
        engine.refresh({*ids, *found.unread})
    left = account.strays(Checkpoint(engine.record())) if found.strays else []
    for stray in (each for each in found.strays if each in left):
        account.remove(stray)
        done(f"removed {stray.kind} {stray.name}")


def _physical(pending: Pending) -> tuple[str, str]:
    return pending.type, str(pending.inputs.get("stageName", pending.inputs.get("name", "")))
