"""A developer keeps the tenant's clients by forms, if the operator's link said so; a secret is shown once."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import escape, unescape
from typing import Any

import pytest

from agreed import clients as rules
from agreed import environment, portal, routes, seals
from agreed.clients import moment
from api import clock
from groups.portal import clients
from groups.portal.declaration import SESSION
from tests.support.tenant_api import Answer

from .conftest import Portal, World

SECRET = re.compile(r"tcs_[A-Za-z0-9_-]{43}")
HOSTILE = "\"><script>alert(1)</script>&amp;'$form{{7*7}}\u202e"
ACTS = ("make", "roll", "end", "remove")


def kept(world: World, tenant: str = "acme") -> dict[str, dict[str, str]]:
    """The fields of its clients, by id."""
    partition = f"{tenant}#tokens#client"
    return {
        sk: {name: value["S"] for name, value in record.items() if name not in ("pk", "sk")}
        for (pk, sk), record in world.records.items()
        if pk == partition
    }


def put(world: World, client: str = "crm", tenant: str = "acme", **fields: str) -> str:
    """Its secret, as the operators' command would have made it."""
    secret = rules.new_secret()
    texts = {"created_at": "2026-11-01T09:30:12.345Z", "scopes": "items:read", "secret": rules.digest(secret)}
    stored = {name: {"S": text} for name, text in (texts | fields).items()}
    world.put(f"{tenant}#tokens#client", client, **stored)
    return secret


def make(portal_: Portal, client: str = "crm", **fields: Any) -> Answer:
    sent = {"act": "make", "client": client, "scope": "items:read", "days": "", **fields}
    return portal_.post("clients", {"form": portal_.form(), **sent})


def fields_of(portal_: Portal, client: str = "crm") -> dict[str, str]:
    """What the page's forms of the client carry."""
    text = portal_.get("clients").text
    row = re.search(f"<code>{client}</code>.*?</tr>", text, re.S)
    assert row, text
    found = re.findall('<input type="hidden" name="([a-z]+)" value="([^"]*)"', row[0])
    return {name: unescape(value) for name, value in found}


def act(portal_: Portal, what: str, **fields: str) -> Answer:
    """On the client crm, unless `fields` say another."""
    return portal_.post("clients", {**fields_of(portal_), "act": what, **fields})


def ahead(**span: float) -> str:
    return moment(datetime.now(UTC) + timedelta(**span))


def near(text: str, **span: float) -> bool:
    return abs(datetime.fromisoformat(text) - datetime.now(UTC) - timedelta(**span)) < timedelta(minutes=1)


