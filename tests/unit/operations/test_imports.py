"""After an import, however it went, each record is there once, counted once, and nothing else was touched."""

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from agreed.declarations import Field, Record
from tenantry.errors import Failed, WrongInput
from tenantry.operations.backup import imports
from tenantry.operations.backup.exports import export
from tenantry.operations.backup.imports import WRITES, Imported, import_
from tenantry.operations.backup.kinds import ExportedKind, exported
from tenantry.operations.backup.records import StoredRecord
from tenantry.operations.backup.tenant_data import TenantData
from tenantry.rules.naming import Names
from tests.support.backups import by_key, counts, created, item, lines, message, stored, ulid, written

RECORDS = [
    *(message(number, state=("new", "open", "done")[number % 3], note="x") for number in range(6)),
    *(item(number, f"c{number:02}") for number in range(8)),
    *(item(number, "orders", f'{{"n":{number}}}', version=number + 1) for number in range(12)),
]
THERE = 8, 21, 26  # of them, after each transaction of 20 writes: with entries and counts, all are used
COUNTS = {f"c{number:02}": 1 for number in range(8)} | {"orders": 12, "new": 2, "open": 2, "done": 2}


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, str], TenantData]]:
    """A tenant's data, in tables of a stack of its own, some ten records at once."""
    monkeypatch.setattr("time.sleep", lambda _: None)
    monkeypatch.setattr(imports, "WRITES", 20)
    names = Names(f"i{secrets.token_hex(4)}")
    with mock_aws():
        dynamodb = boto3.client("dynamodb", region_name="eu-west-1")
        created(dynamodb, names.table)
        created(dynamodb, names.tenant("globex"))
        yield lambda slug, isolation: TenantData(slug, names, isolation, dynamodb)


@pytest.fixture
def acme(place: Callable[[str, str], TenantData]) -> TenantData:
    return place("acme", "pooled")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return written(tmp_path / "acme.jsonl", RECORDS)


def imported(data: TenantData, file: Path) -> Imported:
    return import_(data, file, lambda *_: None)


def expected(slug: str, records: list[StoredRecord] = RECORDS) -> list[dict[str, Any]]:
    """Every record, and an entry for each message in its state."""
    entries = [
        {"pk": {"S": f"{slug}#contact#message-state#{each.fields['state']}"}, "sk": {"S": each.id}}
        for each in records
        if each.kind.label == "contact/message"
    ]
    return by_key([*(each.stored(slug) for each in records), *entries])


@pytest.mark.parametrize(
    ("slug", "isolation"),
    [("acme", "pooled"), ("acme-eu", "pooled"), ("globex", "silo"), ("globex", "pooled")],
)
def test_records_go_to_any_tenant_with_its_own_keys_and_counts(
    place: Callable[[str, str], TenantData], file: Path, tmp_path: Path, slug: str, isolation: str
) -> None:
    data = place(slug, isolation)
    assert imported(data, file).written == len(RECORDS)
    assert (stored(data), counts(data)) == (expected(slug), COUNTS)
    table = data.dynamodb.scan(TableName=data.table)["Items"]
    assert {each["pk"]["S"].partition("#")[0] for each in table} == {slug}
    export(data, tmp_path / "again", lambda *_: None)
    same = [line for line in (tmp_path / "again").read_bytes().splitlines()[1:] if b"sha256" not in line]
    assert same == [line for line in file.read_bytes().splitlines()[1:] if b"sha256" not in line]


def test_a_second_import_changes_nothing(acme: TenantData, file: Path) -> None:
    imported(acme, file)
    again = imported(acme, file)
    assert (again.written, again.same, again.kept) == (0, len(RECORDS), 0)
    assert (stored(acme), counts(acme)) == (expected("acme"), COUNTS)


def test_a_record_that_is_there_in_another_version_stays(
    acme: TenantData, file: Path, tmp_path: Path
) -> None:
    newer = [message(2, state="done", note="newer"), item(5, "orders", '{"n":"newer"}', version=99)]
    imported(acme, written(tmp_path / "newer", newer))
    done = imported(acme, file)
    assert (done.written, done.same, done.kept) == (len(RECORDS) - 2, 0, 2)
    assert done.differing == ["/".join(part for part in each.position if part) for each in newer]
    assert all(each.stored("acme") in stored(acme) for each in newer)
    left = [each for each in RECORDS if each.position not in {other.position for other in newer}]
    assert stored(acme) == expected("acme", [*left, *newer])
    assert counts(acme) == COUNTS


class Killed(BaseException):
    """Nothing catches it, as nothing catches SIGKILL."""


@pytest.mark.parametrize("killed", [1, 2, 3])
@pytest.mark.parametrize("done", [True, False], ids=["after the write", "before the write"])
def test_an_import_that_was_killed_is_completed_by_another(
    acme: TenantData, file: Path, monkeypatch: pytest.MonkeyPatch, killed: int, done: bool
) -> None:
    """With its reply lost, a write that was done is met again by the second import."""
    call, left = acme.dynamodb._make_api_call, [killed]

    def kill(operation: str, asked: dict[str, Any]) -> Any:
        left[0] -= 1
        if left[0] == 0:
            if done:
                call(operation, asked)
            raise Killed
        return call(operation, asked)

    monkeypatch.setattr(acme.dynamodb, "_make_api_call", kill)
    with pytest.raises(Killed):
        imported(acme, file)
    monkeypatch.setattr(acme.dynamodb, "_make_api_call", call)
    there = [each for each in RECORDS if each.stored("acme") in stored(acme)]
    assert len(there) == (0, *THERE)[killed - 1 + done]
    assert stored(acme) == expected("acme", there)
    imported(acme, file)
    assert (stored(acme), counts(acme)) == (expected("acme"), COUNTS)


