"""Refuse what an update would take away for good and no file declares gone: rules alone, over two states."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from tenantry.config import Cell, Tenant, rotation
from tenantry.errors import WrongInput
from tenantry.last_update import DeployedTenant, LastUpdate

CLOSED_AT_ONCE = 0.02  # of a cell's tenants, and one in any case: more at once is taken for a mistake
NOTICE = timedelta(days=30)  # between the end of access and that of the data


class Undeclared(WrongInput):
    """The update would take something away that no file declares gone; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Removal:
    """`entry` is what `tenantry:allow` calls it; `what` completes "this update would"."""

    entry: str
    what: str
    instead: str


def require_declared(last: LastUpdate, cell: Cell, allowed: Collection[str], today: date) -> None:
    """Refuse an update that would remove what no file declares as removed.

    Args:
        allowed: entries of `tenantry:allow`. Each counts for one update: one that the last update had counts
            no more.

    Raises:
        Undeclared: the message names each removal, and what to write for it to be done.
        WrongInput: an entry allows nothing that this update would do.
    """
    found = list(removals(last, cell, today))
    needed = {each.entry for each in found}
    idle = sorted(set(allowed) - needed - last.allowed)
    if idle:
        raise WrongInput(
            f"tenantry:allow lists {', '.join(idle)}, which this update would not do; "
            "take it out of the stack's file"
        )
    left = [each for each in found if each.entry not in set(allowed) - last.allowed]
    if left:
        lines = [f"  - {each.entry}: it would {each.what}; {each.instead}" for each in left]
        spent = sorted({each.entry for each in left} & set(allowed))
        if spent:
            lines.append(
                f"{', '.join(spent)}: listed, but used up by the last update. Deploy once without it first."
            )
        entries = ", ".join(sorted(needed))
        raise Undeclared(
            "\n".join(
                [
                    "This update would remove what no file declares as removed. Nothing was changed.",
                    *lines,
                    "If all of it is meant, allow it for one update, in the stack's file:",
                    f"  tenantry:allow: [{entries}]",
                ]
            )
        )


def removals(last: LastUpdate, cell: Cell, today: date) -> Iterator[Removal]:
    """What the update from `last` to `cell` would take away undeclared, in the order of the tenants."""
    if last.cell and last.cell != cell.name:
        yield Removal(
            "cell",
            f"replace cell {last.cell}, which this stack holds, by cell {cell.name}",
            "deploy a cell to a stack of its own",
        )
    wanted = {tenant.slug: tenant for tenant in cell.tenants}
    for slug, before in sorted(last.tenants.items()):
        if slug in wanted:
            yield from _changed(before, wanted[slug], today)
            yield from _unaddressed(before, wanted[slug], cell)
        else:
            yield from _gone(slug, before, slug in cell.removed, today)
    yield from _unowned(last.domain, cell)
    yield from _unfound(last, cell)
    yield from _many_closed(last, cell)
    yield from _many_locked_out(last, wanted)


def _gone(slug: str, before: DeployedTenant, declared: bool, today: date) -> Iterator[Removal]:
    if not declared:
        yield Removal(
            slug,
            "remove the tenant, whose file is gone, with its keys and secrets",
            "bring the file back; to end a tenant, set its status to offboarding and, after that, to removed",
        )
    elif before.status != "offboarding":
        yield Removal(
            slug, "remove the tenant, which was not offboarded first", "deploy status: offboarding before"
        )
    elif before.ends and before.ends >= today:  # whatever day its file says by now
        yield Removal(
            slug,
            f"remove the tenant, which was deployed as offboarding until {before.ends}",
            "leave the status offboarding until that day has passed",
        )


