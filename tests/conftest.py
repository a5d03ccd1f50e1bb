"""Spread test files over workers, those on the one local platform to the same; run commands in-process."""

import os
import sys
from typing import Any

import pytest
from hypothesis import settings
from xdist.scheduler import LoadFileScheduling

from tenantry.cli import main
from tenantry.packing import route_table
from tests.support.command import ROOT, Command, Run

# How long an example takes says how busy the machine is, not whether the claim holds.
settings.register_profile("tenantry", deadline=None)
settings.load_profile("tenantry")

route_table.install()  # functions run from their sources here

OPERATORS = f"{ROOT / 'tenants'}{os.sep}"
GENERATED = f"{OPERATORS}schema{os.sep}"


def _refuse_the_operators_files(event: str, arguments: tuple[Any, ...]) -> None:
    """Tests that read them would break with the first tenant that an operator adds."""
    if event == "open" and isinstance(arguments[0], str | os.PathLike):
        path = os.path.abspath(os.fsdecode(arguments[0]))  # noqa: PTH100 - a Path would be made at each open
        if path.startswith(OPERATORS) and not path.startswith(GENERATED):
            raise AssertionError(f"a test reads {path}, which is the operator's; use tests/fixtures/tenants")


sys.addaudithook(_refuse_the_operators_files)

SHARED_PLATFORM = "tests/e2e/"
# Begun first, so that no worker is left alone with them at the end.
LONGEST = ("tests/e2e/", "tests/local/", "tests/benches/", "tests/program/", "tests/cli/")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def rank(item: pytest.Item) -> int:
        found = (place for place, folder in enumerate(LONGEST) if item.nodeid.startswith(folder))
        return next(found, len(LONGEST))

    items.sort(key=rank)


class _Scheduling(LoadFileScheduling):
    """Like `--dist loadfile`. Throttles, counts, caches and logs are the platform's, so that two workers
    on it would disturb each other's claims."""

    def _split_scope(self, nodeid: str) -> str:
        return SHARED_PLATFORM if nodeid.startswith(SHARED_PLATFORM) else str(super()._split_scope(nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> _Scheduling:
    config.option.loadscopereorder = False  # by the number of tests, which says little of the time
    return _Scheduling(config, log)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    def run(command: Command, *arguments: str) -> tuple[int, str, str]:
        for name, value in command.environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.chdir(ROOT)
        monkeypatch.setattr("sys.argv", ["tenantry", *arguments])
        with pytest.raises(SystemExit) as end:
            main()
        out, err = capsys.readouterr()
        return int(end.value.code or 0), out, err

    return run
