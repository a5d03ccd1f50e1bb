"""Stacks of the real Pulumi engine; these tests are skipped where no `pulumi` is on PATH."""

import shutil
import sys
from pathlib import Path

import pytest

from tests.engine.stack import PACKAGES, Stack
from tests.support.command import ROOT

PULUMI = shutil.which("pulumi")


@pytest.fixture(scope="session")
def providers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for PATH, in which the engine finds the stand-ins."""
    if PULUMI is None:
        pytest.skip("there is no pulumi on PATH: the real engine was not tried")
    folder = tmp_path_factory.mktemp("providers")
    for package in PACKAGES:
        script = folder / f"pulumi-resource-{package}"
        command = f'exec "{sys.executable}" -m tests.engine.standin {package}'
        script.write_text(f'#!/bin/sh\ncd "{ROOT}" && PYTHONPATH=platform:functions:. {command}\n')
        script.chmod(0o700)
    return folder


@pytest.fixture
def stack(tmp_path: Path, providers: Path) -> Stack:
    """A new stack of a copy of the project, for the tenants that the test writes."""
    return Stack.new(tmp_path, providers)
