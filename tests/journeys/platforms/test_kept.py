"""What a platform on a port of its own holds is there again after `down`, a kill and an update cut off."""

import io
import json
import re
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from tenantry.local.emulator import snapshots
from tests.support.command import TENANTS, Command, Run, eventually, free_port
from tests.support.platform import Platform

TENANT = """\
name: {name}
tier: gold
routes: [items, contact]
auth:
  {auth}
api_keys: [web]
contact:
  notify: https://hooks.example.com/only
"""
MANAGED = "managed: {keys: [main]}"
OIDC = "oidc: {issuer: 'https://login.example.com/', audience: api, algorithms: [RS256]}"


@dataclass
class Kept:
    """Its platform on the one port; `own` and `theirs` are its tenants."""

    command: Command
    port: int

    @property
    def here(self) -> tuple[str, ...]:
        return "--port", str(self.port), "--tenants", str(self.command.tenants)

    def up(self, *arguments: str) -> str:
        done = self.command("up", "--detach", *self.here, *arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def down(self, *arguments: str) -> str:
        done = self.command("down", *arguments)
        assert (done.returncode, self.command.processes()) == (0, []), done.stderr
        return done.stdout

    def kill(self) -> None:
        record = json.loads((self.command.home / f"{self.port}.json").read_bytes())["record"]
        psutil.Process(record["pid"]).kill()
        assert eventually(lambda: not psutil.pid_exists(record["pid"]))

    def shown(self, slug: str) -> dict[str, Any]:
        done = self.command("status", slug, "--json")
        assert done.returncode == 0, done.stderr
        [tenant] = json.loads(done.stdout)["tenants"]
        return dict(tenant)

    def token(self, slug: str) -> str:
        return self.command("token", slug).stdout.strip()

    def used(self, slug: str) -> int:
        """Counted calls of the key's, by the gateway."""
        platform = Platform.found(self.command.home)
        plans = platform.root.client("apigateway").get_usage_plans()["items"]
        [plan] = [each["id"] for each in plans if slug in each["name"]]
        day = str(datetime.now(UTC).date())
        counted = platform.root.client("apigateway").get_usage(usagePlanId=plan, startDate=day, endDate=day)
        return sum(int(used) for days in counted["items"].values() for used, _ in days)

    def call(self, slug: str, token: str, method: str, path: str, body: object = None) -> httpx.Response:
        tenant = self.shown(slug)
        headers = {"x-api-key": tenant["api_keys"]["web"], "Authorization": f"Bearer {token}"}
        return httpx.request(
            method, tenant["url"] + path, json=body, headers=headers, trust_env=False, timeout=30
        )


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    folder = tmp_path_factory.mktemp("kept")
    command = Command(folder / "state", folder / "tenants")
    cell = command.tenants / "demo"
    cell.mkdir(parents=True)
    (command.tenants / "tiers.yaml").write_bytes((TENANTS / "tiers.yaml").read_bytes())
    for slug, auth in {"own": MANAGED, "theirs": OIDC}.items():
        (cell / f"{slug}.yaml").write_text(TENANT.format(name=slug, auth=auth))
    platform = Kept(command, free_port())
    try:
        platform.up()
        yield platform
    finally:
        down = command("down", "--all", "--delete")
    assert (down.returncode, command.remains()) == (0, [])


def collection(answer: httpx.Response) -> list[int]:
    assert answer.status_code == 200, answer.text
    return [item["n"] for item in answer.json()["items"]]


@pytest.mark.parametrize("how", ["killed", "down"])
def test_what_it_holds_is_there_again(
    kept: Kept, run: Run, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    tenants = ("own", "theirs")
    before = {slug: kept.shown(slug) for slug in tenants}
    tokens = {slug: kept.token(slug) for slug in tenants}
    for slug in tenants:
        for number in range(2):
            written = kept.call(slug, tokens[slug], "POST", f"/items/{how}", {"n": number})
            assert written.status_code == 201, written.text
    first = kept.call("own", tokens["own"], "GET", f"/items/{how}").json()["items"][0]["id"]
    assert kept.call("own", tokens["own"], "DELETE", f"/items/{how}/{first}").status_code == 204
    secret, used = "", 0
    if how == "killed":  # at once: there may be no snapshot since
        kept.kill()
    else:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"whsec_" + b"QUJD" * 8)))
        assert run(kept.command, "secrets", "set", "own", "webhook_secret")[0] == 0
        secret = run(kept.command, "secrets", "show", "own", "webhook_secret")[1]
        used = kept.used("own")
        assert "`tenantry up` brings its data and keys back" in kept.down()
    refused = kept.command("status")
    assert (refused.returncode, refused.stderr) == (
        1,
        "no local platform runs; `tenantry up` goes on with what the last one kept\n",
    )
    assert "with the data and keys of the last run" in kept.up()
    assert {slug: kept.shown(slug) for slug in tenants} == before
    left = {slug: collection(kept.call(slug, tokens[slug], "GET", f"/items/{how}")) for slug in tenants}
    assert left == {"own": [1], "theirs": [0, 1]}
    if how == "down":
        assert run(kept.command, "secrets", "show", "own", "webhook_secret")[1] == secret
        assert kept.used("own") > used > 0


def test_an_update_that_is_cut_off_with_its_emulator_leaves_the_state_before_it(kept: Kept) -> None:
    token = kept.token("own")
    assert kept.call("own", token, "POST", "/items/cut", {"n": 1}).status_code == 201
    file = kept.command.tenants / "demo" / "own.yaml"
    before = file.read_text()
    file.write_text(before.replace("[web]", "[web, second]"))
    directory = kept.command.home / f"kept-{kept.port}"
    with kept.command.started("update") as update:
        assert eventually(lambda: "second" in (directory / "resources.jsonl").read_text(), seconds=60)
        kept.kill()
        update.send_signal(signal.SIGKILL)
        update.wait()
    kept.up()
    assert set(kept.shown("own")["api_keys"]) == {"web", "second"}
    assert collection(kept.call("own", token, "GET", "/items/cut")) == [1]
    file.write_text(before)
    assert kept.command("update").returncode == 0


def test_whoever_kills_the_foreground_loses_nothing_and_fresh_says_what_it_deletes(
    kept: Kept, tmp_path: Path
) -> None:
    keys = kept.shown("own")["api_keys"]
    kept.down()
    with kept.command.started("up", *kept.here) as up:
        assert up.stdout is not None
        assert any("Ctrl-C" in each for each in up.stdout)
        token = kept.token("own")
        assert kept.call("own", token, "POST", "/items/front", {"n": 1}).status_code == 201
        up.kill()
        up.wait()
    assert eventually(lambda: not kept.command.processes())
    assert snapshots.newest(kept.command.home / f"kept-{kept.port}") is not None
    refused = kept.command("up", "--port", str(kept.port), "--tenants", str(other_cell(tmp_path)))
    assert refused.returncode == 2
    assert "holds what cell demo kept; choose another --port, or delete it with --fresh" in refused.stderr
    out = kept.up("--fresh")
    assert re.search(rf"deleted what cell demo had on port {kept.port}: items, .* of own, theirs", out)
    assert collection(kept.call("own", kept.token("own"), "GET", "/items/front")) == []
    assert kept.shown("own")["api_keys"] == keys


def other_cell(folder: Path) -> Path:
    (folder / "other").mkdir()
    (folder / "tiers.yaml").write_bytes((TENANTS / "tiers.yaml").read_bytes())
    (folder / "other" / "own.yaml").write_text(TENANT.format(name="own", auth=MANAGED))
    return folder
