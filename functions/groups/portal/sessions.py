"""Who may see the pages: whoever came by a link that was not used before, for four hours.

A session is a cookie that is sealed with the tenant's own key, and no record: another key ends all at once.
It is good for looking, and for what its link was made for.
Its path is left to the browser, which takes the folder of the page that set it: this stage's portal alone.
"""

import time
from typing import Final

from agreed import partitions, seals
from agreed.portal import LINK
from agreed.seals import Seal
from api import logs, secrets, settings, table
from api.errors import NotFound
from api.requests import Request
from api.table import Refused
from groups.portal.declaration import FORM, GROUP, KEY, SESSION, SESSION_SECONDS, USED

COOKIE: Final = "tenantry_portal"
LOOPBACK: Final = ("127.0.0.1", "localhost", "[::1]")
KEPT_SECONDS: Final = 3_600  # that a link was used is known for as long after its end; then DynamoDB forgets
OWN_PAGES: Final = ("same-origin", None)  # Sec-Fetch-Site of a form's request; older browsers send none


class Closed(Exception):
    """No session, or no link that is good; the message is for the page."""


def current(request: Request) -> Seal:
    """Raises Closed."""
    for text in _cookies(request):
        seal = seals.read(_key(), settings.current().tenant, SESSION, text, time.time())
        if seal:
            return seal
    raise Closed("Open the portal by a link. Your session has ended, or there was none.")


def require_active() -> None:
    """Raises Closed: no plan closes pages, as one closes all else of a tenant that is suspended."""
    if not settings.current().overseen.active:
        raise Closed("This API is suspended.")


def begin(request: Request, link: str) -> str:
    """The cookie of a new session.

    Raises:
        Closed: the link is of another tenant, altered, too old, or was used before.
    """
    require_own_page(request)
    config, now = settings.current(), time.time()
    seal = seals.read(_key(), config.tenant, LINK, link, now)
    if seal is None or not _first_use(seal):
        logs.warning("not signed in", link=seal.id if seal else None)
        raise Closed("This link is not good, or not any more: each opens the portal once, for a short time.")
    session = seals.draw(int(now) + SESSION_SECONDS, seal.right)
    logs.record("signed in", link=seal.id, session=session.id, right=session.right or None)
    return _cookie(request, seals.write(_key(), config.tenant, SESSION, session), SESSION_SECONDS)


def ended(request: Request) -> str:
    """The cookie that takes the place of the session's."""
    return _cookie(request, "", 0)


def form(session: Seal) -> str:
    """What a form of this session's pages carries, and nobody else knows."""
    return seals.write(_key(), settings.current().tenant, FORM, session)


def require_form(request: Request, session: Seal, text: object) -> None:
    """Raises Closed: it was not sent from a page of this session."""
    require_own_page(request)
    sent = seals.read(_key(), settings.current().tenant, FORM, str(text), time.time())
    if sent != session:
        raise Closed("This form is not from your session. Open the page again.")


def require_own_page(request: Request) -> None:
    if request.header("sec-fetch-site") not in OWN_PAGES:
        raise Closed("This came from a page of another site, so nothing was done.")


def _first_use(link: Seal) -> bool:
    partition = partitions.records(settings.current().tenant, GROUP.name, USED.kind)
    record = {
        "pk": {"S": partition},
        "sk": {"S": link.id},
        "expires_at": {"N": str(link.until + KEPT_SECONDS)},
    }
    try:
        table.current().transact({"Put": {"Item": record, "ConditionExpression": "attribute_not_exists(pk)"}})
    except Refused as refused:
        if refused.failed(0) or refused.conflicted:
            return False
        raise
    return True


def _key() -> str:
    values = secrets.values(settings.current().secret(KEY.name))
    key = values.get(KEY.values[0].name)
    if not isinstance(key, str) or not key:
        raise NotFound("the portal has no key")
    return key


def _cookies(request: Request) -> list[str]:
    """Each cookie of the name: a browser sends all that it has, whichever folder they are for."""
    pairs = (
        pair.strip().partition("=") for text in request.headers.get("cookie", ()) for pair in text.split(";")
    )
    return [value for name, _, value in pairs if name == COOKIE]


def _cookie(request: Request, value: str, seconds: int) -> str:
    """Not `Secure` on loopback alone, where some browsers would not keep it: nothing leaves the machine."""
    host = (request.header("host") or "").rpartition(":")[0] or (request.header("host") or "")
    secure = "" if host in LOOPBACK or host.endswith(".localhost") else "; Secure"
    return f"{COOKIE}={value}; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}"
