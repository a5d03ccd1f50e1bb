"""What requests are made of by those who mean harm: each part is taken literally or refused, never obeyed.

Nothing here may end in a 5xx, in a second log line, or in a record outside the tenant's own partitions.
"""

import base64
import gzip
import json
import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api import etags
from tests.support import events, tenant_api
from tests.support.tenant_api import Answer, TenantApi

COLLECTION = "/items/{collection}"
ITEM = "/items/{collection}/{id}"
CONTACT = "/tools/contacts/{id}"
ORDERS = {"collection": "orders"}
UNKNOWN_ID = "01JD3Z6K0V8Q4T7M2N5P9R1S3W"
FORM = {"email": "ada@example.com", "message": "Hello"}

# What other readers take for the end of a line, of a text, of a key or of an expression.
NASTY = [
    "\r\nSet-Cookie: a=b",
    "\x00",
    "\x1b[31m",
    "\u2028",
    "\u202e",
    "\ud800",
    "\ufeff",
    "#",
    ":v0",
    "$ne",
    "${jndi:ldap://x}",
    "{{7*7}}",
    "' OR 1=1 --",
    '"}\n{"level":"INFO","message":"forged"}',
    "../../tools/summary",
    "..%2f..%2ftools%2fsummary",
    "%00",
    "a" * 70_000,
]
# Any text at all, unpaired surrogates included.
TEXT = st.text(st.characters(categories=None), max_size=60) | st.sampled_from(NASTY)
ONE_TABLE = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60
)


def create(api: TenantApi, body: str | None = "{}", **event: Any) -> Answer:
    return api.call("POST", COLLECTION, path=event.pop("path", ORDERS), body=body, **event)


def with_member(member: str, value: Any) -> str:
    """ASCII only: what is not reaches the parser as escapes, surrogates too."""
    return json.dumps({member: value})


def partitions() -> set[str]:
    return {record["pk"]["S"] for record in tenant_api.records()}


class TestAnything:
    @given(data=st.data())
    @ONE_TABLE
    def test_no_request_fails_otherwise_than_by_refusing(self, acme: TenantApi, data: st.DataObject) -> None:
        method, resource = data.draw(
            st.sampled_from(
                [
                    ("GET", COLLECTION),
                    ("POST", COLLECTION),
                    ("GET", ITEM),
                    ("PUT", ITEM),
                    ("DELETE", ITEM),
                    ("POST", "/contact"),
                    ("GET", "/tools/contacts"),
                    ("PATCH", CONTACT),
                    ("GET", "/tools/summary"),
                ]
            )
        )
        path = {
            "collection": data.draw(st.just("orders") | TEXT),
            "id": data.draw(st.just(UNKNOWN_ID) | TEXT),
        }
        names = ("Idempotency-Key", "If-Match", "If-None-Match", "Content-Type", "Origin", "Host")
        headers = data.draw(st.lists(st.tuples(st.sampled_from(names), TEXT), max_size=4))
        event = events.proxy(
            method,
            resource,
            path={name: value for name, value in path.items() if f"{{{name}}}" in resource},
            headers=headers,
            body=data.draw(st.none() | TEXT | TEXT.map(lambda text: with_member(text, text))),
            base64_encoded=data.draw(st.booleans()),
        )
        event["multiValueQueryStringParameters"] = data.draw(
            st.dictionaries(
                st.sampled_from(["limit", "cursor", "state"]), st.lists(TEXT, min_size=1, max_size=2)
            )
        )
        answer = acme.handle(event)
        assert answer.status < 500, answer.text
        answer.text.encode()
        assert all(value.isprintable() for value in answer.headers.values())
        assert all(key.startswith("acme#") for key in partitions())

    @pytest.mark.parametrize("nasty", NASTY[:-1])
    def test_what_the_gateway_names_the_request_stays_one_line_of_the_log(
        self, acme: TenantApi, capsys: pytest.CaptureFixture[str], nasty: str
    ) -> None:
        """A client may set the request id, and a token its subject."""
        event = events.proxy("GET", COLLECTION, path=ORDERS, subject=nasty, headers={"User-Agent": nasty})
        event["requestContext"]["requestId"] = nasty
        acme.handle(event)
        (line,) = capsys.readouterr().out.splitlines()
        assert json.loads(line)["correlation_id"] == nasty

    def test_a_problem_quotes_nothing_of_the_request(self, acme: TenantApi) -> None:
        sent = "<script>s3cret</script>"
        answers = [
            create(acme, path={"collection": sent}),
            create(acme, with_member("a", sent) + sent),
            create(acme, headers={"Idempotency-Key": sent + " "}),
            create(acme, headers={"Content-Type": sent}),
            acme.call("GET", COLLECTION, path=ORDERS, query=f"limit={sent}"),
            acme.call("GET", COLLECTION, path=ORDERS, query=f"cursor={sent}"),
            acme.call("GET", "/tools/contacts", query=f"state={sent}"),
            acme.call("GET", ITEM, path={**ORDERS, "id": sent}),
            acme.call("POST", "/contact", {"email": sent, "message": sent, "name": 1}),
        ]
        assert [answer.status for answer in answers[:4]] == [400, 400, 201, 415]
        for answer in (each for each in answers if each.status >= 400):
            assert "s3cret" not in answer.text
            assert answer.headers["X-Content-Type-Options"] == "nosniff"


