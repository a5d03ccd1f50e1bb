"""`up --watch`: an edit is served by the platform that runs, a faulty one is shown and changes nothing."""

import fcntl
import re
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tenantry.cli import watching
from tenantry.local.engine.inventory import JOURNAL, LOCK
from tests.local.cloud import ECHO, make_function
from tests.support import projects
from tests.support.command import TENANTS, Command, Run, eventually, was_interrupted
from tests.support.platform import Platform, Tenant, problem

SECONDS = 60  # for an update that takes one or two where nothing else runs
ITEMS = "/items/orders"
HANDLER, CONTRACT = "functions/groups/items/handler.py", "functions/groups/contact/openapi.yaml"
BODY = 'body: dict[str, Any] = {"items"'
TENANT = """\
name: A tenant
tier: gold
routes: [{routes}]
auth:
  managed:
    keys: [main]
api_keys: [web]
"""


@dataclass
class Watched:
    """A platform that `up --watch` runs, and the copy of the project that it was made from."""

    command: Command
    lines: list[str] = field(default_factory=list)

    def edit(self, file: str, old: str, new: str) -> int:
        """Replace a text that stands in the file; answers its line."""
        path = self.command.root / file
        before, found, after = path.read_text().partition(old)
        assert found, f"{old} is not in {file}"
        path.write_text(before + new + after)
        return before.count("\n") + 1

    def printed(self, pattern: str, since: int = 0) -> bool:
        """Whether a line comes that the pattern is found in, of those after the first `since`."""
        return eventually(lambda: any(re.search(pattern, line) for line in self.lines[since:]), SECONDS)

    @contextmanager
    def tenant(self, slug: str) -> Iterator[Tenant]:
        found = Platform.found(self.command.home)
        with found.http:
            yield found.tenants[slug]

    def served(self, mark: str) -> bool:
        """Whether the list of items comes to hold the mark."""
        with self.tenant("acme") as acme:
            return eventually(lambda: mark in acme.call("GET", ITEMS).text, SECONDS)


def marked(mark: str) -> str:
    return BODY.replace("{", f'{{"mark": "{mark}", ')


def made(folder: Path, **routes: str) -> Watched:
    """A copy of the project in the folder, with a tenant for each of `routes`; nothing runs yet."""
    root = projects.served(folder / "project")
    cell = root / "tenants" / "demo"
    cell.mkdir(parents=True)
    (cell.parent / "tiers.yaml").write_bytes((TENANTS / "tiers.yaml").read_bytes())
    for slug, groups in routes.items():
        (cell / f"{slug.replace('_', '-')}.yaml").write_text(TENANT.format(routes=groups))
    return Watched(Command(folder / "state", cell.parent, root))


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    folder = tmp_path_factory.mktemp("watch")
    watched = made(folder, acme="contact, items", acme_eu="items")
    with watched.command.started("up", "--watch", "--port", "0") as up:
        readers = [
            threading.Thread(target=watched.lines.extend, args=(stream,)) for stream in (up.stdout, up.stderr)
        ]
        for reader in readers:
            reader.start()
        assert watched.printed("edits are served"), watched.lines
        yield watched
        up.send_signal(signal.SIGINT)
        for reader in readers:
            reader.join(timeout=20)
        assert was_interrupted(up.wait(timeout=20))
    assert watched.printed("interrupted")
    assert watched.command.remains() == []


@pytest.fixture
def watched(running: Watched) -> Iterator[Watched]:
    """Each test leaves the sources as they were, and served."""
    root = running.command.root
    files = [
        file for below in ("functions", "tenants") for file in (root / below).rglob("*") if file.is_file()
    ]
    sources = {file: file.read_bytes() for file in files if file.suffix in (".py", ".yaml")}
    yield running
    edited = [file for file, content in sources.items() if file.read_bytes() != content]
    since = len(running.lines)
    for file in edited:
        file.write_bytes(sources[file])
    assert not edited or running.printed(r"^✓ ", since), running.lines[since:]


def test_an_edit_of_a_handler_is_served_with_data_keys_and_address_kept(watched: Watched) -> None:
    with watched.tenant("acme") as acme:
        before = acme.local.shown
        made = acme.call("POST", ITEMS, {"name": "kept"}).json()
        since = len(watched.lines)
        watched.edit(HANDLER, BODY, marked("edited"))
        assert watched.served("edited")
        assert acme.call("GET", f"{ITEMS}/{made['id']}").json()["name"] == "kept"
    with watched.tenant("acme") as acme:
        assert acme.local.shown == {**before, "release": acme.local.shown["release"]}
        assert acme.local.shown["release"] != before["release"]
    assert watched.printed(rf"^✓ {HANDLER}: .*Function.*, in [\d.]+ s$", since)


