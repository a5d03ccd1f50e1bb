"""A Query of a big partition does not parse its condition for each record."""

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.support.command import ROOT

# In an interpreter of its own: what it repairs must not leak into other tests.
SCRIPT = """
import json, sys
from ministack.services import dynamodb
from tenantry.local.emulator.repairs.storage import key_conditions

asked = json.load(sys.stdin)
if asked["repaired"]:
    key_conditions.repair()
types = [{"AttributeName": each, "AttributeType": "S"} for each in ("pk", "sk")]
schema = [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]
dynamodb._create_table(
    dict(TableName="table", KeySchema=schema, AttributeDefinitions=types, BillingMode="PAY_PER_REQUEST")
)
for n in range(50):
    item = {"pk": {"S": f"p{n % 2}"}, "sk": {"S": f"{n:02}"}}
    dynamodb._put_item({"TableName": "table", "Item": item})
parsed = []
tokenize = dynamodb._tokenize
dynamodb._tokenize = lambda text: parsed.append(text) or tokenize(text)
status, _, body = dynamodb._query({"TableName": "table", **asked["query"]})
print(json.dumps({"status": status, "body": json.loads(body), "parsed": len(parsed)}))
"""
PLAIN = {"KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": {":p": {"S": "p1"}}}


def queried(query: dict[str, Any], repaired: bool) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        input=json.dumps({"query": query, "repaired": repaired}),
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(ROOT / "platform"), "PATH": "/usr/bin:/bin"},
    )
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def test_a_plain_condition_is_not_parsed_for_each_record() -> None:
    assert queried(PLAIN, repaired=True)["parsed"] < 10


def test_the_untouched_emulator_parses_it_for_each() -> None:
    """When this fails, the repair is no longer needed."""
    assert queried(PLAIN, repaired=False)["parsed"] > 25


@pytest.mark.parametrize(
    "query",
    [
        pytest.param({**PLAIN, "Limit": 7}, id="a page"),
        pytest.param(
            {**PLAIN, "Limit": 7, "ExclusiveStartKey": {"pk": {"S": "p1"}, "sk": {"S": "21"}}},
            id="a later page",
        ),
        pytest.param({**PLAIN, "ScanIndexForward": False}, id="backwards"),
        pytest.param(
            {
                "KeyConditionExpression": "#p = :p AND sk > :s",
                "ExpressionAttributeNames": {"#p": "pk"},
                "ExpressionAttributeValues": {":p": {"S": "p0"}, ":s": {"S": "30"}},
            },
            id="not plain",
        ),
        pytest.param(
            {**PLAIN, "KeyConditionExpression": "#k = :p", "ExpressionAttributeNames": {"#k": "pk"}},
            id="by a name",
        ),
        pytest.param({**PLAIN, "ExpressionAttributeValues": {":p": {"N": "1"}}}, id="of another type"),
        pytest.param({**PLAIN, "KeyConditionExpression": "sk = :p"}, id="not the partition"),
        pytest.param({**PLAIN, "KeyConditionExpression": "size = :p"}, id="a reserved word"),
    ],
)
def test_every_query_is_answered_as_before(query: dict[str, Any]) -> None:
    before, after = queried(query, repaired=False), queried(query, repaired=True)
    assert (after["status"], after["body"]) == (before["status"], before["body"])
