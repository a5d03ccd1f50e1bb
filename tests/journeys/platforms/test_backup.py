"""`export` and `import` as processes, on tenants that serve: what was lost comes back byte for byte."""

import json
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tenantry.operations.backup.tenant_data import PAGE, TenantData
from tenantry.operations.erasure import Clients, erase
from tests.support.backups import counts, everything, item, message, written
from tests.support.command import TENANTS, Command, eventually
from tests.support.platform import Platform, Tenant

BULK = 2_000  # two pages of an export
SOME = 250
STATES = ("new", "open", "done")
EVERYTHING = "tier: gold\nroutes: [contact, items, tools]\nauth: {managed: {keys: [main]}}\napi_keys: [web]\n"
FILES = {
    "acme": "name: Acme\n" + EVERYTHING,
    "acme-eu": "name: Acme Europe\n" + EVERYTHING,
    "globex": "name: Globex\n" + EVERYTHING + "data: {isolation: silo}\n",
}


@pytest.fixture(scope="module")
def command(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Command]:
    """With a platform of its own, since it empties tenants."""
    folder = tmp_path_factory.mktemp("backup")
    command = Command(folder / "state", folder / "tenants")
    (command.tenants / "demo").mkdir(parents=True)
    shutil.copy(TENANTS / "tiers.yaml", command.tenants)
    for slug, text in FILES.items():
        (command.tenants / "demo" / f"{slug}.yaml").write_text(text)
    try:
        command.up("--port", "0")
        yield command
    finally:
        down = command("down", "--all")
    assert (down.returncode, command.remains()) == (0, [])


@pytest.fixture(scope="module")
def platform(command: Command) -> Iterator[Platform]:
    platform = Platform.found(command.home)
    with platform.http:
        yield platform


@pytest.fixture
def data(platform: Platform) -> Iterator[dict[str, TenantData]]:
    """All tenants' data, which is gone after the test."""
    dynamodb = platform.root.client("dynamodb")
    found = {
        slug: TenantData(slug, platform.names, tenant.local.shown["isolation"], dynamodb)
        for slug, tenant in platform.tenants.items()
    }
    yield found
    for each in found.values():
        emptied(each)


def emptied(data: TenantData) -> None:
    keys = [{"Key": {"pk": each["pk"], "sk": each["sk"]}} for each in everything(data)]
    for start in range(0, len(keys), 25):
        batch = [{"DeleteRequest": key} for key in keys[start : start + 25]]
        data.dynamodb.batch_write_item(RequestItems={data.table: batch})


def done(command: Command, *arguments: str | Path) -> dict[str, Any]:
    ended = command(*map(str, arguments), "--json")
    assert ended.returncode == 0, ended.stderr
    return dict(json.loads(ended.stdout))


def used(tenant: Tenant) -> None:
    order = tenant.call("POST", "/items/orders", {"n": 1, "text": 'é"\\\n\u2028'}).headers["location"]
    assert tenant.call("PUT", f"/items/{order}", {"n": 2.50}, headers={"If-Match": "*"}).is_success
    sent = [
        tenant.call("POST", "/contact", {"email": "a@b.example", "message": "Grüße"}, token=None).json()["id"]
        for _ in range(2)
    ]
    assert tenant.call("PATCH", f"/tools/contacts/{sent[0]}", {"state": "open", "note": "x"}).is_success


def listed(tenant: Tenant, path: str, limit: int = 100) -> Iterator[str]:
    """Each page as it is sent but for its cursor, which each tenant seals with a key of its own."""
    cursor = ""
    while cursor is not None:
        answer = tenant.call("GET", f"{path}?limit={limit}{cursor}")
        assert answer.status_code == 200, answer.text
        sealed = answer.json().get("next_cursor", "")
        yield answer.text.replace(sealed, "")
        cursor = f"&cursor={sealed}" if sealed else None  # type: ignore[assignment]


def shown(tenant: Tenant) -> list[str]:
    paths = ["/items/orders", "/items/bulk", "/tools/contacts"]
    summary = tenant.call("GET", "/tools/summary").text
    return [summary, *(page for path in paths for page in listed(tenant, path))]


