"""`ses:FromAddress`, and the identity that a mail is sent from: the emulator authorizes every mail on `*`.

Like leading keys they travel on the resource ARN. The identity is the address's own, as on AWS where that is
verified; a policy that names only the domain is refused here.
"""

import json
from collections.abc import Mapping
from typing import Any

_SEND = "/v2/email/outbound-emails"


class _SenderArn(str):
    address: str

    def __new__(cls, arn: str, address: str) -> "_SenderArn":
        made = super().__new__(cls, arn)
        made.address = address
        return made


def repair() -> None:
    from ministack.core import iam_actions, iam_evaluator

    arn_of = iam_actions._ses_v2_resource_arn
    enforce = iam_evaluator.enforce

    def sender_arn(method: str, path: str, body: bytes, region: str, account: str) -> Any:
        if (method, path.rstrip("/")) != ("POST", _SEND):
            return arn_of(method, path, body, region, account)
        address = _sender(body)
        return _SenderArn(f"arn:aws:ses:{region}:{account}:identity/{address}", address)

    def enforce_sender(
        access_key: str,
        action: str,
        service: str,
        region: str,
        resource_arn: str = "*",
        service_context: Mapping[str, Any] | None = None,
    ) -> Any:
        context = dict(service_context or {})
        if isinstance(resource_arn, _SenderArn):
            context["ses:FromAddress"] = resource_arn.address
        return enforce(access_key, action, service, region, resource_arn, context)

    iam_actions._ses_v2_resource_arn = sender_arn
    iam_evaluator.enforce = enforce_sender


def _sender(body: bytes) -> str:
    """Without a display name; empty, which no policy can name, for a body that names none."""
    from email.utils import parseaddr

    try:
        data = json.loads(body or b"{}")
    except ValueError:
        return ""
    named = data.get("FromEmailAddress") if isinstance(data, dict) else None
    return parseaddr(named)[1] if isinstance(named, str) else ""
