"""Serve the pages to this machine's own browser: by GET, to a loopback name, with nothing from elsewhere."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tenantry.console import runbooks
from tenantry.console.pages import Pages
from tenantry.console.ranges import moment
from tenantry.console.source import Source
from tenantry.console.view import View
from tenantry.errors import Failed, WrongInput
from tenantry.operations.aws import Silent
from tenantry.operations.running import NotDeployed

STATIC = Path(__file__).parent / "static"
HOSTS = ["127.0.0.1", "localhost"]  # another name, though it leads here, is a page's that wants to read ours
HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
}


def application(source: Source, pages: Pages | None = None) -> Starlette:
    shown = pages or Pages(source)

    def overview(request: Request) -> Response:
        return _answer(shown, lambda: shown.overview(View.of("/", request.query_params)))

    def tenant(request: Request) -> Response:
        view = View.of(request.url.path, request.query_params)
        return _answer(shown, lambda: shown.tenant(view, request.path_params["slug"]))

    def way(request: Request) -> Response:
        """Found by an id that somebody has sent, it gets an address of its own."""
        slug, id_ = request.path_params["slug"], request.path_params.get("id")
        path = f"/tenants/{slug}/requests"
        if id_ is None:
            return RedirectResponse(
                f"{path}/{quote(request.query_params.get('id', '').strip(), safe='')}", 303
            )
        view = View.of(f"{path}/{id_}", request.query_params)
        at = moment(request.query_params.get("at", ""))
        return _answer(shown, lambda: shown.request(view, slug, id_, at))

    def books(_: Request) -> Response:
        return _answer(shown, shown.runbooks)

    def lost(_: Request, error: Exception) -> Response:
        if isinstance(error, HTTPException) and error.status_code != 404:
            return PlainTextResponse(error.detail, error.status_code, error.headers)
        page = shown.problem("There is no such page", "The address leads nowhere.", "Start at the tenants.")
        return HTMLResponse(page, 404)

    def broken(_: Request, error: Exception) -> Response:
        advice = "This is a fault of the console's own. Where it was started, the terminal shows more."
        page = shown.problem("This page could not be made", type(error).__name__, advice)
        return HTMLResponse(page, 500)

    return Starlette(
        routes=[
            Route("/", overview, methods=["GET"]),
            Route("/tenants/{slug}", tenant, methods=["GET"]),
            Route("/tenants/{slug}/requests", way, methods=["GET"]),
            Route("/tenants/{slug}/requests/{id:path}", way, methods=["GET"]),
            Route(runbooks.PATH, books, methods=["GET"]),
            Mount("/static", StaticFiles(directory=STATIC)),
        ],
        middleware=[
            Middleware(_Sealed),
            Middleware(TrustedHostMiddleware, allowed_hosts=HOSTS, www_redirect=False),
        ],
        exception_handlers={HTTPException: lost, Exception: broken},
    )


def _answer(pages: Pages, page: Callable[[], str]) -> Response:
    try:
        return HTMLResponse(page())
    except NotDeployed as error:
        advice = "It may have been removed, or this console looks at another stack."
        return HTMLResponse(pages.problem("That does not run here", str(error), advice), 404)
    except WrongInput as error:
        return HTMLResponse(
            pages.problem("That cannot be shown", str(error), "Correct it, and try again."), 400
        )
    except Silent as error:
        source = pages.source
        return HTMLResponse(
            pages.problem(f"{_capital(source.words)} does not answer", _capital(source.silence), str(error)),
            502,
        )
    except Failed as error:
        advice = "Put that right, then load this page again; the console itself goes on running."
        title = f"{_capital(pages.source.words)} cannot be read"
        return HTMLResponse(pages.problem(title, str(error), advice), 502)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


class _Sealed:
    """Adds the headers to every answer, and answers no other page's requests: each may cost calls of AWS."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def sealed(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
                message["headers"] = [*message["headers"], *own]
            await send(message)

        request = Request(scope)
        elsewhere = request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin")
        if elsewhere and request.headers.get("sec-fetch-mode") != "navigate":
            await PlainTextResponse("another page may not read this one", 403)(scope, receive, sealed)
            return
        await self._app(scope, receive, sealed)
