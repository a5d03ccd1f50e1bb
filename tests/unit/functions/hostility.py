"""Requests made by those who mean harm, and the parts that they are made of."""

import json
from typing import Any

from tests.support import tenant_api
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


def create(api: TenantApi, body: str | None = "{}", **event: Any) -> Answer:
    return api.call("POST", COLLECTION, path=event.pop("path", ORDERS), body=body, **event)


def with_member(member: str, value: Any) -> str:
    """ASCII only: what is not reaches the parser as escapes, surrogates too."""
    return json.dumps({member: value})


def partitions() -> set[str]:
    return {record["pk"]["S"] for record in tenant_api.records()}
