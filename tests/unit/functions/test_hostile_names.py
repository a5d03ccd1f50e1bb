"""A name that means something elsewhere is data here, or refused; a key or cursor opens nothing else."""

import pytest

from tests.support import tenant_api
from tests.support.tenant_api import TenantApi
from tests.unit.functions.hostility import (
    COLLECTION,
    CONTACT,
    FORM,
    ITEM,
    NASTY,
    ORDERS,
    UNKNOWN_ID,
    create,
    partitions,
    with_member,
)


class TestNames:
    @pytest.mark.parametrize("member", [text for text in NASTY if text not in ("\ud800", "a" * 70_000)])
    def test_a_member_is_data_whatever_it_is_called(self, acme: TenantApi, member: str) -> None:
        created = create(acme, with_member(member, {member: [member]}))
        assert created.status == 201
        read = acme.call("GET", ITEM, path={**ORDERS, "id": created.json["id"]}).json
        assert read[member] == {member: [member]}
        replaced = acme.call(
            "PUT",
            ITEM,
            path={**ORDERS, "id": created.json["id"]},
            headers={"If-Match": '"1"'},
            body=with_member(member, member),
        )
        assert (replaced.json[member], replaced.json["version"]) == (member, 2)
        assert partitions() <= {"acme#items#item#orders", *(f"acme#items#count#item#{n}" for n in range(8))}

    @pytest.mark.parametrize("member", ["pk", "sk", "data", "state_key", "expires_at", "tenant", "__proto__"])
    def test_a_member_named_as_ours_changes_no_attribute(self, acme: TenantApi, member: str) -> None:
        assert create(acme, with_member(member, "acme-eu#items#item#orders")).status == 201
        (record,) = (each for each in tenant_api.records() if "#items#item#" in each["pk"]["S"])
        assert record.keys() == {"pk", "sk", "data", "version", "created_at", "updated_at"}
        assert record["pk"]["S"] == "acme#items#item#orders"

    @pytest.mark.parametrize(
        "name",
        [
            "\u043erders",  # a Cyrillic o
            "\uff4frders",  # full width
            "o\u0301rders",
            "orde\u200brs",
            "\u017fales",  # lower-cases and normalises to s
            "orders\x00",
            "orders\r\nx",
            "orders#count",
            "acme-eu#items",
            "..",
            ".",
            "%6frders",
            "orders%2f..%2fother",
            "orders/..",
            "\u0661",
            "a" * 64,
        ],
    )
    def test_a_collection_has_one_spelling(self, acme: TenantApi, name: str) -> None:
        for method in ("GET", "POST"):
            answer = acme.call(method, COLLECTION, path={"collection": name}, body="{}")
            assert (answer.status, answer.slug) == (400, "invalid-parameters")
        assert tenant_api.records() == []

    @pytest.mark.parametrize(
        "item_id", ["\uff10" * 26, UNKNOWN_ID + "\n", UNKNOWN_ID.replace("0", "O"), "#" * 26]
    )
    def test_an_id_has_one_spelling(self, acme: TenantApi, item_id: str) -> None:
        assert acme.call("GET", ITEM, path={**ORDERS, "id": item_id}).slug == "not-found"
        assert acme.call("PATCH", CONTACT, {"state": "done"}, path={"id": item_id}).slug == "not-found"


class TestIdempotencyKeys:
    @pytest.mark.parametrize(
        "key", ["k" * 256, "k\r\nx: y", "k\x00", "\ud800", "k,k", '"k", "l"', "\u212a", "k" * 9_000]
    )
    def test_a_key_that_is_no_visible_ascii_is_refused(self, acme: TenantApi, key: str) -> None:
        taken = key in ("k,k",)  # visible, so it is a key like others
        answer = create(acme, headers={"Idempotency-Key": key})
        assert answer.status == (201 if taken else 400)

    def test_two_headers_are_no_key(self, acme: TenantApi) -> None:
        headers = [("Idempotency-Key", "a"), ("Idempotency-Key", "b")]
        assert create(acme, headers=headers).slug == "invalid-parameters"

    def test_a_key_gives_away_nothing_of_another_subject_route_or_collection(self, acme: TenantApi) -> None:
        key = {"Idempotency-Key": "guessed"}
        secret = create(acme, with_member("secret", 1), headers=key, subject="ada")
        acme.call("POST", "/contact", FORM, headers=key, subject=None)
        answers = [
            create(acme, with_member("secret", 1), headers=key, subject="bob"),
            create(acme, with_member("secret", 1), headers=key, subject="ada\n"),
            create(acme, path={"collection": "others"}, headers=key, subject="ada"),
        ]
        assert [answer.status for answer in answers] == [201, 201, 422]
        assert all(secret.json["id"] not in answer.text for answer in answers)

    @pytest.mark.parametrize("key", ["#", ":now", "acme-eu#items#item#orders", "../x", "$ne", '"\\""'])
    def test_a_key_names_no_partition(self, acme: TenantApi, key: str) -> None:
        assert create(acme, headers={"Idempotency-Key": key}).status == 201
        assert all(each.startswith(("acme#items#", "acme#contact#")) for each in partitions())


class TestCursors:
    def test_a_cursor_is_worth_nothing_elsewhere(self, acme: TenantApi, acme_eu: TenantApi) -> None:
        for _ in range(2):
            create(acme)
            acme.call("POST", "/contact", FORM, subject=None)
        cursor = acme.call("GET", COLLECTION, path=ORDERS, query="limit=1").json["next_cursor"]
        by_state = acme.call("GET", "/tools/contacts", query="limit=1&state=new").json["next_cursor"]
        for answer in (
            acme_eu.call("GET", COLLECTION, path=ORDERS, query=f"cursor={cursor}"),
            acme.call("GET", COLLECTION, path={"collection": "others"}, query=f"cursor={cursor}"),
            acme.call("GET", "/tools/contacts", query=f"cursor={cursor}"),
            acme.call("GET", "/tools/contacts", query=f"cursor={by_state}"),
            acme.call("GET", "/tools/contacts", query=f"state=open&cursor={by_state}"),
            acme.call("GET", COLLECTION, path=ORDERS, query=f"cursor={cursor}&cursor={cursor}"),
            acme.call("GET", COLLECTION, path=ORDERS, query=f"cursor={cursor}%0A"),
            acme.call("GET", COLLECTION, path=ORDERS, query="cursor=" + "A" * 100_000),
        ):
            assert answer.slug in ("invalid-cursor", "invalid-parameters")
