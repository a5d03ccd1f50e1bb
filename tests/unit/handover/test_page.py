"""A handover's page: it says what the contract says, leads nowhere else, and holds nothing secret."""

import re
from datetime import date
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from tenantry.config import Tenant, load_platform
from tenantry.gateway import contract, published
from tenantry.gateway.published import Address
from tenantry.handover import clients, page, write
from tenantry.handover.clients import Made
from tests.support.command import TENANTS

URL = "https://api.example.com/here"
NONE = Made(None, typescript=False)
TODAY = date(2026, 11, 28)


PLATFORM = load_platform(TENANTS)


@pytest.fixture(autouse=True)
def no_generators(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "GENERATORS", tmp_path / "none")


def tenant(slug: str) -> Tenant:
    return PLATFORM.tenant(slug)


def document(slug: str) -> dict[str, Any]:
    return published.of_tenant(contract.load(), tenant(slug), Address(URL, "urn:here"))


@cache
def html(slug: str) -> str:
    return page.page(tenant(slug), document(slug), NONE, [])


class Links(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.targets: set[str] = set()
        self.inline: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        self.ids += [said["id"]] if said.get("id") else []
        self.targets |= {each for each in (said.get("href"), said.get("src")) if each}
        self.inline += [name for name in said if name == "style" or name.startswith("on")]
        if tag == "style" or (tag == "script" and not said.get("src")):
            self.inline.append(tag)


@pytest.mark.parametrize("slug", ["acme", "acme-eu", "globex"])
def test_every_link_leads_to_a_place_of_the_page_or_a_file_of_the_folder(slug: str, tmp_path: Path) -> None:
    links = Links(html(slug))
    write(tmp_path / slug, tenant(slug), document(slug), TODAY)
    assert len(links.ids) == len(set(links.ids))
    for target in links.targets:
        if target.startswith("#"):
            assert target[1:] in links.ids
        elif not target.startswith(("https://", "data:")):
            assert (tmp_path / slug / target).is_file(), target


def test_nothing_on_it_runs_or_is_styled_inline_so_its_policy_forbids_that() -> None:
    text = html("acme")
    assert Links(text).inline == []
    assert "default-src 'none'" in text
    assert "unsafe-inline" not in text


@pytest.mark.parametrize("slug", ["acme", "acme-eu"])
def test_each_route_of_the_tenant_is_there_in_three_languages_and_no_other_route_is(slug: str) -> None:
    text = html(slug)
    for route in contract.installed_routes():
        shown = f"<code>{route.resource}</code></h3>" in text
        assert shown == (route.group in tenant(slug).routes), route
    routes = len(list(published.operations(document(slug))))
    for language in ("curl", "python", "typescript"):
        assert text.count(f'<figure class="snippet {language}">') == routes + 2  # and the first two calls


def test_messages_that_are_delivered_are_explained_where_a_route_group_has_events(tmp_path: Path) -> None:
    write(tmp_path / "out", tenant("acme-eu"), document("acme-eu"), TODAY)
    assert not list(tmp_path.glob("out/receiver*"))
    assert 'id="delivered-messages"' in html("acme")
    assert "receiver.py" in html("acme")
    assert "elivered messages" not in html("acme-eu")


def test_it_says_where_tokens_come_from_in_each_mode() -> None:
    assert f"{URL}/token" in html("acme")
    assert "2026-01, 2026-07" in html("acme-eu")
    assert "https://id.globex.example" in html("globex")
    routes = tuple(each for each in tenant("acme").routes if each != "tokens")
    without = tenant("acme").model_copy(update={"routes": routes})
    told = page.page(
        without, published.of_tenant(contract.load(), without, Address(URL, "urn:here")), NONE, []
    )
    assert "ask your operator how you get the next one" in told
    assert "get_token" not in told


@pytest.mark.parametrize(
    ("slug", "names"),
    [("acme", {"get_token"}), ("acme-eu", {"sign_token"}), ("globex", {"get_token"})],
)
def test_it_has_the_program_for_the_next_token_of_its_mode(
    slug: str, names: set[str], tmp_path: Path
) -> None:
    write(tmp_path, tenant(slug), document(slug), TODAY)
    files = {each.name: each.read_text() for each in tmp_path.glob("*_token.*")}
    assert files.keys() == {f"{name}.{ending}" for name in names for ending in ("py", "mjs")}
    for text in files.values():
        assert not re.search(r"@[a-z_]+@", text)
        assert (f"{URL}/token" in text) == (slug == "acme")
        assert ("urn:here" in text) == (slug == "acme-eu")


def test_what_a_tenant_is_called_is_text_wherever_it_stands() -> None:
    named = tenant("acme").model_copy(update={"name": "<b>Acme</b>"})
    text = page.page(named, document("acme"), NONE, [{"date": "2026-11-28", "changes": ["<i>x</i>"]}])
    assert "<b>Acme" not in text
    assert "<i>x" not in text


def test_a_link_of_the_guides_that_leads_out_of_the_page_becomes_its_text() -> None:
    assert "Sizes and times: limits." in re.sub(r"<[^>]+>", "", html("acme"))


def test_without_generators_a_handover_is_whole_and_says_how_to_have_clients(tmp_path: Path) -> None:
    done = write(tmp_path / "out", tenant("acme"), document("acme"), TODAY)
    assert len(done.missing) == 2
    assert all("make generators" in each for each in done.missing)
    assert "makes a client out of" in (tmp_path / "out" / "index.html").read_text()
    assert not (tmp_path / "out" / "clients").exists()
