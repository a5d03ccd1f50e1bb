"""The levers change how long the program takes, and nothing that it registers."""

import asyncio
import gc
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from benches.speed import tenants
from benches.speed.engine import StandIn
from benches.speed.program import PLAINLY, PULLED, executed
from tenantry.config import Cell
from tenantry.execution import levers, registration
from tenantry.execution.registration import Registered
from tests.support.engine import ARNS, register


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> tuple[StandIn, StandIn]:
    """The stand-in engine after a plain run over gRPC, and after one with the levers."""
    folder = tenants.write(tmp_path_factory.mktemp("tenants") / "three", 3)
    seen: list[StandIn] = []
    for variables in (PLAINLY, PULLED):
        executed(folder, variables, seen.append)
    plain, pulled = seen
    return plain, pulled


def wire(request: Any) -> bytes:
    """All of a registration; the SDK orders dependencies by chance."""
    same = type(request).FromString(request.SerializeToString())
    for names in (same.dependencies, *(each.urns for each in same.propertyDependencies.values())):
        names[:] = sorted(names)
    content: bytes = same.SerializeToString(deterministic=True)
    return content


def test_over_grpc_every_registration_is_the_same_byte_for_byte(engines: tuple[StandIn, StandIn]) -> None:
    plain, pulled = ({urn: wire(each) for urn, each in engine.registered.items()} for engine in engines)
    assert len(plain) > 100
    assert pulled == plain


def seen(cell: Cell) -> dict[str, Registered]:
    """The SDK orders dependencies by chance."""
    registered = register(cell)[0].registered
    return {each.urn: replace(each, dependencies=tuple(sorted(each.dependencies))) for each in registered}


def test_in_process_every_registration_is_the_same(cell: Cell, monkeypatch: pytest.MonkeyPatch) -> None:
    pulled = seen(cell)
    monkeypatch.setenv(levers.PLAIN, "1")
    assert seen(cell) == pulled


def collector() -> tuple[bool, bool]:
    """Whether it looks for garbage, and whether it looks everywhere."""
    return gc.isenabled(), gc.get_freeze_count() == 0


def test_no_garbage_is_looked_for_meanwhile_and_all_is_as_before_afterwards() -> None:
    before = collector()
    with suppress(ValueError), levers.uncollected():
        during = collector()
        raise ValueError("meanwhile")
    assert before == (True, True)
    assert during == (False, False)
    assert collector() == before


def test_a_program_runs_uncollected(cell: Cell) -> None:
    seen: list[bool] = []
    registration.run(lambda: seen.append(gc.isenabled()), cell.name, ARNS)
    assert seen == [False]
    assert gc.isenabled()


def test_who_collects_nothing_goes_on_so() -> None:
    gc.disable()
    try:
        with levers.uncollected():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


@pytest.mark.parametrize("value", ["1", "yes"])
def test_a_plain_run_collects(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv(levers.PLAIN, value)
    with levers.uncollected():
        assert collector() == (True, True)


@pytest.mark.parametrize(
    ("plain", "expected"), [("", ["registration", "begun"]), ("1", ["begun", "registration"])]
)
def test_the_registrations_have_begun_when_the_program_says_so_unless_it_runs_plainly(
    monkeypatch: pytest.MonkeyPatch, plain: str, expected: list[str]
) -> None:
    monkeypatch.setenv(levers.PLAIN, plain)

    async def main() -> list[str]:
        order: list[str] = []
        task = asyncio.ensure_future(note(order))
        await levers.begun()
        order.append("begun")
        await task
        return order

    async def note(order: list[str]) -> None:
        order.append("registration")

    assert asyncio.run(main()) == expected
