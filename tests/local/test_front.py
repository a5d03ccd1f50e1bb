"""Who can read the state file reaches the emulator's control plane: no other user, no page, no stranger."""

import json
import re
import socket
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import psutil
import pytest
from botocore.exceptions import ClientError

from tenantry.local.clients import ACCOUNT, Credentials, Session, session, stage_url
from tenantry.local.emulator.parent import Emulator
from tests.local.cloud import TABLE, Api, make_function, make_role, session_of, tables
from tests.support import strangers
from tests.support.signed import NOBODY, UNSIGNED, Request, mails

pytestmark = pytest.mark.usefixtures("table")


def test_the_administrator_and_roles_are_let_in_by_their_signatures(root: Session, listing: Request) -> None:
    assert json.loads(listing.send().body) == {"TableNames": [TABLE]}
    reader = make_role(root, "in", {"Effect": "Allow", "Action": "dynamodb:ListTables", "Resource": "*"})
    assert tables(session_of(root, reader)) == [TABLE]


@pytest.mark.parametrize(
    "access_key", ["test", ACCOUNT, "111111111111", "ASIA0123456789ABCDEF", "AKIAUNKNOWN"]
)
def test_a_key_that_was_not_made_here_is_nobodys(repaired: Emulator, access_key: str) -> None:
    for secret in ("test", "", access_key, repaired.record.secret):
        assert Request(repaired.endpoint).signed(access_key, secret).send().error == NOBODY


@pytest.mark.parametrize("service", ["sts", "iam", "sns", "s3", "lambda", "cloudwatch", "sesv2"])
def test_a_client_reads_the_refusal_of_each_protocol(repaired: Emulator, service: str) -> None:
    client = session(repaired.endpoint, Credentials("test", "test")).client(service)
    call = {
        "sts": "get_caller_identity",
        "iam": "list_roles",
        "sns": "list_topics",
        "s3": "list_buckets",
        "lambda": "list_functions",
        "cloudwatch": "list_metrics",
        "sesv2": "list_email_identities",
    }[service]
    with pytest.raises(ClientError, match=r"UnrecognizedClientException.* is not known here"):
        getattr(client, call)()


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("POST", "/_ministack/reset"),
        ("GET", "/_ministack/ses/messages"),
        ("GET", "/_ministack/sqs/messages"),
        ("GET", "/_ministack/sns/sms-messages"),
        ("GET", "/_ministack/health"),
        ("GET", "/_ministack/lambda-code/shows"),
        ("POST", "/_ministack/config"),
        ("PUT", "/_ministack/cfn-response/x"),
        ("POST", "/_ministack/eks-auth/x"),
        ("POST", "/_ministack/rds/iam-auth"),
        ("POST", "/_ministack/ready"),
        ("GET", "/_ministack/ready/"),
        ("GET", "/_ministack/READY"),
        ("GET", "/_localstack/health"),
        ("GET", "/_localstack/init"),
        ("GET", "/health"),
        ("GET", "/oauth2/authorize"),
        ("POST", "/oauth2/token"),
        ("POST", "/login"),
        ("GET", "/us-east-1_x/.well-known/jwks.json"),
        ("GET", "/_aws/lambda-url/0123456789abcdef0123456789abcdef/"),
        ("POST", "/_aws/execute-api/a/b/@connections/c"),
        ("POST", "/_aws/execute-api/a"),
        ("GET", "/restapis/a/b/_user_request_/c"),
        ("GET", "/_alb/x/"),
        ("GET", "/iceberg/v1/config"),
        ("GET", "/v2/_catalog"),
        ("GET", "/mine/key"),
        ("POST", "/?Action=AssumeRoleWithWebIdentity&RoleArn=x&RoleSessionName=y&WebIdentityToken=z"),
        ("GET", "/?Action=ConfirmSubscription&TopicArn=x&Token=y"),
        ("OPTIONS", "/"),
        ("OPTIONS", "/_ministack/reset"),
    ],
)
def test_what_is_not_signed_is_refused_whatever_it_asks_for(
    repaired: Emulator, root: Session, method: str, target: str
) -> None:
    answer = Request(repaired.endpoint, method, target, {}, b"").send()
    assert answer.error == UNSIGNED
    assert not answer.shared
    assert tables(root) == [TABLE]


def test_readiness_is_all_that_anybody_may_ask(repaired: Emulator) -> None:
    ready = Request(repaired.endpoint, "GET", "/_ministack/ready", {}, b"")
    assert ready.send().status == 200
    assert ready.but(Host="evil.example").send().error == (403, "AccessDenied")


def test_the_administrator_reads_what_would_have_been_mailed(repaired: Emulator, root: Session) -> None:
    ses = root.client("sesv2")
    ses.create_email_identity(EmailIdentity="a@tenantry.example")
    mail = {"Subject": {"Data": "Hello"}, "Body": {"Text": {"Data": "Hello"}}}
    ses.send_email(
        FromEmailAddress="a@tenantry.example",
        Destination={"ToAddresses": ["b@tenantry.example"]},
        Content={"Simple": mail},
    )
    assert [each["Subject"] for each in mails(repaired.endpoint, root)[ACCOUNT]] == ["Hello"]


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "mine.s3.localhost:4566", ""])
def test_a_request_to_another_name_is_refused_with_a_good_signature_too(
    repaired: Emulator, root: Session, host: str
) -> None:
    """As a page sends it whose name leads here (DNS rebinding)."""
    foreign = Request(repaired.endpoint).but(Host=host).by(root)
    assert foreign.send().error == (403, "AccessDenied")


