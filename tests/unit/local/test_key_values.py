"""A local key has the same value after every start; whoever gives one decides it."""

import threading
from pathlib import Path

import pytest

from tenantry.config import Cell
from tenantry.errors import WrongInput
from tenantry.local import key_values
from tests.support.engine import demo

WEB = ("acme", "web")
GIVEN = "given-to-web-of-acme"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TENANTRY_STATE", str(tmp_path / "state"))
    return tmp_path / "state"


@pytest.fixture
def cell() -> Cell:
    return demo()


def test_every_key_of_the_files_has_a_value_of_its_own_and_keeps_it(cell: Cell) -> None:
    values = key_values.of_cell(cell)
    assert set(values) == {(tenant.slug, name) for tenant in cell.tenants for name in tenant.api_keys}
    assert len(set(values.values())) == len(values)
    assert key_values.of_cell(cell) == values


def test_the_file_is_its_owners_alone(cell: Cell, home: Path) -> None:
    key_values.of_cell(cell)
    assert [(file.name, file.stat().st_mode & 0o777) for file in home.iterdir()] == [("api-keys", 0o600)]


def test_another_folder_has_other_values(cell: Cell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = key_values.of_cell(cell)
    monkeypatch.setenv("TENANTRY_STATE", str(tmp_path / "other"))
    assert not set(here.values()) & set(key_values.of_cell(cell).values())


def test_a_given_value_takes_the_place_of_the_drawn_one(cell: Cell) -> None:
    drawn = key_values.of_cell(cell)
    key_values.give(WEB, GIVEN)
    assert key_values.of_cell(cell) == {**drawn, WEB: GIVEN}


def test_a_value_is_given_to_one_key_alone(cell: Cell) -> None:
    for _ in range(2):
        key_values.give(WEB, GIVEN)
    with pytest.raises(WrongInput, match="key web of acme has this value"):
        key_values.give(("acme-eu", "web"), GIVEN)
    assert key_values.of_cell(cell)["acme-eu", "web"] != GIVEN


def test_what_is_forgotten_is_drawn_anew(cell: Cell) -> None:
    key_values.give(WEB, GIVEN)
    first = key_values.of_cell(cell)
    assert key_values.forget()
    assert not key_values.forget()
    assert not set(first.values()) & set(key_values.of_cell(cell).values())


def test_side_by_side_nothing_is_lost(cell: Cell) -> None:
    values = {("acme", f"k{number}"): f"value-number-{number:010}" for number in range(16)}
    threads = [threading.Thread(target=key_values.give, args=each) for each in values.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    acme = cell.tenants[0].model_copy(update={"slug": "acme", "api_keys": tuple(name for _, name in values)})
    assert key_values.of_cell(cell.model_copy(update={"tenants": (acme,)})) == values


def test_a_damaged_file_is_named_with_the_cure(cell: Cell, home: Path) -> None:
    home.mkdir()
    (home / "api-keys").write_text("{")
    with pytest.raises(WrongInput, match="api-keys is damaged; `tenantry down --delete`"):
        key_values.of_cell(cell)
