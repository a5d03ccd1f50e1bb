"""One writer at a time changes a small file, in a folder and in a bucket alike."""

import os
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import boto3
import pytest
from botocore.stub import Stubber
from moto import mock_aws

from tenantry.operations.stores import Bucket, Folder, Store, store

WRITERS = 8
CREDENTIALS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
OWN = "https://objects.example.com"  # speaks S3


@pytest.fixture(params=["folder", "bucket"])
def kept(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    if request.param == "folder":
        yield Folder(tmp_path / "state")
        return
    for name in CREDENTIALS:
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        bucket = f"state-{uuid4()}"  # the session may hold a mock, which then keeps what this one makes
        client.create_bucket(Bucket=bucket)
        yield Bucket(lambda: client, bucket, "below/")


def test_what_was_seen_is_replaced_and_anything_else_is_not(kept: Store) -> None:
    assert kept.read("a/lock") == b""
    assert kept.swap("a/lock", b"", b"mine")
    assert not kept.swap("a/lock", b"", b"theirs")
    assert not kept.swap("a/lock", b"other", b"theirs")
    assert kept.swap("a/lock", b"mine", b"")
    assert kept.swap("a/lock", b"", b"theirs")
    assert kept.read("a/lock") == b"theirs"


def test_what_is_added_once_is_never_written_again(kept: Store) -> None:
    assert kept.add("a/1", b"mine")
    assert not kept.add("a/1", b"theirs")
    assert kept.read_all(["a/1", "a/2"]) == {"a/1": b"mine"}
    assert kept.names("a") == ["a/1"]


def test_files_are_listed_in_order(kept: Store) -> None:
    for name in ("a/2", "a/1", "b/3"):
        assert kept.swap(name, b"", b"x")
    assert kept.names("a") == ["a/1", "a/2"]
    assert kept.names("c") == []


def test_files_of_several_folders_are_listed_by_how_the_folders_names_begin(kept: Store) -> None:
    for name in ("demo.globex/1", "demo.acme/1", "demo.acme/2", "demo/1", "demo2/1"):
        assert kept.swap(name, b"", b"x")
    assert kept.names_within("demo.") == ["demo.acme/1", "demo.acme/2", "demo.globex/1"]
    assert kept.names_within("demo/") == ["demo/1"]
    assert kept.names_within("other.") == []


def test_a_files_age_is_measured_by_the_clock_of_the_folder(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.swap("lock", b"", b"mine")
    written = (tmp_path / "lock").stat().st_mtime
    os.utime(tmp_path / "lock", (written, written - 200))
    assert 200 <= folder.age("lock") < 260


def test_a_files_age_is_measured_by_the_clock_of_the_bucket() -> None:
    client = boto3.client("s3", "eu-central-1", aws_access_key_id="a", aws_secret_access_key="b")
    answer = {
        "LastModified": datetime(2026, 11, 28, 11, 59, tzinfo=UTC),
        "ResponseMetadata": {"HTTPHeaders": {"date": "Sat, 28 Nov 2026 12:02:20 GMT"}},
    }
    with Stubber(client) as stub:
        stub.add_response("head_object", answer, {"Bucket": "state", "Key": "below/lock"})
        assert Bucket(lambda: client, "state", "below/").age("lock") == 200


def test_of_many_writers_one_is_first(tmp_path: Path) -> None:
    folder, won = Folder(tmp_path), []
    start = threading.Barrier(WRITERS)

    def write(number: int) -> None:
        start.wait()
        if folder.swap("lock", b"", str(number).encode()):
            won.append(str(number).encode())

    writers = [threading.Thread(target=write, args=(number,)) for number in range(WRITERS)]
    for each in writers:
        each.start()
    for each in writers:
        each.join()
    assert won == [folder.read("lock")]


def test_a_backends_address_is_read_as_the_engine_reads_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", os.fspath(tmp_path))
    assert store("file:///var/state", tmp_path) == Folder(Path("/var/state"))
    assert store("file://~/state", tmp_path) == Folder(tmp_path / "state")
    assert store("file://./state", tmp_path) == Folder(tmp_path / "state")
    bucket = store("s3://state/below?region=eu-central-1", tmp_path)
    assert isinstance(bucket, Bucket)
    assert (str(bucket), bucket.client.meta.region_name) == ("s3://state/below/", "eu-central-1")
    assert str(store("s3://state", tmp_path, "deeper")) == "s3://state/deeper/"
    assert store("https://api.pulumi.com", tmp_path) is None


@pytest.mark.parametrize("manner", ["use_path_style=true", "s3ForcePathStyle=true"])
def test_a_server_of_ones_own_is_asked_with_the_bucket_in_the_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, manner: str
) -> None:
    for name in CREDENTIALS:
        monkeypatch.setenv(name, "testing")
    own = store(f"s3://state?region=eu-central-1&endpoint={OWN}&{manner}", tmp_path)
    assert isinstance(own, Bucket)
    asked = own.client.generate_presigned_url("head_bucket", {"Bucket": own.bucket})
    assert asked.startswith(f"{OWN}/state?")
