"""What a request is made of by those who mean harm is taken literally or refused, never obeyed.

Nothing here may end in a 5xx, in a second log line, or in a record outside the tenant's own partitions.
"""

import json
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api import etags
from tests.support import events
from tests.support.tenant_api import TenantApi
from tests.unit.functions.hostility import (
    COLLECTION,
    CONTACT,
    ITEM,
    NASTY,
    ORDERS,
    UNKNOWN_ID,
    create,
    partitions,
    with_member,
)

# Any text at all, unpaired surrogates included.
TEXT = st.text(st.characters(categories=None), max_size=60) | st.sampled_from(NASTY)
ONE_TABLE = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60
)


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
        assert json.loads(line)["request_id"] == nasty

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
