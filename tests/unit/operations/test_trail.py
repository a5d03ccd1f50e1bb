"""The record of changes: nothing in it can be altered unseen, and nothing is done that it cannot hold."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import Any

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto import mock_aws

from tenantry.errors import Failed, WrongInput
from tenantry.operations.stores import Bucket, Folder, Store
from tenantry.operations.trail import kept, lines
from tenantry.operations.trail.engine_history import JOIN, EngineHistory
from tenantry.operations.trail.heads import Head, Heads
from tenantry.operations.trail.trail import Trail, Unrecorded
from tenantry.rules import operator_policies
from tenantry.rules.arns import Arns
from tests.support.command import ROOT

BUCKET = "audited"


def trail_on(store: Store, seen: Path, history: EngineHistory | None = None) -> Trail:
    by = {"name": "ada", "run": None, "arn": None}
    return Trail(
        store, Heads(seen, str(store)), lambda: by, lambda: {"head": "c0ffee", "dirty": False}, history
    )


@pytest.fixture
def trail(tmp_path: Path) -> Trail:
    return trail_on(Folder(tmp_path / "lines"), tmp_path / "seen")


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-3")
    with mock_aws():
        client = boto3.client("s3", region_name="eu-west-3")
        client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-3"})
        yield client
        # The session may hold a mock, which then keeps what this one makes.
        kept = client.list_object_versions(Bucket=BUCKET)
        for each in (*kept.get("Versions", ()), *kept.get("DeleteMarkers", ())):
            client.delete_object(Bucket=BUCKET, Key=each["Key"], VersionId=each["VersionId"])
        client.delete_bucket(Bucket=BUCKET)


def filled(trail: Trail, acts: int = 3) -> list[Path]:
    """The lines' files, after so many acts of acme's."""
    for number in range(acts):
        with trail.act("redrive", "acme", queues=["delivery"]) as act:
            act.outcome["moved"] = number
    assert isinstance(trail.store, Folder)
    return sorted(trail.store.root.iterdir())


def elsewhere(trail: Trail, tmp_path: Path) -> Trail:
    """The same record, as a machine that has never seen it reads it."""
    return trail_on(trail.store, tmp_path / "nothing-seen", trail.history)


def test_an_act_is_a_line_before_it_and_a_line_after_it(trail: Trail) -> None:
    with trail.act("export", "acme", file="a.jsonl") as act:
        assert [each.step for each in trail.lines("acme")] == ["begun"]
        act.outcome["records"] = 7
    begun, done = trail.lines("acme")
    assert (begun.action, begun.tenant, begun.by["name"]) == ("export", "acme", "ada")
    assert (begun.commit, begun.details) == ({"head": "c0ffee", "dirty": False}, {"file": "a.jsonl"})
    assert (done.step, done.act, done.details) == ("done", begun.act, {"records": 7})
    assert trail.faults() == (Head.of(done), [])


def test_a_failure_is_recorded_by_its_kind_and_not_by_its_words(trail: Trail) -> None:
    with pytest.raises(Failed, match="needle"), trail.act("secrets set", "acme"):
        raise Failed("needle, which may be a value")
    *_, failed = trail.lines("acme")
    assert (failed.step, failed.details) == ("failed", {"error": "Failed"})
    assert all(b"needle" not in content for content in trail.contents().values())


def test_a_tenants_lines_are_its_own_and_those_of_all(trail: Trail) -> None:
    for tenant in ("acme", "acme-eu", None):
        trail.begin("deploy", tenant)
    assert [each.tenant for each in trail.lines("acme")] == ["acme", None]


@pytest.fixture(scope="module")
def contents(tmp_path_factory: pytest.TempPathFactory) -> dict[int, bytes]:
    home = tmp_path_factory.mktemp("whole")
    trail = trail_on(Folder(home / "lines"), home / "seen")
    filled(trail)
    return trail.contents()


@given(data=st.data())
def test_any_byte_of_any_line_that_is_altered_is_found(contents: dict[int, bytes], data: Any) -> None:
    number = data.draw(st.sampled_from(sorted(contents)))
    altered = bytearray(contents[number])
    at = data.draw(st.integers(0, len(altered) - 1))
    altered[at] = data.draw(st.integers(0, 255).filter(lambda byte: byte != altered[at]))
    found = list(lines.faults({**contents, number: bytes(altered)}))
    assert f"line {number} is not as it was written" in found


def test_a_line_with_a_byte_more_or_less_is_found(trail: Trail, tmp_path: Path) -> None:
    files = filled(trail)
    files[0].write_bytes(files[0].read_bytes() + b"\n")
    files[5].write_bytes(files[5].read_bytes()[:-1])
    assert elsewhere(trail, tmp_path).faults()[1] == [
        "line 1 is not as it was written",
        "line 6 is not as it was written",
    ]


def test_a_line_that_was_taken_out_of_the_middle_or_the_beginning_is_found(
    trail: Trail, tmp_path: Path
) -> None:
    files = filled(trail)
    files[0].unlink()
    files[3].unlink()
    assert elsewhere(trail, tmp_path).faults()[1] == ["line 1 is missing", "line 4 is missing"]


def test_lines_that_changed_places_are_found(trail: Trail, tmp_path: Path) -> None:
    files = filled(trail)
    third, fourth = files[2].read_bytes(), files[3].read_bytes()
    files[2].write_bytes(fourth)
    files[3].write_bytes(third)
    assert elsewhere(trail, tmp_path).faults()[1][:2] == [
        "line 3 is not as it was written",
        "line 4 is not as it was written",
    ]


def test_a_line_that_was_written_anew_with_its_digest_does_not_fit_the_next(
    trail: Trail, tmp_path: Path
) -> None:
    files = filled(trail)
    forged = trail_on(Folder(tmp_path / "forged"), tmp_path / "forger")
    for _ in range(3):
        forged.begin("nothing", "globex")
    files[2].write_bytes((tmp_path / "forged" / files[2].name).read_bytes())
    assert elsewhere(trail, tmp_path).faults()[1] == [
        "line 3 does not follow the line before it",
        "line 4 does not follow the line before it",
    ]


def test_a_file_that_is_no_line_is_found(trail: Trail) -> None:
    files = filled(trail)
    files[0].with_name("000000000009.json.bak").write_bytes(b"")
    assert trail.faults()[1] == ["000000000009.json.bak is not a line"]


def test_an_end_that_was_cut_off_is_found_where_it_was_seen_and_stops_what_would_be_recorded(
    trail: Trail, tmp_path: Path
) -> None:
    files = filled(trail)
    seen, _ = trail.faults()
    assert seen is not None
    for file in files[-2:]:
        file.unlink()
    cut = "lines are cut off: line 6 was seen before, and is missing now"
    assert trail.faults()[1] == [cut]
    other = elsewhere(trail, tmp_path)
    assert other.faults()[1] == []  # nothing there says so
    assert other.faults([seen])[1] == [cut]  # CI's log does
    with pytest.raises(Unrecorded, match="does not hold line 6"), trail.act("redrive", "acme"):
        pytest.fail("it was done")


def test_a_record_that_was_written_anew_as_a_whole_is_found_where_it_was_seen(trail: Trail) -> None:
    files = filled(trail)
    for file in files:
        file.unlink()
    assert isinstance(trail.store, Folder)
    filled(trail_on(trail.store, trail.store.root.parent / "forger"), acts=4)
    assert trail.faults()[1] == ["line 6 is not the one that was seen"]


def test_what_cannot_be_recorded_is_not_done(tmp_path: Path) -> None:
    (tmp_path / "lines").write_text("a file, where the folder should be")
    trail = trail_on(Folder(tmp_path / "lines"), tmp_path / "seen")
    with pytest.raises(Unrecorded, match="erase was not started"), trail.act("erase", "acme"):
        pytest.fail("it was done")


def test_what_was_done_and_could_not_be_recorded_is_told(trail: Trail) -> None:
    assert isinstance(trail.store, Folder)
    with pytest.raises(Unrecorded, match="redrive was done, but its end"), trail.act("redrive", "acme"):
        (trail.store.root / "000000000001.json").unlink()


def test_an_act_whose_process_was_killed_shows_no_end(trail: Trail) -> None:
    code = (
        "import sys, time; from pathlib import Path\n"
        "from tests.unit.operations.test_trail import Folder, trail_on\n"
        "trail = trail_on(Folder(Path(sys.argv[1])), Path(sys.argv[2]))\n"
        "with trail.act('import', 'acme'):\n"
        "    print('begun', flush=True); time.sleep(60)\n"
    )
    assert isinstance(trail.store, Folder)
    where = (str(trail.store.root), str(trail.heads.folder))
    path = os.pathsep.join([str(ROOT), str(ROOT / "platform"), str(ROOT / "functions")])
    with subprocess.Popen(
        [sys.executable, "-c", code, *where],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": path},
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"begun\n"
        process.send_signal(signal.SIGKILL)
    with trail.act("import", "acme"):
        pass
    assert [each.step for each in trail.lines("acme")] == ["begun", "begun", "done"]
    assert trail.faults()[1] == []


def written_at_once(make: Callable[[int], Trail], writers: int = 4, acts: int = 5) -> None:
    def write(number: int) -> None:
        trail = make(number)
        for _ in range(acts):
            with trail.act("redrive", f"tenant-{number}"):
                pass

    with ThreadPoolExecutor(writers) as threads:
        list(threads.map(write, range(writers)))
    whole = make(0)
    newest, faults = whole.faults()
    assert newest is not None
    assert (newest.number, faults) == (writers * acts * 2, [])
    for number in range(writers):
        assert len(whole.lines(f"tenant-{number}")) == acts * 2


def test_writers_at_once_never_fork_the_chain_of_a_folder(tmp_path: Path) -> None:
    written_at_once(lambda _: trail_on(Folder(tmp_path / "lines"), tmp_path / "seen"))


def test_writers_at_once_from_several_machines_never_fork_the_chain_of_a_bucket(
    tmp_path: Path, client: Any
) -> None:
    put, one_at_a_time = client.put_object, Lock()

    def put_object(**arguments: Any) -> Any:
        """Moto looks whether the name is taken, and then writes; S3 does both in one step."""
        with one_at_a_time:
            return put(**arguments)

    client.put_object = put_object
    store = Bucket(lambda: client, BUCKET, "audit/demo/")
    written_at_once(lambda number: trail_on(store, tmp_path / f"machine-{number}"), acts=3)


def test_a_bucket_with_versions_shows_what_was_deleted_and_written_again(tmp_path: Path, client: Any) -> None:
    client.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    store = Bucket(lambda: client, BUCKET, "audit/demo/")
    trail = trail_on(store, tmp_path / "seen")
    for _ in range(3):
        trail.begin("deploy", None)
    assert trail.faults()[1] == []
    key = "audit/demo/{:012}.json".format
    client.delete_object(Bucket=BUCKET, Key=key(3))
    client.put_object(Bucket=BUCKET, Key=key(2), Body=store.read("000000000002.json"))
    assert elsewhere(trail, tmp_path).faults()[1] == [
        f"s3://{BUCKET}/{key(2)} was written again",
        f"s3://{BUCKET}/{key(3)} was deleted",
    ]


def test_the_policy_of_the_record_allows_each_call_and_no_line_to_be_written_again(
    tmp_path: Path, client: Any
) -> None:
    calls: list[tuple[str, dict[str, Any]]] = []
    client.meta.events.register(
        "provide-client-params.s3", lambda params, model, **_: calls.append((model.name, params))
    )
    prefix = "audit/demo/"
    trail = trail_on(Bucket(lambda: client, BUCKET, prefix), tmp_path / "seen")
    with trail.act("redrive", "acme"):
        pass
    assert trail.faults()[1] == []
    rights = {"ListObjectsV2": "ListBucket", "ListObjectVersions": "ListBucketVersions"}
    policy = operator_policies.audit(BUCKET, prefix, [".pulumi/"], Arns("aws", "eu-west-3", "123456789012"))
    allowed = {action for each in policy["Statement"] for action in each["Action"]}
    assert {f"s3:{rights.get(name, name)}" for name, _ in calls} == allowed
    assert all(params["IfNoneMatch"] == "*" for name, params in calls if name == "PutObject")
    [add] = [each for each in policy["Statement"] if each["Action"] == ["s3:PutObject"]]
    assert add["Condition"] == {"Null": {"s3:if-none-match": "false"}}


def test_an_attempt_whose_answer_was_lost_counts_as_written(tmp_path: Path) -> None:
    class Lossy(Folder):
        def add(self, name: str, content: bytes) -> bool:
            super().add(name, content)
            return super().add(name, content)

    trail = trail_on(Lossy(tmp_path / "lines"), tmp_path / "seen")
    with trail.act("redrive", "acme"):
        pass
    assert [each.number for each in trail.lines("acme")] == [1, 2]


def entry(root: Path, moment: int, stack: str = "demo", **told: Any) -> Path:
    """As the engine keeps one below the project's folder of histories."""
    file = root / stack / f"{stack}-{moment:019}.history.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"kind": "update", "result": "succeeded", "endTime": 1_700_000_000, **told}))
    return file


