"""Refuse a name that two things of one tenant would have, whichever groups they come from."""

from collections.abc import Callable, Iterable, Mapping

from tenantry.groups.installed import Installed, members
from tenantry.groups.sources import Source
from tenantry.problems import Problem

NAMES: Mapping[str, Callable[[Installed], Iterable[str]]] = {
    "group or function": lambda one: (member.name for member in members(one.group)),
    "queue": lambda one: (queue.name for queue in one.group.queues),
    "secret": lambda one: (secret.name for secret in one.group.secrets),
    "value": lambda one: (value.name for secret in one.group.secrets for value in secret.values),
    "metric": lambda one: (metric.name for metric in one.group.metrics),
    "saved query": lambda one: (query.key for query in one.group.queries),
}


def problems(installed: list[Installed]) -> list[Problem]:
    found = []
    for kind, names in NAMES.items():
        first: dict[str, Installed] = {}
        for one in installed:
            for name in names(one):
                path = one.folder / "declaration.py"
                if name not in first:
                    first[name] = one
                elif first[name] is one:
                    what = f"the {kind} {name} is declared twice"
                    found.append(Problem(str(path), Source(path).line(name), what, "rename one of them"))
                else:
                    what = f"the {kind} {name} is {first[name].folder / 'declaration.py'}'s already"
                    found.append(Problem(str(path), Source(path).line(name), what, "choose another name"))
    return found
