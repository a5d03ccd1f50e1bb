"""The portal opens by a link of its own tenant, once and in time, and does what its own pages ask alone."""

import string

import pytest

from agreed import environment, seals
from agreed import portal as spelled
from api import clock, secrets
from groups.portal.declaration import SESSION, SESSION_SECONDS

from .conftest import HOST, Portal, World

PAGES = ("usage", "calls", "deliveries", "clients")


def closed(answer: object) -> bool:
    return getattr(answer, "status", 0) == 403 and "Set-Cookie" not in getattr(answer, "headers", {})


def test_a_link_signs_in_and_leads_to_a_page_without_it(stranger: Portal) -> None:
    answer = stranger.enter()
    assert (answer.status, answer.headers["Location"]) == (303, "usage")
    assert stranger.get("usage").status == 200


def test_looking_at_a_link_uses_none_up(stranger: Portal, world: World) -> None:
    link = stranger.link()
    for _ in range(2):
        answer = stranger.get("enter", query=f"link={link}")
        assert (answer.status, link in answer.text) == (200, True)
    assert world.records == {}
    assert stranger.enter(link).status == 303


def test_a_link_opens_the_portal_once(stranger: Portal) -> None:
    link = stranger.link()
    assert stranger.enter(link).status == 303
    assert closed(Portal(stranger.world, "acme").enter(link))


def test_a_link_is_good_until_it_says(stranger: Portal) -> None:
    assert closed(stranger.enter(stranger.link(seconds=0)))
    assert stranger.enter(stranger.link(seconds=5)).status == 303


def test_a_link_of_another_tenant_opens_nothing(stranger: Portal) -> None:
    assert closed(stranger.enter(stranger.link("acme-eu")))


def test_a_key_seals_for_its_own_tenant_alone(stranger: Portal) -> None:
    """Even if two tenants were given one key."""
    seal = seals.draw(clock.now_ms() // 1_000 + 900)
    assert closed(stranger.enter(seals.write(stranger.key(), "acme-eu", spelled.LINK, seal)))


def test_changing_any_character_of_a_link_closes_it(stranger: Portal) -> None:
    link = stranger.link()
    for index, character in enumerate(link):
        other = next(each for each in string.digits + "ab" if each != character)
        assert closed(stranger.enter(link[:index] + other + link[index + 1 :])), index


@pytest.mark.parametrize("link", ["", "x", "1.2.3", "9" * 400, "\u0661.\u0662.\u0663", "%00", "<script>"])
def test_what_is_no_link_opens_nothing(stranger: Portal, link: str) -> None:
    assert closed(stranger.post("enter", {"link": link}))


@pytest.mark.parametrize("purpose", [SESSION, "form"])
def test_what_is_sealed_for_something_else_is_no_link(stranger: Portal, purpose: str) -> None:
    assert closed(stranger.enter(stranger.link(purpose=purpose)))


def test_a_link_is_no_session(stranger: Portal) -> None:
    stranger.cookie = f"tenantry_portal={stranger.link()}"
    assert closed(stranger.get("usage"))


@pytest.mark.parametrize("page", PAGES)
def test_no_page_is_shown_without_a_session(stranger: Portal, page: str) -> None:
    answer = stranger.get(page)
    assert closed(answer)
    assert "tenantry portal acme" in answer.text


def test_a_session_of_another_tenant_is_none_here(acme: Portal) -> None:
    other = Portal(acme.world, "acme-eu", acme.cookie)
    assert closed(other.get("usage"))


def test_a_session_ends(acme: Portal) -> None:
    seal = seals.draw(clock.now_ms() // 1_000 - 1)
    acme.cookie = f"tenantry_portal={seals.write(acme.key(), 'acme', SESSION, seal)}"
    assert closed(acme.get("usage"))


def test_another_key_ends_all_sessions(acme: Portal, world: World) -> None:
    world.keys = dict.fromkeys(world.keys, "another")
    secrets._kept.clear()
    assert closed(acme.get("usage"))


@pytest.mark.parametrize("status", ["suspended", "offboarding"])
def test_a_tenant_that_is_not_active_has_no_portal(acme: Portal, status: str) -> None:
    acme.more = {environment.STATUS: status}
    for answer in (acme.get("usage"), acme.enter(), acme.post("deliveries", {})):
        assert closed(answer)
        assert "suspended" in answer.text


def test_one_cookie_of_several_may_be_the_sessions(acme: Portal) -> None:
    acme.cookie = f"tenantry_portal=old; other=1; {acme.cookie}"
    assert acme.get("usage").status == 200


@pytest.mark.parametrize(
    ("host", "secure"),
    [(HOST, True), ("api.acme.example", True), ("127.0.0.1:4566", False), ("localhost:4566", False),
     ("127.0.0.1.evil.example", True), ("localhost.evil.example:80", True)],
)  # fmt: skip
def test_a_cookie_is_for_no_script_no_other_site_and_no_plain_connection(
    stranger: Portal, host: str, secure: bool
) -> None:
    cookie = stranger.enter(host=host).headers["Set-Cookie"]
    attributes = cookie.split("; ")[1:]
    assert attributes == [
        f"Max-Age={SESSION_SECONDS}",
        "HttpOnly",
        "SameSite=Strict",
        *(["Secure"] if secure else []),
    ]


def test_signing_out_takes_the_cookie_away(acme: Portal) -> None:
    answer = acme.post("leave", {"form": acme.form()})
    assert (answer.status, answer.headers["Location"]) == (303, "enter")
    assert answer.headers["Set-Cookie"].startswith("tenantry_portal=; Max-Age=0;")


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
def test_a_form_that_another_page_sends_is_refused(acme: Portal, site: str) -> None:
    link = acme.link()
    assert closed(acme.post("enter", {"link": link}, sec_fetch_site=site))
    assert closed(acme.post("leave", {"form": acme.form()}, sec_fetch_site=site))
    assert acme.post("enter", {"link": link}, sec_fetch_site="same-origin").status == 303


def test_a_form_of_another_session_is_refused(acme: Portal, world: World) -> None:
    other = Portal(world, "acme")
    other.enter()
    for form in (other.form(), "", acme.cookie.partition("=")[2], acme.link(purpose="form")):
        assert closed(acme.post("leave", {"form": form}))


def test_no_origin_may_read_a_page(acme: Portal) -> None:
    """Even where the API itself is open to it, with credentials."""
    answer = acme.get("usage", origin="https://www.acme.example")
    assert answer.status == 200
    assert not [name for name in answer.headers if name.lower().startswith("access-control")]


def test_a_page_may_run_load_and_be_framed_by_nothing(acme: Portal) -> None:
    for answer in (acme.get("usage"), Portal(acme.world, "acme").get("enter", query="link=x")):
        policy = answer.headers["Content-Security-Policy"].split("; ")
        assert {"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"} <= set(policy)
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "<script" not in answer.text
        assert " style=" not in answer.text
