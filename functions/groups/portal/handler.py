"""The portal's routes: each page is of the session that asks for it, and of this function's tenant."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from agreed import portal
from agreed.clients import ID as CLIENT_ID
from agreed.identifiers import ID
from agreed.seals import Seal
from api import logs, problems, settings
from api.application import Handlers, serve
from api.deadline import Invocation
from api.errors import ApiError, NotFound, invalid_parameter
from api.requests import Request
from api.responses import Response
from groups.portal import calls, changes, clients, clients_page, deliveries, pages, sessions, usage
from groups.portal.clients import NotDone
from groups.portal.declaration import GROUP
from groups.portal.markup import Html

Page = Callable[[Request, Seal], Response]
_CORS: Final = ("Access-Control-", "Vary")


def handle(event: Mapping[str, Any], context: Invocation) -> dict[str, Any]:
    """No page of another origin may read these, whichever origins the tenant's API is open to."""
    answer = serve(GROUP.name, HANDLERS, event, context)
    kept = {name: value for name, value in answer["headers"].items() if not name.startswith(_CORS)}
    return {**answer, "headers": kept}


def ask_to_enter(request: Request) -> Response:
    """Signs nobody in: what looks at links on the way, such as a mail's scanner, uses none up."""
    link = request.parameter("link")
    if not link:
        return pages.closed(_tenant(), "Open the portal by a link.")
    return pages.enter(_tenant(), link)


def enter(request: Request) -> Response:
    cookie = sessions.begin(request, str(request.form_or_json().get("link", "")))
    return pages.led_to("usage", cookie)


def leave(request: Request, session: Seal) -> Response:
    sessions.require_form(request, session, request.form_or_json().get("form"))
    logs.info("signed out", session=session.id)
    return pages.led_to("enter", sessions.ended(request))


def show_usage(_request: Request, session: Seal) -> Response:
    limits = settings.current().overseen
    quota = (limits.quota.limit, limits.quota.period) if limits.quota else None
    content = pages.usage(usage.of_keys(), limits.rate_per_second, limits.burst, quota)
    return _page("usage", session, content)


def show_calls(request: Request, session: Seal) -> Response:
    hours, errors = request.parameter("hours") or "1", request.parameter("errors") == "on"
    if hours not in map(str, calls.HOURS):
        raise invalid_parameter("hours", f"use {', '.join(map(str, calls.HOURS))}")
    asked = (request.parameter("request") or "").strip()
    found = calls.of_request(asked) if asked else calls.of_last(int(hours), errors=errors)
    names = dict(settings.current().overseen.keys)
    content = pages.calls_(found, int(hours), errors, asked, names)
    return _page("calls", session, content)


def show_deliveries(request: Request, session: Seal) -> Response:
    sent = request.parameter("sent") or ""
    notice = f"{sent} is in the queue again." if ID.fullmatch(sent) else ""
    found = deliveries.page(request.parameter("before")) if deliveries.there_are() else deliveries.NONE
    return _page("deliveries", session, pages.deliveries_(found, sessions.form(session), notice))


def send_again(request: Request, session: Seal) -> Response:
    fields = request.form_or_json()
    sessions.require_form(request, session, fields.get("form"))
    message, receiver = str(fields.get("id", "")), str(fields.get("receiver", ""))
    deliveries.send_again(message, receiver, request.request_id)
    logs.info("sent again", message_id=message, receiver=receiver or None, session=session.id)
    return pages.led_to(f"deliveries?sent={message}")


def show_clients(request: Request, session: Seal) -> Response:
    _require_clients()
    changed = request.parameter("changed") or ""
    return _clients(session, changed=changed if CLIENT_ID.fullmatch(changed) else "")


def change_client(request: Request, session: Seal) -> Response:
    """A new secret is in the answer itself: an address would be kept, and this is not."""
    fields = request.form_or_json()
    sessions.require_form(request, session, fields.get("form"))
    _require_clients()
    try:
        if session.right != portal.CLIENTS:
            raise NotDone(
                403, "Nothing was changed: your link was made for looking, not for changing clients."
            )
        done = changes.done(fields, session)
    except NotDone as refused:
        logs.record("client not changed", status=refused.status, session=session.id)
        return _clients(session, refused.status, alert=str(refused))
    if done.secret:
        return _page("clients", session, clients_page.secret(done))
    return pages.led_to(f"clients?changed={done.client}")


def _clients(session: Seal, status: int = 200, *, changed: str = "", alert: str = "") -> Response:
    form = sessions.form(session) if session.right == portal.CLIENTS else ""
    content = clients_page.clients_(clients.listed(), clients.scopes(), form, changed, alert, _tenant())
    return _page("clients", session, content, status)


def _require_clients() -> None:
    if not clients.there_are():
        raise NotFound("This API has no token endpoint, and so no clients of one.")


def _page(name: str, session: Seal, content: Html, status: int = 200) -> Response:
    shown = [each for each in pages.PAGES if each != "clients" or clients.there_are()]
    return pages.page(name, _tenant(), sessions.form(session), content, shown, status)


def _tenant() -> str:
    return settings.current().tenant


def _shown(handler: Callable[[Request], Response]) -> Callable[[Request], Response]:
    """What goes wrong is a page too."""

    def serve_page(request: Request) -> Response:
        try:
            sessions.require_active()
            return handler(request)
        except sessions.Closed as closed:
            return pages.closed(_tenant(), str(closed))
        except ApiError as error:
            if error.__cause__ is not None:
                logs.failure("a service behind the portal failed", error)
            problem = problems.PROBLEMS[type(error)]
            why = error.detail or "Try again in a moment."
            return pages.trouble(_tenant(), problem.status, problem.title, why, request.request_id)

    return serve_page


def _of_session(page: Page) -> Callable[[Request], Response]:
    return _shown(lambda request: page(request, sessions.current(request)))


HANDLERS: Final[Handlers] = {
    "askToEnter": _shown(ask_to_enter),
    "enterPortal": _shown(enter),
    "leavePortal": _of_session(leave),
    "showUsage": _of_session(show_usage),
    "showCalls": _of_session(show_calls),
    "showDeliveries": _of_session(show_deliveries),
    "sendAgain": _of_session(send_again),
    "showClients": _of_session(show_clients),
    "changeClient": _of_session(change_client),
}