@pytest.mark.parametrize(
    "sent",
    [{"Origin": "null"}, {"Origin": "http://127.0.0.1:4566"}, {"Sec_Fetch_Site": "same-origin"}],
)
def test_a_page_is_refused_with_a_good_signature_too(
    repaired: Emulator, root: Session, sent: dict[str, str]
) -> None:
    assert Request(repaired.endpoint).but(**sent).by(root).send().error == (403, "AccessDenied")


def test_no_answer_of_the_control_plane_may_be_read_by_pages(listing: Request, untouched: Session) -> None:
    assert not listing.send().shared
    alone = Request(untouched.endpoint).by(untouched)
    assert alone.send().headers["Access-Control-Allow-Origin"] == "*"


def test_a_websocket_is_refused(repaired: Emulator) -> None:
    upgrade = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
    }
    for target in ("/", "/_aws/execute-api/a/b"):
        assert Request(repaired.endpoint, "GET", target, upgrade, b"").send().status == 403


def test_a_stage_is_reached_from_pages_and_by_any_name_as_its_own(repaired: Emulator, root: Session) -> None:
    """What Host says leads neither to the control plane nor to the function."""
    told = """
        import json
        def handle(event, context):
            return {"statusCode": 200, "headers": {"Access-Control-Allow-Origin": "https://shop.example"},
                    "body": json.dumps({name.lower(): value for name, value in event["headers"].items()})}
    """
    make_function(root, "stage", told, make_role(root, "stage"))
    api = Api.make(root, authorized=False)
    api.add_stage("acme", items_function="stage")
    own = repaired.endpoint.removeprefix("http://")
    target = stage_url("", api.id, "acme") + "/who"
    root.client("s3").create_bucket(Bucket="aws")
    for host in (own, "localhost:5173", "evil.example", "aws.s3.localhost:4566", "a.cloudfront.net"):
        page = {"Host": host, "Origin": "https://shop.example", "Sec-Fetch-Site": "cross-site"}
        answer = Request(repaired.endpoint, "GET", target, page, b"").send()
        assert (answer.status, json.loads(answer.body)["host"]) == (200, own)
        assert answer.headers["Access-Control-Allow-Origin"] == "https://shop.example"


def test_another_user_of_the_machine_reads_no_secret_and_is_nobody(
    repaired: Emulator, root: Session, listing: Request
) -> None:
    endpoint, pid = repaired.endpoint, repaired.record.pid
    zero = re.sub("Signature=.*", "Signature=" + "0" * 64, listing.headers["Authorization"])
    requests = {
        "test": Request(endpoint).signed("test", "test"),
        "account": Request(endpoint).signed(ACCOUNT, "test"),
        "zero": listing.but(Authorization=zero),
        "expired": Request(endpoint).by(root, at=timedelta(minutes=-6)),
        "another body": replace(listing, body=b'{"Limit": 1}'),
        "reset": Request(endpoint, "POST", "/_ministack/reset", {}, b""),
        "mails": Request(endpoint, "GET", "/_ministack/ses/messages", {}, b""),
    }
    files = [
        repaired.record.directory / "emulator.log",
        Path(f"/proc/{pid}/environ"),
        Path(f"/proc/{pid}/mem"),
    ]
    got = strangers.tried(files, requests)
    assert got == {**dict.fromkeys(map(str, files), "refused"), **dict.fromkeys(requests, 403)}
    assert tables(root) == [TABLE]


def test_the_secret_is_in_no_command_line_and_no_environment(repaired: Emulator) -> None:
    server = psutil.Process(repaired.record.pid)
    seen = [*server.cmdline(), *server.environ().values()]
    assert repaired.record.secret not in " ".join(seen)
    assert repaired.record.secret not in repr(repaired.record)


def test_the_body_of_a_refused_request_is_not_the_next_request(repaired: Emulator, root: Session) -> None:
    inner = Request(repaired.endpoint).by(root)
    own = "".join(f"{name}: {value}\r\n" for name, value in inner.headers.items())
    smuggled = f"POST / HTTP/1.1\r\nHost: {inner.host}\r\n{own}Content-Length: 2\r\n\r\n{{}}"
    outer = f"POST / HTTP/1.1\r\nHost: {inner.host}\r\nContent-Length: {len(smuggled)}\r\n\r\n{smuggled}"
    after = f"GET /_ministack/ready HTTP/1.1\r\nHost: {inner.host}\r\nConnection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", repaired.record.port), timeout=10) as connection:
        connection.sendall((outer + after).encode())
        got = b"".join(iter(lambda: connection.recv(65_536), b""))
    assert re.findall(rb"HTTP/1.1 (\d+)", got) == [b"403", b"200"]
