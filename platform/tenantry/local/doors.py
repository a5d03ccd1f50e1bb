"""Try for real the local platform's own doors, as a program or page that can't read its state file.

Nothing of it would do harm if it got through.
"""

import http.client
from collections.abc import Iterator
from urllib.parse import urlsplit

from botocore.exceptions import ClientError

from tenantry.local.clients import ACCOUNT, Credentials, session
from tenantry.local.isolation import DENIED, UNRECOGNIZED, Trial, TriedFunction

STRANGER = TriedFunction("a stranger", "", "")
WELL_KNOWN = ("test", ACCOUNT)  # the emulator's own administrators
REFUSED = "AccessDenied"
_REQUESTS = {
    "mails, unsigned": ("GET", "/_ministack/ses/messages", {}),
    "its services, unsigned": ("GET", "/_ministack/health", {}),
    "readiness, by a page's name": ("GET", "/_ministack/ready", {"Host": "page.example"}),
    "a page's preflight": (
        "OPTIONS",
        "/",
        {"Origin": "https://page.example", "Access-Control-Request-Method": "POST"},
    ),
}


def trials(endpoint: str) -> Iterator[Trial]:
    for access_key in WELL_KNOWN:
        client = session(endpoint, Credentials(access_key, "test")).client("secretsmanager")
        try:
            client.list_secrets()
            answer = "done"
        except ClientError as error:
            code = str(error.response["Error"]["Code"])
            answer = REFUSED if code in DENIED | UNRECOGNIZED else code
        yield Trial(STRANGER, "ListSecrets", f"the emulator, by the key {access_key}", answer)
    for what, (method, path, headers) in _REQUESTS.items():
        connection = http.client.HTTPConnection(urlsplit(endpoint).netloc, timeout=30)
        try:
            connection.request(method, path, headers=headers)
            status = connection.getresponse().status
        finally:
            connection.close()
        yield Trial(STRANGER, method, what, REFUSED if status == 403 else str(status))