def test_an_edit_of_the_contract_is_served(watched: Watched) -> None:
    form = {"email": "ada@example.com", "message": "Hello"}
    with watched.tenant("acme") as acme:
        assert acme.call("POST", "/contact", form).status_code == 202
        since = len(watched.lines)
        given = '- {$ref: "#/components/parameters/IdempotencyKey"}\n'
        asked = "        - {name: X-Page, in: header, required: true, schema: {type: string}}\n"
        watched.edit(CONTRACT, given, given + asked)
        assert watched.printed(rf"^✓ {CONTRACT}: .*RestApi", since)
        assert problem(acme.call("POST", "/contact", form))[0] == 400
        assert acme.call("GET", ITEMS).status_code == 200


def test_an_edit_of_a_tenants_file_is_served_and_touches_no_other(watched: Watched) -> None:
    since = len(watched.lines)
    with watched.tenant("acme-eu") as other:
        shown = other.local.shown
    watched.edit("tenants/demo/acme.yaml", "[web]", "[web, second]")
    assert watched.printed(
        r"^✓ tenants/demo/acme.yaml: created ApiKey acme.second, created \S+ acme.second, in", since
    )
    with watched.tenant("acme") as acme:
        for key in acme.local.shown["api_keys"].values():
            assert acme.call("GET", ITEMS, key=key).status_code == 200
        assert set(acme.local.shown["api_keys"]) == {"web", "second"}
    with watched.tenant("acme-eu") as other:
        assert other.local.shown == shown


