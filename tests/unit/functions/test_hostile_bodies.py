"""A body or number that two readers could take differently is refused, and none is slow to read."""

import base64
import contextlib
import gzip
import math
import re
import sys
from decimal import Decimal

import pytest

from api.strict_json import MalformedJson, parse
from tests.support.tenant_api import TenantApi
from tests.unit.functions.hostility import COLLECTION, ITEM, ORDERS, UNKNOWN_ID, create


class TestNumbers:
    @pytest.mark.parametrize("number", ["1" + "0" * 400, "-1" + "0" * 309, "1e999", "-1e309", "9" * 4301])
    def test_a_number_that_others_would_read_as_infinite_is_refused(
        self, acme: TenantApi, number: str
    ) -> None:
        answer = create(acme, f'{{"n":{number}}}')
        assert (answer.status, answer.slug) == (400, "invalid-body")

    @pytest.mark.parametrize(
        "number",
        [
            *("0", "-0", "-0.0", "0e5", "1E+2", "12.50", "0.1", "-1.5e-7", "5e-324"),
            *("1" + "0" * 308, "1.7976931348623157e308", "9007199254740993", "0.30000000000000004"),
        ],
    )
    def test_a_number_comes_back_as_the_same_number(self, acme: TenantApi, number: str) -> None:
        item_id = create(acme, f'{{"n":{number}}}').json["id"]
        text = acme.call("GET", ITEM, path={**ORDERS, "id": item_id}).text
        written = re.findall(r'"n":([^,}]+)', text)[0]
        assert Decimal(written) == Decimal(number)
        assert math.copysign(1, float(written)) == math.copysign(1, float(number))

    @pytest.mark.parametrize(
        "number",
        [
            *("1e-400", "-1e-999", "9007199254740993.0", "9007199254740992.5", "0.1000000000000000055"),
            *("3.141592653589793238462643383279502884197", "1e-324", "1" * 40 + ".5"),
            *(
                "1e-9999999999999999999",
                "0e9999999999999999999",
                "-0e99999999999999999999",
                "0.0E-" + "9" * 99,
            ),
        ],
    )
    def test_a_number_that_would_come_back_as_another_is_refused(self, acme: TenantApi, number: str) -> None:
        answer = create(acme, f'{{"n":[{{"m":{number}}}]}}')
        assert (answer.status, answer.slug) == (400, "invalid-body")
        assert "more digits than a double keeps" in answer.json["detail"]

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


def calls_to_parse(text: str) -> int:
    """Calls of Python functions, each resumption of a generator among them: the same on every machine."""
    calls: list[str] = []
    sys.setprofile(lambda _frame, event, _argument: calls.append(event) if event == "call" else None)
    try:
        with contextlib.suppress(MalformedJson):
            parse(text)
    finally:
        sys.setprofile(None)
    return len(calls)


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
    def test_a_body_made_to_be_slow_takes_work_by_its_length_alone(self, acme: TenantApi, body: str) -> None:
        assert create(acme, body).status in (201, 400)
        assert calls_to_parse(body) < 2 * len(body)
