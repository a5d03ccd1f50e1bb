"""`ses:FromAddress`, `ses:Recipients` and the identity that sends: the emulator authorizes all mail on `*`.

Like leading keys they travel on the resource ARN. The identity is the address's own, as on AWS where that is
verified; a policy that names only the domain is refused here.
"""

import json
from collections.abc import Mapping
from typing import Any

_SEND = "/v2/email/outbound-emails"


class _SenderArn(str):
    address: str
    receivers: list[str]

    def __new__(cls, arn: str, address: str, receivers: list[str]) -> "_SenderArn":
        made = super().__new__(cls, arn)
        made.address, made.receivers = address, receivers
        return made


def repair() -> None:
    from ministack.core import iam_actions, iam_evaluator

    arn_of = iam_actions._ses_v2_resource_arn
    enforce = iam_evaluator.enforce

    def sender_arn(method: str, path: str, body: bytes, region: str, account: str) -> Any:
        if (method, path.rstrip("/")) != ("POST", _SEND):
            return arn_of(method, path, body, region, account)
        mail = _mail(body)
        address = _address(mail.get("FromEmailAddress"))
        return _SenderArn(f"arn:aws:ses:{region}:{account}:identity/{address}", address, _receivers(mail))

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
            context["ses:Recipients"] = resource_arn.receivers
        return enforce(access_key, action, service, region, resource_arn, context)

    iam_actions._ses_v2_resource_arn = sender_arn
    iam_evaluator.enforce = enforce_sender


def _mail(body: bytes) -> dict[str, Any]:
    try:
        data = json.loads(body or b"{}")
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}


def _receivers(mail: Mapping[str, Any]) -> list[str]:
    """All of them, however they are named; one that cannot be read is one that no policy names."""
    destination = mail.get("Destination")
    named = destination if isinstance(destination, dict) else {}
    lists = [named.get(f"{kind}Addresses") or [] for kind in ("To", "Cc", "Bcc")]
    return [_address(each) for some in lists for each in (some if isinstance(some, list) else [some])]


def _address(written: Any) -> str:
    """Without a display name; empty, which no policy can name, for what names none."""
    from email.utils import parseaddr

    return parseaddr(written)[1] if isinstance(written, str) else ""
