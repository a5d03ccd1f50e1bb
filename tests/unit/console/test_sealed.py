"""The console answers this machine's own browser, by GET, and runs nothing that it did not bring along."""

import asyncio
import hashlib
import re
import tomllib
from pathlib import Path

import httpx
import pytest

from tenantry.console.app import STATIC, application
from tenantry.operations.running import Running
from tests.support.command import ROOT
from tests.support.console import HOST, Made, get, tenant

SOURCE = Made((tenant("acme"),))
PATHS = ["/", "/tenants/acme", "/tenants/nobody", "/nowhere", "/static/console.css", "/static/nothing"]


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_forbids_what_the_page_does_not_need(path: str) -> None:
    headers = get(SOURCE, path).headers
    policy = dict(each.strip().split(" ", 1) for each in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["form-action"] == "'self'"  # a search is a form, which works without scripts
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "access-control-allow-origin" not in headers


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "tenantry.local:4580", "203.0.113.7", ""]
)
@pytest.mark.parametrize("path", ["/", "/static/console.css"])
def test_a_name_that_was_made_to_lead_here_is_refused(host: str, path: str) -> None:
    assert get(SOURCE, path, host=host).status_code == 400


@pytest.mark.parametrize("host", ["127.0.0.1:4580", "localhost:4580", "LOCALHOST"])
def test_a_loopback_name_is_answered(host: str) -> None:
    assert get(SOURCE, "/", host=host).status_code == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_page_can_cause_no_reading(site: str) -> None:
    headers = {"sec-fetch-site": site, "sec-fetch-mode": "no-cors"}
    source = Made(SOURCE.tenants, refused={"running": "it was read"})
    assert get(source, "/", **headers).status_code == 403
    assert get(SOURCE, "/", **{**headers, "sec-fetch-mode": "navigate"}).status_code == 200
    assert get(SOURCE, "/", **{**headers, "sec-fetch-site": "same-origin"}).status_code == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
@pytest.mark.parametrize("path", PATHS[:2] + PATHS[4:5])
def test_nothing_but_reading_is_answered(method: str, path: str) -> None:
    async def ask() -> int:
        transport = httpx.ASGITransport(application(SOURCE))
        async with httpx.AsyncClient(transport=transport, base_url=HOST) as client:
            return (await client.request(method, path)).status_code

    assert asyncio.run(ask()) == 405


@pytest.mark.parametrize("path", ["/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py"])
def test_no_file_beyond_the_pages_own_is_served(path: str) -> None:
    assert get(SOURCE, path).status_code == 404


@pytest.mark.parametrize("path", PATHS[:4])
def test_no_page_holds_script_or_style_of_its_own(path: str) -> None:
    page = get(SOURCE, path).text
    assert re.findall(r"<script(?! src=\"/static/)", page) == []
    assert re.findall(r"<style|\sstyle=|\son\w+=|javascript:", page) == []


@pytest.mark.parametrize("path", PATHS[:2])
def test_everything_that_a_page_loads_comes_with_it(path: str) -> None:
    page = get(SOURCE, path).text
    wanted = re.findall(r'(?:src|<link [^>]*href)="([^"]+)"', page)
    assert len(wanted) > 4
    for each in wanted:
        assert each.startswith("/static/")
        assert get(SOURCE, each).status_code == 200


def test_a_fault_of_its_own_is_told_without_its_insides() -> None:
    class Broken(Made):
        def running(self) -> Running:
            raise LookupError("private words")

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(application(Broken(())), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=HOST) as client:
            return await client.get("/")

    answer = asyncio.run(ask())
    assert (answer.status_code, "private words" in answer.text) == (500, False)
    assert "LookupError" in answer.text


def test_the_vendored_library_is_what_its_sums_say_with_its_licence() -> None:
    folder = STATIC / "uplot"
    sums = dict(reversed(line.split()) for line in (folder / "SHA256SUMS").read_text().splitlines())
    assert sums.keys() == {each.name for each in folder.iterdir()} - {"SHA256SUMS"}
    for name, expected in sums.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == expected
    assert "MIT" in (folder / "LICENSE").read_text()


def test_no_file_of_the_page_names_another_server() -> None:
    own = [
        each
        for each in Path(STATIC).rglob("*")
        if each.suffix in {".js", ".css"} and "uplot" not in each.parts
    ]
    assert own
    for file in own:
        assert not re.search(r"https?://|@import|url\(", file.read_text()), file.name


def test_every_file_of_the_page_is_in_the_installed_package() -> None:
    package = STATIC.parent
    patterns = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["package-data"]
    shipped = {
        file for pattern in patterns["tenantry.console"] for file in package.glob(pattern) if file.is_file()
    }
    there = {
        file for folder in ("static", "templates") for file in (package / folder).rglob("*") if file.is_file()
    }
    assert shipped == there
