"""What is taken as a body, and by which problem anything else is refused."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api import strict_json
from api.bodies import MAX_BYTES, json_object
from api.errors import ApiError, InvalidBody
from api.responses import compact_json
from tests.support.tenant_api import Answer, TenantApi

COLLECTION = "/items/{collection}"
ORDERS = {"collection": "orders"}

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda children: st.lists(children, max_size=4) | st.dictionaries(st.text(), children, max_size=4),
    max_leaves=20,
)


def post(api: TenantApi, body: str | None, **event: Any) -> Answer:
    return api.call("POST", COLLECTION, path=ORDERS, body=body, **event)


def nested(depth: int) -> str:
    """An object that holds arrays: `depth` levels in all."""
    return '{"a":' + "[" * (depth - 1) + "]" * (depth - 1) + "}"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(None, id="no body"),
        pytest.param("", id="empty body"),
        pytest.param("{", id="cut"),
        pytest.param("{} {}", id="two values"),
        pytest.param("[]", id="an array"),
        pytest.param("null", id="null"),
        pytest.param('"text"', id="a string"),
        pytest.param('{"a":NaN}', id="NaN"),
        pytest.param('{"a":-Infinity}', id="infinity"),
        pytest.param('{"a":1e999}', id="a number beyond a double"),
        pytest.param('{"a":' + "9" * 5000 + "}", id="a number of 5000 digits"),
        pytest.param('{"a":1,"a":2}', id="a repeated name"),
        pytest.param('{"b":[{"a":1,"\\u0061":2}]}', id="a repeated name in disguise"),
        pytest.param('{"a":"\\ud800"}', id="an unpaired surrogate"),
        pytest.param('{"\\udc00":1}', id="an unpaired surrogate in a name"),
        pytest.param('{"a":"\ud800"}', id="a raw surrogate"),
        pytest.param("\ufeff{}", id="a byte order mark"),
        pytest.param(nested(33), id="33 levels"),
        pytest.param("[" * 60_000, id="60000 open brackets"),
        pytest.param("{'a':1}", id="single quotes"),
        pytest.param('{"a":1,}', id="a trailing comma"),
        pytest.param('{"a":"\n"}', id="a raw line feed in a string"),
    ],
)
def test_a_body_that_is_not_strict_json_is_refused(acme: TenantApi, body: str | None) -> None:
    answer = post(acme, body)
    assert (answer.status, answer.slug) == (400, "invalid-body")


@pytest.mark.parametrize("body", ["{}", nested(32), '{"a":"\\ud83d\\ude00"}', '{"a":"\\u0000"}'])
def test_unusual_but_strict_json_is_taken(acme: TenantApi, body: str) -> None:
    assert post(acme, body).status == 201


def test_size_is_measured_in_bytes(acme: TenantApi) -> None:
    frame = len('{"a":""}')
    fits = '{"a":"' + "é" * ((MAX_BYTES - frame) // 2) + '"}'
    assert len(fits.encode()) == MAX_BYTES
    assert post(acme, fits).status == 201
    answer = post(acme, fits.replace('"a"', '"ab"'))
    assert (answer.status, answer.slug) == (413, "payload-too-large")


class TestEncodings:
    def test_a_base64_body_is_decoded(self, acme: TenantApi) -> None:
        body = base64.b64encode('{"a":"é"}'.encode()).decode()
        assert post(acme, body, base64_encoded=True).json["a"] == "é"

    @pytest.mark.parametrize("body", ["{}", "e30", "//79", "e30=\n", "\u00e9", "\ud800"])
    def test_bad_base64_and_bytes_that_are_not_utf8_are_refused(self, acme: TenantApi, body: str) -> None:
        assert post(acme, body, base64_encoded=True).slug == "invalid-body"

    def test_what_the_gateway_puts_for_bytes_that_are_not_utf8_is_refused(self, acme: TenantApi) -> None:
        answer = post(acme, b'{"a":"\xff"}'.decode(errors="replace"))
        assert (answer.status, answer.slug) == (400, "invalid-body")
        assert "not valid UTF-8" in answer.json["detail"]

    def test_that_character_itself_is_sent_as_an_escape(self, acme: TenantApi) -> None:
        assert post(acme, '{"a":"\\ufffd"}').json["a"] == "\ufffd"

    def test_a_large_base64_body_is_measured_decoded(self, acme: TenantApi) -> None:
        body = base64.b64encode(b" " * (MAX_BYTES + 1)).decode()
        assert post(acme, body, base64_encoded=True).slug == "payload-too-large"


class TestMediaTypes:
    @pytest.mark.parametrize(
        "given_type",
        ["application/json", "Application/JSON; charset=UTF-8", 'application/json;charset="utf-8"'],
    )
    def test_json_in_utf8_is_taken(self, acme: TenantApi, given_type: str) -> None:
        assert post(acme, "{}", headers={"CONTENT-TYPE": given_type}).status == 201

    @pytest.mark.parametrize(
        "given_type",
        ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin-1", "json", ""],
    )
    def test_any_other_type_is_refused(self, acme: TenantApi, given_type: str) -> None:
        answer = post(acme, "{}", headers={"content-type": given_type})
        assert (answer.status, answer.slug) == (415, "unsupported-media-type")


@given(st.dictionaries(st.text(), JSON_VALUES, max_size=5))
def test_what_is_read_is_what_was_written(value: dict[str, Any]) -> None:
    assert strict_json.parse(json.dumps(value)) == value
    assert json.loads(compact_json(strict_json.parse(json.dumps(value)))) == value


@given(st.text())
def test_no_text_makes_the_parser_fail_otherwise_than_by_refusing(text: str) -> None:
    try:
        value = json_object(text, base64_encoded=False, content_type=None)
    except ApiError:
        return
    assert json.loads(compact_json(value)) == json.loads(text)


@given(st.text(alphabet='{}[]",:\\u0dA1e9-. tfn', max_size=60))
def test_whatever_is_taken_the_plain_parser_reads_alike(text: str) -> None:
    try:
        value = json_object('{"a":' + text + "}", base64_encoded=False, content_type=None)
    except InvalidBody:
        return
    assert value == json.loads('{"a":' + text + "}")
