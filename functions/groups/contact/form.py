"""What a contact form may hold: plain text, bounded, with nothing that could end a line of an e-mail head.

An optional member that is blank or null is one that was not filled in.
"""

import re
from dataclasses import asdict, dataclass
from typing import Any, Final

from api.errors import Fault, invalid_members

EMAIL_LENGTH: Final = 254  # RFC 5321's path limit, less the angle brackets
LINE_LENGTH: Final = 200
TRAP: Final = "_gotcha"  # a field that people do not see and bots fill in
REDIRECT: Final = "redirect"  # where a browser is led afterwards
MESSAGE_LENGTH: Final = 10_000

# Looser than RFC 5322 on purpose: only a delivery shows whether an address works.
_EMAIL: Final = re.compile(r"[^@\s\x00-\x1f\x7f-\x9f]{1,64}@[^@\s\x00-\x1f\x7f-\x9f]{1,189}")
_REQUIRED: Final = ("email", "message")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_CONTROL_BUT_LAYOUT: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class Form:
    email: str
    message: str
    name: str | None = None
    subject: str | None = None

    def as_json(self) -> dict[str, Any]:
        return {name: text for name, text in asdict(self).items() if text is not None}


def is_trapped(body: dict[str, Any]) -> bool:
    return bool(body.get(TRAP))


def redirect(body: dict[str, Any], allowed: str | None) -> str | None:
    """Where the sender's browser is led; None where the form does not ask for it.

    Raises:
        InvalidBody: it is not the address that the tenant's file allows.
    """
    asked = body.get(REDIRECT)
    if not _filled(asked):
        return None
    if allowed is None or asked != allowed:
        detail = "not the address that the tenant allows"
        raise invalid_members([{"pointer": "/redirect", "detail": detail}])
    return allowed


def read(body: dict[str, Any]) -> Form:
    """Other members are left out: forms carry fields of their own. All faults are reported at once."""
    body = {name: value for name, value in body.items() if name in _REQUIRED or _filled(value)}
    if isinstance(address := body.get("email"), str):
        body["email"] = address.strip()
    faults = [
        *_faults(body, "email", EMAIL_LENGTH, required=True),
        *_faults(body, "message", MESSAGE_LENGTH, required=True, refused=_CONTROL_BUT_LAYOUT),
        *_faults(body, "name", LINE_LENGTH),
        *_faults(body, "subject", LINE_LENGTH),
    ]
    if not faults and not _EMAIL.fullmatch(body["email"]):
        faults.append({"pointer": "/email", "detail": "not an e-mail address"})
    if faults:
        raise invalid_members(faults)
    return Form(**{name: body[name] for name in ("email", "message", "name", "subject") if name in body})


def _filled(value: object) -> bool:
    return value is not None and not (isinstance(value, str) and not value.strip())


def _faults(
    body: dict[str, Any],
    name: str,
    longest: int,
    *,
    required: bool = False,
    refused: re.Pattern[str] = _CONTROL,
) -> list[Fault]:
    if name not in body:
        return [{"pointer": f"/{name}", "detail": "missing"}] if required else []
    text = body[name]
    if not isinstance(text, str):
        return [{"pointer": f"/{name}", "detail": "must be a string"}]
    if not 1 <= len(text) <= longest or not text.strip():
        return [{"pointer": f"/{name}", "detail": f"must have 1 to {longest} characters, not only blanks"}]
    if refused.search(text):
        return [{"pointer": f"/{name}", "detail": "holds control characters"}]
    return []
