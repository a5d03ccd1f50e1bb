"""A signature is good for its own request, by the secret of its key, for five minutes."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from tenantry.local.clients import Session
from tenantry.local.emulator.parent import Emulator
from tests.local.cloud import make_role
from tests.support.signed import NOBODY, REFUSED, UNSIGNED, Request


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
