"""A rotation replaces the file by one that loads, or leaves it as it was and says why."""

import stat
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from tenantry.config import ConfigErrors, load_platform, rotation
from tenantry.config.rotation import Changed, KeyKind, add, retire
from tenantry.config.tenants import API_KEYS
from tenantry.errors import Failed, WrongInput

TODAY = date(2026, 11, 22)
JWKS = (
    "  jwks:\n    keys: [{kid: a, kty: OKP, crv: Ed25519, x: BOXX43plviIq_k62XKCL5IP3kdY_IWn0_HSvBN1moZA}]\n"
)
Step = Callable[[], object]


@pytest.fixture
def acme(folder: Path) -> Path:
    return folder / "demo" / "acme.yaml"


@pytest.mark.parametrize("kind", ["api", "signing"])
def test_both_keys_are_listed_and_then_the_new_one_alone(folder: Path, kind: KeyKind) -> None:
    [old] = rotation.keys(load_platform(folder).tenant("acme"), kind)
    assert add(folder, "acme", kind, "2027", TODAY).names == (old, "2027")
    assert retire(folder, "acme", kind, old).names == ("2027",)
    assert rotation.keys(load_platform(folder).tenant("acme"), kind) == ("2027",)


@pytest.mark.parametrize("kind", ["api", "signing"])
def test_a_retired_name_is_listed_as_such_and_comes_back_for_no_other_key(
    folder: Path, kind: KeyKind
) -> None:
    [old] = rotation.keys(load_platform(folder).tenant("acme"), kind)
    add(folder, "acme", kind, "second", TODAY)
    retire(folder, "acme", kind, old)
    add(folder, "acme", kind, "third", TODAY)
    retire(folder, "acme", kind, "second")
    tenant = load_platform(folder).tenant("acme")
    assert rotation.retired(tenant, kind) == (old, "second")
    with pytest.raises(WrongInput, match=f"says that {old} is retired; choose another name"):
        add(folder, "acme", kind, old, TODAY)


def test_a_name_is_proposed_by_the_month_and_is_none_that_is_there(folder: Path) -> None:
    names = [add(folder, "acme", "api", None, TODAY).name for _ in range(3)]
    assert names == ["2026-11", "2026-11-2", "2026-11-3"]


def test_the_files_mode_stays_and_nothing_lies_beside_it(folder: Path, acme: Path) -> None:
    acme.chmod(0o640)
    add(folder, "acme", "api", None, TODAY)
    assert stat.S_IMODE(acme.stat().st_mode) == 0o640
    assert list(acme.parent.iterdir()) == [acme]


REFUSED: dict[str, tuple[Callable[[Path], object], str]] = {
    "the last": (lambda folder: retire(folder, "acme", "api", "web"), "web is the last .* add its successor"),
    "unknown": (
        lambda folder: retire(folder, "acme", "api", "x"),
        "api_keys does not list 'x'; it lists web",
    ),
    "twice": (lambda folder: add(folder, "acme", "api", "web", TODAY), "lists web already; it lists web"),
    "no name": (lambda folder: add(folder, "acme", "api", "Web 2", TODAY), "'Web 2' cannot .* use 1 to 31"),
    "nobody": (
        lambda folder: add(folder, "nobody", "api", "x", TODAY),
        "no tenant 'nobody'; there are: acme",
    ),
}


@pytest.mark.parametrize(("step", "message"), REFUSED.values(), ids=REFUSED)
def test_a_refused_step_changes_nothing(
    folder: Path, acme: Path, step: Callable[[Path], object], message: str
) -> None:
    before = acme.read_bytes()
    with pytest.raises(WrongInput, match=message):
        step(folder)
    assert acme.read_bytes() == before


def test_more_keys_than_a_tenant_may_have_are_refused(folder: Path) -> None:
    for _ in range(API_KEYS - 1):
        add(folder, "acme", "api", None, TODAY)
    with pytest.raises(WrongInput, match=f"lists {API_KEYS} keys, which is the maximum; retire one first"):
        add(folder, "acme", "api", None, TODAY)


def test_another_modes_signing_keys_are_not_rotated_here(folder: Path, acme: Path) -> None:
    acme.write_text(acme.read_text().replace("  managed:\n    keys: [main]\n", JWKS))
    with pytest.raises(WrongInput, match="acme is in jwks mode"):
        add(folder, "acme", "signing", None, TODAY)


def test_a_file_that_is_wrong_already_is_reported_and_left(folder: Path, acme: Path) -> None:
    acme.write_text(acme.read_text() + "colour: red\n")
    before = acme.read_bytes()
    with pytest.raises(ConfigErrors, match=r"acme\.yaml:8: colour is not a known key"):
        add(folder, "acme", "api", None, TODAY)
    assert acme.read_bytes() == before


def test_a_file_that_somebody_changes_meanwhile_is_left(
    folder: Path, acme: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their change comes after the new content was checked, just before it would replace the file."""
    theirs = acme.read_text().replace("Acme", "Acme Corporation")
    synced = rotation.os.fsync  # type: ignore[attr-defined]

    def sync(handle: int) -> None:
        synced(handle)
        acme.write_text(theirs)

    monkeypatch.setattr(rotation.os, "fsync", sync)  # type: ignore[attr-defined]
    with pytest.raises(Changed, match="has changed since it was read"):
        add(folder, "acme", "api", None, TODAY)
    assert acme.read_text() == theirs
    assert list(acme.parent.iterdir()) == [acme]


def test_a_result_that_does_not_load_is_never_written(
    folder: Path, acme: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = acme.read_bytes()
    monkeypatch.setattr(rotation.key_lists, "added", lambda *_: b"name: Acme\n")
    with pytest.raises(ConfigErrors, match="tier is missing"):
        add(folder, "acme", "api", None, TODAY)
    assert acme.read_bytes() == before


def test_a_file_that_cannot_be_replaced_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: object) -> tuple[int, str]:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(rotation.tempfile, "mkstemp", refuse)
    with pytest.raises(Failed, match=r"acme\.yaml cannot be replaced: Permission denied"):
        add(folder, "acme", "api", None, TODAY)
