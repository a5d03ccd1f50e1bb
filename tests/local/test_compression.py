"""The gateway compresses what is large enough for clients that ask, and opens what comes compressed."""

import gzip
import http.client
import zlib
from urllib.parse import urlsplit

import pytest

from tenantry.local.clients import Session
from tests.local.cloud import INVOCATION, make_function, make_role

SMALLEST = 1_000
ECHO = """
    def handle(event, context):
        return {"statusCode": 200, "body": (event["body"] or "")}
"""
LARGE = b"abcdefghij" * 200


def made(root: Session) -> str:
    """The address of a stage that answers with what it is sent."""
    gateway = root.client("apigateway")
    make_function(root, "echo", ECHO, make_role(root, "echo"))
    api = gateway.create_rest_api(name="echoing", minimumCompressionSize=SMALLEST)["id"]
    at = {"restApiId": api, "resourceId": gateway.get_resources(restApiId=api)["items"][0]["id"]}
    at["httpMethod"] = "POST"
    gateway.put_method(**at, authorizationType="NONE")
    uri = INVOCATION % "echo"
    gateway.put_integration(**at, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri)
    gateway.create_deployment(restApiId=api, stageName="one")
    return f"{root.endpoint}/_aws/execute-api/{api}/one/"


def post(url: str, body: bytes, **headers: str) -> tuple[int, str | None, bytes]:
    """Status, coding and content."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=30)
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        connection.request("POST", parts.path, body, sent)
        answer = connection.getresponse()
        return answer.status, answer.getheader("content-encoding"), answer.read()
    finally:
        connection.close()


@pytest.fixture(scope="module")
def url(root: Session) -> str:
    return made(root)


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [("gzip", "gzip"), ("br, deflate", "deflate"), ("gzip;q=0, deflate", "deflate"), ("GZIP", "gzip")],
)
def test_an_answer_is_compressed_from_the_size_on(url: str, accepted: str, coding: str) -> None:
    status, told, content = post(url, LARGE, accept_encoding=accepted)
    assert (status, told) == (200, coding)
    opened = gzip.decompress(content) if coding == "gzip" else zlib.decompress(content)
    assert opened == LARGE
    assert len(content) < len(LARGE) / 10


@pytest.mark.parametrize("accepted", ["*", "identity", "br", "gzip;q=0"])
def test_a_client_that_names_no_known_coding_gets_it_as_it_is(url: str, accepted: str) -> None:
    assert post(url, LARGE, accept_encoding=accepted) == (200, None, LARGE)


def test_a_small_answer_is_sent_as_it_is(url: str) -> None:
    small = LARGE[: SMALLEST - 1]
    assert post(url, small, accept_encoding="gzip") == (200, None, small)
    assert post(url, LARGE[:SMALLEST], accept_encoding="gzip")[1] == "gzip"


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_compressed_body_is_opened(url: str, coding: str) -> None:
    body = gzip.compress(LARGE) if coding == "gzip" else zlib.compress(LARGE)
    assert post(url, body, content_encoding=coding) == (200, None, LARGE)


@pytest.mark.parametrize(
    ("body", "coding"),
    [
        (LARGE, "gzip"),
        (gzip.compress(LARGE)[:-9], "gzip"),
        (LARGE, "br"),
        (gzip.compress(b" " * 10_485_761), "gzip"),
    ],
    ids=["not compressed", "cut off", "another coding", "too large when opened"],
)
def test_what_cannot_be_opened_is_415(url: str, body: bytes, coding: str) -> None:
    assert post(url, body, content_encoding=coding)[0] == 415


def test_the_untouched_emulator_compresses_nothing(untouched: Session) -> None:
    """When this fails, the repair is no longer needed."""
    assert post(made(untouched), LARGE, accept_encoding="gzip") == (200, None, LARGE)
