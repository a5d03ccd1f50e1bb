"""A group that declares webhooks has all that their delivery needs, or is refused at its line."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agreed.declarations import Event, Group, Option
from agreed.metrics import Metric
from groups.contact.declaration import GROUP, WEBHOOKS
from tenantry.groups import receivers
from tenantry.groups.installed import Installed
from tenantry.groups.sources import PythonSource
from tenantry.paths import GROUPS

FOLDER = Path(GROUPS) / "contact"


def told(group: Group) -> str:
    one = Installed(group, FOLDER)
    found = list(receivers.declared(one, PythonSource(FOLDER / "declaration.py")))
    return "\n".join(f"{what}; {remedy}" for _, what, remedy in found)


def test_the_shipped_declaration_has_all() -> None:
    assert told(GROUP) == ""


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"events": ()}, "webhooks have no events"),
        ({"events": (Event("received", "x"),)}, "'received' cannot be the type of an event"),
        ({"events": WEBHOOKS.events * 2}, "cannot be the type of an event; write each once"),
        ({"queue": "none"}, "a queue none, which is not declared"),
        ({"record": "receiver"}, "records receiver, which keep no deliveries"),
        ({"secret": "runtime"}, "does not read the secret of webhooks, runtime"),
        ({"single": "none"}, "no option none"),
        ({"single_state": "none"}, "has no field none"),
        ({"off": Metric("Another", ("tenant", "receiver"))}, "count by Another, which is not among"),
    ],
)
def test_a_part_that_is_not_the_groups_or_does_not_fit_is_refused(change: dict[str, Any], said: str) -> None:
    assert said in told(replace(GROUP, webhooks=replace(WEBHOOKS, **change)))


def test_what_webhooks_take_for_themselves_is_free_for_nothing_else() -> None:
    option = Option("webhooks", "text", "A text.", "a")
    assert "the key webhooks" in told(replace(GROUP, options=(*GROUP.options, option)))
    [secret] = GROUP.secrets
    for name in ("a__b", "delivery_crm"):
        other = replace(secret, name=name)
        assert f"{name!r} cannot name a secret" in told(replace(GROUP, secrets=(secret, other)))
    without = replace(GROUP, webhooks=None)
    assert "ReceiversSwitchedOff is counted by receiver" in told(without)
    assert "records of the kind receiver" in told(replace(GROUP, records=GROUP.records[:1]))
