"""An `update` that fails or is killed: what served goes on serving, and the next one completes it."""

import json
import random
import shutil
import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tenantry.local.engine.inventory import JOURNAL
from tests.local.cloud import ECHO, make_function
from tests.support.command import TENANTS, Command, eventually
from tests.support.platform import Platform

NEW = """\
name: New
tier: gold
routes: [items]
auth:
  managed:
    keys: [main]
api_keys: [web]
"""


@pytest.fixture(scope="module")
def command(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Command]:
    """One tenant runs, `acme`."""
    folder = tmp_path_factory.mktemp("interrupted")
    command = Command(folder / "state", folder / "tenants")
    (command.tenants / "demo").mkdir(parents=True)
    shutil.copy(TENANTS / "tiers.yaml", command.tenants)
    (command.tenants / "demo" / "acme.yaml").write_text(NEW)
    try:
        command.up("--port", "0")
        yield command
    finally:
        command("down", "--all")
    assert command.remains() == []


def completes(command: Command) -> None:
    """The next update succeeds, and leaves the one after it nothing to do."""
    done = command("update", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(command("update", "--json").stdout) == {"changes": []}


def serves(command: Command, *slugs: str) -> None:
    platform = Platform.found(command.home)
    with platform.http:
        for slug in slugs:
            assert platform.tenants[slug].call("GET", "/items/orders").status_code == 200, slug


def test_what_fails_midway_is_told_and_completed(command: Command) -> None:
    root = Platform.found(command.home).root
    functions = root.client("lambda")
    taken = "tenantry_demo_other_items"
    make_function(root, taken, ECHO, functions.list_functions()["Functions"][0]["Role"])
    (command.tenants / "demo" / "other.yaml").write_text(NEW)
    failed = command("update")
    assert failed.returncode == 1
    assert "aws:lambda/function:Function other.items" in failed.stderr
    assert "`tenantry update` again completes the rest" in failed.stderr
    assert "Traceback" not in failed.stderr
    serves(command, "acme")
    functions.delete_function(FunctionName=taken)
    completes(command)
    serves(command, "acme", "other")


@pytest.mark.parametrize("killed", ["while it adds a tenant", "while it removes one"])
def test_what_was_killed_is_completed(command: Command, killed: str) -> None:
    file = command.tenants / "demo" / "short-lived.yaml"
    adds = killed == "while it adds a tenant"
    if adds:
        file.write_text(NEW)
    else:
        file.unlink()
    journal = next(command.home.glob(f"*/{JOURNAL}"))
    moments = random.Random(killed)  # noqa: S311 - so that a failure is seen again
    for _ in range(3):
        lines, steps = journal.read_bytes().count(b"\n"), moments.randint(1, 25)
        with command.started("update") as update:
            assert eventually(partial(reached, update, journal, lines + steps), seconds=50)
            update.kill()
            update.wait()
        serves(command, "acme")
    completes(command)
    serves(command, *(["acme", "short-lived"] if adds else ["acme"]))
    assert bool(_named(command, "short-lived")) is adds


def reached(update: subprocess.Popen[str], journal: Path, lines: int) -> bool:
    """The journal grows by a line or two with each step."""
    return update.poll() is not None or journal.read_bytes().count(b"\n") >= lines


def _named(command: Command, slug: str) -> list[str]:
    """Functions and roles of the tenant that are there."""
    root = Platform.found(command.home).root
    functions = [each["FunctionName"] for each in root.client("lambda").list_functions()["Functions"]]
    roles = [each["RoleName"] for each in root.client("iam").list_roles()["Roles"]]
    return [name for name in functions + roles if f"_{slug}_" in name]
