"""Tiers give the limits; a tenant's overrides replace them one by one."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tenantry.config.quotas import BURST, REQUESTS_PER_SECOND
from tenantry.config.tiers import EffectiveLimits, Limits, Quota, Tier, effective_limits

GOLD = Tier(name="gold", rate_per_second=200, burst=400, quota=Quota(limit=5, period="day"))


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        (Limits(), (200, 400, Quota(limit=5, period="day"))),
        (Limits(burst=7), (200, 7, Quota(limit=5, period="day"))),
        (Limits(rate_per_second=7), (7, 400, Quota(limit=5, period="day"))),
        (Limits(quota=Quota(limit=9, period="month")), (200, 400, Quota(limit=9, period="month"))),
    ],
)
def test_an_override_replaces_only_what_it_names(overrides: Limits, expected: tuple[int, int, Quota]) -> None:
    rate, burst, quota = expected
    assert effective_limits(GOLD, overrides) == EffectiveLimits(
        rate_per_second=rate, burst=burst, quota=quota
    )


@pytest.mark.parametrize(
    ("tiers", "expected"),
    [
        ("tiers: {}", "1: tiers is empty; list at least 1"),
        ("cells: {}", "1: tiers is missing; add it"),
        ("tiers:\n  Gold: {rate_per_second: 1, burst: 1}", "2: tiers.Gold is 'Gold'; use 1 to 31 of a-z"),
        ("tiers:\n  a: {rate_per_second: 1}", "2: tiers.a.burst is missing; add it, as in `burst: 100`"),
        (
            "tiers:\n  a: {rate_per_second: 1, burst: 1, memory: 1}",
            "2: tiers.a.memory is not a known key; did you mean memory_mb?",
        ),
        (
            "tiers:\n  a: {rate_per_second: 1, burst: 1, memory_mb: 64}",
            "2: tiers.a.memory_mb is 64; use 128 or more",
        ),
        (
            "tiers:\n  a:\n    rate_per_second: 1\n    burst: 1\n    log_retention_days: 10",
            "5: tiers.a.log_retention_days is 10; use 1, 3, 5",
        ),
        (
            "tiers:\n  a: {rate_per_second: 1, burst: 1, dashboard: own}",
            "2: tiers.a.dashboard is 'own'; use dedicated, shared or none",
        ),
        (
            "tiers:\n  a: {rate_per_second: 1, burst: 1, reserved_concurrency: 0}",
            "2: tiers.a.reserved_concurrency is 0; use 1 or more",
        ),
        (
            f"tiers:\n  a: {{rate_per_second: {REQUESTS_PER_SECOND + 1}, burst: 1}}",
            "2: tiers.a.rate_per_second is 10001; use 10000 or less",
        ),
        (
            f"tiers:\n  a: {{rate_per_second: 1, burst: {BURST + 1}}}",
            "2: tiers.a.burst is 5001; use 5000 or less",
        ),
        (
            "tiers:\n  a: {rate_per_second: 1, burst: 1}\ncells: {demo: {stages_quota: 0}}",
            "3: cells.demo.stages_quota is 0; use 1",
        ),
    ],
)
def test_a_bad_tier_is_named_with_its_line(
    tiers: str, expected: str, folder: Path, problems: Callable[[], list[str]]
) -> None:
    (folder / "demo" / "acme.yaml").unlink()
    (folder / "tiers.yaml").write_text(tiers, encoding="utf-8")
    found = problems()
    assert len(found) == 1
    assert found[0].startswith(f"tenants/tiers.yaml:{expected}")


def test_a_fault_in_a_tier_does_not_make_its_tenants_wrong(
    folder: Path, problems: Callable[[], list[str]]
) -> None:
    (folder / "tiers.yaml").write_text("tiers:\n  gold: {rate_per_second: 0, burst: 1}\n", encoding="utf-8")
    assert problems() == ["tenants/tiers.yaml:2: tiers.gold.rate_per_second is 0; use 1 or more"]
