"""Who can read the state file reaches the emulator's control plane: no other user, no page, no stranger."""

import json
import re
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import psutil
import pytest
from botocore.exceptions import ClientError
from playwright.sync_api import Page

from tenantry.local.clients import ACCOUNT, Credentials, Session, session, stage_url
from tenantry.local.emulator.parent import Emulator
from tests.local.cloud import ECHO, TABLE, TABLE_ARN, Api, make_function, make_role, make_table, session_of
from tests.support import browser, strangers
from tests.support.signed import Request, mails

REFUSED = (403, "SignatureDoesNotMatch")
NOBODY = (403, "UnrecognizedClientException")
UNSIGNED = (403, "MissingAuthenticationToken")
READER = """
    import json, os, boto3
    def handle(event, context):
        read = boto3.client("dynamodb").get_item(TableName="items", Key={"pk": {"S": "a"}, "sk": {"S": "b"}})
        return {"statusCode": 200, "body": json.dumps(list(read))}
"""


@pytest.fixture(scope="module", autouse=True)
def table(root: Session) -> None:
    make_table(root)


@pytest.fixture
def listing(repaired: Emulator, root: Session) -> Request:
    """ListTables, as the administrator signs it."""
    return Request(repaired.endpoint).by(root)


def tables(root: Session) -> list[str]:
    return list(root.client("dynamodb").list_tables()["TableNames"])


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


def test_a_wrong_secret_and_a_made_up_signature_are_refused(repaired: Emulator, listing: Request) -> None:
    access_key = repaired.root_session().boto.get_credentials().access_key
    for secret in ("", "test", "x" * 43, repaired.record.secret[:-1]):
        assert Request(repaired.endpoint).signed(access_key, secret).send().error == REFUSED
    zero = re.sub("Signature=.*", "Signature=" + "0" * 64, listing.headers["Authorization"])
    assert listing.but(Authorization=zero).send().error == REFUSED


@pytest.mark.parametrize("minutes", [-(60 * 24 * 365 * 6), -6, 6])
def test_a_signature_out_of_its_time_is_refused(repaired: Emulator, root: Session, minutes: int) -> None:
    late = Request(repaired.endpoint).by(root, at=timedelta(minutes=minutes))
    assert late.send().error == REFUSED


def test_a_signature_of_four_minutes_ago_is_good(repaired: Emulator, root: Session) -> None:
    assert Request(repaired.endpoint).by(root, at=timedelta(minutes=-4)).send().status == 200


def test_a_signature_is_good_for_nothing_but_its_own_request(listing: Request) -> None:
    """Body, method, path, query, and each header that it covers, has to cover, or that was added."""
    others = [
        replace(listing, body=b'{"Limit": 1}'),
        replace(listing, method="PUT"),
        replace(listing, target="/other"),
        replace(listing, target="/?Action=ListUsers"),
        listing.but(X_Amz_Target="DynamoDB_20120810.DeleteTable"),
        listing.but(Content_Type="application/json"),
        listing.but(X_Amz_Date="20200101T000000Z"),
        listing.but(Host="localhost:" + listing.endpoint.rpartition(":")[2]),
    ]
    assert {each.send().error for each in others} == {REFUSED}
    added = [
        listing.but(X_Amz_Security_Token="x"),
        listing.but(X_Amz_Content_Sha256="x"),
        listing.but(Content_Encoding="aws-chunked"),
        listing.but(X_Ministack_Invoke_Depth="1"),
        listing.but(Cookie="x"),
    ]
    assert {each.send().error for each in added} == {(403, "IncompleteSignature")}
    assert listing.but(User_Agent="x", Accept="*/*", X_Amzn_Trace_Id="x").send().status == 200


