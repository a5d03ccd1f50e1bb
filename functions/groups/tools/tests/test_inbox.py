"""A listing of messages never fails for a record, and lists each message once, where it is."""

import itertools
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agreed import partitions
from api import table
from groups.contact import messages
from groups.contact.declaration import MESSAGE
from groups.tools import listing
from tests.support import tenant_api
from tests.support.tenant_api import BrokenTable, TenantApi

CONTACTS, CONTACT = "/tools/contacts", "/tools/contacts/{id}"
FORM = {"email": "ada@example.com", "message": "Hello"}
STATES = messages.STATES
BOUNDED = settings(max_examples=15, deadline=None, derandomize=True, database=None)
SECRET = "not to be logged"
LATEST_ID = "7ZZZZZZZZZZZZZZZZZZZZZZZZZ"


def send(api: TenantApi) -> str:
    return str(api.call("POST", "/contact", FORM, subject=None).json["id"])


def move(api: TenantApi, message_id: str, state: str) -> int:
    return api.call("PATCH", CONTACT, {"state": state}, path={"id": message_id}, subject="staff-1").status


def walked(api: TenantApi, query: str = "", limit: int = 1) -> list[str]:
    """The ids on all pages."""
    found, cursor = [], ""
    for _ in range(100):
        answer = api.call("GET", CONTACTS, query=f"limit={limit}{query}{cursor}")
        assert answer.status == 200
        page = answer.json
        assert len(page["contacts"]) <= limit
        found += [message["id"] for message in page["contacts"]]
        if "next_cursor" not in page:
            return found
        cursor = f"&cursor={page['next_cursor']}"
    raise AssertionError("a listing without an end")


def entries(tenant: str = "acme") -> list[tuple[str, str]]:
    """State and id of each, as the table holds them."""
    prefix = partitions.entries(tenant, "contact", MESSAGE, "")
    found = [each for each in tenant_api.records() if each["pk"]["S"].startswith(prefix)]
    assert all(each.keys() == {"pk", "sk"} for each in found)
    return sorted((each["pk"]["S"].removeprefix(prefix), each["sk"]["S"]) for each in found)


def put(record: dict[str, Any]) -> None:
    tenant_api.client("dynamodb").put_item(TableName=tenant_api.TABLE, Item=record)


def put_message(record: dict[str, Any]) -> None:
    """And an entry for it, as one of a new message."""
    put(record)
    put({**record, "pk": {"S": partitions.entries("acme", "contact", MESSAGE, "new")}})


def stored(message_id: str) -> dict[str, Any]:
    key = messages.key("acme", message_id)
    return dict(tenant_api.client("dynamodb").get_item(TableName=tenant_api.TABLE, Key=key)["Item"])


MALFORMED: dict[str, dict[str, Any]] = {
    "nothing but its key": {},
    "no version": {"version": None},
    "a version of another type": {"version": {"S": "1"}},
    "a version that is not a whole number": {"version": {"N": "1.5"}},
    "no state": {"state": None},
    "a state that there is not": {"state": {"S": SECRET}},
    "a state of another type": {"state": {"M": {}}},
    "no message": {"message": None},
    "a message of another type": {"message": {"L": [{"S": SECRET}]}},
    "no time": {"created_at": None},
    "a name of another type": {"name": {"NULL": True}},
    "a delivery that there is not": {"delivery": {"S": SECRET}, "delivery_attempts": {"N": "1"}},
    "a delivery without attempts": {"delivery": {"S": "pending"}},
}


