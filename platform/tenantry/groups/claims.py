"""Refuse a name that two things of one tenant would have, whichever groups they come from."""

from collections.abc import Callable, Iterable, Mapping

from tenantry.groups.installed import Installed, members
from tenantry.groups.sources import PythonSource
from tenantry.problems import Problem

NAMES: Mapping[str, Callable[[Installed], Iterable[str]]] = {
    "group or function": lambda one: (member.name for member in members(one.group)),
    "queue": lambda one: (queue.name for queue in one.group.queues),
    "secret": lambda one: (secret.name for secret in one.group.secrets),
    "value": lambda one: (value.name for secret in one.group.secrets for value in secret.values),
    "metric": lambda one: (metric.name for metric in one.group.metrics),
    "saved query": lambda one: (query.key for query in one.group.queries),
}


PARTS = {
    "group or function": "Schedule Queue Group",
    "queue": "Queue",
    "secret": "Secret",
    "value": "Value",
    "metric": "Metric",
    "saved query": "Query",
}


def problems(installed: list[Installed]) -> list[Problem]:
    found = []
    for kind, names in NAMES.items():
        first: dict[str, Installed] = {}
        for one in installed:
            for name in names(one):
                if name not in first:
                    first[name] = one
                    continue
                path, other = one.folder / "declaration.py", first[name].folder / "declaration.py"
                what = f"the {kind} {name} is " + (
                    "declared twice" if other == path else f"{other}'s already"
                )
                found.append(
                    Problem(
                        str(path), PythonSource(path).line(name, of=PARTS[kind]), what, "rename one of them"
                    )
                )
    return found
