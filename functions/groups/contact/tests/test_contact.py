"""The contact form, and what staff do with its messages."""

import base64
import json
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest

from tests.support import tenant_api
from tests.support.tenant_api import Answer, TenantApi

CONTACTS = "/tools/contacts"
CONTACT = "/tools/contacts/{id}"
UNKNOWN_ID = "01JD3Z6K0V8Q4T7M2N5P9R1S3W"
FORM = {"email": "ada@example.com", "message": "Hello"}


def send(api: TenantApi, form: Any = FORM, **headers: str) -> Answer:
    return api.call("POST", "/contact", form, headers=headers, subject=None)


def listed(api: TenantApi, query: str = "") -> list[str]:
    return [message["id"] for message in api.call("GET", CONTACTS, query=query).json["contacts"]]


def change(api: TenantApi, message_id: str, body: Any, **headers: str) -> Answer:
    return api.call("PATCH", CONTACT, body, path={"id": message_id}, headers=headers, subject="staff-1")


def counts(api: TenantApi) -> dict[str, int]:
    return dict(api.call("GET", "/tools/summary").json["contacts"])


class TestSending:
    def test_a_message_is_accepted_and_shown_to_staff(self, acme: TenantApi) -> None:
        answer = send(acme, {**FORM, "name": "Ada", "subject": "Tea", "website": "ignored"})
        assert answer.status == 202
        assert answer.json.keys() == {"id", "state", "created_at"}
        (message,) = acme.call("GET", CONTACTS).json["contacts"]
        assert message == {
            **answer.json,
            **FORM,
            "name": "Ada",
            "subject": "Tea",
            "updated_at": answer.json["created_at"],
            "version": 1,
        }

    @pytest.mark.parametrize(
        ("form", "pointers"),
        [
            ({}, ["/email", "/message"]),
            ({"email": 1, "message": "  "}, ["/email", "/message"]),
            ({"email": None, "message": None}, ["/email", "/message"]),
            ({"email": " ", "message": "Hi"}, ["/email"]),
            ({**FORM, "email": "ada @example.com"}, ["/email"]),
            ({**FORM, "email": "ada"}, ["/email"]),
            ({**FORM, "email": "a@b\r\nBcc: c@d"}, ["/email"]),
            ({**FORM, "email": "a" * 250 + "@b.example"}, ["/email"]),
            ({**FORM, "email": "a@b@c"}, ["/email"]),
            ({**FORM, "subject": "Hi\r\nBcc: all@example.com"}, ["/subject"]),
            ({**FORM, "subject": "Hi\u2028there"}, ["/subject"]),
            ({**FORM, "name": 1, "subject": []}, ["/name", "/subject"]),
            ({**FORM, "message": "\x00"}, ["/message"]),
            ({**FORM, "message": "x" * 10_001}, ["/message"]),
        ],
    )
    def test_every_fault_of_a_form_is_told_at_once(
        self, acme: TenantApi, form: Any, pointers: list[str]
    ) -> None:
        answer = send(acme, form)
        assert (answer.status, answer.slug) == (400, "invalid-body")
        assert [fault["pointer"] for fault in answer.json["errors"]] == pointers
        assert tenant_api.records() == []

    def test_a_message_keeps_its_lines(self, acme: TenantApi) -> None:
        send(acme, {**FORM, "message": "One\r\n\tTwo"})
        assert acme.call("GET", CONTACTS).json["contacts"][0]["message"] == "One\r\n\tTwo"

    def test_a_repeated_key_is_answered_alike_and_stored_once(self, acme: TenantApi) -> None:
        headers = {"Idempotency-Key": "form-1"}
        assert send(acme, **headers).json == send(acme, **headers).json
        assert counts(acme)["new"] == len(listed(acme)) == 1
        assert send(acme, {**FORM, "message": "Other"}, **headers).slug == "idempotency-key-reused"

    @pytest.mark.parametrize("blank", ["", "  ", "\u00a0\t", None])
    def test_an_optional_member_that_is_not_filled_in_is_as_if_it_were_not_there(
        self, acme: TenantApi, blank: str | None
    ) -> None:
        assert send(acme, {**FORM, "name": blank, "subject": blank}).status == 202
        (message,) = acme.call("GET", CONTACTS).json["contacts"]
        assert not message.keys() & {"name", "subject"}

    def test_blanks_around_an_address_are_left_out(self, acme: TenantApi) -> None:
        assert send(acme, {**FORM, "email": " \tada@example.com\u00a0\r\n"}).status == 202
        assert acme.call("GET", CONTACTS).json["contacts"][0]["email"] == "ada@example.com"


THANKS = "https://www.acme.example/thanks"
URLENCODED = "application/x-www-form-urlencoded"


def post(api: TenantApi, text: str, kind: str = URLENCODED, **event: Any) -> Answer:
    headers = {"Content-Type": kind}
    return api.call("POST", "/contact", body=text, headers=headers, subject=None, **event)