def test_what_was_exported_and_lost_comes_back_byte_for_byte_to_any_tenant(
    command: Command, platform: Platform, data: dict[str, TenantData], tmp_path: Path
) -> None:
    """Pooled, silo and under a slug that goes on where the exported one ends."""
    acme = platform.tenants["acme"]
    used(acme)
    seed = [message(number, state=STATES[number % 3]) for number in range(120)]
    seed += [item(number, "bulk", f'{{"n":{number}}}', version=3) for number in range(SOME)]
    done(command, "import", "acme", "--from", written(tmp_path / "seed", seed))
    before, file = shown(acme), tmp_path / "acme"
    exported = done(command, "export", "acme", "--to", file)
    assert (exported["records"], exported["resumed"]) == (SOME + 123, 0)
    emptied(data["acme"])
    assert shown(acme) != before
    for slug in ("acme", "acme-eu", "globex"):
        assert done(command, "import", slug, "--from", file)["written"] == SOME + 123
        assert shown(platform.tenants[slug]) == before
    done(command, "export", "globex", "--to", tmp_path / "globex")
    records = [path.read_bytes().splitlines()[1:-1] for path in (file, tmp_path / "globex")]
    kept = [[line for line in lines if b'"checkpoint"' not in line] for lines in records]
    assert kept[0] == kept[1]


def test_tenants_that_were_removed_and_erased_come_back_byte_for_byte(
    command: Command, data: dict[str, TenantData], tmp_path: Path
) -> None:
    pooled_and_silo = ("acme-eu", "globex")
    before = {}
    assert set(pooled_and_silo) < set(data)
    with running(command) as platform:
        for slug in pooled_and_silo:
            used(platform.tenants[slug])
            before[slug] = shown(platform.tenants[slug])
            done(command, "export", slug, "--to", tmp_path / slug)
    for slug in pooled_and_silo:
        (command.tenants / "demo" / f"{slug}.yaml").unlink()
    done(command, "update")
    with running(command) as platform:
        assert set(platform.tenants) == {"acme"}
        services = ("dynamodb", "secretsmanager", "lambda", "logs", "sqs", "sts", "kms")
        clients = Clients(*map(platform.root.client, (*services, "resourcegroupstaggingapi")))
        erased = [erase(platform.names, slug, clients, lambda *_: None) for slug in pooled_and_silo]
    assert [each.left for each in erased] == [0, 0]
    assert erased[0].stores[0].deleted > 0
    assert erased[1].stores[1].named == (platform.names.tenant("globex"),)
    for slug in pooled_and_silo:
        (command.tenants / "demo" / f"{slug}.yaml").write_text(FILES[slug])
    done(command, "update")
    with running(command) as platform:
        for slug in pooled_and_silo:
            assert shown(platform.tenants[slug]) != before[slug]
            done(command, "import", slug, "--from", tmp_path / slug)
            assert shown(platform.tenants[slug]) == before[slug]


@contextmanager
def running(command: Command) -> Iterator[Platform]:
    """As its record says now: an update makes tenants' keys anew."""
    platform = Platform.found(command.home)
    with platform.http:
        yield platform


def test_killed_again_and_again_both_end_as_if_they_had_not_been(
    command: Command, data: dict[str, TenantData], tmp_path: Path
) -> None:
    """SIGKILL at several moments of each, and of the same call again."""
    seed = written(tmp_path / "seed", (item(number, "bulk") for number in range(BULK)))
    for records in (1, 700, 1_400):
        with command.started("import", "globex", "--from", str(seed)) as process:
            assert eventually(lambda least=records: sum(counts(data["globex"]).values()) >= least, 60)  # type: ignore[misc]
            process.send_signal(signal.SIGKILL)
    done(command, "import", "globex", "--from", seed)
    assert counts(data["globex"]) == {"bulk": BULK}
    assert len(list(data["globex"].pages(None))) == BULK // PAGE

    file = tmp_path / "globex"
    part = file.with_name("globex.part")
    for size in (1, 100_000, 300_000):
        with command.started("export", "globex", "--to", str(file)) as process:
            eventually(lambda least=size: file.exists() or _size(part) >= least, 60)  # type: ignore[misc]
            process.send_signal(signal.SIGKILL)
    if not file.exists():
        done(command, "export", "globex", "--to", file)
    assert not part.exists()
    assert [line for line in file.read_bytes().splitlines() if b'"kind":"item"' in line] == [
        line for line in seed.read_bytes().splitlines() if b'"kind":"item"' in line
    ]


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["export", "nobody", "--to", "x"], "no tenant nobody"),
        (["export", "acme#", "--to", "x"], "cannot be a slug"),
        (["export", "acme", "--to", "x", "--region", "eu-west-1"], "give --stack too"),
        (["import", "acme", "--from", "x", "--stack", "demo", "--port", "1"], "give one of them"),
        (["import", "acme", "--from", "/nowhere"], "is not a file"),
    ],
    ids=str,
)
def test_wrong_input_is_told(command: Command, platform: Platform, arguments: list[str], told: str) -> None:
    assert platform.local.alive
    ended = command(*arguments)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert told in ended.stderr.replace("\n", " ")