def _changed(before: DeployedTenant, tenant: Tenant, today: date) -> Iterator[Removal]:
    slug = tenant.slug
    for kind in rotation.KINDS:
        names = before.api_keys if kind == "api" else before.signing_keys
        for name in sorted(names - {*rotation.keys(tenant, kind), *rotation.retired(tenant, kind)}):
            yield Removal(
                f"{slug}/{kind}-keys/{name}",
                "delete a key that is in use",
                f"list it again, or under retired.{kind}_keys",
            )
    if before.isolation != tenant.isolation:
        yield Removal(
            f"{slug}/isolation",
            f"move the tenant to another table ({before.isolation} to {tenant.isolation}), not its records",
            "export them before, and import them after",
        )
    if tenant.status == "offboarding" and tenant.ends:
        promised = before.ends if before.status == "offboarding" else None
        if promised and tenant.ends < min(promised, today + NOTICE):
            yield Removal(
                f"{slug}/until",
                f"bring the tenant's end forward from {promised} to {tenant.ends}",
                f"leave it at until: {promised}",
            )
        elif before.status != "offboarding" and tenant.ends < today + NOTICE:
            yield Removal(
                f"{slug}/until",
                f"begin to offboard the tenant {(tenant.ends - today).days} days before its end",
                f"give it {NOTICE.days} days: until: {today + NOTICE}",
            )


def _unaddressed(before: DeployedTenant, tenant: Tenant, cell: Cell) -> Iterator[Removal]:
    for address in sorted(before.addresses - {*cell.addresses(tenant)}):
        yield Removal(
            f"{tenant.slug}/addresses/{address.removeprefix('https://')}",
            f"let go of {address}, which clients may call",
            "leave the domain in the file until none does",
        )


def _unowned(name: str, cell: Cell) -> Iterator[Removal]:
    """Whom the domain serves this stack may not know: other stacks map tenants onto it too."""
    domain = cell.domain
    if name and (domain is None or not domain.owned or domain.name != name):
        yield Removal(
            f"domains/{name}",
            f"delete the domain {name} with every path on it, those of other cells' tenants too",
            "leave the domain with this cell until no client calls it",
        )


def _unfound(last: LastUpdate, cell: Cell) -> Iterator[Removal]:
    """Of a domain that stays: of one that goes, its addresses say so."""
    domains = (cell.domain, *(tenant.domain for tenant in cell.tenants))
    for name in sorted(last.records & {domain.name for domain in domains if domain} - cell.zoned):
        yield Removal(
            f"records/{name}",
            f"delete the records in DNS by which clients find {name}",
            "leave its zone in the file, or let somebody else make them in the same minute",
        )


def _many_closed(last: LastUpdate, cell: Cell) -> Iterator[Removal]:
    """Each by itself is declared; together they look like a slip of the hand."""
    now = {tenant.slug: tenant.status for tenant in cell.tenants} | dict.fromkeys(cell.removed, "removed")
    closed = {
        slug: now[slug]
        for slug, before in sorted(last.everyone.items())
        if now.get(slug, before.status) != before.status and now[slug] != "active"
    }
    number, most = len(last.everyone), _at_once(last)
    if len(closed) > most:
        for slug, status in closed.items():
            yield Removal(
                f"{slug}/{status}",
                f"close {len(closed)} of {number} tenants at once, and set this one's status to {status}",
                f"close {most} at a time",
            )


def _many_locked_out(last: LastUpdate, wanted: Mapping[str, Tenant]) -> Iterator[Removal]:
    """Whose keys are all retired at once: no client of theirs holds one that opens anything."""
    locked_out = [
        slug
        for slug, before in sorted(last.everyone.items())
        if slug in wanted and before.api_keys and before.api_keys <= {*rotation.retired(wanted[slug], "api")}
    ]
    number, most = len(last.everyone), _at_once(last)
    if len(locked_out) > most:
        for slug in locked_out:
            yield Removal(
                f"{slug}/api-keys",
                f"retire every key of {len(locked_out)} of {number} tenants at once, this one's too",
                "deploy the new keys beside the old ones first, or retire those of "
                f"{most} {'tenant' if most == 1 else 'tenants'} at a time",
            )


def _at_once(last: LastUpdate) -> int:
    """How many tenants one update may shut out before it is taken for a mistake."""
    return max(1, int(CLOSED_AT_ONCE * len(last.everyone)))
