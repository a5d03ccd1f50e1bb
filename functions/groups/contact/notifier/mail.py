"""Deliver by e-mail through SES: plain text, from the platform's address, with the sender to reply to.

SES builds the head from separate fields, so that no text of a stranger can end a line of it. What the contact
form refuses is taken out here again: this function trusts no record.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, Final

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from api import clients
from groups.contact.messages import Message
from groups.contact.notifier.failures import Undelivered

# One attempt of at most 8 s: a second could send the mail twice, and the queue comes back anyway.
CLIENT_CONFIG: Final = Config(
    connect_timeout=2, read_timeout=6, retries={"mode": "standard", "total_max_attempts": 1}
)
# What SES takes for an address, and no more: a list or a display name would be another one.
_REPLY_TO: Final = re.compile(r"[\w!#$%&'*+/=?^`{|}~.-]{1,64}@[a-z0-9-]+(\.[a-z0-9-]+)+", re.A | re.I)
# Controls and ends of lines, and marks that turn the direction in which a line is read.
_NOT_IN_A_LINE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]+")


@dataclass(frozen=True, slots=True)
class Mail:
    called: ClassVar[None] = None

    sender: str
    receiver: str
    tenant: str

    def send(self, message: Message, seconds: float) -> None:  # noqa: ARG002 - the client has bounds of its own
        reply_to = [message.email] if _REPLY_TO.fullmatch(message.email) else []
        try:
            client().send_email(
                FromEmailAddress=self.sender,
                Destination={"ToAddresses": [self.receiver]},
                ReplyToAddresses=reply_to,
                Content={"Simple": _content(message)},
                EmailTags=[
                    {"Name": "tenant", "Value": self.tenant},
                    {"Name": "message_id", "Value": message.id},
                ],
            )
        except ClientError as error:
            raise Undelivered(f"SES answered {error.response['Error']['Code']}") from error
        except BotoCoreError as error:
            raise Undelivered("SES gave no answer in time") from error


def _content(message: Message) -> dict[str, Any]:
    subject = _line(message.subject or message.name or message.email)
    heads = (("From", message.name), ("E-mail", message.email), ("Subject", message.subject))
    lines = [f"{name}: {_line(text)}" for name, text in heads if text]
    text = "\n".join([*lines, f"Received: {message.created_at}", f"Id: {message.id}", "", message.message])
    return {
        "Subject": {"Data": f"Contact form: {subject}", "Charset": "UTF-8"},
        "Body": {"Text": {"Data": text, "Charset": "UTF-8"}},
        # The first lets a receiver know a mail that came twice; the second keeps automatic answers away.
        "Headers": [
            {"Name": "X-Tenantry-Message-Id", "Value": message.id},
            {"Name": "Auto-Submitted", "Value": "auto-generated"},
        ],
    }


def _line(text: str) -> str:
    return _NOT_IN_A_LINE.sub(" ", text).strip()


@cache
def client() -> Any:
    return clients.client("sesv2", config=CLIENT_CONFIG)