class TestHtmlForms:
    def test_a_form_is_taken_as_a_browser_encodes_it(self, acme: TenantApi) -> None:
        text = "email=ada%40example.com&name=Ad%C3%A4+L.&subject=&message=One%0D%0ATwo+%26+%2B&tea=a&tea=b"
        answer = post(acme, text, f"{URLENCODED}; charset=UTF-8")
        assert answer.status == 202
        (message,) = acme.call("GET", CONTACTS).json["contacts"]
        expected = {"email": "ada@example.com", "name": "Ad\u00e4 L.", "message": "One\r\nTwo & +"}
        assert expected.items() <= message.items()
        assert "subject" not in message

    def test_a_form_in_base64_is_taken(self, acme: TenantApi) -> None:
        text = base64.b64encode(b"email=ada%40example.com&message=Hi").decode()
        assert post(acme, text, base64_encoded=True).status == 202

    @pytest.mark.parametrize(
        ("text", "detail"),
        [
            ("email=a%40b&message=%FF", "the form is not valid UTF-8"),
            ("email=a%40b&message=\ufffd", "the body is not valid UTF-8"),
            ("email=a%40b&message=x&message=y", "correct the members"),
            ("&".join(f"f{number}=" for number in range(101)), "the form has more than 100 fields"),
            ("", "correct the members"),
            ('{"email": "a@b", "message": "x"}', "correct the members"),
        ],
    )
    def test_what_is_no_form_is_refused(self, acme: TenantApi, text: str, detail: str) -> None:
        answer = post(acme, text)
        assert (answer.status, answer.slug) == (400, "invalid-body")
        assert answer.json["detail"].startswith(detail)
        assert tenant_api.records() == []

    def test_a_large_form_is_413(self, acme: TenantApi) -> None:
        assert post(acme, "message=" + "x" * 65_536).slug == "payload-too-large"

    @pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data; boundary=x"])
    def test_a_form_of_another_type_is_415(self, acme: TenantApi, kind: str) -> None:
        answer = post(acme, "email=a%40b&message=x", kind)
        assert (answer.status, answer.slug) == (415, "unsupported-media-type")
        assert URLENCODED in answer.json["detail"]

    def test_only_the_contact_form_is_taken_so(self, acme: TenantApi) -> None:
        headers = {"Content-Type": URLENCODED}
        path = {"collection": "orders"}
        answer = acme.call("POST", "/items/{collection}", body="a=1", headers=headers, path=path)
        assert answer.slug == "unsupported-media-type"

    def test_a_repeat_is_the_same_form_whatever_it_is_encoded_as(self, acme: TenantApi) -> None:
        headers = {"Idempotency-Key": "k", "Content-Type": URLENCODED}
        text = "email=ada%40example.com&message=Hello"
        first = acme.call("POST", "/contact", body=text, headers=headers, subject=None)
        assert send(acme, FORM, **{"Idempotency-Key": "k"}).json == first.json
        assert len(listed(acme)) == 1


class TestRedirects:
    def test_a_sender_is_led_to_the_tenants_own_page(self, acme: TenantApi) -> None:
        api = replace(acme, options=json.dumps({"redirect": THANKS}))
        answer = post(api, f"email=ada%40example.com&message=Hi&redirect={quote(THANKS, safe='')}")
        assert (answer.status, answer.headers["Location"], answer.text) == (303, THANKS, "")
        assert len(listed(acme)) == 1
        assert post(api, "email=ada%40example.com&message=Hi&redirect=").status == 202

    @pytest.mark.parametrize(
        "asked",
        [
            "https://evil.example",
            f"{THANKS}.evil.example",
            f"{THANKS}?x",
            "//evil.example",
            "javascript:x",
            1,
        ],
    )
    @pytest.mark.parametrize("options", [{}, {"redirect": THANKS}])
    def test_no_other_address_is_taken_and_nothing_stored(
        self, acme: TenantApi, asked: object, options: dict[str, str]
    ) -> None:
        api = replace(acme, options=json.dumps(options))
        answer = send(api, {**FORM, "redirect": asked})
        assert (answer.status, answer.slug) == (400, "invalid-body")
        assert [fault["pointer"] for fault in answer.json["errors"]] == ["/redirect"]
        assert tenant_api.records() == []


class TestTraps:
    def test_a_form_with_the_trap_filled_is_answered_alike_and_kept_nowhere(self, acme: TenantApi) -> None:
        api = replace(acme, options=json.dumps({"redirect": THANKS}))
        trapped = send(api, {**FORM, "_gotcha": "cheap pills"}, **{"Idempotency-Key": "k"})
        assert tenant_api.records() == []
        good = send(api, {**FORM, "_gotcha": ""}, **{"Idempotency-Key": "k"})
        assert (trapped.status, trapped.json.keys()) == (good.status, good.json.keys())
        assert trapped.headers == good.headers
        led = send(api, {**FORM, "_gotcha": "x", "redirect": THANKS})
        assert (led.status, led.headers["Location"]) == (303, THANKS)
        assert len(listed(acme)) == 1

    def test_a_trap_hides_no_fault(self, acme: TenantApi) -> None:
        assert send(acme, {"email": "ada", "message": "x", "_gotcha": "x"}).status == 400


