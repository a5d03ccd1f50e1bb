"""Requests at the emulator that are signed by hand, rightly or wrongly, and sent as they are."""

import http.client
import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from botocore import auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tenantry.local.clients import REGION, Session

LIST = {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "DynamoDB_20120810.ListTables"}
REFUSED = (403, "SignatureDoesNotMatch")
NOBODY = (403, "UnrecognizedClientException")
UNSIGNED = (403, "MissingAuthenticationToken")


@dataclass(frozen=True)
class Request:
    """Of DynamoDB's ListTables unless stated otherwise."""

    endpoint: str
    method: str = "POST"
    target: str = "/"
    headers: dict[str, str] = field(default_factory=lambda: dict(LIST))
    body: bytes = b"{}"

    @property
    def host(self) -> str:
        return urlsplit(self.endpoint).netloc

    def signed(
        self, access_key: str, secret: str, service: str = "dynamodb", at: timedelta = timedelta()
    ) -> "Request":
        """As botocore signs it, by a clock that is off by `at`."""
        request = AWSRequest(self.method, self.endpoint + self.target, self.headers, self.body)
        request.context["timestamp"] = (datetime.now(UTC) + at).strftime("%Y%m%dT%H%M%SZ")
        signer = auth.SigV4Auth(Credentials(access_key, secret), service, REGION)
        request.headers["X-Amz-Date"] = request.context["timestamp"]
        text = signer.string_to_sign(request, signer.canonical_request(request))
        signed = signer.signed_headers(signer.headers_to_sign(request))
        request.headers["Authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={signer.scope(request)}, SignedHeaders={signed}, "
            f"Signature={signer.signature(text, request)}"
        )
        return replace(self, headers=dict(request.headers.items()))

    def by(self, session: Session, service: str = "dynamodb", at: timedelta = timedelta()) -> "Request":
        own = session.boto.get_credentials()
        return self.signed(own.access_key, own.secret_key, service, at)

    def but(self, **headers: str) -> "Request":
        """With more or other headers; `_` in a name is `-`."""
        return replace(
            self,
            headers={**self.headers, **{name.replace("_", "-"): value for name, value in headers.items()}},
        )

    def send(self) -> "Answer":
        connection = http.client.HTTPConnection(self.host, timeout=30)
        try:
            connection.request(self.method, self.target, self.body, self.headers)
            answer = connection.getresponse()
            return Answer(answer.status, dict(answer.getheaders()), answer.read())
        finally:
            connection.close()


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def error(self) -> tuple[int, str | None]:
        return self.status, self.headers.get("x-amzn-errortype")

    @property
    def shared(self) -> list[str]:
        """The headers that let a page read it."""
        return [name for name in self.headers if name.lower().startswith("access-control-")]


def mails(endpoint: str, session: Session) -> Any:
    """What the emulator was asked to mail, of all accounts."""
    request = Request(endpoint, "GET", "/_ministack/ses/messages", {}, b"").by(session, "ses")
    return json.loads(request.send().body)["messages"]
