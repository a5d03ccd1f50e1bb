"""`update`: rotation, suspension, limits, route groups and tenants, on a platform that goes on serving."""

import json
import re
import shutil
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from tenantry.config import load_platform
from tenantry.local import platform, state
from tenantry.local.engine.changes import Change
from tenantry.operations.tokens import managed_signer
from tests.support.command import TENANTS, Command
from tests.support.platform import Platform, Tenant, problem

ITEMS = "/items/orders"


@dataclass
class Local:
    """A running platform, and the files that it was made from."""

    command: Command

    def edit(self, slug: str, *changes: tuple[str, str]) -> None:
        file = self.command.tenants / "demo" / f"{slug}.yaml"
        text = file.read_text()
        for pattern, replacement in changes:
            text, found = re.subn(pattern, replacement, text, count=1, flags=re.M)
            assert found, f"{pattern} is not in {file}"
        file.write_text(text)

    def update(self) -> list[Change]:
        """As the command does, in this process, which has imported the program already."""
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("TENANTRY_STATE", str(self.command.home))
            found = state.find(None)
            cell = load_platform(self.command.tenants).cell(found.cell)
            _, changes = platform.update(found, cell, self.command.tenants, lambda _step: None)
        return changes

    def restore(self) -> None:
        shutil.rmtree(self.command.tenants, ignore_errors=True)
        shutil.copytree(TENANTS, self.command.tenants)

    @contextmanager
    def tenant(self, slug: str) -> Iterator[Tenant]:
        """As the platform's record says it is now."""
        found = Platform.found(self.command.home)
        with found.http:
            yield found.tenants[slug]

    @contextmanager
    def served(self, call: Callable[[], int]) -> Iterator[None]:
        """A client calls without a pause during the block, and is served every time."""
        answers: Counter[int] = Counter()
        stop = threading.Event()

        def calls() -> None:
            while not stop.is_set():
                answers[call()] += 1

        client = threading.Thread(target=calls)
        client.start()
        try:
            yield
        finally:
            stop.set()
            client.join()
        assert set(answers) == {200}, answers


def touched(changes: list[Change]) -> set[str]:
    """Whose resources changed; the cell's dashboards aside, which show all tenants."""
    return {each.owner for each in changes if each.owner or not each.type.endswith(":Dashboard")}


def what(changes: list[Change]) -> set[tuple[str, str, str]]:
    return {(each.step, each.type.rpartition(":")[2], each.name) for each in changes}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Local]:
    folder = tmp_path_factory.mktemp("update")
    local = Local(Command(folder / "state", folder / "tenants"))
    local.restore()
    try:
        local.command.up("--port", "0")
        yield local
    finally:
        local.command("down", "--all")
    assert local.command.remains() == []


@pytest.fixture
def local(running: Local) -> Iterator[Local]:
    """As the demo's files have it; each test leaves it so."""
    yield running
    running.restore()
    running.update()


def test_without_an_edit_nothing_changes(local: Local) -> None:
    assert local.update() == []
    done = local.command("update")
    assert "nothing to change" in done.stdout


def previewed(local: Local) -> dict[str | None, dict[str, int]]:
    """Resources by step, of each tenant; what all share is None's."""
    done = local.command("update", "--preview", "--json")
    assert done.returncode == 0, done.stderr
    return {each["tenant"]: each["resources"] for each in json.loads(done.stdout)["tenants"]}


def steps(changes: list[Change]) -> dict[str | None, dict[str, int]]:
    counted: dict[str | None, Counter[str]] = {}
    for each in changes:
        counted.setdefault(each.owner or None, Counter())[each.step] += 1
    return {owner: dict(number) for owner, number in counted.items()}


def test_a_preview_without_an_edit_touches_nobody(local: Local) -> None:
    assert previewed(local) == {"acme": {}, "acme-eu": {}, "globex": {}}


def test_a_preview_says_what_the_update_then_does_and_changes_nothing(local: Local) -> None:
    """Keys of both kinds, a group that goes, a tenant that goes and one that comes."""
    local.edit("acme", (r"^api_keys: .*", "api_keys: [web-2026]"), (r"keys: \[main\]", "keys: [second]"))
    local.edit("acme-eu", (r"^routes: .*", "routes: [contact, items]"))
    globex = local.command.tenants / "demo" / "globex.yaml"
    globex.rename(globex.with_stem("initech"))
    [journal] = local.command.home.glob("*/resources.jsonl")
    before = journal.read_bytes()
    found = previewed(local)
    shown = local.command("update", "--preview")
    assert journal.read_bytes() == before
    assert "key web is removed: clients that use it are refused" in " ".join(
        shown.stdout.replace("│", " ").split()
    )
    done = steps(local.update())
    assert {owner: number for owner, number in found.items() if number} == done


