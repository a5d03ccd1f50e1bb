"""Which quota more tenants meet, at how many, and what a change of a tier takes then."""

import pytest

from tenantry.config import load_platform
from tenantry.config.granted import DEFAULTS, Granted
from tenantry.errors import WrongInput
from tenantry.planning.growth import outlook
from tests.support.command import TENANTS

PLATFORM = load_platform(TENANTS)
TODAY = len(PLATFORM.tenants)


def fits(granted: Granted = DEFAULTS, accounts: int = 1) -> dict[str, int]:
    return {each.name: each.tenants for each in outlook(PLATFORM, granted, 10**9, 0, accounts).walls}


def test_walls_are_where_the_quotas_are_used_up_and_come_in_order() -> None:
    found = outlook(PLATFORM, DEFAULTS, 10_000)
    assert found.cells == 1_000
    assert [each.tenants for each in found.walls] == sorted(each.tenants for each in found.walls)
    walls = {each.name: each for each in found.walls}
    assert walls["stages of today's cells"].tenants == 10
    assert walls["usage plans"].tenants == 300
    assert walls["executions, if all call at once"].tenants == 500
    assert (walls["APIs"].tenants, walls["APIs"].hard) == (6_000, True)
    functions = sum(len(tenant.members) + 1 for tenant in PLATFORM.tenants)
    assert walls["roles"].tenants == 1_000 * TODAY // functions


def test_more_granted_and_more_accounts_move_a_wall_away() -> None:
    assert fits(Granted(usage_plans=600))["usage plans"] == 600
    assert fits(accounts=4)["usage plans"] == 1_200


def test_months_are_counted_from_the_tenants_of_today() -> None:
    walls = {each.name: each for each in outlook(PLATFORM, DEFAULTS, 1_000, growth=9).walls}
    assert walls["usage plans"].months == -(-(300 - TODAY) // 9)
    assert outlook(PLATFORM, DEFAULTS, 1_000).walls[-1].months is None


def test_a_tiers_change_takes_as_long_as_its_plans() -> None:
    tiers = [tenant.tier.name for tenant in PLATFORM.tenants]
    found = outlook(PLATFORM, DEFAULTS, 10 * TODAY)
    assert found.tier_seconds == {name: 20 * 10 * tiers.count(name) for name in set(tiers)}
    spread = outlook(PLATFORM, DEFAULTS, 10 * TODAY, accounts=10)
    assert spread.tier_seconds == {name: 20 * tiers.count(name) for name in set(tiers)}


def test_without_a_tenant_there_is_nothing_to_go_by() -> None:
    with pytest.raises(WrongInput, match="no tenant yet"):
        outlook(PLATFORM.model_copy(update={"cells": ()}), DEFAULTS, 10)
