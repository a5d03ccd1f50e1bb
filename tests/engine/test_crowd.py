"""A fleet of tenants' stacks under the real engine bears what `make bench-fleet` puts 200 of them through."""

import random
from pathlib import Path

import pytest

from benches.fleet.run import Kills, claims
from tests.engine.crowd import crowd


@pytest.mark.usefixtures("providers")
def test_a_fleet_bears_failures_bad_releases_kills_and_the_rates_of_aws(tmp_path: Path) -> None:
    with crowd(tmp_path, cells=3, tenants=1, at_once=2) as stacks:
        kills = Kills(number=2, within=3, chance=random.Random())  # noqa: S311 - any moments
        for claim in claims(stacks, kills, print):
            assert claim.held, f"{claim.what}: {claim.found}"
