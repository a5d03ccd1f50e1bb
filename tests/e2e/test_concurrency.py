"""Clients that write at the same time: one wins, no change is lost, and a key does its work once."""

import random
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.support.platform import Tenant, problem

CLIENTS = 4
ROUNDS = 5
FORM = {"email": "ada@example.com", "message": "Do you ship to Malta?"}


def at_once(*calls: Callable[[], httpx.Response]) -> list[httpx.Response]:
    """All begin together, each as a client of its own."""
    start = Barrier(len(calls))

    def begin(call: Callable[[], httpx.Response]) -> httpx.Response:
        start.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(begin, calls))


def statuses(answers: Iterable[httpx.Response]) -> list[int]:
    return sorted(answer.status_code for answer in answers)


@pytest.fixture
def collection(acme: Tenant) -> str:
    """The path of one that no other test writes to."""
    assert acme.routes
    return f"/items/c-{uuid4().hex}"


@pytest.fixture
def item(acme: Tenant, collection: str) -> str:
    return "/items/" + str(acme.call("POST", collection, {"n": 0}).headers["location"])


@pytest.fixture
def message(acme: Tenant) -> str:
    return "/tools/contacts/" + str(acme.call("POST", "/contact", FORM, token=None).json()["id"])


def count(tenant: Tenant, collection: str) -> int:
    counts = tenant.call("GET", "/tools/summary").json()["items"]
    return int(counts.get(collection.removeprefix("/items/"), 0))


@pytest.mark.parametrize("keyed", [False, True])
def test_of_the_writers_of_one_version_one_wins(acme: Tenant, item: str, keyed: bool) -> None:
    def replace(n: int) -> httpx.Response:
        headers = {"If-Match": '"1"', **({"Idempotency-Key": uuid4().hex} if keyed else {})}
        return acme.call("PUT", item, {"n": n}, headers=headers)

    answers = at_once(*(lambda n=n: replace(n) for n in range(CLIENTS)))  # type: ignore[misc]
    (won,) = [answer for answer in answers if answer.status_code == 200]
    assert {problem(answer) for answer in answers if answer is not won} == {(412, "precondition-failed")}
    assert acme.call("GET", item).json() == won.json()


def test_of_a_replacement_and_a_deletion_of_one_version_one_wins(
    acme: Tenant, collection: str, item: str
) -> None:
    match = {"If-Match": '"1"'}
    put, gone = at_once(
        lambda: acme.call("PUT", item, {"n": 1}, headers=match),
        lambda: acme.call("DELETE", item, headers=match),
    )
    assert (put.status_code, gone.status_code) in {(200, 412), (404, 204)}
    assert count(acme, collection) == int(put.status_code == 200)


def test_a_key_that_several_send_at_once_does_its_work_once(
    acme: Tenant, collection: str, item: str, message: str
) -> None:
    once = {"Idempotency-Key": uuid4().hex}
    only = {"If-Match": '"1"', **once}
    writes: list[tuple[int, Callable[[], httpx.Response]]] = [
        (201, lambda: acme.call("POST", collection, {"n": 1}, headers=once)),
        (202, lambda: acme.call("POST", "/contact", FORM, token=None, headers=once)),
        (200, lambda: acme.call("PUT", item, {"n": 2}, headers=only)),
        (200, lambda: acme.call("PATCH", message, {"state": "open"}, headers=only)),
    ]
    for status, write in writes:
        answers = at_once(*[write] * CLIENTS)
        assert statuses(answers) == [status] * CLIENTS
        assert len({(answer.text, answer.headers.get("etag")) for answer in answers}) == 1
    assert count(acme, collection) == 2
    answers = at_once(*[lambda: acme.call("DELETE", item, headers=once)] * CLIENTS)
    assert statuses(answers) == [204] * CLIENTS
    assert count(acme, collection) == 1


def test_no_change_is_lost_among_clients_that_read_and_replace(acme: Tenant, item: str) -> None:
    """Each adds to what it has read; whoever was too slow reads again, and some send what they sent twice."""

    def add(_: int) -> None:
        for _round in range(ROUNDS):
            headers = {"Idempotency-Key": uuid4().hex}
            status = 412
            while status == 412:
                read = acme.call("GET", item)
                headers["If-Match"] = read.headers["etag"]
                document: Any = {"n": read.json()["n"] + 1}
                status = acme.call("PUT", item, document, headers=headers).status_code
            assert status == 200
            if random.random() < 0.5:  # noqa: S311
                again = acme.call("PUT", item, document, headers=headers)
                assert (again.status_code, again.json()["n"]) == (200, document["n"])

    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(add, range(CLIENTS)))
    last = acme.call("GET", item).json()
    assert (last["n"], last["version"]) == (CLIENTS * ROUNDS, CLIENTS * ROUNDS + 1)
