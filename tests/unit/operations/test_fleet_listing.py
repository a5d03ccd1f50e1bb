"""Which stacks there are, and whether each is as its files want it."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tenantry.errors import WrongInput
from tenantry.operations.fleet.listing import fleet
from tenantry.wanted import Project
from tests.support.fleets import recorded, written


def standings(root: Path) -> dict[str, str]:
    return {each.name: each.standing for each in fleet(Project(root)).stacks}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PULUMI_BACKEND_URL", f"file://{tmp_path}/backend")
    return written(tmp_path / "project", {"one": ["acme"], "two": ["acme-eu"]})


def test_a_stack_is_as_wanted_once_its_last_update_says_so(root: Path) -> None:
    assert standings(root) == {"one": "never deployed", "two": "never deployed"}
    recorded(root, "one", Project(root).digest("one"))
    recorded(root, "two", Project(root).digest("two") + "+")
    assert standings(root) == {"one": "as wanted", "two": "leaves rights"}
    file = root / "tenants" / "one" / "acme.yaml"
    file.write_text(file.read_text() + "status: suspended\n")
    assert standings(root) == {"one": "differs", "two": "leaves rights"}


def test_a_record_that_names_hooks_is_read_without_the_engine(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It carries a later version; to ask the CLI of each stack would take a fleet minutes."""
    recorded(root, "one", Project(root).digest("one"), version=4)
    monkeypatch.setenv("PATH", "")
    assert standings(root)["one"] == "as wanted"


def test_a_stack_of_the_local_emulator_is_none_of_the_fleets(root: Path) -> None:
    settings = "config:\n  tenantry:cell: one\n  aws:region: eu-central-1\n  aws:endpoints:\n    - s3: {}\n"
    (root / "Pulumi.here.yaml").write_text(settings.format("http://127.0.0.1:4566"))
    (root / "Pulumi.vpc.yaml").write_text(settings.format("https://s3.example.com"))
    (root / "Pulumi.nothing.yaml").write_text("config: {}\n")
    assert set(standings(root)) == {"one", "two", "vpc"}


def test_where_a_cell_runs_is_in_the_platforms_file(root: Path) -> None:
    site: dict[str, Any] = {"account": "123456789012", "region": "eu-central-1"}
    (root / "tenants" / "platform.yaml").write_text(json.dumps({"cells": {"one": site}}))
    assert [each.account for each in fleet(Project(root)).stacks] == ["123456789012", ""]
    site["region"] = "us-east-1"
    (root / "tenants" / "platform.yaml").write_text(json.dumps({"cells": {"one": site}}))
    with pytest.raises(WrongInput, match=r"platform\.yaml has cell one in us-east-1"):
        fleet(Project(root))


@pytest.fixture
def apart(root: Path) -> Path:
    """With the tenants of stack two in a folder of their own, and a ring that takes it there."""
    others = root / "others"
    shutil.copytree(root / "tenants", others)
    file = root / "Pulumi.two.yaml"
    file.write_text(file.read_text() + "  tenantry:tenants: others\n")
    (others / "rings.yaml").write_text(json.dumps({"rings": [{"name": "canary", "stacks": ["two"]}]}))
    return root


def test_where_a_cell_runs_and_its_ring_are_read_beside_its_tenants(apart: Path) -> None:
    site = {"account": "123456789012"}
    (apart / "others" / "platform.yaml").write_text(json.dumps({"cells": {"two": site}}))
    found = {each.name: (each.account, each.ring) for each in fleet(Project(apart)).stacks}
    assert found == {"one": ("", "rest"), "two": ("123456789012", "canary")}


def test_rings_in_two_folders_are_refused(apart: Path) -> None:
    shutil.copy(apart / "others" / "rings.yaml", apart / "tenants")
    with pytest.raises(WrongInput, match=r"there is a rings\.yaml in each of others, tenants; keep one"):
        fleet(Project(apart))


def test_a_stack_that_is_not_there_is_named(root: Path) -> None:
    with pytest.raises(WrongInput, match=r"there is no stack 'ones'; did you mean one\?"):
        fleet(Project(root)).named(["ones"])
