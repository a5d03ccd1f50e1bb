"""Stacks of the real Pulumi engine; these tests are skipped where no `pulumi` is on PATH."""

import shutil
from pathlib import Path

import pytest

from tests.engine.stack import Stack, stand_ins

PULUMI = shutil.which("pulumi")


@pytest.fixture(scope="session")
def providers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for PATH, in which the engine finds the stand-ins."""
    if PULUMI is None:
        pytest.skip("there is no pulumi on PATH: the real engine was not tried")
    return stand_ins(tmp_path_factory.mktemp("engine") / "providers")


@pytest.fixture
def stack(tmp_path: Path, providers: Path) -> Stack:
    """A new stack of a copy of the project, for the tenants that the test writes."""
    return Stack.new(tmp_path, providers)
