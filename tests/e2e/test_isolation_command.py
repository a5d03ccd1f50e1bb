"""`isolation --live` on the running platform: nothing leaks, and a role that is made too wide is caught."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tenantry.isolation.partitions import inbox
from tenantry.local import attempts, isolation
from tenantry.local.attempts import PROBE
from tenantry.local.clients import ACCOUNT
from tests.support.attempts import outcome
from tests.support.command import Command, Run
from tests.support.platform import Platform

WIDE = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "Wide",
            "Effect": "Allow",
            "Action": ["dynamodb:*", "secretsmanager:*", "sqs:*"],
            "Resource": "*",
        }
    ],
}
# What the cell's boundary leaves of it: actions that name a key, secrets but for signing keys, and queues.
WITHIN_THE_BOUNDARY = {
    "GetItem",
    "PutItem",
    "UpdateItem",
    "DeleteItem",
    "Query",
    "BatchGetItem",
    "TransactGetItems",
    "TransactWriteItems Put",
    "TransactWriteItems Delete",
    "TransactWriteItems record",
    "TransactWriteItems entry",
    "GetSecretValue",
    "SendMessage",
    "ReceiveMessage",
    "ChangeMessageVisibility",
    "DeleteMessage",
    "GetQueueAttributes",
}
NO_SUCH_RECEIPT = "ReceiptHandleIsInvalid"  # SQS's answer to one who may


@pytest.fixture
def widened(platform: Platform) -> Iterator[str]:
    """A function of acme whose role holds far too much, for one test."""
    iam, role = platform.root.client("iam"), platform.names.function("acme", "contact")
    iam.put_role_policy(RoleName=role, PolicyName="wide", PolicyDocument=json.dumps(WIDE))
    yield role
    iam.delete_role_policy(RoleName=role, PolicyName="wide")


def test_no_role_of_the_platform_reaches_another_tenant(
    platform: Platform, run: Run, command: Command
) -> None:
    code, out, err = run(command, "isolation", "--live", "--json")
    shown = json.loads(out)
    assert (code, shown["leaks"]) == (0, [])
    assert "LEAKED" not in err
    assert shown["endpoint"] == platform.local.endpoint
    assert shown["tried"] > 1000


def test_a_role_that_is_too_wide_is_caught_and_its_probes_are_removed(
    platform: Platform, widened: str
) -> None:
    tested = [each for each in isolation.functions(platform.local) if each.name == widened]
    leaks = [trial for trial in isolation.trials(platform.local, tested, lambda _: None) if trial.leaked]
    assert {leak.operation for leak in leaks} == WITHIN_THE_BOUNDARY
    assert {leak.answer for leak in leaks} == {"done", NO_SUCH_RECEIPT}
    assert {leak.on for leak in leaks if leak.operation == "SendMessage"} == {"tenantry_demo_globex_contact"}
    assert f"{widened}: GetSecretValue on tenantry/demo/acme-eu/runtime, LEAKED: done" in map(str, leaks)
    assert left_behind(platform) == []


def test_every_attempt_succeeds_for_one_who_may(platform: Platform) -> None:
    """Else a refusal could be of the call, not of the caller."""
    root = platform.root.client("dynamodb")
    theirs, own = inbox("nobody"), inbox("nobody-else")
    assert theirs
    assert own
    for table in (platform.names.table, platform.names.tenant("globex")):
        key = "nobody#isolation"
        for attempt in (
            *attempts.on_partition(table, key),
            *attempts.on_inbox(table, theirs, own),
            *attempts.on_table(table),
        ):
            attempt.way(root)
            for left in (key, *theirs, *own):
                root.delete_item(TableName=table, Key=attempts.probe(left))
    for attempt in attempts.on_secret(platform.secret("globex")):
        attempt.way(platform.root.client("secretsmanager"))
    sqs, queue = platform.root.client("sqs"), platform.names.dead_letters("globex", "contact")
    on_queue = attempts.on_queue(f"{platform.local.endpoint}/{ACCOUNT}/{queue}")
    answers = {each.operation: outcome(each.way, sqs) for each in on_queue}
    by_receipt = {answers.pop(operation) for operation in ("ChangeMessageVisibility", "DeleteMessage")}
    assert (set(answers.values()), by_receipt) == ({"done"}, {NO_SUCH_RECEIPT})


def left_behind(platform: Platform) -> list[Any]:
    tables = (platform.names.table, platform.names.tenant("globex"))
    root = platform.root.client("dynamodb")
    items = [
        item
        for table in tables
        for page in root.get_paginator("scan").paginate(TableName=table)
        for item in page["Items"]
    ]
    return [item for item in items if item["sk"]["S"] == PROBE]