def trail_with(tmp_path: Path) -> tuple[Trail, Path]:
    """One that chains the histories in that folder."""
    histories = tmp_path / "history"
    history = EngineHistory(Folder(histories), "demo")
    return trail_on(Folder(tmp_path / "lines"), tmp_path / "seen", history), histories


def chained(trail: Trail, tenant: str = "acme") -> list[str]:
    return [each.details["entry"] for each in trail.lines(tenant) if each.step == "seen"]


def test_the_engines_history_is_chained_once_without_what_may_be_secret(tmp_path: Path) -> None:
    trail, folder = trail_with(tmp_path)
    told = {"config": {"tenantry:apiKey": {"value": "needle"}}, "message": "needle"}
    environment = {"git.head": "beef", "git.dirty": "true", "ci.build.url": "https://ci.example/1"}
    first = entry(folder, 1, **told, environment=environment, resourceChanges={"create": 12})
    trail.begin("deploy", None)
    entry(folder, 2, kind="destroy")
    trail.begin("deploy", None)
    seen = [each for each in trail.lines("acme") if each.step == "seen"]
    assert [each.action for each in seen] == ["pulumi update", "pulumi destroy"]
    assert seen[0].details["changes"] == {"create": 12}
    assert seen[0].commit == {"head": "beef", "dirty": True}
    assert seen[0].by["run"] == "https://ci.example/1"
    assert trail.faults()[1] == []
    assert all(b"needle" not in content for content in trail.contents().values())

    first.write_text(first.read_text().replace("12", "11"))
    late = entry(folder, 0)
    assert trail.faults()[1] == [
        f"{late.name} of {folder} is older than the newest entry recorded, but is not recorded itself",
        f"{first.name} of {folder} is not as it was recorded",
    ]
    first.unlink()
    assert f"{first.name} is gone from {folder}" in trail.faults()[1]


