"""The journal of what was made: true after each step, wherever the process ended."""

import stat
from dataclasses import replace
from pathlib import Path

import pytest

from tenantry.local.engine.inventory import JOURNAL, Entry, UpdateUnderWay, opened

ROLE = Entry("urn:role", "aws:iam/role:Role", "acme.items", "acme", {"name": "r"}, "r", {"arn": "arn:r"})


def test_what_was_made_is_known_to_the_next_process(tmp_path: Path) -> None:
    with opened(tmp_path) as inventory:
        inventory.begin(ROLE)
        inventory.made(ROLE)
    with opened(tmp_path) as inventory:
        assert (inventory.entries, inventory.begun) == ({ROLE.urn: ROLE}, {})


def test_a_call_without_an_end_is_known_to_have_begun(tmp_path: Path) -> None:
    with opened(tmp_path) as inventory:
        inventory.begin(ROLE)
    with opened(tmp_path) as inventory:
        assert (inventory.entries, inventory.begun) == ({}, {ROLE.urn: ROLE})


def test_a_line_that_was_cut_off_confirms_nothing(tmp_path: Path) -> None:
    with opened(tmp_path) as inventory:
        inventory.begin(ROLE)
        inventory.made(ROLE)
    journal = tmp_path / JOURNAL
    journal.write_text(journal.read_text()[:-5])
    with opened(tmp_path) as inventory:
        assert inventory.entries == {}
        inventory.made(ROLE)
    with opened(tmp_path) as inventory:
        assert inventory.entries == {ROLE.urn: ROLE}


def test_what_was_replaced_is_remembered_until_it_is_removed(tmp_path: Path) -> None:
    new = replace(ROLE, id="r2", inputs={"name": "r2"})
    with opened(tmp_path) as inventory:
        inventory.made(ROLE)
        inventory.made(new, replaces=True)
    with opened(tmp_path) as inventory:
        assert (inventory.entries, inventory.left) == ({ROLE.urn: new}, [ROLE])
        inventory.removed(ROLE)
        assert (inventory.entries, inventory.left) == ({ROLE.urn: new}, [])


def test_what_is_declared_again_is_left_behind_no_more(tmp_path: Path) -> None:
    with opened(tmp_path) as inventory:
        inventory.made(ROLE)
        inventory.leave(ROLE)
        assert (inventory.entries, inventory.left) == ({}, [ROLE])
        inventory.made(ROLE)
    with opened(tmp_path) as inventory:
        assert (inventory.entries, inventory.left) == ({ROLE.urn: ROLE}, [])


def test_a_second_process_is_refused(tmp_path: Path) -> None:
    with opened(tmp_path), pytest.raises(UpdateUnderWay), opened(tmp_path):
        pass


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    with opened(tmp_path) as inventory:
        inventory.made(ROLE)
    assert stat.S_IMODE((tmp_path / JOURNAL).stat().st_mode) == 0o600