class TestNames:
    @pytest.mark.parametrize("member", [text for text in NASTY if text not in ("\ud800", "a" * 70_000)])
    def test_a_member_is_data_whatever_it_is_called(self, acme: TenantApi, member: str) -> None:
        created = create(acme, with_member(member, {member: [member]}))
        assert created.status == 201
        read = acme.call("GET", ITEM, path={**ORDERS, "id": created.json["id"]}).json
        assert read[member] == {member: [member]}
        replaced = acme.call(
            "PUT",
            ITEM,
            path={**ORDERS, "id": created.json["id"]},
            headers={"If-Match": '"1"'},
            body=with_member(member, member),
        )
        assert (replaced.json[member], replaced.json["version"]) == (member, 2)
        assert partitions() <= {"acme#items#item#orders", *(f"acme#items#count#{n}" for n in range(8))}

    @pytest.mark.parametrize("member", ["pk", "sk", "data", "state_key", "expires_at", "tenant", "__proto__"])
    def test_a_member_named_as_ours_changes_no_attribute(self, acme: TenantApi, member: str) -> None:
        assert create(acme, with_member(member, "acme-eu#items#item#orders")).status == 201
        (record,) = (each for each in tenant_api.records() if "#item#" in each["pk"]["S"])
        assert record.keys() == {"pk", "sk", "data", "version", "created_at", "updated_at"}
        assert record["pk"]["S"] == "acme#items#item#orders"

    @pytest.mark.parametrize(
        "name",
        [
            "\u043erders",  # a Cyrillic o
            "\uff4frders",  # full width
            "o\u0301rders",
            "orde\u200brs",
            "\u017fales",  # lower-cases and normalises to s
            "orders\x00",
            "orders\r\nx",
            "orders#count",
            "acme-eu#items",
            "..",
            ".",
            "%6frders",
            "orders%2f..%2fother",
            "orders/..",
            "\u0661",
            "a" * 64,
        ],
    )
    def test_a_collection_has_one_spelling(self, acme: TenantApi, name: str) -> None:
        for method in ("GET", "POST"):
            answer = acme.call(method, COLLECTION, path={"collection": name}, body="{}")
            assert (answer.status, answer.slug) == (400, "invalid-parameters")
        assert tenant_api.records() == []

    @pytest.mark.parametrize(
        "item_id", ["\uff10" * 26, UNKNOWN_ID + "\n", UNKNOWN_ID.replace("0", "O"), "#" * 26]
    )
    def test_an_id_has_one_spelling(self, acme: TenantApi, item_id: str) -> None:
        assert acme.call("GET", ITEM, path={**ORDERS, "id": item_id}).slug == "not-found"
        assert acme.call("PATCH", CONTACT, {"state": "done"}, path={"id": item_id}).slug == "not-found"