def test_the_histories_of_a_cells_stack_and_of_its_tenants_stacks_are_chained_each_in_its_own_order(
    tmp_path: Path,
) -> None:
    trail, folder = trail_with(tmp_path)
    cells, acmes = entry(folder, 5), entry(folder, 7, stack="demo.acme")
    globexs = entry(folder, 6, stack="demo.globex")
    for stack in ("demo2", "demo2.acme", "other"):
        entry(folder, 8, stack=stack)
    trail.begin("deploy", None)
    behind = entry(folder, 3, stack="demo.acme-eu")  # by a machine whose clock is
    destroyed = entry(folder, 9, stack="demo.acme", kind="destroy")
    trail.begin("redrive", "globex")
    trail.begin("redrive", "globex")
    assert chained(trail, "acme") == [cells.name, acmes.name, destroyed.name]
    assert chained(trail, "acme-eu") == [cells.name, behind.name]
    assert chained(trail, "globex") == [cells.name, globexs.name]
    assert trail.faults()[1] == []


def test_an_entry_of_a_tenants_history_that_was_altered_or_deleted_is_found(tmp_path: Path) -> None:
    trail, folder = trail_with(tmp_path)
    altered, deleted, _ = (entry(folder, moment, stack="demo.acme") for moment in (1, 2, 3))
    trail.begin("deploy", None)
    altered.write_text(altered.read_text().replace("update", "refresh"))
    deleted.unlink()
    assert trail.faults()[1] == [
        f"{altered.name} of {folder} is not as it was recorded",
        f"{deleted.name} is gone from {folder}",
    ]


