"""Hostile requests over the wire, as no well-behaved client would send them: refused, and never obeyed.

What a function alone decides is tried on the functions; here is what the gateway has a part in.
"""

import gzip
import http.client
import json
import zlib
from urllib.parse import urlsplit

import pytest

from tests.support.command import eventually
from tests.support.platform import Platform, Tenant, problem

JSON = {"Content-Type": "application/json"}


def raw(tenant: Tenant, method: str, target: str, token: str) -> tuple[int, str]:
    """Status and text of an answer; method and target go out exactly as they are written."""
    address = urlsplit(tenant.url)
    connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=30)
    try:
        connection.putrequest(method, address.path + target)
        connection.putheader("x-api-key", tenant.key)
        connection.putheader("Authorization", f"Bearer {token}")
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


@pytest.fixture(scope="module")
def reader(platform: Platform) -> str:
    return platform.tenants["acme"].token("items:read")


@pytest.mark.parametrize(
    "target",
    [
        "/items/..%2f..%2ftools%2fsummary",
        "/items/%2e%2e/%2e%2e/tools/summary",
        "/items/../tools/summary",
        "/items/orders/../../tools/summary",
        "/items/orders%00",
        "/items/%6frders%23",
        "/items/%ff%fe",
        "/items/%d0%bErders",
        "/items/orders;a=b",
        "/ITEMS/orders",
        "/items/orders%2f00000000000000000000000000",
    ],
)
def test_no_spelling_of_a_path_reaches_another_route(acme: Tenant, reader: str, target: str) -> None:
    """The token opens `items` alone, so another route would answer 403, and what it holds nowhere shows.

    Not tried, because the emulator differs: it merges `//`, which AWS takes for an empty segment and knows no
    route of; and a wildcard of a policy stops at an encoded line feed there (403), which AWS leaves encoded.
    """
    status, text = raw(acme, "GET", target, reader)
    assert status in (400, 404), text
    assert json.loads(text)["type"].startswith("urn:tenantry:problem:")
    assert "contacts" not in text


