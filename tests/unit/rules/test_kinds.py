"""Each type of resource has one row, which says what the provider says, and stands nowhere else."""

import importlib
import re
from pathlib import Path
from typing import Any

import pytest

from tenantry.rules.kinds import KINDS, Kind
from tests.support.engine import ROOT

SOURCES = ("platform", "policy-pack", "benches", "demo")
TOKEN = re.compile(r'"(\w+:[\w/]+:[A-Z]\w*)"')


def sources() -> list[Path]:
    every = [file for folder in SOURCES for file in (ROOT / folder).rglob("*.py")]
    return [file for file in every if ".venv" not in file.parts]


def provided(kind: Kind) -> Any:
    """The provider's class of that type."""
    provider, module, name = kind.token.split(":")
    service = {"lambda": "lambda_", "index": ""}.get(module.split("/")[0], module.split("/")[0])
    return getattr(importlib.import_module(f"pulumi_{provider}.{service}".rstrip(".")), name)


def snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def test_a_type_token_is_spelled_once() -> None:
    spelled = [
        (file.relative_to(ROOT).as_posix(), token)
        for file in sources()
        for token in TOKEN.findall(file.read_text())
    ]
    elsewhere = {file for file, token in spelled if not token.startswith("tenantry:index:")}
    assert {Path(file).parent.as_posix() for file in elsewhere} == {"platform/tenantry/rules/kinds"}
    tokens = [token for _, token in spelled]
    assert sorted(tokens) == sorted(set(tokens))


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.token)
def test_a_row_names_what_the_provider_has(kind: Kind) -> None:
    there = vars(provided(kind))
    named = {path.partition(".")[0] for path in kind.understood} | {*kind.secret_outputs, *kind.computed}
    assert [name for name in named if snake(name) not in there] == []
    assert ("tags" in there) is kind.taggable


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.token)
def test_a_row_states_each_input_once_and_refers_to_types_that_have_a_row(kind: Kind) -> None:
    named = (kind.name,) if kind.name else ()
    stated = [*named, *kind.policies, *kind.judged, *kind.references, *kind.settings]
    assert sorted(stated) == sorted(set(stated))
    assert set(kind.references.values()) <= KINDS.keys()
    assert kind.unused.keys() <= kind.understood
    assert all(kind.unused.values())