class TestListing:
    def test_messages_come_newest_first_and_page_through(self, acme: TenantApi) -> None:
        sent = sorted((send(acme).json["id"] for _ in range(5)), reverse=True)
        for state in ("", "&state=new"):
            first = acme.call("GET", CONTACTS, query=f"limit=3{state}").json
            rest = acme.call("GET", CONTACTS, query=f"limit=3{state}&cursor={first['next_cursor']}").json
            assert [m["id"] for m in first["contacts"] + rest["contacts"]] == sent
            assert "next_cursor" not in rest

    def test_a_listing_holds_its_state_only(self, acme: TenantApi) -> None:
        one, two = send(acme).json["id"], send(acme).json["id"]
        change(acme, one, {"state": "done"})
        assert listed(acme, "state=done") == [one]
        assert listed(acme, "state=new") == [two]
        assert listed(acme, "state=open") == []

    def test_a_cursor_of_one_state_is_refused_for_another(self, acme: TenantApi) -> None:
        for _ in range(2):
            send(acme)
        cursor = acme.call("GET", CONTACTS, query="limit=1&state=new").json["next_cursor"]
        for other in ("", "&state=done"):
            answer = acme.call("GET", CONTACTS, query=f"cursor={cursor}{other}")
            assert answer.slug == "invalid-cursor"

    @pytest.mark.parametrize("query", ["state=New", "state=", "state=new&state=new"])
    def test_an_unknown_or_repeated_state_is_refused(self, acme: TenantApi, query: str) -> None:
        answer = acme.call("GET", CONTACTS, query=query)
        assert (answer.status, answer.slug) == (400, "invalid-parameters")

    def test_no_tenant_sees_anothers_messages(self, acme: TenantApi, acme_eu: TenantApi) -> None:
        message_id = send(acme).json["id"]
        assert listed(acme_eu) == listed(acme_eu, "state=new") == []
        assert change(acme_eu, message_id, {"state": "done"}).status == 404
        assert counts(acme_eu) == {"new": 0, "open": 0, "done": 0}


class TestChanging:
    def test_a_change_shows_state_note_and_who_made_it(self, acme: TenantApi) -> None:
        message_id = send(acme).json["id"]
        answer = change(acme, message_id, {"state": "open", "note": "Called\nback"})
        assert (answer.status, answer.headers["ETag"]) == (200, '"2"')
        assert {
            "state": "open",
            "note": "Called\nback",
            "updated_by": "staff-1",
        }.items() <= answer.json.items()
        assert acme.call("GET", CONTACTS).json["contacts"] == [answer.json]

    def test_counts_follow_the_moves(self, acme: TenantApi) -> None:
        ids = [send(acme).json["id"] for _ in range(3)]
        change(acme, ids[0], {"state": "open"})
        change(acme, ids[0], {"state": "done"})
        change(acme, ids[1], {"state": "open"})
        change(acme, ids[1], {"state": "open"})
        change(acme, ids[2], {"note": "later"})
        change(acme, ids[2], {"state": "done"}, **{"If-Match": '"1"'})
        assert counts(acme) == {"new": 1, "open": 1, "done": 1}

    def test_what_is_not_sent_stays_and_an_empty_note_goes(self, acme: TenantApi) -> None:
        message_id = send(acme).json["id"]
        change(acme, message_id, {"note": "x"})
        assert change(acme, message_id, {"state": "open"}).json["note"] == "x"
        cleared = change(acme, message_id, {"note": ""}).json
        assert "note" not in cleared
        assert cleared["state"] == "open"

    def test_a_stale_version_is_412(self, acme: TenantApi) -> None:
        message_id = send(acme).json["id"]
        change(acme, message_id, {"state": "open"})
        answer = change(acme, message_id, {"state": "done"}, **{"If-Match": '"1"'})
        assert (answer.status, answer.slug) == (412, "precondition-failed")
        assert change(acme, message_id, {"state": "done"}, **{"If-Match": '"2"'}).status == 200

    @pytest.mark.parametrize("message_id", [UNKNOWN_ID, "nope"])
    def test_an_unknown_message_is_404(self, acme: TenantApi, message_id: str) -> None:
        assert change(acme, message_id, {"state": "done"}).slug == "not-found"
        assert tenant_api.records() == []

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"other": 1},
            {"state": "New"},
            {"state": ["new"]},
            {"note": None},
            {"note": "x" * 2001},
            {"note": "\x00"},
        ],
    )
    def test_a_body_that_changes_nothing_valid_is_refused(self, acme: TenantApi, body: Any) -> None:
        answer = change(acme, send(acme).json["id"], body)
        assert (answer.status, answer.slug) == (400, "invalid-body")