class TestNumbers:
    @pytest.mark.parametrize("number", ["1" + "0" * 400, "-1" + "0" * 309, "1e999", "-1e309", "9" * 4301])
    def test_a_number_that_others_would_read_as_infinite_is_refused(
        self, acme: TenantApi, number: str
    ) -> None:
        answer = create(acme, f'{{"n":{number}}}')
        assert (answer.status, answer.slug) == (400, "invalid-body")

    @pytest.mark.parametrize(
        "number", ["-0", "-0.0", "1" + "0" * 308, "1e-999", "1.7976931348623157e308", "1E+2"]
    )
    def test_a_number_within_range_is_kept(self, acme: TenantApi, number: str) -> None:
        item_id = create(acme, f'{{"n":{number}}}').json["id"]
        read = acme.call("GET", ITEM, path={**ORDERS, "id": item_id})
        assert float(read.json["n"]) == float(number)

    @pytest.mark.parametrize(
        "number", ["+1", "01", ".5", "1.", "0x1", "1_000", "\u0663", "Infinity", "nan", "-"]
    )
    def test_what_json_knows_no_number_by_is_refused(self, acme: TenantApi, number: str) -> None:
        assert create(acme, f'{{"n":{number}}}').slug == "invalid-body"

    @pytest.mark.parametrize(
        "limit", ["1e1", "\u0663", "%205", "5%20", "%2B5", "1_0", "00000000005", "5%00", "5%0A"]
    )
    def test_a_limit_is_plain_digits(self, acme: TenantApi, limit: str) -> None:
        answer = acme.call("GET", COLLECTION, path=ORDERS, query=f"limit={limit}")
        assert (answer.status, answer.slug) == (400, "invalid-parameters")

    def test_short_numbers_do_not_grow_beyond_what_can_be_stored(self, acme: TenantApi) -> None:
        """1e15 is written out when stored: 4 bytes become 18. DynamoDB's item holds 400 KB."""
        body = '{"n":[' + ",".join(["1e15"] * 13_105) + "]}"
        assert 65_500 < len(body) <= 65_536
        assert create(acme, body).status == 201
        (record,) = (each for each in tenant_api.records() if "#item#" in each["pk"]["S"])
        assert len(record["data"]["S"]) < 300_000


class TestBodies:
    @pytest.mark.parametrize(
        "body",
        [
            gzip.compress(b"{}"),
            "{}".encode("utf-16"),
            "{}".encode("utf-32"),
            b"\xef\xbb\xbf{}",
            b'{"a":"\xed\xa0\x80"}',  # a surrogate, as CESU-8 spells it
            b'{"a":"\xc0\xaf"}',  # an overlong slash
            b"\x00{}",
        ],
        ids=["gzip", "utf-16", "utf-32", "byte order mark", "cesu-8", "overlong", "nul"],
    )
    def test_bytes_that_are_not_plain_utf8_json_are_refused(self, acme: TenantApi, body: bytes) -> None:
        answer = create(acme, base64.b64encode(body).decode(), base64_encoded=True)
        assert (answer.status, answer.slug) == (400, "invalid-body")

    @pytest.mark.parametrize(
        "kind",
        [
            "application/json; charset=utf-16",
            "application/json; charset=utf-8; charset=utf-16",
            "application/json, text/plain",
            "application/merge-patch+json",
            "application/json-patch+json",
            "application/jsonx",
            "multipart/form-data; boundary=x",
            "text/plain; charset=utf-8",
            "*/*",
            "application/json\r\nX: y",
            "application/\u017fson",
        ],
    )
    @pytest.mark.parametrize("method", ["POST", "PUT"])
    def test_another_type_is_refused_before_it_is_read(self, acme: TenantApi, method: str, kind: str) -> None:
        resource, path = (COLLECTION, ORDERS) if method == "POST" else (ITEM, {**ORDERS, "id": UNKNOWN_ID})
        headers = {"content-type": kind, "if-match": "*"}
        answer = acme.call(method, resource, path=path, headers=headers, body="{")
        assert (answer.status, answer.slug) == (415, "unsupported-media-type")

    @pytest.mark.parametrize(
        "body",
        [
            "[" * 65_536,
            '{"a":' * 13_000,
            '{"a":[' + "[]," * 21_000 + "[]]}",
            '{"a":"' + "\\u0000" * 10_000 + '"}',
        ],
        ids=["brackets", "objects", "many empty arrays", "many escapes"],
    )
    def test_a_body_made_to_be_slow_is_soon_answered(self, acme: TenantApi, body: str) -> None:
        started = time.perf_counter()
        assert create(acme, body).status in (201, 400)
        assert time.perf_counter() - started < 1