def test_a_record_that_chained_only_the_cells_stack_goes_on_and_stays_whole(tmp_path: Path) -> None:
    """As a release did that wrote the newest entry as a text."""
    trail, folder = trail_with(tmp_path)
    old = entry(folder, 1)
    trail.begin("deploy", None)
    assert isinstance(trail.store, Folder)
    previous = lines.NONE_BEFORE
    for number, content in trail.contents().items():
        line = replace(lines.read(number, content), engine=old.name, previous=previous)
        (trail.store.root / f"{number:012}.json").write_bytes(line.content)
        previous = line.sha256
    shutil.rmtree(trail.heads.folder)
    assert trail.faults()[1] == []
    own = entry(folder, 2, stack="demo.acme")
    new = entry(folder, 3)
    trail.begin("deploy", None)
    assert chained(trail) == [old.name, own.name, new.name]
    assert trail.faults()[1] == []
    old.write_text("{}")
    assert trail.faults()[1] == [f"{old.name} of {folder} is not as it was recorded"]


def test_a_tenants_history_that_a_join_removed_is_not_missed(tmp_path: Path) -> None:
    trail, folder = trail_with(tmp_path)
    first, own = entry(folder, 1), entry(folder, 2, stack="demo.acme")
    with trail.act(JOIN, None):
        own.unlink()
    entry(folder, 3, stack="demo.acme")  # split again
    trail.begin("deploy", "acme")
    assert trail.faults()[1] == []
    first.unlink()
    entry(folder, 4)
    assert trail.faults()[1] == [f"{first.name} is gone from {folder}"]