@pytest.mark.parametrize("malformed", MALFORMED.values(), ids=MALFORMED)
@pytest.mark.parametrize("query", ["", "&state=new"])
def test_a_record_that_is_not_a_message_is_passed_over_and_logged_without_what_it_holds(
    acme: TenantApi, malformed: dict[str, Any], query: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """At the end of a page and of the listing, and in the middle of a page."""
    good = [send(acme) for _ in range(2)]
    changed = {**stored(good[0]), **malformed} if malformed else {}
    broken = {name: value for name, value in changed.items() if value is not None}
    ids = ["0" * 26, f"{good[1][:-1]}{'0' if good[1][-1] != '0' else '1'}", LATEST_ID]
    for message_id in ids:
        put_message({**broken, **messages.key("acme", message_id)})
    capsys.readouterr()
    for limit in (1, 2, 100):
        assert walked(acme, query, limit) == sorted(good, reverse=True)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    logged = [each for each in lines if each["message"] == "a record is not a contact message"]
    assert {each["id"] for each in logged} == set(ids)
    assert SECRET not in json.dumps(lines)
    assert acme.call("PATCH", CONTACT, {"state": "done"}, path={"id": ids[0]}).status == 404


@pytest.mark.parametrize("query", ["", "&state=new"])
def test_a_key_that_no_cursor_can_name_is_passed_over(acme: TenantApi, query: str) -> None:
    good = [send(acme) for _ in range(3)]
    middle = sorted(good)[1]
    for sort_key in ("", "a", "zz", "0", f"{middle}0", f"{middle}1", f"{middle[:-1]}_"):
        put_message({**messages.key("acme", f"{sort_key} "), "state": {"S": "new"}})
    for limit in (1, 2, 3):
        assert walked(acme, query, limit) == sorted(good, reverse=True)


def test_an_entry_whose_message_is_gone_or_elsewhere_is_passed_over(acme: TenantApi) -> None:
    there, moved = send(acme), send(acme)
    move(acme, moved, "done")
    for message_id in (moved, "0" * 26, LATEST_ID):
        put(messages.entry("acme", "new", message_id))
    for limit in (1, 2, 100):
        assert walked(acme, "&state=new", limit) == [there]
        assert walked(acme, "&state=done", limit) == [moved]


def test_a_listing_reads_what_is_written_and_not_what_was(acme: TenantApi, broken_table: BrokenTable) -> None:
    message_id = send(acme)
    broken_table.asked.clear()
    assert walked(acme, "&state=new") == [message_id]
    query, batch = broken_table.asked
    assert query["ConsistentRead"] is batch["RequestItems"][tenant_api.TABLE]["ConsistentRead"] is True


def test_a_page_of_long_messages_ends_where_a_query_would_end_it(
    acme: TenantApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "PAGE_BYTES", 50)
    sent = [send(acme) for _ in range(3)]
    page = acme.call("GET", CONTACTS, query="state=new").json
    assert len(page["contacts"]) == 1
    assert walked(acme, "&state=new", 100) == sorted(sent, reverse=True)


@pytest.mark.parametrize("answered", [1, 2, 99])
def test_keys_that_dynamodb_hands_back_are_asked_for_again(
    acme: TenantApi, monkeypatch: pytest.MonkeyPatch, answered: int
) -> None:
    sent = [send(acme) for _ in range(5)]
    asked = scarce(acme, monkeypatch, answered)
    assert walked(acme, "&state=new", 100) == sorted(sent, reverse=True)
    assert len(asked) == -(-5 // answered)


def test_without_time_to_ask_again_a_listing_is_answered_with_503(
    acme: TenantApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(acme)
    scarce(acme, monkeypatch, 0)
    impatient = TenantApi(acme.tenant, acme.secret_arn, remaining_ms=3_700)
    answer = impatient.call("GET", CONTACTS, query="state=new")
    assert (answer.status, answer.slug) == (503, "unavailable")


def scarce(api: TenantApi, monkeypatch: pytest.MonkeyPatch, answered: int) -> list[int]:
    """Let BatchGetItem answer so many keys of each call; how many it was asked for is in the list."""
    with api.environment():
        client = table.current().client
    call, asked = client._make_api_call, list[int]()

    def some(operation: str, parameters: dict[str, Any]) -> Any:
        if operation != "BatchGetItem":
            return call(operation, parameters)
        request = parameters["RequestItems"][tenant_api.TABLE]
        keys = request["Keys"]
        asked.append(len(keys))
        left = {tenant_api.TABLE: {**request, "Keys": keys[answered:]}} if keys[answered:] else {}
        if not keys[:answered]:
            return {"Responses": {}, "UnprocessedKeys": left}
        done = {tenant_api.TABLE: {**request, "Keys": keys[:answered]}}
        return {**call(operation, {**parameters, "RequestItems": done}), "UnprocessedKeys": left}

    monkeypatch.setattr(client, "_make_api_call", some)
    return asked


class Interleaved:
    """DynamoDB before each of whose transactions other requests are made whole, as long as there are any."""

    def __init__(self, api: TenantApi, between: list[list[tuple[str, str]]]) -> None:
        self.api, self.between = api, between
        with api.environment():
            self.client = table.current().client
        self.call = self.client._make_api_call

    def __call__(self, operation: str, parameters: dict[str, Any]) -> Any:
        if operation == "TransactWriteItems" and self.between:
            for message_id, state in self.between.pop(0):
                move(self.api, message_id, state)
        return self.call(operation, parameters)


MOVES = st.lists(st.tuples(st.integers(0, 1), st.sampled_from(STATES)), max_size=2)


def test_however_changes_interleave_a_message_has_one_entry_in_its_state(acme: TenantApi) -> None:
    ids = [send(acme) for _ in range(2)]

    @BOUNDED
    @given(first=st.sampled_from(STATES), between=st.lists(MOVES, max_size=3))
    def holds(first: str, between: list[list[tuple[int, str]]]) -> None:
        others = [[(ids[each], state) for each, state in moves] for moves in between]
        interleaved = Interleaved(acme, others)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(interleaved.client, "_make_api_call", interleaved)
            assert move(acme, ids[0], first) in (200, 409)
        assert entries() == sorted((stored(each)["state"]["S"], each) for each in ids)
        counted = acme.call("GET", "/tools/summary").json["contacts"]
        assert counted == {state: sum(found == state for found, _ in entries()) for state in STATES}
        assert sorted(itertools.chain(*(walked(acme, f"&state={each}") for each in STATES))) == sorted(ids)

    holds()


def test_a_repeated_change_moves_the_entry_once(acme: TenantApi) -> None:
    message_id = send(acme)
    once = {"path": {"id": message_id}, "headers": {"Idempotency-Key": "k"}, "subject": "staff-1"}
    assert acme.call("PATCH", CONTACT, {"state": "open"}, **once).status == 200
    assert move(acme, message_id, "done") == 200
    assert acme.call("PATCH", CONTACT, {"state": "open"}, **once).status == 200
    assert entries() == [("done", message_id)]