def cancelled(*codes: str) -> ClientError:
    told = {
        "Error": {"Code": "TransactionCanceledException"},
        "CancellationReasons": [{"Code": code} for code in codes],
    }
    return ClientError(told, "TransactWriteItems")


@pytest.mark.parametrize(
    "failure",
    [
        cancelled("None", "TransactionConflict"),
        cancelled("ThrottlingError", "None"),
        cancelled("ProvisionedThroughputExceeded"),
        ClientError({"Error": {"Code": "TransactionInProgressException"}}, "TransactWriteItems"),
        ClientError({"Error": {"Code": "ThrottlingException"}}, "TransactWriteItems"),
    ],
    ids=str,
)
def test_writers_in_the_way_are_waited_for_on_another_shard(
    acme: TenantData, file: Path, monkeypatch: pytest.MonkeyPatch, failure: ClientError
) -> None:
    call, failures = acme.dynamodb._make_api_call, [failure] * 5
    shards = iter([*range(1, 6), *[7] * 9])
    monkeypatch.setattr(imports.random, "randrange", lambda _: next(shards))
    used: list[str] = []

    def fail(operation: str, asked: dict[str, Any]) -> Any:
        used.append(asked["TransactItems"][-1]["Update"]["Key"]["pk"]["S"])
        if failures:
            raise failures.pop()
        return call(operation, asked)

    monkeypatch.setattr(acme.dynamodb, "_make_api_call", fail)
    assert imported(acme, file).written == len(RECORDS)
    assert [key[-1] for key in used] == ["1", "2", "3", "4", "5", "7", "7", "7"]
    monkeypatch.undo()
    assert (stored(acme), counts(acme)) == (expected("acme"), COUNTS)


@pytest.mark.parametrize(
    "failure",
    [
        cancelled("ValidationError", "None"),
        cancelled(),
        ClientError({"Error": {"Code": "AccessDeniedException"}}, "TransactWriteItems"),
    ],
    ids=str,
)
def test_another_refusal_ends_an_import_at_once(
    acme: TenantData, file: Path, monkeypatch: pytest.MonkeyPatch, failure: ClientError
) -> None:
    calls: list[str] = []

    def fail(operation: str, _: dict[str, Any]) -> Any:
        calls.append(operation)
        raise failure

    monkeypatch.setattr(acme.dynamodb, "_make_api_call", fail)
    with pytest.raises(Failed, match=str(failure.response["Error"]["Code"])):
        imported(acme, file)
    assert calls == ["TransactWriteItems"]


def test_a_transaction_never_exceeds_what_dynamodb_takes(
    acme: TenantData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """100 writes, 4 MB: with a collection for each item, messages in every state, the largest records, and
    a kind of which each record has an entry and a count of its own.
    """
    quote = Record("quote", (Field("owner"), Field("state")), counted_by="owner", listed_by="state")
    known = {**exported(), "quotes/quote": ExportedKind("quotes", quote)}
    monkeypatch.setattr("tenantry.operations.backup.records.exported", lambda: known)
    monkeypatch.setattr(imports, "WRITES", WRITES)
    wide = '{"x":"' + "x" * 390_000 + '"}'
    records = [message(number, state=("new", "open", "done")[number % 3]) for number in range(200)]
    records += [item(number, f"c{number:03}") for number in range(200)]
    records += [item(number, "wide", wide) for number in range(12)]
    quotes = ({"kind": "quotes/quote", "id": ulid(number), "state": "open"} for number in range(100))
    records += [StoredRecord.read({**each, "owner": f"o{number}"}) for number, each in enumerate(quotes)]
    sizes: list[tuple[int, int]] = []

    def note(_: str, asked: dict[str, Any]) -> Any:
        puts = [each["Put"]["Item"] for each in asked["TransactItems"] if "Put" in each]
        sizes.append((len(asked["TransactItems"]), sum(len(str(each)) for each in puts)))
        return {}

    monkeypatch.setattr(acme.dynamodb, "_make_api_call", note)
    assert imported(acme, written(tmp_path / "wide", records)).written == 512
    assert max(writes for writes, _ in sizes) == WRITES
    assert max(size for _, size in sizes) < 4_000_000


CHANGES: dict[str, Callable[[bytes], bytes]] = {
    "header": lambda whole: whole.replace(b'"version":2,', b'"version":3,'),
    "record": lambda whole: whole.replace(rb'"n\":3', rb'"n\":4'),
    "all of it": lambda _: b"".join(lines(RECORDS[1:])),
}


@pytest.mark.parametrize("changed", CHANGES.values(), ids=CHANGES)
def test_a_file_that_changes_between_check_and_write_is_told(
    acme: TenantData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changed: Callable[[bytes], bytes]
) -> None:
    """It is too long to be kept in a buffer."""
    file = written(tmp_path / "long", [*RECORDS[:6], message(10, note="x" * 50_000), *RECORDS[6:]])

    class Changing(imports.Reader):
        def records(self) -> Iterator[StoredRecord]:
            yield from super().records()
            file.write_bytes(changed(file.read_bytes()))

    monkeypatch.setattr(imports, "Reader", Changing)
    with pytest.raises(Failed, match="was changed while it was read"):
        imported(acme, file)


def test_a_file_that_cannot_be_read_is_told(acme: TenantData, tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none"):
        with pytest.raises(WrongInput, match="is not a file"):
            imported(acme, path)


def test_progress_ends_at_the_size_of_the_records(acme: TenantData, file: Path) -> None:
    told: list[tuple[str, int, int]] = []
    import_(acme, file, lambda *progress: told.append(progress))
    assert {doing for doing, _, _ in told} == {"checking", "writing"}
    assert all(0 < done <= size == file.stat().st_size for _, done, size in told)
