"""What an update would take away for good is refused, unless a file or the stack says otherwise."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from tenantry.config import Cell
from tenantry.config.domains import CellDomain
from tenantry.config.lifecycle import Retired
from tenantry.errors import WrongInput
from tenantry.last_update import DeployedTenant, LastUpdate
from tenantry.removals import Undeclared, removals, require_declared
from tests.support.engine import demo

TODAY = date(2027, 3, 1)
DEMO = demo()


def deployed(cell: Cell = DEMO, allowed: tuple[str, ...] = (), **statuses: str) -> LastUpdate:
    """As if that cell had been deployed, but for some tenants' statuses."""
    tenants = {
        tenant.slug: DeployedTenant(
            statuses.get(tenant.slug.replace("-", "_"), tenant.status),
            tenant.isolation,
            tenant.data.encryption,
            frozenset(tenant.api_keys),
            frozenset(tenant.auth.managed.keys if tenant.auth.managed else ()),
            addresses=frozenset(cell.addresses(tenant)),
        )
        for tenant in cell.tenants
    }
    return LastUpdate(cell.name, tenants, frozenset(allowed))


def with_tenant(slug: str, /, **changes: Any) -> Cell:
    tenants = (each.model_copy(update=changes) if each.slug == slug else each for each in DEMO.tenants)
    return DEMO.model_copy(update={"tenants": tuple(tenants)})


def without(*slugs: str, removed: tuple[str, ...] = ()) -> Cell:
    tenants = tuple(each for each in DEMO.tenants if each.slug not in slugs)
    return DEMO.model_copy(update={"tenants": tenants, "removed": removed})


def entries(last: LastUpdate, cell: Cell) -> list[str]:
    return [each.entry for each in removals(last, cell, TODAY)]


def test_the_first_update_and_one_that_changes_nothing_take_nothing_away() -> None:
    assert entries(LastUpdate(), DEMO) == []
    assert entries(deployed(), DEMO) == []


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (without("globex"), ["globex"]),
        (without("globex", "acme"), ["acme", "globex"]),
        (without("acme", "acme-eu", "globex"), ["acme", "acme-eu", "globex"]),
        (without("globex", removed=("globex",)), ["globex"]),
        (with_tenant("acme", api_keys=("other",)), ["acme/api-keys/web"]),
        (with_tenant("acme-eu", slug="acme-us"), ["acme-eu"]),
        (with_tenant("globex", data=DEMO.tenants[0].data, tier=DEMO.tenants[0].tier), ["globex/isolation"]),
        (DEMO.model_copy(update={"name": "eu-1"}), ["cell"]),
    ],
)
def test_what_no_file_declares_gone_is_named(cell: Cell, expected: list[str]) -> None:
    assert entries(deployed(), cell) == expected


def test_a_tenant_that_was_offboarded_may_be_removed() -> None:
    assert entries(deployed(globex="offboarding"), without("globex", removed=("globex",))) == []


def test_an_address_that_clients_call_does_not_go_unsaid() -> None:
    named = DEMO.model_copy(update={"domain": CellDomain(name="api.example.com", owned=False)})
    assert entries(deployed(named), named) == []
    assert entries(deployed(named), DEMO) == [
        f"{tenant.slug}/addresses/api.example.com/{tenant.slug}" for tenant in DEMO.tenants
    ]


def test_a_record_by_which_clients_find_a_domain_does_not_go_unsaid() -> None:
    """With its domain it may: the addresses say so."""
    zoned = DEMO.model_copy(update={"domain": CellDomain(name="api.example.com", zone="Z1")})
    given = "arn:aws:acm:eu-central-1:123456789012:certificate/0a1b2c3d"
    kept = DEMO.model_copy(update={"domain": CellDomain(name="api.example.com", certificate=given)})
    last = replace(deployed(zoned), records=frozenset({"api.example.com"}))
    assert entries(last, zoned) == []
    assert entries(last, kept) == ["records/api.example.com"]
    assert "records/api.example.com" not in entries(last, DEMO)