@pytest.fixture
def state(project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project that was told nowhere where its state is."""
    (project / "Pulumi.yaml").write_text("name: tenantry\n")
    monkeypatch.delenv("PULUMI_BACKEND_URL", raising=False)
    monkeypatch.setenv("PULUMI_HOME", str(project / "pulumi"))
    monkeypatch.setenv("TENANTRY_STATE", str(project / "own"))
    return project


def place_of(stack: str = "demo") -> str:
    return str(kept.of_stack(stack, lambda: None).store)


def test_the_record_is_kept_where_the_engine_keeps_the_state(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Failed, match="set PULUMI_BACKEND_URL"):
        place_of()
    (state / "pulumi").mkdir()
    (state / "pulumi" / "credentials.json").write_text('{"current": "file:///of/the/login"}')
    assert place_of() == "/of/the/login/.tenantry/audit/tenantry/demo"
    (state / "Pulumi.yaml").write_text(
        "name: tenantry\nbackend: {url: 's3://of-project/deep?region=eu-west-3'}\n"
    )
    assert place_of() == "s3://of-project/deep/.tenantry/audit/tenantry/demo/"
    monkeypatch.setenv("PULUMI_BACKEND_URL", "file://./here")
    assert place_of() == f"{state}/here/.tenantry/audit/tenantry/demo"


def test_a_place_that_keeps_no_record_is_refused_until_another_is_named(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULUMI_BACKEND_URL", "https://api.pulumi.com")
    with pytest.raises(
        Failed, match=r"https://api\.pulumi\.com, where no record can be kept; set tenantry:audit"
    ):
        place_of()
    (state / "Pulumi.demo.yaml").write_text("config:\n  tenantry:audit: file:///audit\n")
    assert place_of() == "/audit/.tenantry/audit/tenantry/demo"
    monkeypatch.setenv("PULUMI_BACKEND_URL", "s3://state?region=eu-west-3&acl=public")
    (state / "Pulumi.demo.yaml").write_text("config: {}\n")
    with pytest.raises(Failed, match="has acl, which Tenantry does not support"):
        place_of()


def test_a_run_of_github_actions_is_named_by_its_url(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "ACTIONS": "true",
        "RUN_ID": "42",
        "RUN_ATTEMPT": "2",
        "SERVER_URL": "https://github.com",
        "REPOSITORY": "acme/platform",
        "TRIGGERING_ACTOR": "ada",
    }.items():
        monkeypatch.setenv(f"GITHUB_{name}", value)
    monkeypatch.setenv("PULUMI_BACKEND_URL", f"file://{state}")
    line = kept.of_stack("demo", lambda: "arn:aws:iam::1:role/deploy").begin("deploy", None)
    assert line.by == {
        "name": "ada",
        "run": "https://github.com/acme/platform/actions/runs/42/attempts/2",
        "arn": "arn:aws:iam::1:role/deploy",
    }


@pytest.mark.parametrize("text", ["7", "0:" + "a" * 64, "7:" + "a" * 63, "7:" + "A" * 64])
def test_a_head_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(WrongInput, match="is not a line's number and digest"):
        Head.written(text)
