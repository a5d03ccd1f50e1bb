"""A domain that would move to another tenant is refused while the platform is as it was."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tenantry.config.domains import Domain
from tenantry.errors import WrongInput
from tenantry.local import platform, state
from tenantry.local.emulator.parent import RunningEmulator
from tenantry.local.engine.inventory import JOURNAL
from tenantry.local.state import LocalPlatform, LocalTenant
from tenantry.operations.tokens import Audience
from tests.support.engine import demo

NAME = "api.acme.example"
OWN = Domain(name=NAME, certificate="arn:aws:acm:us-east-1:000000000000:certificate/0a1b2c3d")


def deployed(directory: Path) -> LocalPlatform:
    """With the domain as acme's."""
    (directory / JOURNAL).touch()
    shown: dict[str, Any] = {"tenant": "acme", "addresses": [f"https://{NAME}"]}
    acme = LocalTenant(shown, Audience("i", "a", 60), (), "", "", None, {})
    return LocalPlatform(
        RunningEmulator(0, 0, 0, directory, 0.0, "", kept=True), directory, "demo", "x", (acme,)
    )


def moved() -> Any:
    """The cell with the domain as globex'."""
    cell = demo()
    tenants = (
        each.model_copy(update={"domain": OWN}) if each.slug == "globex" else each for each in cell.tenants
    )
    return cell.model_copy(update={"tenants": tuple(tenants)})


def test_an_update_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongInput, match=f"{NAME} cannot move from acme to globex"):
        platform.update(deployed(tmp_path), moved(), tmp_path, lambda _: None)


def test_a_start_that_goes_on_with_what_was_kept_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TENANTRY_STATE", str(tmp_path))
    monkeypatch.setattr(LocalPlatform, "keeps", True)
    state.save(replace(deployed(tmp_path), record=replace(deployed(tmp_path).record, port=4566)))
    with pytest.raises(WrongInput, match=f"{NAME} cannot move from acme to globex"):
        platform.start(moved(), tmp_path, 4566, lambda _: None, keep=True)
