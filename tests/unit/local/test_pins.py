"""A tenant that is pinned to a release of AWS holds up nobody here, and it is said what it runs instead."""

from tenantry.config import Cell
from tenantry.local import pins
from tests.support.engine import demo

THERE, HERE = "4f0c2d81a9be", "0a1b2c3d4e5f"


def pinned(**releases: str) -> Cell:
    cell = demo()
    tenants = (each.model_copy(update={"release": releases.get(each.slug)}) for each in cell.tenants)
    return cell.model_copy(update={"tenants": tuple(tenants)})


def test_a_pin_holds_here_where_its_release_is_kept() -> None:
    cell = pins.localized(pinned(acme=THERE, globex=HERE), {HERE})
    assert {each.slug: each.release for each in cell.tenants} == {
        "acme": None,
        "acme-eu": None,
        "globex": HERE,
    }


def test_who_does_not_run_what_its_file_pins_is_named() -> None:
    cell, runs = pinned(acme=THERE, globex=HERE), dict.fromkeys(("acme", "acme-eu", "globex"), HERE)
    assert pins.left_out(cell, runs) == [
        f"acme is pinned to release {THERE}, which is not kept here; it runs the newest"
    ]
