"""An export holds all of one tenant's records and nobody else's, once each, however often it was cut off."""

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from tenantry.errors import Failed, WrongInput
from tenantry.operations.backup import tenant_data
from tenantry.operations.backup.archives import Reader
from tenantry.operations.backup.exports import Exported, export
from tenantry.operations.backup.imports import import_
from tenantry.operations.backup.records import StoredRecord
from tenantry.operations.backup.tenant_data import TenantData
from tenantry.rules.naming import Names
from tests.support.backups import created, item, message, stored, ulid, written

RECORDS = [
    *(message(number, state="done") for number in range(4)),
    *(item(number, "drafts") for number in range(3)),
    *(item(number, "orders") for number in range(9)),
]
FOREIGN = [item(number, "orders", '{"foreign":1}') for number in range(3)]


@pytest.fixture
def names() -> Names:
    """A stack of its own: other tests of this process may keep tables of theirs in the same moto."""
    return Names(f"e{secrets.token_hex(4)}")


@pytest.fixture
def data(names: Names, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[TenantData]:
    """Pages of four records; acme-eu, whose slug goes on where acme's ends, has records too."""
    monkeypatch.setattr(tenant_data, "PAGE", 4)
    monkeypatch.setattr("time.sleep", lambda _: None)
    with mock_aws():
        dynamodb = boto3.client("dynamodb", region_name="eu-west-1")
        created(dynamodb, names.table)
        for slug, records in (("acme", RECORDS), ("acme-eu", FOREIGN)):
            place = TenantData(slug, names, "pooled", dynamodb)
            import_(place, written(tmp_path / "seed", records), lambda *_: None)
        yield TenantData("acme", names, "pooled", dynamodb)


def exported(data: TenantData, file: Path) -> Exported:
    return export(data, file, lambda *_: None)


def read(file: Path) -> list[StoredRecord]:
    with file.open("rb") as stream:
        return list(Reader(stream, file.name).records())


def watched(data: TenantData, monkeypatch: pytest.MonkeyPatch, answer: Callable[..., Any]) -> None:
    """`answer` stands before every call of the client."""
    call = data.dynamodb._make_api_call
    monkeypatch.setattr(data.dynamodb, "_make_api_call", lambda *asked: answer(*asked) or call(*asked))


def test_all_records_of_the_tenant_are_exported_and_none_of_a_longer_slug(
    data: TenantData, tmp_path: Path
) -> None:
    done = exported(data, tmp_path / "acme")
    assert read(tmp_path / "acme") == RECORDS
    assert (done.records, done.resumed, done.bytes) == (16, 0, (tmp_path / "acme").stat().st_size)
    assert [path.name for path in tmp_path.glob("acme*")] == ["acme"]


def test_nothing_but_the_tenants_own_keys_is_asked_for(
    data: TenantData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def only_own(operation: str, asked: dict[str, Any]) -> None:
        assert operation == "Query"
        assert asked["ExpressionAttributeValues"][":partition"]["S"].startswith("acme#")
        assert asked["ConsistentRead"] is True
        assert asked["Limit"] == 4

    watched(data, monkeypatch, only_own)
    exported(data, tmp_path / "acme")


def test_a_tenant_without_records_has_a_file_that_says_so(
    names: Names, data: TenantData, tmp_path: Path
) -> None:
    nobody = TenantData("nobody", names, "pooled", data.dynamodb)
    assert exported(nobody, tmp_path / "nobody").records == 0
    assert read(tmp_path / "nobody") == []


def test_a_collection_that_was_emptied_is_no_error(data: TenantData, tmp_path: Path) -> None:
    for number in range(3):
        key = item(number, "drafts").stored("acme")
        data.dynamodb.delete_item(TableName=data.table, Key={"pk": key["pk"], "sk": key["sk"]})
    exported(data, tmp_path / "acme")
    assert read(tmp_path / "acme") == [each for each in RECORDS if each.subset != "drafts"]


def test_the_file_can_be_read_by_its_owner_alone(data: TenantData, tmp_path: Path) -> None:
    exported(data, tmp_path / "acme")
    assert (tmp_path / "acme").stat().st_mode & 0o777 == 0o600


def test_an_export_that_was_cut_off_at_any_byte_ends_as_the_same_file(
    data: TenantData, tmp_path: Path
) -> None:
    exported(data, tmp_path / "whole")
    whole = (tmp_path / "whole").read_bytes()
    first_page = whole.index(b'"checkpoint"')
    for cut in range(0, len(whole), 401):
        file = tmp_path / f"acme{cut}"
        file.with_name(f"{file.name}.part").write_bytes(whole[:cut])
        done = exported(data, file)
        assert read(file) == RECORDS
        if done.resumed:
            assert file.read_bytes() == whole
        assert (done.resumed > 0) == (cut > first_page + 100)


def test_what_is_damaged_in_an_unfinished_file_is_read_again(data: TenantData, tmp_path: Path) -> None:
    exported(data, tmp_path / "whole")
    whole = (tmp_path / "whole").read_bytes()
    last = whole.rindex(b'"checkpoint"')
    changed = whole.replace(b'"version":1,"data"', b'"version":2,"data"')
    assert changed != whole
    (tmp_path / "acme.part").write_bytes(changed[: last + 120])
    done = exported(data, tmp_path / "acme")
    assert 0 < done.resumed < len(RECORDS)
    assert (tmp_path / "acme").read_bytes() == whole


def test_records_that_were_there_are_not_read_twice(
    data: TenantData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A failure after the third page; then only what follows it is asked for."""
    asked: list[str] = []

    def fail(_: str, query: dict[str, Any]) -> None:
        partition = query["ExpressionAttributeValues"][":partition"]["S"]
        if "#count#" in partition:
            return
        asked.append(partition)
        if len(asked) == 4:
            raise ClientError({"Error": {"Code": "AccessDeniedException"}}, "Query")

    watched(data, monkeypatch, fail)
    with pytest.raises(Failed, match="AccessDeniedException"):
        exported(data, tmp_path / "acme")
    assert not (tmp_path / "acme").exists()
    assert exported(data, tmp_path / "acme").resumed == 11
    assert "acme#contact#message" not in asked[4:]
    assert read(tmp_path / "acme") == RECORDS


def test_a_throttle_is_waited_for(data: TenantData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failures = ["ThrottlingException", "ProvisionedThroughputExceededException", "InternalServerError"] * 3

    def throttle(*_: Any) -> None:
        if failures:
            raise ClientError({"Error": {"Code": failures.pop()}}, "Query")

    watched(data, monkeypatch, throttle)
    assert exported(data, tmp_path / "acme").records == 16


def test_a_throttle_without_end_is_told(
    data: TenantData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def throttle(*_: Any) -> None:
        raise ClientError({"Error": {"Code": "ThrottlingException"}}, "Query")

    watched(data, monkeypatch, throttle)
    with pytest.raises(Failed, match=r"eu-west-1: ThrottlingException.*try again"):
        exported(data, tmp_path / "acme")
    assert list(tmp_path.glob("acme*")) == []


def test_a_file_that_is_there_is_left_alone(data: TenantData, tmp_path: Path) -> None:
    (tmp_path / "acme").write_text("mine")
    with pytest.raises(WrongInput, match="exists already"):
        exported(data, tmp_path / "acme")
    assert (tmp_path / "acme").read_text() == "mine"


@pytest.mark.parametrize("mine", ["mine", '{"format":"mine"}\n'])
def test_a_part_that_no_export_wrote_is_left_alone(data: TenantData, tmp_path: Path, mine: str) -> None:
    (tmp_path / "acme.part").write_text(mine)
    with pytest.raises(WrongInput, match="not an unfinished export"):
        exported(data, tmp_path / "acme")
    assert (tmp_path / "acme.part").read_text() == mine


def test_the_part_of_another_tenant_is_not_gone_on_with(
    names: Names, data: TenantData, tmp_path: Path
) -> None:
    exported(data, tmp_path / "acme")
    (tmp_path / "acme").rename(tmp_path / "other.part")
    before = (tmp_path / "other.part").read_bytes()
    with pytest.raises(WrongInput, match=r"is of acme in table .*, not of acme-eu"):
        exported(TenantData("acme-eu", names, "pooled", data.dynamodb), tmp_path / "other")
    assert (tmp_path / "other.part").read_bytes() == before


def test_a_part_that_is_a_link_is_not_followed(data: TenantData, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes(b"")
    (tmp_path / "acme.part").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(WrongInput, match="a symbolic link; remove it"):
        exported(data, tmp_path / "acme")
    assert (tmp_path / "elsewhere").read_bytes() == b""


def test_a_part_with_another_name_beside_it_is_not_written(data: TenantData, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes(b"")
    (tmp_path / "acme.part").hardlink_to(tmp_path / "elsewhere")
    with pytest.raises(WrongInput, match="not a file of its own"):
        exported(data, tmp_path / "acme")
    assert (tmp_path / "elsewhere").read_bytes() == b""


def test_a_part_of_another_user_is_not_written(
    data: TenantData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "acme.part").write_bytes(b"")
    monkeypatch.setattr("os.geteuid", lambda: (tmp_path / "acme.part").stat().st_uid + 1)
    with pytest.raises(WrongInput, match="another user's file"):
        exported(data, tmp_path / "acme")
    assert (tmp_path / "acme.part").read_bytes() == b""


def test_a_part_that_others_could_read_is_closed_to_them(data: TenantData, tmp_path: Path) -> None:
    (tmp_path / "acme.part").write_bytes(b"")
    (tmp_path / "acme.part").chmod(0o666)
    exported(data, tmp_path / "acme")
    assert (tmp_path / "acme").stat().st_mode & 0o777 == 0o600


def test_a_link_at_the_file_is_left_alone_though_it_leads_nowhere(data: TenantData, tmp_path: Path) -> None:
    (tmp_path / "acme").symlink_to(tmp_path / "nowhere")
    with pytest.raises(WrongInput, match="exists already"):
        exported(data, tmp_path / "acme")
    assert (tmp_path / "acme").is_symlink()


def test_two_exports_do_not_write_one_file(data: TenantData, tmp_path: Path) -> None:
    def second(*_: int) -> None:
        with pytest.raises(Failed, match="another export is writing"):
            exported(data, tmp_path / "acme")

    export(data, tmp_path / "acme", second)
    assert read(tmp_path / "acme") == RECORDS


def test_a_folder_that_is_not_there_is_told(data: TenantData, tmp_path: Path) -> None:
    with pytest.raises(Failed, match=r"none/acme\.part: No such file"):
        exported(data, tmp_path / "none" / "acme")


def test_what_the_api_does_not_write_stops_an_export(data: TenantData, tmp_path: Path) -> None:
    odd = item(20).stored("acme") | {"more": {"S": "x"}}
    data.dynamodb.put_item(TableName=data.table, Item=odd)
    with pytest.raises(
        Failed, match=f"orders {ulid(20)}: a record with attributes that its declaration does not name"
    ):
        exported(data, tmp_path / "acme")


def test_progress_counts_records_towards_what_the_counters_tell(data: TenantData, tmp_path: Path) -> None:
    told: list[tuple[int, int, int]] = []
    export(data, tmp_path / "acme", lambda *progress: told.append(progress))
    assert [records for records, _, _ in told] == [4, 7, 11, 15, 16]
    assert {expected for _, _, expected in told} == {16}
    assert stored(data)
