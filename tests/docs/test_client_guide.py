"""The client guide's table of routes is the contract's."""

import pytest

from tenantry import groups
from tenantry.gateway import contract, guide
from tests.support.command import ROOT

TEXT = (ROOT / "docs" / "client-guide.md").read_text()


def test_the_table_is_what_the_contract_says() -> None:
    """Where it is not: `python -m tenantry.gateway.guide`."""
    assert guide.written(TEXT, contract.load()) == TEXT


def test_each_route_is_a_row_with_what_it_needs() -> None:
    table = guide.table(contract.load())
    pages = {each.route for group in groups.current() for each in group.page_routes}
    for route in contract.installed_routes():
        if str(route) in pages:
            assert f"| `{route}` |" not in table
            continue
        needs = f"key, token with `{route.scope}`" if route.scope else "key"
        assert f"| `{route}` | {route.group} | {needs} |" in table
    assert "| `GET /health` | core | nothing |" in table


def test_a_guide_without_its_markers_is_left_alone() -> None:
    with pytest.raises(ValueError, match="needs both markers"):
        guide.written(TEXT.replace(guide.END, ""), contract.load())
