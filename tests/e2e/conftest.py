"""The local platform of the demo cell, brought up once for all tests that ask for `platform`."""

from collections.abc import Iterator

import pytest

from tests.support.command import Command
from tests.support.platform import Platform, Tenant


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The last test reads what all others left behind."""
    items.sort(key=lambda item: item.path.stem == "test_secrecy")


@pytest.fixture(scope="session")
def command(tmp_path_factory: pytest.TempPathFactory) -> Command:
    """The command `tenantry`, whose state is the shared platform's."""
    return Command(tmp_path_factory.mktemp("shared") / "state")


@pytest.fixture(scope="session")
def platform(command: Command) -> Iterator[Platform]:
    try:
        command.up("--port", "0")
        platform = Platform.found(command.home)
        with platform.http:
            yield platform
    finally:
        down = command("down", "--all")
    assert (down.returncode, command.remains()) == (0, [])


@pytest.fixture
def acme(platform: Platform) -> Tenant:
    return platform.tenants["acme"]


@pytest.fixture
def acme_eu(platform: Platform) -> Tenant:
    return platform.tenants["acme-eu"]


@pytest.fixture
def globex(platform: Platform) -> Tenant:
    return platform.tenants["globex"]
