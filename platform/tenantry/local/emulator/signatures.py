"""Verify AWS's Signature Version 4: botocore signs the request again, and both signatures must be the same.

Stricter than AWS where clients lose nothing by it: a signature covers the body and every header that has a
say in what is done. Signatures in a query are refused, as are bodies that are signed in chunks or not at all.
"""

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.utils import normalize_url_path

WINDOW = timedelta(minutes=5)  # before and after now; AWS takes 5 minutes, of some services 15

SecretOf = Callable[[str, str], str | None]
"""Of an access key and its session token, empty for a key without one: the secret, or None for nobody's."""

_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<key>\w+)/(?P<day>\d{8})/(?P<region>[a-z\d-]+)/(?P<service>[a-z\d-]+)"
    r"/aws4_request, ?SignedHeaders=(?P<signed>[a-z\d;_-]+), ?Signature=(?P<signature>[a-f\d]{64})",
    re.ASCII,
)
_DATE = "%Y%m%dT%H%M%SZ"
# Added after signing, by clients and connections; none of it has a say in what is done.
_UNSIGNED = frozenset(
    {
        *("accept", "accept-encoding", "amz-sdk-invocation-id", "amz-sdk-request", "authorization"),
        *("connection", "content-length", "expect", "te", "transfer-encoding", "user-agent"),
        "x-amzn-trace-id",
    }
)


class Refused(Exception):
    """`code` is AWS's name of the error."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Claim:
    """Who a request says that it is from, and by which signature. The body is not looked at yet."""

    access_key: str
    secret: str
    timestamp: str
    region: str
    service: str
    signed: frozenset[str]
    signature: str


def claim(headers: Mapping[str, str], secret_of: SecretOf, now: datetime) -> Claim:
    """Read the headers, whose names are in lower case; of a signature that can't be good, refuse here.

    Raises:
        Refused: no signature, one of nobody's, out of its time, or one that leaves out a header.
    """
    if "authorization" not in headers:
        raise Refused("MissingAuthenticationToken", "the request is not signed")
    stated = _AUTHORIZATION.fullmatch(headers["authorization"])
    if stated is None:
        raise Refused("IncompleteSignature", "the Authorization header is not one of AWS4-HMAC-SHA256")
    timestamp, signed = headers.get("x-amz-date", ""), frozenset(stated["signed"].split(";"))
    if left_out := ({"host", "x-amz-date"} | headers.keys() - _UNSIGNED) - signed:
        raise Refused("IncompleteSignature", f"the signature leaves out {', '.join(sorted(left_out))}")
    if abs(_time(timestamp) - now) > WINDOW or timestamp[:8] != stated["day"]:
        raise Refused("SignatureDoesNotMatch", f"Signature expired: {timestamp} is not now")
    secret = secret_of(stated["key"], headers.get("x-amz-security-token", ""))
    if secret is None:
        raise Refused("UnrecognizedClientException", "the access key or its session token is not known here")
    return Claim(
        stated["key"], secret, timestamp, stated["region"], stated["service"], signed, stated["signature"]
    )


def verify(claimed: Claim, method: str, target: str, headers: Mapping[str, str], body: bytes) -> None:
    """Raise Refused unless the claim's signature is the request's.

    Args:
        target: path and query as they were sent.
    """
    digest = headers.get("x-amz-content-sha256")
    if digest is not None and not hmac.compare_digest(digest, hashlib.sha256(body).hexdigest()):
        raise Refused("SignatureDoesNotMatch", "x-amz-content-sha256 is not the digest of the body")
    path = target.partition("?")[0]
    s3 = claimed.service == "s3"
    if "#" in target or not (s3 or normalize_url_path(path) == path):
        raise Refused("SignatureDoesNotMatch", "the path can be read in several ways; send its plain form")
    signer = (S3SigV4Auth if s3 else SigV4Auth)(
        Credentials(claimed.access_key, claimed.secret), claimed.service, claimed.region
    )
    signed = {name: value for name, value in headers.items() if name in claimed.signed}
    request = AWSRequest(method, f"http://{headers['host']}{target}", signed, body)
    request.context["timestamp"] = claimed.timestamp
    text = signer.string_to_sign(request, signer.canonical_request(request))
    if not hmac.compare_digest(signer.signature(text, request), claimed.signature):
        raise Refused("SignatureDoesNotMatch", "the signature is not the request's by this key")


def _time(timestamp: str) -> datetime:
    try:
        return datetime.strptime(timestamp, _DATE).replace(tzinfo=UTC)
    except ValueError:
        raise Refused("IncompleteSignature", "x-amz-date is not a time such as 20261127T120000Z") from None