FAULTS = {
    "a handler that does not compile": (HANDLER, BODY, "body = (]", "not Python"),
    "a handler that does not import": (
        HANDLER,
        "ANYTHING: Final",
        "import nowhere\nANYTHING: Final",
        "No module named",
    ),
    "a handler that ends on import": (
        HANDLER,
        "ANYTHING: Final",
        "raise SystemExit\nANYTHING: Final",
        "SystemExit",
    ),
    "a contract that is not YAML": (CONTRACT, "parameters:", "parameters: [", "YAML"),
    "a contract that cannot be served": (
        CONTRACT,
        "operationId: sendMessage",
        "operationId: sendMessage\n      x-own: 1",
        "states x-own",
    ),
    "a tenant that is not valid": ("tenants/demo/acme.yaml", "tier: gold", "tier: golden", "golden"),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_faulty_edit_is_shown_with_its_line_and_the_next_good_one_is_served(
    watched: Watched, fault: tuple[str, str, str, str]
) -> None:
    file, old, new, said = fault
    since = len(watched.lines)
    line = watched.edit(file, old, new)
    assert watched.printed(rf"^✗ {file}:\d+: .*{said}", since), watched.lines[since:]
    [where] = re.findall(rf"^✗ {file}:(\d+): ", "".join(watched.lines[since:]), re.M)
    assert abs(int(where) - line) <= 10  # a YAML parser names the line at which it gave up
    assert watched.printed("not served yet; what ran before keeps running", since)
    with watched.tenant("acme") as acme:
        assert acme.call("GET", ITEMS).status_code == 200
    good = marked("recovered") if old == BODY else old
    watched.edit(file, new, good)
    assert watched.printed(rf"^✓ {file}: ", since)
    assert good == old or watched.served("recovered")


def test_an_update_that_fails_midway_is_completed_by_the_next_edit(watched: Watched) -> None:
    file = watched.command.tenants / "demo" / "other.yaml"
    root = Platform.found(watched.command.home).root
    functions = root.client("lambda")
    taken = "tenantry_demo_other_items"
    make_function(root, taken, ECHO, functions.list_functions()["Functions"][0]["Role"])
    since = len(watched.lines)
    try:
        file.write_text(TENANT.format(routes="items"))
        assert watched.printed("✗ aws:lambda/function:Function other.items", since)
        with watched.tenant("acme") as acme:
            assert acme.call("GET", ITEMS).status_code == 200
        functions.delete_function(FunctionName=taken)
        since = len(watched.lines)
        file.write_text(TENANT.format(routes="items") + "# mended\n")
        assert watched.printed(r"^✓ tenants/demo/other.yaml: ", since)
        with watched.tenant("other") as other:
            assert other.call("GET", ITEMS).status_code == 200
    finally:
        since = len(watched.lines)
        file.unlink()
        assert watched.printed("removed Function other.authorizer and other.items", since)


def test_edits_while_another_update_is_under_way_are_served_after_it(watched: Watched) -> None:
    directory = Platform.found(watched.command.home).local.record.directory
    since = len(watched.lines)
    with (directory / LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        watched.edit("tenants/demo/acme.yaml", "[web]", "[web, second]")
        assert watched.printed("another update of this platform is under way", since)
        watched.edit(HANDLER, BODY, marked("meanwhile"))
    assert watched.served("meanwhile")
    assert watched.printed(r"^✓ .*created ApiKey acme.second", since)


def test_an_edit_during_an_update_is_served_after_it(watched: Watched) -> None:
    """Each is written as soon as the one before it was seen to be worked on."""
    journal = Platform.found(watched.command.home).local.record.directory / JOURNAL
    written = journal.stat().st_mtime_ns
    watched.edit(HANDLER, BODY, marked("first"))
    assert eventually(lambda: journal.stat().st_mtime_ns != written, SECONDS)
    watched.edit(HANDLER, marked("first"), marked("second"))
    assert watched.served("second")


def test_what_a_function_fails_by_is_shown_at_its_line_without_what_it_says(watched: Watched) -> None:
    since = len(watched.lines)
    line = watched.edit(HANDLER, BODY, f'{{}}["s3cret"]; {BODY}')
    assert watched.printed(rf"^✓ {HANDLER}: ", since)
    with watched.tenant("acme") as acme:
        since = len(watched.lines)
        assert problem(acme.call("GET", ITEMS)) == (500, "internal-error")
        assert watched.printed(rf"^ +{HANDLER}:{line} in list_items$", since)
        assert watched.printed(r"^✗ tenantry_demo_acme_items GET /items/{collection} failed, request", since)
        assert watched.printed(r"^ +builtins.KeyError$", since)
        for _ in range(2):
            acme.call("GET", ITEMS)
        assert watched.printed("tenantry_demo_acme_items GET .* failed as before", since)
    assert len(re.findall("KeyError", "".join(watched.lines[since:]))) == 1
    assert "s3cret" not in "".join(watched.lines)


def test_what_leaves_a_handler_is_shown_and_a_refused_token_is_not(watched: Watched) -> None:
    file = "functions/authorizer/handler.py"
    since = len(watched.lines)
    with watched.tenant("acme") as acme:
        assert acme.call("GET", ITEMS, token="no.real.token").status_code == 401
        line = watched.edit(file, "stage = _stage(", "raise ConnectionError; _stage(")
        assert watched.printed(rf"^✓ {file}: ", since)
        assert acme.call("GET", ITEMS, token=acme.token()).status_code == 500
        assert watched.printed(rf"^ +{file}:{line} in handle$", since)
    failed = [each for each in watched.lines[since:] if re.match(r"✗ \S+ .*failed", each)]
    assert len(failed) == 1
    assert failed[0].startswith("✗ tenantry_demo_acme_authorizer GET /items/{collection} failed")


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM], ids=lambda each: each.name)
def test_an_update_that_is_interrupted_leaves_nothing(tmp_path: Path, sent: signal.Signals) -> None:
    watched = made(tmp_path, acme="items")
    with watched.command.started("up", "--watch", "--port", "0") as up:
        assert up.stdout is not None
        assert any("edits are served" in line for line in up.stdout)
        [journal] = watched.command.home.glob(f"*/{JOURNAL}")
        before = journal.stat().st_mtime_ns
        watched.edit(HANDLER, BODY, marked("interrupted"))
        assert eventually(lambda: journal.stat().st_mtime_ns != before, SECONDS)
        up.send_signal(sent)
        _, err = up.communicate(timeout=20)
    assert was_interrupted(up.returncode)
    assert "interrupted" in err
    assert "Traceback" not in err
    assert watched.command.remains() == []


def test_what_the_platform_imports_itself_is_imported_anew_after_an_edit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = sys.modules.copy()
    monkeypatch.setattr(sys, "modules", loaded)
    file = tmp_path / "declared.py"
    module = type(sys)("declared.group")
    module.__file__ = str(file)
    loaded |= {"declared": type(sys)("declared"), "declared.group": module}
    watching._forget_stale({tmp_path / "other.py"})
    assert "declared.group" in loaded
    watching._forget_stale({file.resolve()})
    assert not {"declared", "declared.group", "tenantry.local.platform"} & loaded.keys()
    assert "pydantic" in loaded


def test_the_platform_serves_on_after_a_file_that_it_imports_itself_was_edited(watched: Watched) -> None:
    since = len(watched.lines)
    watched.edit("functions/agreed/__init__.py", '"""', '"""Edited: ')
    assert watched.printed(r"^✓ functions/agreed/__init__.py: ", since)
    watched.edit(HANDLER, BODY, marked("after"))
    assert watched.served("after")


def test_watch_and_detach_exclude_each_other(tmp_path: Path, run: Run) -> None:
    code, _, err = run(Command(tmp_path), "up", "--watch", "--detach", "--port", "0")
    assert code == 2
    assert "leave out --detach" in err
    assert not any(tmp_path.iterdir())
