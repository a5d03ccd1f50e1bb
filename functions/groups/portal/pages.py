"""The portal's pages: HTML without a script, in a frame of nobody's, kept by nothing between.

Links and forms name their pages by the last part of the address alone, so that they hold behind any stage,
base path or domain.
"""

import base64
import hashlib
from collections.abc import Iterable
from typing import Final

from api.responses import Response
from groups.portal import calls, templates
from groups.portal.calls import Call, Calls
from groups.portal.deliveries import Deliveries, Delivery
from groups.portal.markup import Html, fill, joined
from groups.portal.usage import KeyUse

_STYLE_HASH: Final = base64.b64encode(hashlib.sha256(templates.STYLE.encode()).digest()).decode()
HEADERS: Final = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_NOTHING: Final = Html()
PAGES: Final = {
    "usage": "Usage and keys",
    "calls": "Calls",
    "deliveries": "Deliveries",
    "clients": "Clients",
}


def page(
    name: str, tenant: str, form: str, content: Html, shown: Iterable[str] = PAGES, status: int = 200
) -> Response:
    """Of a session, whose forms carry `form`; `shown` are the pages that there are."""
    links = joined(
        fill(
            templates.LINK,
            page=each,
            title=PAGES[each],
            current=Html(' aria-current="page"' if each == name else ""),
        )
        for each in shown
    )
    navigation = fill(templates.NAVIGATION, links=links, form=form)
    return _whole(status, tenant, PAGES[name], content, navigation, "")


def enter(tenant: str, link: str) -> Response:
    return _whole(200, tenant, "Sign in", fill(templates.ENTER, link=link))


def closed(tenant: str, why: str) -> Response:
    return _whole(403, tenant, "Not signed in", fill(templates.CLOSED, why=why, tenant=tenant))


def trouble(tenant: str, status: int, title: str, why: str, request: str) -> Response:
    return _whole(status, tenant, title, fill(templates.TROUBLE, why=why, request=request))


def led_to(address: str, cookie: str = "") -> Response:
    """`address` is relative to the page that was asked for."""
    return Response(303, {"Location": address, **({"Set-Cookie": cookie} if cookie else {})})


def note(text: str) -> Html:
    return fill(templates.NOTE, text=text) if text else Html()


def usage(keys: Iterable[KeyUse], rate: int, burst: int, quota: tuple[int, str] | None) -> Html:
    """`quota` is a number of calls and its period."""
    figures = {"Calls a second, each key": f"{rate:,}", "At once, each key": f"{burst:,}"}
    if quota:
        figures[f"Calls a {quota[1]}, each key"] = f"{quota[0]:,}"
    period = quota[1] if quota else "month"
    rows = [
        fill(
            templates.KEY,
            name=each.name,
            retired=Html(' <span class="quiet">retired</span>' if each.retired else ""),
            today=f"{each.today:,}",
            period=period,
            used=f"{each.used:,}",
            left=_left(each) if quota else "no quota",
            last=each.last or "not in 90 days",
        )
        for each in keys
    ]
    return fill(
        templates.KEYS,
        figures=joined(fill(templates.FIGURE, name=name, value=value) for name, value in figures.items()),
        caption="Calls by API key, as the usage plan counts them",
        period=period,
        rows=joined(rows),
    )


def _left(key: KeyUse) -> str:
    return "" if key.remaining is None else f"{key.remaining:,}"


def calls_(found: Calls, hours: int, errors: bool, request: str, names: dict[str, str]) -> Html:
    """`names` are those of API keys, by id."""
    options = joined(
        fill(templates.OPTION, hours=each, selected=Html(" selected" if each == hours else ""))
        for each in calls.HOURS
    )
    last = "hour" if hours == 1 else f"{hours} hours"
    what = "calls with this id in the last 24 hours" if request else f"calls of the last {last}"
    said = (
        ""
        if found.complete
        else "There are more than are shown here. Ask for fewer hours, or for errors only."
    )
    search = fill(
        templates.FIND,
        options=options,
        errors=Html(" checked" if errors else ""),
        request=request,
        note=note(said),
    )
    if not found.calls:
        return joined([search, fill(templates.NO_CALLS, what=what)])
    rows = joined(_call(each, names) for each in found.calls)
    caption = f"{what.capitalize()}, newest first. Those of these pages are left out."
    return joined([search, fill(templates.CALLS, caption=caption, rows=rows)])


def _call(each: Call, names: dict[str, str]) -> Html:
    return fill(
        templates.CALL,
        at=each.at,
        kind="bad" if each.failed else "good",
        status=f"{each.status} {each.error}".strip(),
        method=each.method,
        route=each.route,
        ms=each.milliseconds,
        key=names.get(each.key, each.key),
        subject=each.subject,
        request=each.request_id,
    )


def deliveries_(found: Deliveries, form: str, notice: str) -> Html:
    if not found.deliveries:
        return joined([note(notice), Html(templates.NO_DELIVERIES)])
    rows = joined(_delivery(each, form) for each in found.deliveries)
    more = fill(templates.OLDER, before=found.last) if found.last else Html()
    caption = "Of contact messages, newest first"
    return joined([note(notice), fill(templates.DELIVERIES, caption=caption, rows=rows, more=more)])


def _delivery(each: Delivery, form: str) -> Html:
    kinds = {"delivered": "good", "pending": "quiet"}
    return fill(
        templates.DELIVERY,
        id=each.id,
        made=each.made_at,
        receiver=each.receiver or "notify",
        name=each.receiver,
        state=f"{each.state} {each.at}".strip(),
        kind=kinds.get(each.state, "bad"),
        attempts=each.attempts,
        error=each.error,
        form=form,
    )


def _whole(
    status: int, tenant: str, title: str, content: Html, navigation: Html = _NOTHING, narrow: str = "narrow"
) -> Response:
    body = fill(
        templates.WHOLE,
        title=title,
        tenant=tenant,
        style=Html(templates.STYLE),
        navigation=navigation,
        narrow=Html(f' class="{narrow}"' if narrow else ""),
        content=content,
    )
    return Response(status, HEADERS, body)
