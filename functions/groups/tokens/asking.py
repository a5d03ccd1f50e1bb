"""Read what a client asks for, and who it says it is: RFC 6749, 2.3.1, 3.2 and 4.4.2.

A parameter without a value counts as absent, one that nobody knows is passed over, and none may be repeated.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple
from urllib.parse import unquote_plus

from api import bodies
from api.requests import Request
from groups.tokens.refusals import Refused, invalid_request

GRANT: Final = "client_credentials"
CHALLENGE: Final = {"WWW-Authenticate": 'Basic realm="token", charset="UTF-8"'}
CREDENTIAL_BYTES: Final = 1_024
_SCOPES: Final = re.compile(r"[!#-\[\]-~]+( [!#-\[\]-~]+)*")  # RFC 6749, 3.3
_DESCRIBED: Final = re.compile(r"[^ !#-\[\]-~]")  # what an error_description may not hold


class Credentials(NamedTuple):
    id: str
    secret: str


class Asked(NamedTuple):
    """`scopes` is None where none are named: all of the client's are meant."""

    by: Credentials
    scopes: tuple[str, ...] | None


def read(request: Request) -> Asked:
    if (request.header("content-type") or "").partition(";")[0].strip().lower() != bodies.FORM:
        raise invalid_request(f"send the parameters as Content-Type: {bodies.FORM}")
    form = _parameters(request.form_or_json())
    by = _credentials(request, form)
    grant = form.get("grant_type")
    if grant is None:
        raise invalid_request("grant_type is missing")
    if grant != GRANT:
        raise Refused("unsupported_grant_type", f"grant_type has to be {GRANT}")
    scope = form.get("scope")
    if scope is not None and not _SCOPES.fullmatch(scope):
        raise Refused("invalid_scope", "scope has to be names with one blank between them")
    return Asked(by, None if scope is None else tuple(scope.split(" ")))


def refused_client(description: str = "no such client, or another secret", *, reason: str) -> Refused:
    return Refused("invalid_client", description, status=401, headers=CHALLENGE, reason=reason)


def _parameters(form: Mapping[str, Any]) -> dict[str, str]:
    repeated = [name for name, text in form.items() if not isinstance(text, str)]
    if repeated:
        name = _DESCRIBED.sub("?", repeated[0])[:64]
        raise invalid_request(f"{name} is given more than once")
    return {name: text for name, text in form.items() if text}


def _credentials(request: Request, form: Mapping[str, str]) -> Credentials:
    """By HTTP Basic or in the body, never by both."""
    sent = request.headers.get("authorization", ())
    client, secret = form.get("client_id"), form.get("client_secret")
    if len(sent) > 1:
        raise invalid_request("there are two Authorization headers")
    if not sent:
        if client is None or secret is None:
            raise refused_client("send the client's id and secret, by HTTP Basic", reason="none sent")
        return Credentials(client, secret)
    if secret is not None:
        raise invalid_request("the client authenticates twice; send its secret in the header alone")
    by = _basic(sent[0])
    if client not in (None, by.id):
        raise invalid_request("client_id is another client than the one in the header")
    return by


def _basic(header: str) -> Credentials:
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic" or len(encoded) > CREDENTIAL_BYTES:
        raise refused_client("the client authenticates by HTTP Basic", reason="not Basic")
    try:
        pair = base64.b64decode(encoded.strip(" "), validate=True).decode()
        client, colon, secret = pair.partition(":")
        if not colon:
            raise ValueError
        return Credentials(*(unquote_plus(part, errors="strict") for part in (client, secret)))
    except (binascii.Error, ValueError):  # of UTF-8 too
        raise refused_client("the Basic credentials cannot be read", reason="unreadable") from None
