"""The token endpoint: a client's id and secret for a token with the scopes that it may have.

Each token and each refusal is a line of its own in the log, whatever its level; none holds a secret.
"""

from collections.abc import Mapping
from typing import Any, Final

from agreed.clients import ID
from api import logs
from api.application import Handlers, serve
from api.deadline import Invocation
from api.errors import ApiError
from api.requests import Request
from api.responses import Response, json_response
from groups.tokens import asking, clients, issuing, refusals
from groups.tokens.asking import Asked
from groups.tokens.clients import Client
from groups.tokens.declaration import GROUP
from groups.tokens.refusals import NO_STORE, Refused


def handle(event: Mapping[str, Any], context: Invocation) -> dict[str, Any]:
    return serve(GROUP.name, HANDLERS, event, context, refused)


def create_token(request: Request) -> Response:
    asked = asking.read(request)
    try:
        client = clients.authenticated(asked.by)
        scopes = _granted(client, asked)
    except Refused as refusal:
        refusal.client = asked.by.id if ID.fullmatch(asked.by.id) else ""
        raise
    token = issuing.token(client.id, scopes)
    logs.record(
        "token issued",
        client=client.id,
        jti=token.id,
        kid=issuing.issuer().key,
        scopes=scopes,
        seconds=token.seconds,
    )
    body = {
        "access_token": token.text,
        "token_type": "Bearer",
        "expires_in": token.seconds,
        "scope": " ".join(scopes),
    }
    return json_response(200, body, NO_STORE)


def refused(error: ApiError, request_id: str) -> Response:
    answer = refusals.answer(error, request_id)
    ours = error if isinstance(error, Refused) else None
    logs.record(
        "token refused",
        status=answer.status,
        client=ours.client if ours else "",
        error=ours.error if ours else type(error).__name__,
        reason=(ours.reason or ours.detail) if ours else error.detail,
    )
    return answer


def _granted(client: Client, asked: Asked) -> list[str]:
    """What the client may have, of routes that the tenant has, as far as it is asked for."""
    may = client.scopes & issuing.issuer().scopes
    granted = sorted(may if asked.scopes is None else may.intersection(asked.scopes))
    if not granted:
        said = f"this client may have {' '.join(sorted(may))}" if may else "this client may have none"
        raise Refused("invalid_scope", said)
    return granted


HANDLERS: Final[Handlers] = {"createToken": create_token}
