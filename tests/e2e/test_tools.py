"""`/tools`: a tenant's own staff work through contact messages and see counts."""

import pytest

from tests.support.platform import Tenant, problem

FORM = {"email": "ada@example.com", "message": "Do you ship to Malta?"}


@pytest.fixture
def message(acme: Tenant) -> str:
    """The id of a fresh message."""
    return str(acme.call("POST", "/contact", FORM, token=None).json()["id"])


def ids(tenant: Tenant, query: str) -> list[str]:
    return [each["id"] for each in tenant.call("GET", f"/tools/contacts{query}").json()["contacts"]]


def test_messages_are_listed_newest_first_by_state_and_in_pages(acme: Tenant) -> None:
    sent = [acme.call("POST", "/contact", FORM, token=None).json()["id"] for _ in range(3)]
    newest = sorted(sent, reverse=True)
    assert ids(acme, "?limit=3") == newest
    assert ids(acme, "?state=new&limit=3") == newest
    first = acme.call("GET", "/tools/contacts?state=new&limit=2").json()
    second = ids(acme, f"?state=new&limit=1&cursor={first['next_cursor']}")
    assert [*(each["id"] for each in first["contacts"]), *second] == newest
    foreign = acme.call("GET", f"/tools/contacts?state=done&cursor={first['next_cursor']}")
    assert problem(foreign) == (400, "invalid-cursor")


def test_a_message_moves_between_states_with_a_note(acme: Tenant, message: str) -> None:
    path = f"/tools/contacts/{message}"
    opened = acme.call("PATCH", path, {"state": "open", "note": "asked back"}, token=acme.token(sub="bob"))
    assert (opened.status_code, opened.headers["etag"]) == (200, '"2"')
    expected = {"id": message, "state": "open", "note": "asked back", "updated_by": "bob", "version": 2}
    assert opened.json().items() >= (FORM | expected).items()
    assert message in ids(acme, "?state=open")
    assert message not in ids(acme, "?state=new&limit=100")
    stale = acme.call("PATCH", path, {"state": "done"}, headers={"If-Match": '"1"'})
    assert problem(stale) == (412, "precondition-failed")
    done = acme.call("PATCH", path, {"state": "done", "note": ""}, headers={"If-Match": '"2"'}).json()
    assert (done["state"], "note" in done) == ("done", False)


@pytest.mark.parametrize("change", [{}, {"state": "lost"}, {"note": 1}, {"stat": "open"}])
def test_a_bad_change_is_refused(acme: Tenant, message: str, change: dict[str, object]) -> None:
    assert problem(acme.call("PATCH", f"/tools/contacts/{message}", change)) == (400, "invalid-body")


def test_an_unknown_message_is_not_found(acme: Tenant) -> None:
    answer = acme.call("PATCH", f"/tools/contacts/{'0' * 26}", {"state": "open"})
    assert problem(answer) == (404, "not-found")


def test_an_unknown_state_is_refused(acme: Tenant) -> None:
    assert problem(acme.call("GET", "/tools/contacts?state=lost")) == (400, "invalid-parameters")


def test_the_summary_counts_what_is_there(acme: Tenant, message: str) -> None:
    before = acme.call("GET", "/tools/summary").json()
    made = [acme.call("POST", "/items/counted", {}).headers["location"] for _ in range(3)]
    acme.call("DELETE", f"/items/{made[0]}")
    acme.call("PATCH", f"/tools/contacts/{message}", {"state": "done"})
    after = acme.call("GET", "/tools/summary").json()
    assert after["items"] == before["items"] | {"counted": 2}
    moved = {"new": -1, "open": 0, "done": 1}
    assert after["contacts"] == {state: n + moved[state] for state, n in before["contacts"].items()}
    for location in made[1:]:
        acme.call("DELETE", f"/items/{location}")
    assert "counted" not in acme.call("GET", "/tools/summary").json()["items"]
