"""The levers change how long the program takes, and nothing that it registers."""

import asyncio
import gc
from dataclasses import replace
from typing import Any

import pulumi
import pytest
from pulumi.runtime import resource
from pulumi.runtime.proto import source_pb2

from benches.speed import tenants
from benches.speed.engine import StandIn
from benches.speed.program import PLAINLY, PULLED, executed
from tenantry.config import Cell
from tenantry.execution import levers
from tenantry.execution.registration import Registered
from tests.support.engine import register


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


def test_over_grpc_no_debug_message_is_sent_for_a_resource(engines: tuple[StandIn, StandIn]) -> None:
    """When the first line fails, the lever is no longer needed; when the second does, it no longer works."""
    plain, pulled = engines
    assert plain.logged["DEBUG"] > 4 * len(plain.registered)
    assert pulled.logged["DEBUG"] <= 1  # before the program begins


def seen(cell: Cell) -> dict[str, Registered]:
    """The SDK orders dependencies by chance."""
    registered = register(cell)[0].registered
    return {each.urn: replace(each, dependencies=tuple(sorted(each.dependencies))) for each in registered}


def test_in_process_every_registration_is_the_same(cell: Cell, monkeypatch: pytest.MonkeyPatch) -> None:
    pulled = seen(cell)
    monkeypatch.setenv(levers.PLAIN, "1")
    assert seen(cell) == pulled


class Declared(pulumi.ComponentResource):
    """Asks both for the stack as the SDK does: from below three constructors."""

    traces: tuple[Any, Any]

    def __init__(self) -> None:
        plain = resource._get_stack_trace
        outer = self

        class Third:
            def __init__(self) -> None:
                outer.traces = (plain(), levers.stack_trace())

        class Second:
            def __init__(self) -> None:
                Third()

        Second()


def test_the_stack_of_a_declaration_is_told_as_the_sdk_tells_it() -> None:
    """When this fails, the SDK looks elsewhere: adapt the lever, or take it out."""
    plain, ours = Declared().traces
    assert plain.frames
    assert ours == plain


def test_the_sdk_asks_for_the_stack_where_the_lever_is(cell: Cell, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[None] = []
    monkeypatch.setattr(levers, "stack_trace", lambda: asked.append(None) or source_pb2.StackTrace())
    register(cell)
    assert len(asked) > 100


def test_what_was_pulled_is_put_back() -> None:
    async def states() -> list[tuple[Any, ...]]:
        def state() -> tuple[Any, ...]:
            return gc.isenabled(), gc.get_freeze_count() == 0, pulumi.log.debug, resource._get_stack_trace

        before = state()
        with levers.pull():
            during = state()
        return [before, during, state()]

    before, during, after = asyncio.run(states())
    assert after == before
    assert not any(ours == theirs for ours, theirs in zip(during, before, strict=True))


@pytest.mark.parametrize("value", ["1", "yes"])
def test_a_plain_run_pulls_none(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv(levers.PLAIN, value)
    said = pulumi.log.debug
    with levers.pull():
        assert pulumi.log.debug is said
        assert gc.isenabled()


def test_the_registrations_have_begun_when_the_program_says_so() -> None:
    async def main() -> list[str]:
        order: list[str] = []
        task = asyncio.ensure_future(note(order))
        await levers.begun()
        order.append("begun")
        await task
        return order

    async def note(order: list[str]) -> None:
        order.append("registration")

    assert asyncio.run(main()) == ["registration", "begun"]