@pytest.mark.parametrize("name", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
def test_no_header_changes_the_method(acme: Tenant, name: str) -> None:
    path = "/items/" + acme.call("POST", "/items/overrides", {}).headers["location"]
    assert acme.call("GET", path, headers={name: "DELETE"}).status_code == 200
    assert acme.call("GET", path).status_code == 200


# Not `get`: the emulator takes it for GET, where AWS refuses it as no method at all.
@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND", "QUERY"])
def test_a_method_that_no_route_has_is_refused(acme: Tenant, reader: str, method: str) -> None:
    assert raw(acme, method, "/items/orders", reader)[0] in (400, 404, 405)


@pytest.mark.parametrize(
    "name", ["X-Forwarded-Host", "X-Forwarded-Proto", "Forwarded", "X-Original-URL", "X-Rewrite-URL"]
)
def test_no_header_changes_the_address(acme: Tenant, name: str) -> None:
    made = acme.call("POST", "/items/forwarded", {}, headers={name: "/evil.example"})
    assert made.status_code == 201
    assert "evil" not in made.text + str(made.headers)


def test_stage_and_tenant_come_from_the_address_alone(acme: Tenant, acme_eu: Tenant) -> None:
    spoofed = {"X-Tenant": "acme-eu", "X-Stage": "acme-eu", "X-Amzn-Apigateway-Api-Id": "x"}
    made = acme.call("POST", "/items/spoofed", {}, headers=spoofed)
    assert made.status_code == 201
    assert acme_eu.call("GET", "/items/spoofed").json() == {"items": []}


@pytest.mark.parametrize(
    "kind",
    [
        "application/json; charset=utf-16",
        "application/merge-patch+json",
        "multipart/form-data; boundary=x",
        "text/xml",
        "*/*",
    ],
)
def test_what_is_declared_as_another_type_is_not_read(acme: Tenant, kind: str) -> None:
    answer = acme.call("POST", "/items/orders", content=b"{}", headers={"Content-Type": kind})
    assert problem(answer) == (415, "unsupported-media-type")


@pytest.mark.parametrize(
    "body",
    [
        gzip.compress(b'{"a": 1}'),
        b"\xef\xbb\xbf{}",
        "{}".encode("utf-16"),
        b'{"a": "\\ud800"}',
        b"[" * 60_000,
        b'{"a":' * 12_000,
        b'{"a": 1e999}',
        b'{"a": 1' + b"0" * 400 + b"}",
        b'{"a": NaN}',
        b"\x00",
    ],
    ids=["gzip", "bom", "utf-16", "surrogate", "arrays", "objects", "1e999", "10**400", "NaN", "nul"],
)
def test_a_body_that_readers_could_read_differently_is_refused(acme: Tenant, body: bytes) -> None:
    """Bytes of a string that are not UTF-8 never get here: the gateway writes U+FFFD for them, on AWS too."""
    answer = acme.call("POST", "/items/orders", content=body, headers=JSON | {"Content-Encoding": "identity"})
    assert problem(answer) == (400, "invalid-body")


def test_a_subject_of_any_text_is_stored_as_it_is(acme: Tenant) -> None:
    subject = 'CN="Ada \\ Lovelace", ünïcode 100%41'
    form = {"email": "ada@example.com", "message": "Hello"}
    sent = acme.call("POST", "/contact", form, token=None).json()
    path = f"/tools/contacts/{sent['id']}"
    changed = acme.call("PATCH", path, {"note": "read"}, token=acme.token(sub=subject))
    assert (changed.status_code, changed.json()["updated_by"]) == (200, subject)


def test_credentials_count_where_they_belong_alone(acme: Tenant) -> None:
    """Neither the query nor a cookie opens anything."""
    query = f"?x-api-key={acme.key}&access_token={acme.own_token}&Authorization=Bearer%20{acme.own_token}"
    cookie = {"Cookie": f"x-api-key={acme.key}; Authorization={acme.own_token}"}
    refused = acme.call("GET", "/items/orders" + query, key=None, token=None, headers=cookie)
    assert problem(refused) == (401, "unauthorized")


@pytest.mark.parametrize(
    "query",
    [
        "AWSAccessKeyId=999999999999",
        "%41WSAccessKeyId=999999999999&Signature=x&Expires=1",
        "a=b&X-Amz-Credential=999999999999/20260101/us-west-2/s3/aws4_request&X-Amz-Signature=1",
        "X-Amz-Algorithm=AWS4-ECDSA-P256-SHA256&X-Amz-Region-Set=us-west-2",
        "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=x/20260101/us-west-2/s3/aws4_request",
    ],
)
def test_a_query_that_names_a_signer_of_aws_leads_to_no_other_account(acme: Tenant, query: str) -> None:
    marker = f"signed-{zlib.crc32(query.encode()):08x}"
    answer = acme.call("POST", f"/items/{marker}?{query}", {"a": 1})
    made = [answer.json()] if answer.status_code == 201 else []  # what names a signer alone is left out
    assert made or problem(answer) == (400, "invalid-parameters")
    assert acme.call("GET", f"/items/{marker}").json()["items"] == made
    # Its line stands in the log that the platform reads, whatever Region the query names.
    log, request = acme.platform.names.access_log(acme.slug), answer.headers["x-amzn-requestid"]
    assert eventually(lambda: request in str(acme.platform.log_lines(log)))


@pytest.mark.parametrize(
    "value",
    [
        "AWS4-HMAC-SHA256 Credential=999999999999/20260101/us-west-2/s3/aws4_request, Signature=1",
        "AWS4-ECDSA-P256-SHA256 Credential=999999999999/20260101/s3/aws4_request, Signature=1",
        "AWS 999999999999:x",
    ],
)
def test_a_signature_of_aws_is_no_token_and_changes_nothing_where_none_is_asked_for(
    acme: Tenant, value: str
) -> None:
    signed = {"Authorization": value, "X-Amz-Region-Set": "us-west-2"}
    refused = acme.call("GET", "/items/orders", token=None, headers=signed)
    assert problem(refused) == (401, "unauthorized")
    healthy = acme.call("GET", "/health", token=None, headers=signed)
    assert (healthy.status_code, healthy.json()) == (200, {"status": "ok"})


def test_nothing_failed_on_our_side(platform: Platform) -> None:
    """Last in this file: what hostile requests left in the functions' logs."""
    lines = platform.log_lines("/aws/lambda/")
    assert [line for line in lines if "unexpected failure" in line or "Task timed out" in line] == []
