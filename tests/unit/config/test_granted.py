"""What AWS has granted an account takes the place of its defaults; hard quotas stay."""

from datetime import date
from pathlib import Path

import pytest

from tenantry.config import load_platform
from tenantry.config.capacity import QuotaUsage, account_capacity, cell_capacity
from tenantry.config.granted import DEFAULTS, Account, Granted, file_of, least, load, written
from tenantry.errors import WrongInput
from tests.support.command import TENANTS

NEW = Granted(concurrency=10, usage_plans=600, taken=date(2026, 11, 27))


def limits(rows: tuple[QuotaUsage, ...]) -> dict[str, int]:
    return {row.name: row.limit for row in rows}


def test_a_cell_is_counted_against_what_its_account_has() -> None:
    cell = load_platform(TENANTS).cell("demo")
    before, after = limits(cell_capacity(cell)), limits(cell_capacity(cell, NEW))
    assert {name for name in before if before[name] != after[name]} == {"usage plans", "reserved concurrency"}
    assert (after["usage plans"], after["reserved concurrency"]) == (600, 0)


def test_hard_quotas_are_counted_and_marked() -> None:
    rows = account_capacity(load_platform(TENANTS), NEW)
    assert {row.name for row in rows if row.hard} == {"APIs", "API keys", "secrets"}


@pytest.mark.parametrize(("used", "said"), [(79, ""), (80, "near"), (100, "near"), (101, "exceeded")])
def test_four_fifths_of_a_quota_is_near(used: int, said: str) -> None:
    row = QuotaUsage("roles", used, 100, "account", "https://example.com")
    assert (row.near, row.exceeded) == (said == "near", said == "exceeded")


def test_what_is_written_is_read_by_cell(tmp_path: Path) -> None:
    file_of(tmp_path, "demo").write_text(written(Account(cell="demo", region="eu-west-3", granted=NEW)))
    assert load(tmp_path) == {"demo": NEW}


def test_of_two_stacks_of_a_cell_the_least_counts(tmp_path: Path) -> None:
    for stack, granted in (("demo", NEW), ("test", Granted(roles=500))):
        file_of(tmp_path, stack).write_text(
            written(Account(cell="demo", region="eu-west-3", granted=granted))
        )
    assert load(tmp_path)["demo"] == Granted(concurrency=10, roles=500)


def test_without_files_the_defaults_count(tmp_path: Path) -> None:
    assert (load(tmp_path), least([])) == ({}, DEFAULTS)


@pytest.mark.parametrize("text", ["", "{}", '{"cell": "demo", "region": "r", "granted": {"stages": 1}}'])
def test_a_file_of_another_form_is_refused_by_name(tmp_path: Path, text: str) -> None:
    file_of(tmp_path, "demo").write_text(text)
    with pytest.raises(WrongInput, match=r"Quotas\.demo\.json cannot be read"):
        load(tmp_path)