@pytest.mark.parametrize("digest", ["UNSIGNED-PAYLOAD", "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "0" * 64])
def test_a_body_that_the_signature_does_not_cover_is_refused(
    repaired: Emulator, root: Session, digest: str
) -> None:
    request = Request(repaired.endpoint).but(X_Amz_Content_Sha256=digest).by(root)
    assert request.send().error == REFUSED


def test_a_signature_in_the_query_is_none(repaired: Emulator, root: Session) -> None:
    root.client("s3").create_bucket(Bucket="mine")
    url = root.client("s3").generate_presigned_url("list_objects_v2", {"Bucket": "mine"})
    presigned = Request(repaired.endpoint, "GET", url.removeprefix(repaired.endpoint), {}, b"")
    assert presigned.send().error == UNSIGNED


def test_a_path_that_could_be_read_in_two_ways_is_refused(repaired: Emulator, root: Session) -> None:
    for target in ("/a//b", "/a/../", "/./", "/a/%2e%2e/../b"):
        assert Request(repaired.endpoint, target=target).by(root).send().error == REFUSED


def test_a_roles_key_opens_nothing_without_its_token(repaired: Emulator, root: Session) -> None:
    arn = make_role(root, "token", {"Effect": "Allow", "Action": "dynamodb:ListTables", "Resource": "*"})
    made = root.client("sts").assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]
    own = made["AccessKeyId"], made["SecretAccessKey"]
    listing = Request(repaired.endpoint)
    assert listing.but(X_Amz_Security_Token=made["SessionToken"]).signed(*own).send().status == 200
    assert listing.signed(*own).send().error == NOBODY
    assert listing.but(X_Amz_Security_Token="other").signed(*own).send().error == NOBODY


def test_a_functions_calls_are_its_roles_and_nobody_can_compute_its_credentials(
    root: Session, untouched: Session
) -> None:
    """They are the same for every emulator without the repair: a digest of ARNs that anybody knows."""
    allowed = {"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": TABLE_ARN}
    seen = []
    for cloud in (root, untouched):
        role = make_role(cloud, "reads", allowed)
        make_function(cloud, "reads", READER, role)
        make_function(cloud, "shows", ECHO, role)
        shown = cloud.client("lambda").invoke(FunctionName="shows", Payload=b'{"requestContext": {}}')
        seen.append(json.loads(json.loads(shown["Payload"].read())["body"])["environment"])
    read = json.loads(root.client("lambda").invoke(FunctionName="reads")["Payload"].read())
    assert read["statusCode"] == 200
    assert [guessed(each["_LAMBDA_FUNCTION_ARN"], role) == own_credentials(each) for each in seen] == [
        False,
        True,
    ]


def own_credentials(environment: dict[str, str]) -> tuple[str, ...]:
    return tuple(
        environment[f"AWS_{name}"] for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN")
    )


def guessed(function: str, role: str) -> tuple[str, ...]:
    import hashlib

    digest = hashlib.sha256(f"{function}:{role}".encode()).hexdigest()
    secret, token = (hashlib.sha256(f"{part}:{digest}".encode()).hexdigest() for part in ("secret", "token"))
    return f"ASIA{digest[:16].upper()}", secret, token


def test_a_worker_has_what_lambda_gives_it_and_neither_secret_nor_settings_of_the_server(
    repaired: Emulator, root: Session, untouched: Session
) -> None:
    seen = []
    for cloud in (root, untouched):
        make_function(
            cloud, "worker", ECHO, make_role(cloud, "worker"), Environment={"Variables": {"OWN": "1"}}
        )
        shown = cloud.client("lambda").invoke(FunctionName="worker", Payload=b'{"requestContext": {}}')
        seen.append(json.loads(json.loads(shown["Payload"].read())["body"])["environment"])
    here, there = seen
    lambdas = {name for name in here if name.startswith(("AWS_", "_", "LAMBDA_"))}
    assert here.keys() - lambdas == {"HOME", "LANG", "LOG_LEVEL", "OWN", "PATH", "TMPDIR"}
    assert {"STATE_DIR", "BIND_HOST", "AUTH"} <= there.keys()
    assert not [name for name, value in here.items() if repaired.record.secret in value]


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


def test_a_call_at_a_stage_that_names_the_administrator_is_nobodys(repaired: Emulator, root: Session) -> None:
    api = Api.make(root, authorized=False)
    api.add_stage("acme", items_function="stage")
    gateway = root.client("apigateway")
    who = next(each for each in gateway.get_resources(restApiId=api.id)["items"] if each["path"] == "/who")
    gateway.update_method(
        restApiId=api.id,
        resourceId=who["id"],
        httpMethod="GET",
        patchOperations=[{"op": "replace", "path": "/authorizationType", "value": "AWS_IAM"}],
    )
    target = stage_url("", api.id, "acme") + "/who"
    for access_key in ("test", ACCOUNT):
        call = Request(repaired.endpoint, "GET", target, {}, b"").signed(access_key, "test", "execute-api")
        assert call.send().status == 403


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


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A page in a real browser, of an origin other than the platform's."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "index.html").write_text("<title>elsewhere</title>")
    handler = partial(_Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as site, browser.chromium() as chromium:
        Thread(target=site.serve_forever, daemon=True).start()
        try:
            with browser.visiting(chromium, f"http://127.0.0.1:{site.server_port}") as visit:
                visit.open("/")
                yield visit.page
        finally:
            site.shutdown()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


FETCH = """
    async ([url, mode, method, headers, body]) => {
        try {
            const answer = await fetch(url, {mode, method, headers, body: body || undefined});
            return [answer.type, answer.status, await answer.text()];
        } catch (error) { return ["failed", 0, ""]; }
    }
"""


def test_a_page_of_another_origin_does_and_reads_nothing(
    page: Page, repaired: Emulator, root: Session, listing: Request
) -> None:
    """By all that a page may send: simple requests, preflighted ones, and good signatures."""
    make_function(root, "page", ECHO, make_role(root, "page"))
    as_test = Request(repaired.endpoint).signed("test", "test").headers
    simple = {"Content-Type": "text/plain"}
    delete = {**as_test, "X-Amz-Target": "DynamoDB_20120810.DeleteTable"}
    function = {"FunctionName": "theirs", "Runtime": "python3.11", "Handler": "a.b", "Role": "r", "Code": {}}
    attempts = [
        ("/_ministack/reset", "POST", simple, ""),
        ("/_ministack/ses/messages", "GET", {}, ""),
        ("/_ministack/config", "POST", simple, '{"lambda_svc.LAMBDA_EXECUTOR": "docker"}'),
        ("/", "POST", as_test, "{}"),
        ("/", "POST", listing.headers, "{}"),
        ("/", "POST", delete, json.dumps({"TableName": TABLE})),
        ("/?Action=DeleteRole&RoleName=page&X-Amz-Credential=test/1/us-east-1/iam/x", "POST", simple, ""),
        ("/2015-03-31/functions", "POST", as_test, json.dumps(function)),
        ("/2015-03-31/functions", "POST", simple, json.dumps(function)),
        ("/2015-03-31/functions/page/invocations", "POST", simple, "{}"),
        ("/2015-03-31/functions/page", "DELETE", as_test, ""),
    ]
    for target, method, headers, body in attempts:
        for mode in ("cors", "no-cors"):
            got = page.evaluate(FETCH, [repaired.endpoint + target, mode, method, headers, body])
            assert got in (["failed", 0, ""], ["opaque", 0, ""]), target
    assert tables(root) == [TABLE]
    assert "page" in {each["RoleName"] for each in root.client("iam").list_roles()["Roles"]}
    names = {each["FunctionName"] for each in root.client("lambda").list_functions()["Functions"]}
    assert "page" in names
    assert "theirs" not in names


def test_that_page_reaches_an_emulator_without_a_front(page: Page, untouched: Session) -> None:
    """So what holds it off is the front, not the browser."""
    as_test = Request(untouched.endpoint).signed("test", "test").headers
    got = page.evaluate(FETCH, [untouched.endpoint + "/", "cors", "POST", as_test, "{}"])
    assert got[:2] == ["cors", 200]


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