class TestLooking:
    def test_each_client_is_shown_with_what_it_may_and_when_it_was_used(
        self, acme: Portal, world: World
    ) -> None:
        put(world, "crm", scopes="items:read items:write", used_at="2026-11-27T23:59:59.999Z")
        put(world, "shop", ends_at="2026-11-20T00:00:00.000Z")
        put(world, "erp", ends_at=(ends := ahead(days=9)), earlier="0" * 64, earlier_until=ends)
        put(world, "old", earlier="0" * 64, earlier_until="2026-11-19T08:00:00.000Z")
        text = acme.get("clients").text
        for shown in (">2026-11-01 09:30<", "<code>items:write</code>", ">2026-11-27 23:59<", ">none<",
                      ">never<", ">ended 2026-11-20 00:00<"):  # fmt: skip
            assert shown in text
        assert text.count(f">{ends[:10]} {ends[11:16]}<") == 2
        assert "2026-11-19" not in text
        assert [text.index(f"<code>{name}</code>") for name in ("crm", "erp", "old", "shop")] == sorted(
            text.index(f"<code>{name}</code>") for name in ("crm", "erp", "old", "shop")
        )

    def test_a_record_that_is_none_of_ours_fails_no_page(self, keeper: Portal, world: World) -> None:
        world.put("acme#tokens#client", "odd", secret={"S": "x"}, scopes={"N": "1"}, ends_at={"S": "soon"})
        assert keeper.get("clients").status == 200

    def test_a_link_that_says_nothing_of_clients_shows_them_and_changes_none(
        self, acme: Portal, keeper: Portal, world: World
    ) -> None:
        put(world)
        text = acme.get("clients").text
        assert "<code>crm</code>" in text
        assert "tenantry portal acme --clients" in text
        assert 'action="clients"' not in text
        before = kept(world)
        of_client = fields_of(keeper)
        for each in ACTS:
            sent = of_client | {"form": acme.form(), "act": each, "scope": "items:read", "hours": "1"}
            if each == "make":
                sent["client"] = "other"
            answer = acme.post("clients", sent)
            assert (answer.status, SECRET.search(answer.text)) == (403, None)
        assert kept(world) == before

    @pytest.mark.parametrize("sealed", ["link", "cookie"])
    def test_no_link_and_no_session_can_be_given_the_right(self, stranger: Portal, sealed: str) -> None:
        stranger.enter(link := stranger.link())
        if sealed == "link":
            until, rest = stranger.link().split(".", 1)
            other = Portal(stranger.world, "acme")
            assert other.enter(f"{until}.{portal.CLIENTS}.{rest}").status == 403
        else:
            until, rest = stranger.cookie.split(".", 1)
            stranger.cookie = f"{until}.{portal.CLIENTS}.{rest}"
            assert stranger.get("clients").status == 403
        assert link.count(".") == 2

    def test_a_right_that_nobody_knows_changes_nothing(self, stranger: Portal, world: World) -> None:
        """Such as one of a later release, in a session that outlives a rollback."""
        seal = seals.draw(clock.now_ms() // 1_000 + 900, "keys")
        stranger.cookie = f"tenantry_portal={seals.write(stranger.key(), 'acme', SESSION, seal)}"
        assert stranger.get("clients").status == 200
        assert make(stranger).status == 403
        assert kept(world) == {}

    @pytest.mark.parametrize("installed", [True, False])
    def test_without_a_token_endpoint_there_is_no_page_and_nothing_is_looked_for(
        self, keeper: Portal, world: World, monkeypatch: pytest.MonkeyPatch, installed: bool
    ) -> None:
        form = keeper.form()
        assert 'href="clients"' in keeper.get("usage").text
        if installed:
            keeper.more = {environment.GROUPS: json.dumps(["contact", "portal"])}
        else:
            monkeypatch.setattr(routes, "installed", lambda group: group != "tokens")
        world.asked.clear()
        assert 'href="clients"' not in keeper.get("usage").text
        assert keeper.get("clients").status == 404
        sent = {"form": form, "act": "make", "client": "crm", "scope": "items:read"}
        assert keeper.post("clients", sent).status == 404
        assert not [asked for asked in world.asked if "#tokens#" in str(asked)]


class TestMaking:
    def test_a_secret_is_in_one_answer_and_kept_as_its_digest(
        self, keeper: Portal, world: World, capsys: pytest.CaptureFixture[str]
    ) -> None:
        answer = make(keeper, days="30")
        [secret] = set(SECRET.findall(answer.text))
        assert answer.status == 200
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Location" not in answer.headers
        stored = kept(world)["crm"]
        assert stored["secret"] == rules.digest(secret)
        assert stored["scopes"] == "items:read"
        assert near(stored["ends_at"], days=30)
        assert secret not in str(world.records)
        assert secret not in keeper.get("clients").text
        assert secret not in capsys.readouterr().out

    def test_a_reload_makes_no_second_client_and_shows_no_secret_again(
        self, keeper: Portal, world: World
    ) -> None:
        sent = {"form": keeper.form(), "act": "make", "client": "crm", "scope": "items:read"}
        assert SECRET.search(keeper.post("clients", sent).text)
        before = kept(world)
        again = keeper.post("clients", sent)
        assert (again.status, SECRET.search(again.text)) == (409, None)
        assert "there is a client crm already" in again.text
        assert kept(world) == before

    def test_it_has_the_scopes_that_are_chosen(self, keeper: Portal, world: World) -> None:
        make(keeper, scope=["items:write", "items:read"])
        assert kept(world)["crm"]["scopes"] == "items:read items:write"
        assert "ends_at" not in kept(world)["crm"]

    @pytest.mark.parametrize(
        ("fields", "why"),
        [
            ({"client": "Crm"}, "cannot name a client"),
            ({"client": ""}, "cannot name a client"),
            ({"client": "a" * 64}, "cannot name a client"),
            ({"client": "acme-eu#tokens#client"}, "cannot name a client"),
            ({"scope": []}, "choose from those of acme"),
            ({"scope": "tools:read"}, "opens no route of acme"),
            ({"scope": ["items:read", HOSTILE]}, "opens no route of acme"),
            ({"days": "0"}, "cannot end in 0 days"),
            ({"days": "3651"}, "cannot end in 3651 days"),
            ({"days": "-1"}, "not a whole number"),
            ({"days": "\u0661"}, "not a whole number"),
            ({"days": "9" * 99}, "not a whole number"),
            ({"act": "mark"}, "nothing that this page does"),
            ({"act": ["make", "roll"]}, "nothing that this page does"),
        ],
    )
    def test_what_cannot_be_is_refused_by_its_name(
        self, keeper: Portal, world: World, fields: dict[str, Any], why: str
    ) -> None:
        answer = make(keeper, **fields)
        assert answer.status == 400
        assert escape(why) in answer.text
        assert "<script" not in answer.text
        assert kept(world) == {}

    def test_beyond_the_most_none_is_made(
        self, keeper: Portal, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(rules, "MOST", 2)
        put(world, "a")
        assert make(keeper, "b").status == 200
        answer = make(keeper, "c")
        assert (answer.status, "has 2 clients, the most that it may have" in answer.text) == (400, True)
        assert kept(world).keys() == {"a", "b"}

    def test_of_those_that_are_made_at_once_all_but_one_may_come_on_top(
        self, keeper: Portal, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(rules, "MOST", 1)
        listed = clients.listed

        def while_another_is_made() -> Any:
            found = listed()
            monkeypatch.setattr(clients, "listed", listed)
            put(world, "other")
            return found

        monkeypatch.setattr(clients, "listed", while_another_is_made)
        assert make(keeper).status == 200
        assert make(keeper, "third").status == 400
        assert kept(world).keys() == {"crm", "other"}

    def test_of_two_of_one_name_at_once_one_is_made(self, keeper: Portal, world: World) -> None:
        world.reasons = ["TransactionConflict"]
        answer = make(keeper)
        assert (answer.status, SECRET.search(answer.text), kept(world)) == (409, None, {})

    def test_a_table_that_is_busy_is_a_matter_of_time(self, keeper: Portal, world: World) -> None:
        world.reasons = ["ThrottlingError"]
        answer = make(keeper)
        assert (answer.status, SECRET.search(answer.text), kept(world)) == (503, None, {})


class TestChanging:
    def test_a_roll_leaves_the_secret_before_its_grace(self, keeper: Portal, world: World) -> None:
        put(world)
        before = kept(world)["crm"]["secret"]
        answer = act(keeper, "roll", hours="48")
        [secret] = set(SECRET.findall(answer.text))
        after = kept(world)["crm"]
        assert (after["secret"], after["earlier"]) == (rules.digest(secret), before)
        assert near(after["earlier_until"], hours=48)
        assert answer.headers["Cache-Control"] == "no-store"

    def test_a_roll_without_grace_ends_both_secrets_before(self, keeper: Portal, world: World) -> None:
        put(world, earlier="0" * 64, earlier_until=ahead(hours=1))
        assert "works no more" in act(keeper, "roll", hours="0").text
        assert kept(world)["crm"].keys() == {"created_at", "scopes", "secret"}

    def test_a_reload_rolls_nothing_and_shows_no_secret_again(self, keeper: Portal, world: World) -> None:
        put(world)
        sent = {**fields_of(keeper), "act": "roll", "hours": "0"}
        assert SECRET.search(keeper.post("clients", sent).text)
        before = kept(world)
        again = keeper.post("clients", sent)
        assert (again.status, SECRET.search(again.text)) == (409, None)
        assert kept(world) == before

    @pytest.mark.parametrize(("days", "status"), [("0", "ended "), ("7", ""), ("", "never")])
    def test_an_end_is_set_moved_and_taken_away(
        self, keeper: Portal, world: World, days: str, status: str
    ) -> None:
        put(world, ends_at=ahead(days=1))
        answer = act(keeper, "end", days=days)
        assert (answer.status, answer.headers["Location"]) == (303, "clients?changed=crm")
        ends = kept(world)["crm"].get("ends_at")
        assert near(ends, days=int(days)) if ends else not days
        text = keeper.get("clients", "changed=crm").text
        assert "The end of crm is set." in text
        assert f">{status}{f'{ends[:10]} {ends[11:16]}' if ends else ''}<" in text

    def test_a_client_that_is_removed_is_gone(self, keeper: Portal, world: World) -> None:
        put(world)
        put(world, "shop")
        sent = {**fields_of(keeper), "act": "remove"}
        assert keeper.post("clients", sent).headers["Location"] == "clients?changed=crm"
        assert kept(world).keys() == {"shop"}
        assert "crm is removed." in keeper.get("clients", "changed=crm").text
        assert keeper.post("clients", sent).status == 404

    @pytest.mark.parametrize("what", ["roll", "end", "remove"])
    @pytest.mark.parametrize("meanwhile", ["rolled", "made anew", "at the same moment", "outrun"])
    def test_what_is_no_longer_as_the_page_showed_it_stays(
        self, keeper: Portal, world: World, what: str, meanwhile: str
    ) -> None:
        put(world)
        sent = {**fields_of(keeper), "act": what, "hours": "1", "days": "1"}
        if meanwhile in ("rolled", "made anew"):
            put(world)
        reasons = {"at the same moment": "TransactionConflict", "outrun": "ConditionalCheckFailed"}
        world.reasons = [reasons[meanwhile]] if meanwhile in reasons else []
        before = kept(world)
        answer = keeper.post("clients", sent)
        assert (answer.status, SECRET.search(answer.text)) == (409, None)
        assert kept(world) == before

    @pytest.mark.parametrize(
        ("what", "fields", "status"),
        [
            ("roll", {"hours": "721"}, 400),
            ("roll", {"hours": "x"}, 400),
            ("end", {"days": "3651"}, 400),
            ("roll", {"client": "shop"}, 404),
            ("end", {"client": "acme-eu"}, 404),
            ("remove", {"client": "../crm"}, 404),
            ("remove", {"version": ""}, 409),
        ],
    )
    def test_what_cannot_be_changes_nothing(
        self, keeper: Portal, world: World, what: str, fields: dict[str, str], status: int
    ) -> None:
        put(world)
        before = kept(world)
        assert act(keeper, what, **fields).status == status
        assert kept(world) == before

    def test_a_form_says_nothing_of_a_secret(self, keeper: Portal, world: World) -> None:
        secret = put(world, earlier=rules.digest("tcs_earlier"), earlier_until=ahead(hours=1))
        text = keeper.get("clients").text
        for hidden in (secret, rules.digest(secret), rules.digest("tcs_earlier")):
            assert hidden not in text

    @pytest.mark.parametrize("what", ACTS)
    def test_nothing_is_changed_without_a_form_of_the_session(
        self, keeper: Portal, world: World, what: str
    ) -> None:
        put(world)
        before, sent = kept(world), {**fields_of(keeper), "act": what, "hours": "1", "scope": "items:read"}
        sent |= {"client": "other"} if what == "make" else {}
        other = Portal(world, "acme")
        other.enter(other.link(right=portal.CLIENTS))
        tried: list[Callable[[], Answer]] = [
            lambda: keeper.post("clients", sent | {"form": ""}),
            lambda: keeper.post("clients", sent | {"form": other.form()}),
            lambda: keeper.post("clients", sent, sec_fetch_site="cross-site"),
            lambda: Portal(world, "acme").post("clients", sent),
        ]
        assert [each().status for each in tried] == [403] * len(tried)
        assert kept(world) == before


class TestRecord:
    def test_each_change_is_a_line_with_client_and_session_and_no_secret(
        self,
        stranger: Portal,
        capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setenv("POWERTOOLS_LOG_LEVEL", "ERROR")  # whatever the level is
        stranger.enter(link := stranger.link(right=portal.CLIENTS))
        answers = [make(stranger), act(stranger, "roll", hours="1"), act(stranger, "end", days="1")]
        answers += [act(stranger, "remove"), make(stranger, "Crm")]
        out = capsys.readouterr().out
        lines = [json.loads(line) for line in out.splitlines()]
        [signed_in] = [each for each in lines if each["message"] == "signed in"]
        assert (signed_in["link"], signed_in["right"]) == (link.split(".")[-2], portal.CLIENTS)
        changes = [each for each in lines if each["message"].startswith("client ")]
        said = [(each["message"].removeprefix("client "), each.get("client")) for each in changes]
        done = [(each, "crm") for each in ("made", "rolled", "ended", "removed")]
        assert said == [*done, ("not changed", None)]
        assert {each["session"] for each in changes} == {signed_in["session"]}
        assert all(each["tenant"] == "acme" and each["request_id"] for each in changes)
        secrets = {found for each in answers for found in SECRET.findall(each.text)}
        assert len(secrets) == 2
        for hidden in ("tcs_", *map(rules.digest, secrets), link.split(".")[-1], stranger.cookie):
            assert hidden not in out


def test_no_value_of_a_client_becomes_a_part_of_the_page(keeper: Portal, world: World) -> None:
    names = ("created_at", "scopes", "ends_at", "used_at", "earlier_until", "earlier")
    put(world, HOSTILE, **dict.fromkeys(names, HOSTILE))
    assert escape(HOSTILE) in keeper.get("clients").text
    for answer in (keeper.get("clients", "changed=%3Cscript%3E"), make(keeper, HOSTILE)):
        assert "<script" not in answer.text