class TestHeaders:
    @pytest.mark.parametrize(
        "name", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override", "_method"]
    )
    def test_no_header_or_parameter_changes_the_method(self, acme: TenantApi, name: str) -> None:
        item_id = create(acme).json["id"]
        path = {**ORDERS, "id": item_id}
        acme.call("GET", ITEM, path=path, headers={name: "DELETE"}, query=f"{name}=DELETE")
        assert acme.call("GET", ITEM, path=path).status == 200

    @pytest.mark.parametrize(
        "name",
        ["Host", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-For", "Forwarded", "X-Original-URL"],
    )
    def test_no_header_reaches_the_answer(self, acme: TenantApi, name: str) -> None:
        answer = create(acme, headers={name: "evil.example", "Origin": "https://evil.example"})
        assert answer.headers["Location"] == f"orders/{answer.json['id']}"
        assert "evil" not in answer.text + str(answer.headers)

    def test_no_header_changes_tenant_or_subject(self, acme: TenantApi, acme_eu: TenantApi) -> None:
        names = ("X-Tenant", "Tenant", "X-Tenant-Id", "Subject", "X-Amzn-Principal", "x-api-key")
        create(acme, headers=dict.fromkeys(names, "acme-eu"))
        assert acme_eu.call("GET", COLLECTION, path=ORDERS).json == {"items": []}

    @pytest.mark.parametrize("name", ["If-Match", "If-None-Match"])
    @pytest.mark.parametrize(
        "value",
        [
            ", ".join(f'"{n}"' for n in range(10_000)),
            '"' * 10_001,
            "," * 100_000,
            " \t" * 50_000 + "x",
            'W/"1",' * 20_000 + "x",
        ],
        ids=["10,000 tags", "quotes", "commas", "blanks", "weak tags"],
    )
    def test_a_header_of_many_tags_is_soon_refused(self, acme: TenantApi, name: str, value: str) -> None:
        item_id = create(acme).json["id"]
        started = time.perf_counter()
        method = "DELETE" if name == "If-Match" else "GET"
        answer = acme.call(method, ITEM, path={**ORDERS, "id": item_id}, headers={name: value})
        assert (answer.status, answer.slug) == (400, "invalid-parameters")
        assert time.perf_counter() - started < 1

    @given(st.text(' \t,"W/*1', max_size=etags.MAX_LENGTH))
    def test_no_list_of_tags_is_slow_to_read(self, header: str) -> None:
        started = time.perf_counter()
        try:
            etags.parse(header * 5, "If-Match")
        except Exception as error:
            assert type(error).__name__ == "InvalidParameters"  # noqa: PT017 - any other is the finding
        assert time.perf_counter() - started < 0.2

    def test_repeated_preconditions_are_one_list(self, acme: TenantApi) -> None:
        path = {**ORDERS, "id": create(acme).json["id"]}
        stale = acme.call("DELETE", ITEM, path=path, headers=[("If-Match", '"7"'), ("if-match", '"8"')])
        assert stale.slug == "precondition-failed"
        mixed = acme.call("DELETE", ITEM, path=path, headers=[("If-Match", "*"), ("If-Match", '"1"')])
        assert mixed.slug == "invalid-parameters"

    def test_two_content_types_are_none(self, acme: TenantApi) -> None:
        headers = [("Content-Type", "application/json"), ("Content-Type", "application/json")]
        assert create(acme, headers=headers).slug == "unsupported-media-type"


class TestIdempotencyKeys:
    @pytest.mark.parametrize(
        "key", ["k" * 256, "k\r\nx: y", "k\x00", "\ud800", "k,k", '"k", "l"', "\u212a", "k" * 9_000]
    )
    def test_a_key_that_is_no_visible_ascii_is_refused(self, acme: TenantApi, key: str) -> None:
        taken = key in ("k,k",)  # visible, so it is a key like others
        answer = create(acme, headers={"Idempotency-Key": key})
        assert answer.status == (201 if taken else 400)

    def test_two_headers_are_no_key(self, acme: TenantApi) -> None:
        headers = [("Idempotency-Key", "a"), ("Idempotency-Key", "b")]
        assert create(acme, headers=headers).slug == "invalid-parameters"

    def test_a_key_gives_away_nothing_of_another_subject_route_or_collection(self, acme: TenantApi) -> None:
        key = {"Idempotency-Key": "guessed"}
        secret = create(acme, with_member("secret", 1), headers=key, subject="ada")
        acme.call("POST", "/contact", FORM, headers=key, subject=None)
        answers = [
            create(acme, with_member("secret", 1), headers=key, subject="bob"),
            create(acme, with_member("secret", 1), headers=key, subject="ada\n"),
            create(acme, path={"collection": "others"}, headers=key, subject="ada"),
        ]
        assert [answer.status for answer in answers] == [201, 201, 422]
        assert all(secret.json["id"] not in answer.text for answer in answers)

    @pytest.mark.parametrize("key", ["#", ":now", "acme-eu#items#item#orders", "../x", "$ne", '"\\""'])
    def test_a_key_names_no_partition(self, acme: TenantApi, key: str) -> None:
        assert create(acme, headers={"Idempotency-Key": key}).status == 201
        assert all(each.startswith(("acme#items#", "acme#contact#")) for each in partitions())


class TestCursors:
    def test_a_cursor_is_worth_nothing_elsewhere(self, acme: TenantApi, acme_eu: TenantApi) -> None:
        for _ in range(2):
            create(acme)
            acme.call("POST", "/contact", FORM, subject=None)
        cursor = acme.call("GET", COLLECTION, path=ORDERS, query="limit=1").json["next_cursor"]
        by_state = acme.call("GET", "/tools/contacts", query="limit=1&state=new").json["next_cursor"]
        for answer in (
            acme_eu.call("GET", COLLECTION, path=ORDERS, query=f"cursor={cursor}"),
            acme.call("GET", COLLECTION, path={"collection": "others"}, query=f"cursor={cursor}"),
            acme.call("GET", "/tools/contacts", query=f"cursor={cursor}"),
            acme.call("GET", "/tools/contacts", query=f"cursor={by_state}"),
            acme.call("GET", "/tools/contacts", query=f"state=open&cursor={by_state}"),
            acme.call("GET", COLLECTION, path=ORDERS, query=f"cursor={cursor}&cursor={cursor}"),
            acme.call("GET", COLLECTION, path=ORDERS, query=f"cursor={cursor}%0A"),
            acme.call("GET", COLLECTION, path=ORDERS, query="cursor=" + "A" * 100_000),
        ):
            assert answer.slug in ("invalid-cursor", "invalid-parameters")