def test_an_api_key_is_rotated_under_a_client_that_never_fails(local: Local) -> None:
    with local.tenant("acme") as acme, local.served(lambda: acme.call("GET", ITEMS).status_code):
        local.edit("acme", (r"^api_keys: .*", "api_keys: [web, web-2026]"))
        changes = local.update()
    assert what(changes) == {
        ("created", "ApiKey", "acme.web-2026"),
        ("created", "UsagePlanKey", "acme.web-2026"),
    }
    with local.tenant("acme") as acme:
        old, new = acme.local.shown["api_keys"]["web"], acme.local.shown["api_keys"]["web-2026"]
        assert acme.call("GET", ITEMS, key=old).status_code == 200
        with local.served(lambda: acme.call("GET", ITEMS, key=new).status_code):
            local.edit("acme", (r"^api_keys: .*", "api_keys: [web-2026]"))
            local.update()
        assert problem(acme.call("GET", ITEMS, key=old)) == (403, "invalid-api-key")
        assert acme.call("GET", ITEMS, key=new).status_code == 200


def test_a_signing_key_is_rotated_under_a_client_that_never_fails(local: Local) -> None:
    """Each call brings a token of its own, so that none is answered from a cached verdict."""
    with local.tenant("acme") as acme:
        acme.own_token  # noqa: B018 - reads the signer while its key is the only one
        with local.served(lambda: acme.call("GET", ITEMS, token=acme.token()).status_code):
            local.edit("acme", (r"keys: \[main\]", "keys: [main, second]"))
            local.update()
        with local.tenant("acme") as after:
            assert after.local.kid == "second"
            assert after.call("GET", ITEMS, token=after.token()).status_code == 200
            with local.served(lambda: after.call("GET", ITEMS, token=after.token()).status_code):
                local.edit("acme", (r"keys: \[main, second\]", "keys: [second]"))
                local.update()
        assert problem(acme.call("GET", ITEMS, token=acme.token())) == (401, "unauthorized")
        with pytest.raises(Exception, match="main"):
            managed_signer(acme.platform.root.client("secretsmanager"), acme.local.signing_secret, "main")


CHANGES = {
    "a signing key": (r"keys: \[main\]", "keys: [second]"),
    "the audience": (r"^auth:", "auth:\n  audience: https://api.acme.example"),
    "how long tokens may live": (r"leeway_seconds: 30", "max_lifetime_seconds: 60"),
}


@pytest.mark.parametrize("changed", CHANGES)
def test_a_verdict_ends_with_what_it_rested_on(local: Local, changed: str) -> None:
    """The token was let in a moment before, and the gateway keeps what was decided for a minute."""
    with local.tenant("acme") as acme:
        token = acme.token()
        assert acme.call("GET", ITEMS, token=token).status_code == 200
        local.edit("acme", CHANGES[changed])
        local.update()
        assert problem(acme.call("GET", ITEMS, token=token)) == (401, "unauthorized")


def test_a_tenant_is_suspended_and_resumed_with_its_key_and_its_data(local: Local) -> None:
    with local.tenant("globex") as globex:
        made = globex.call("POST", ITEMS, {"name": "kept"}).json()
        local.edit("globex", (r"\Z", "\nstatus: suspended\n"))
        assert what(local.update()) == {("changed", "UsagePlan", "globex")}
        assert problem(globex.call("GET", ITEMS)) == (403, "invalid-api-key")
        local.edit("globex", (r"^status: suspended$", ""))
        assert what(local.update()) == {("changed", "UsagePlan", "globex")}
        assert globex.call("GET", f"{ITEMS}/{made['id']}").json()["name"] == "kept"


def test_new_limits_hold_for_the_same_key(local: Local) -> None:
    with local.tenant("globex") as globex:
        assert globex.call("GET", ITEMS).status_code == 200
        local.edit("globex", (r"^limits:", "limits:\n  quota: {limit: 1, period: day}"))
        changes = local.update()
        assert touched(changes) == {"globex"}
        answers = [globex.call("GET", ITEMS, patient=False) for _ in range(3)]
        assert problem(answers[-1]) == (429, "quota-exceeded")


def test_a_route_group_that_was_off_finds_its_data_again(local: Local) -> None:
    with local.tenant("acme") as acme:
        made = acme.call("POST", ITEMS, {"name": "kept"}).json()
        local.edit("acme", (r"^routes: .*", "routes: [contact, tools]"))
        changes = local.update()
        assert touched(changes) == {"acme"}
        assert ("removed", "Function", "acme.items") in what(changes)
        token = acme.token("contact:write", "tools:read")
        assert acme.call("GET", ITEMS, token=token).status_code in (403, 404)
        local.edit("acme", (r"^routes: .*", "routes: [contact, items, tools]"))
        local.update()
        found = acme.call("GET", f"{ITEMS}/{made['id']}", token=acme.token())
        assert found.json()["name"] == "kept"


def test_adding_and_removing_a_tenant_touches_no_other(local: Local) -> None:
    new = local.command.tenants / "demo" / "initech.yaml"
    text = (local.command.tenants / "demo" / "globex.yaml").read_text()
    new.write_text(text.replace("globex", "initech"))
    with local.tenant("acme-eu") as other, local.served(lambda: other.call("GET", ITEMS).status_code):
        added = local.update()
    with local.tenant("initech") as initech:
        made = initech.call("POST", ITEMS, {"name": "kept"}).json()
    new.unlink()
    removed = local.update()
    new.write_text(text.replace("globex", "initech"))
    again = local.update()
    for changes in (added, removed, again):
        assert touched(changes) == {"initech"}
    with local.tenant("initech") as initech:
        assert initech.call("GET", f"{ITEMS}/{made['id']}").json()["name"] == "kept"