@pytest.mark.parametrize(
    "after",
    [
        None,
        CellDomain(name="api2.example.com", zone="Z1"),
        CellDomain(name="api.example.com", owned=False),  # another cell is to have it
    ],
)
def test_a_cells_domain_does_not_go_unsaid_even_if_no_tenant_of_the_stack_is_mapped_onto_it(
    after: CellDomain | None,
) -> None:
    owned = CellDomain(name="api.example.com", zone="Z1")
    last = LastUpdate(DEMO.name, domain="api.example.com")
    assert entries(last, DEMO.model_copy(update={"domain": owned})) == []
    [found] = removals(last, DEMO.model_copy(update={"domain": after}), TODAY)
    assert found.entry == "domains/api.example.com"
    assert "those of other cells' tenants too" in found.what


def test_a_key_that_is_retired_may_go() -> None:
    rotated = with_tenant("acme", api_keys=("other",), retired=Retired(api_keys=("web",)))
    assert entries(deployed(), rotated) == []


def test_signing_keys_go_by_retirement_too_and_not_by_another_mode() -> None:
    [managed] = [each for each in DEMO.tenants if each.auth.managed]
    others = next(each.auth for each in DEMO.tenants if not each.auth.managed)
    names = managed.auth.managed.keys if managed.auth.managed else ()
    moved = with_tenant(managed.slug, auth=others)
    assert entries(deployed(), moved) == [f"{managed.slug}/signing-keys/{name}" for name in sorted(names)]


def test_one_tenant_may_be_suspended_and_not_all_at_once() -> None:
    assert entries(deployed(), with_tenant("acme", status="suspended")) == []
    suspended = tuple(each.model_copy(update={"status": "suspended"}) for each in DEMO.tenants)
    closed = DEMO.model_copy(update={"tenants": suspended})
    assert entries(deployed(), closed) == ["acme/suspended", "acme-eu/suspended", "globex/suspended"]
    assert entries(deployed(closed), DEMO) == []


@pytest.mark.parametrize(("until", "expected"), [("2027-03-30", ["acme/until"]), ("2027-03-31", [])])
def test_offboarding_gives_thirty_days(until: str, expected: list[str]) -> None:
    assert entries(deployed(), with_tenant("acme", status="offboarding", until=until)) == expected
    assert entries(deployed(acme="offboarding"), with_tenant("acme", status="offboarding", until=until)) == []


def offboarded(until: date) -> LastUpdate:
    """As if acme had been deployed as offboarding until that day."""
    last = deployed(acme="offboarding")
    acme = replace(last.tenants["acme"], ends=until)
    return replace(last, tenants={**last.tenants, "acme": acme})


@pytest.mark.parametrize(("days", "expected"), [(-1, []), (0, ["acme"]), (20, ["acme"])])
def test_the_day_that_was_deployed_counts_and_not_the_one_in_the_file_of_a_removed_tenant(
    days: int, expected: list[str]
) -> None:
    assert entries(offboarded(TODAY + timedelta(days)), without("acme", removed=("acme",))) == expected


@pytest.mark.parametrize(
    ("deployed_days", "days", "expected"),
    [(20, 19, ["acme/until"]), (20, 20, []), (20, 25, []), (60, 29, ["acme/until"]), (60, 30, [])],
)
def test_an_end_is_brought_forward_to_thirty_days_from_now_at_most(
    deployed_days: int, days: int, expected: list[str]
) -> None:
    until = str(TODAY + timedelta(days))
    cell = with_tenant("acme", status="offboarding", until=until)
    assert entries(offboarded(TODAY + timedelta(deployed_days)), cell) == expected


def test_the_refusal_says_what_and_how_to_go_on() -> None:
    with pytest.raises(Undeclared) as refusal:
        require_declared(deployed(), without("globex", "acme-eu"), ["globex"], TODAY)
    assert "acme-eu: it would remove the tenant, whose file is gone" in str(refusal.value)
    assert "globex: " not in str(refusal.value)
    assert "tenantry:allow: [acme-eu, globex]" in str(refusal.value)


def test_an_entry_counts_for_one_update() -> None:
    require_declared(deployed(), without("globex"), ["globex"], TODAY)
    require_declared(deployed(without("globex"), allowed=("globex",)), without("globex"), ["globex"], TODAY)
    with pytest.raises(Undeclared, match=r"globex: listed, but used up by the last update\. Deploy"):
        require_declared(deployed(allowed=("globex",)), without("globex"), ["globex"], TODAY)


def test_an_entry_that_allows_nothing_is_refused_by_name() -> None:
    with pytest.raises(WrongInput, match="tenantry:allow lists glodex, which this update would not do"):
        require_declared(deployed(), DEMO, ["glodex"], TODAY)
