"""What an emulator that keeps holds is there again, and what a kill cuts off is left out whole."""

import os
import signal
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from tenantry.local.emulator import snapshots
from tenantry.local.emulator.parent import Emulator
from tenantry.local.engine.inventory import JOURNAL

TABLE = {
    "TableName": "orders",
    "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [{"AttributeName": each, "AttributeType": "S"} for each in ("pk", "sk")],
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
}


def item(number: int, **more: Any) -> dict[str, Any]:
    return {"pk": {"S": "acme"}, "sk": {"S": str(number)}, **more}


def key(number: int) -> dict[str, Any]:
    return {"TableName": "orders", "Key": item(number)}


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "kept"


def started(directory: Path) -> Emulator:
    emulator = Emulator.start(None, directory, kept=True)
    if not (directory / JOURNAL).exists():
        (directory / JOURNAL).touch()  # a deployment begins it
    return emulator


def kill(emulator: Emulator) -> None:
    os.kill(emulator.record.pid, signal.SIGKILL)
    psutil.Process(emulator.record.pid).wait(10)


def test_every_write_that_was_answered_is_there_after_a_kill(directory: Path) -> None:
    emulator = started(directory)
    data = emulator.root_session().client("dynamodb")
    data.create_table(**TABLE)
    data.put_item(TableName="orders", Item=item(1))
    emulator.save()
    data.put_item(TableName="orders", Item=item(2, n={"N": "1"}))
    data.update_item(**key(2), UpdateExpression="SET n = :n", ExpressionAttributeValues={":n": {"N": "2"}})
    data.transact_write_items(
        TransactItems=[
            {"Put": {"TableName": "orders", "Item": item(3)}},
            {"Delete": key(1)},
        ]
    )
    data.batch_write_item(RequestItems={"orders": [{"PutRequest": {"Item": item(4)}}]})
    data.put_item(TableName="orders", Item=item(5))
    data.delete_item(**key(5))
    kill(emulator)
    emulator.stop()
    with started(directory) as again:
        found = again.root_session().client("dynamodb").scan(TableName="orders")["Items"]
        again.delete()
    assert sorted(found, key=lambda each: each["sk"]["S"]) == [item(2, n={"N": "2"}), item(3), item(4)]
    assert not directory.exists()


def test_what_was_deployed_is_served_after_a_kill_though_the_api_has_changed_since(directory: Path) -> None:
    emulator = started(directory)
    gateway = emulator.root_session().client("apigateway")
    api = gateway.create_rest_api(name="mocked")["id"]
    at = {"restApiId": api, "resourceId": gateway.get_resources(restApiId=api)["items"][0]["id"]}
    at["httpMethod"] = "GET"
    gateway.put_method(**at, authorizationType="NONE")
    gateway.put_integration(**at, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'})
    gateway.put_method_response(**at, statusCode="200")
    gateway.put_integration_response(**at, statusCode="200", responseTemplates={"application/json": "ok"})
    gateway.create_deployment(restApiId=api, stageName="one")
    gateway.delete_method(**at)
    query = {"name": "tenantry/one", "queryString": "fields @message"}
    saved = emulator.root_session().client("logs").put_query_definition(**query)["queryDefinitionId"]
    emulator.save()
    kill(emulator)
    emulator.stop()
    with started(directory) as again:
        root = again.root_session()
        url = f"{root.endpoint}/_aws/execute-api/{api}/one/"
        assert httpx.get(url, trust_env=False, timeout=30).text == "ok"
        found = root.client("logs").describe_query_definitions()["queryDefinitions"]
        again.delete()
    assert found == [{"queryDefinitionId": saved, **query}]


def test_what_never_had_a_snapshot_goes_with_its_emulator(directory: Path) -> None:
    with started(directory) as emulator:
        emulator.root_session().client("dynamodb").create_table(**TABLE)
    assert not directory.exists()


def test_a_snapshot_that_was_cut_off_is_passed_over_and_its_journal_is_read(directory: Path) -> None:
    emulator = started(directory)
    data = emulator.root_session().client("dynamodb")
    data.create_table(**TABLE)
    emulator.save()
    newest = snapshots.newest(directory)
    assert newest is not None
    kill(emulator)
    snapshots.begun(directory, newest + 1)
    line = snapshots.journal(directory, newest + 1)
    line.write_text('["orders", null, {"pk": {"S": "acme"}, "sk": {"S": "1"}}]\n["orders", null, {"pk"')
    emulator.stop()
    with started(directory) as again:
        assert again.root_session().client("dynamodb").scan(TableName="orders")["Items"] == [item(1)]
        again.save()
        numbers = {each.stem for each in snapshots.folder(directory).iterdir() if each.stem.isdigit()}
        assert numbers == {str(snapshots.newest(directory))}
        again.delete()


def test_a_snapshot_from_before_a_repair_kept_anything_is_restored(directory: Path) -> None:
    emulator = started(directory)
    emulator.root_session().client("dynamodb").create_table(**TABLE)
    emulator.save()
    kill(emulator)
    (snapshots.folder(directory) / str(snapshots.newest(directory)) / "deployments").unlink()
    emulator.stop()
    with started(directory) as again:
        assert again.root_session().client("dynamodb").list_tables()["TableNames"] == ["orders"]
        again.delete()


def test_what_another_release_kept_is_refused(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    directory.mkdir()
    (directory / JOURNAL).touch()
    snapshots.complete(snapshots.begun(directory, 1))
    monkeypatch.setattr(snapshots, "version", lambda _: "1.6.0")
    with pytest.raises(snapshots.KeptByAnotherRelease, match=r"1\.5\.33.*1\.6\.0.*--fresh"):
        Emulator.start(None, directory, kept=True)
    assert snapshots.newest(directory) == 1
