"""Refuse a group that is wrong in itself or clashes with others: each finding with file, line and remedy."""

import re
from collections.abc import Callable, Iterable, Iterator
from keyword import iskeyword

from agreed.declarations import Given
from agreed.metrics import KIT
from agreed.secrets import RUNTIME, SIGNING
from tenantry.groups import claims, code, rates, receivers, records, requirements
from tenantry.groups.installed import Installed, members
from tenantry.groups.records import WORD
from tenantry.groups.sources import Finding, PythonSource
from tenantry.paths import shown
from tenantry.problems import Problem

# With stack and tenant in front, a function's name has to fit Lambda's 64 characters.
_NAME = re.compile(r"[a-z][a-z0-9]{1,9}")
_NAME_RULE = "use 2 to 10 of a-z and 0-9, a letter first"
_METRIC = re.compile(r"[A-Z][A-Za-z0-9]{2,60}")
_ORIGIN = re.compile(r"https://[a-z0-9.-]+(:\d+)?")

# Logs and functions of the platform's own, modules of a group, and what a tenant's file sets.
RESERVED_NAMES = {"access", "authorizer", "core", "declaration", "execution", "handler", "tests"}
RESERVED_NAMES |= {"alarms", "auth", "data", "domain", "limits", "name", "reason", "release", "retired"}
RESERVED_NAMES |= {"routes", "status", "tier", "until", "workload"}
RESERVED_SECRETS = {RUNTIME, SIGNING}
RESERVED_VALUES = {"changed_at", "cursor_key"}
COUNTED_BY = {"tenant", "route", "function", "receiver"}  # nothing else is known where a group counts
RESERVED_QUERIES = {"callers", "failing-calls", "one-request", "refused-tokens", "slow-routes"}
ROUTE_SECONDS = range(1, 26)  # the gateway gives up after 29
WORKER_SECONDS = range(1, 901)
MEMORY_MB = range(128, 10_241)
MOST_BYTES = 512  # of a secret's value
QUEUE_BOUNDS = {  # of AWS, but for max_receives
    "batch": range(1, 11),
    "concurrency": range(2, 1_001),
    "max_receives": range(1, 1_001),
    "retention_days": range(1, 15),
}


def is_name(text: str) -> bool:
    """Whether a group, a function or a queue can be called so."""
    return bool(_NAME.fullmatch(text)) and text not in RESERVED_NAMES and not iskeyword(text)


def problems(found: Iterable[Installed]) -> list[Problem]:
    installed = list(found)
    reported: list[Problem] = []
    for one in installed:
        source = PythonSource(one.folder / "declaration.py")
        findings = [finding for check in CHECKS for finding in check(one, source)]
        findings += records.used(one, source, installed)
        findings += _fed(one, source, installed)
        reported += [Problem(shown(source.path), *finding) for finding in findings]
        reported += code.problems(one)
        reported += requirements.problems(one)
    return reported + claims.problems(installed)


def _named(one: Installed, source: PythonSource) -> Iterator[Finding]:
    if one.name != one.folder.name:
        what = f"the group is called {one.name}, but its folder is called {one.folder.name}"
        yield source.line(one.name, of="Group"), what, "give both one name"
    for member in members(one.group):
        if not is_name(member.name):
            free = member.name not in RESERVED_NAMES and not iskeyword(member.name)
            what = f"{member.name!r} cannot be the name of a group or a function"
            yield (
                source.line(member.name, of="Schedule Queue Group"),
                what,
                _NAME_RULE if free else "choose another name; this one is taken",
            )


def _secrets(one: Installed, source: PythonSource) -> Iterator[Finding]:
    own = {secret.name for secret in one.group.secrets}
    for secret in one.group.secrets:
        if not WORD.fullmatch(secret.name) or secret.name in RESERVED_SECRETS:
            remedy = "use lower case, other than runtime and signing"
            yield source.line(secret.name, of="Secret"), f"{secret.name!r} cannot name a secret", remedy
        if not secret.values:
            yield (
                source.line(secret.name, of="Secret"),
                f"the secret {secret.name} holds nothing",
                "declare its values",
            )
        for value in secret.values:
            least, most = value.size or (1, 1)
            if not WORD.fullmatch(value.name) or value.name in RESERVED_VALUES:
                remedy = f"use lower case, other than {' and '.join(sorted(RESERVED_VALUES))}"
                yield source.line(value.name, of="Value"), f"{value.name!r} cannot name a value", remedy
            if not 1 <= least <= most <= MOST_BYTES:
                what = f"{value.name} has {least} to {most} bytes"
                yield (
                    source.line(value.name, of="Value"),
                    what,
                    (f"give it 1 to {MOST_BYTES}, the smaller number first"),
                )
            elif value.size and not least <= value.starts_with <= most:
                what = f"{value.name} starts with {value.starts_with} bytes, but has {least} to {most}"
                yield (
                    source.line(value.starts_with, value.name, of="Value"),
                    what,
                    "set starts_with to a number between the two",
                )
    for member in members(one.group):
        for name in member.function.secrets:
            if name not in own | RESERVED_SECRETS:
                what = f"{member.name} reads a secret {name}, which is not the group's"
                remedy = f"declare it, or read one of {', '.join(sorted(own | RESERVED_SECRETS))}"
                yield source.line(name, of="Function Query"), what, remedy


def _queues(one: Installed, source: PythonSource) -> Iterator[Finding]:
    own = {queue.name for queue in one.group.queues}
    for queue in one.group.queues:
        line = source.line(queue.name, of="Queue")
        if not _NAME.fullmatch(queue.name):
            yield line, f"{queue.name!r} cannot name a queue", _NAME_RULE
        for bound, allowed in QUEUE_BOUNDS.items():
            value = getattr(queue, bound)
            if value not in allowed:
                what = f"the queue {queue.name} has {bound}={value}"
                yield source.line(value, queue.name, of="Queue"), what, f"use {allowed[0]} to {allowed[-1]:,}"
        for metric in queue.counts:
            if metric not in one.group.metrics:
                what = (
                    f"the queue {queue.name} counts by {metric.name}, which is not among the group's metrics"
                )
                yield source.line(metric.name, of="Metric"), what, "add it to metrics"
            elif metric.dimensions != ("tenant",):
                what = f"the queue {queue.name} counts by {metric.name}, which is not by tenant alone"
                yield source.line(metric.name, of="Metric"), what, 'give it dimensions=("tenant",)'
    for schedule in one.group.schedules:
        try:
            rates.runs_a_month(schedule.rate)
        except ValueError as error:
            what = f"{schedule.rate!r} is not a schedule: {error}"
            remedy = 'write it as "rate(1 hour)" or "cron(0 3 * * ? *)"'
            yield source.line(schedule.rate, of="Schedule"), what, remedy
    for member in members(one.group):
        for name in member.function.feeds:
            other = name.partition("/")[0]
            used = {use.kind.partition("/")[0] for use in member.function.uses if "/" in use.kind}
            if "/" in name and other not in used:
                what = f"{member.name} feeds {name}, but uses no records of {other}"
                yield (
                    source.line(name, of="Function Query"),
                    what,
                    ("add the records to uses, or do not feed the queue"),
                )
            elif "/" not in name and name not in own:
                what = f"{member.name} feeds a queue {name}, which is not the group's"
                yield source.line(name, of="Function Query"), what, "declare it in queues"
        if member.function.oversees and not member.serves:
            what = f"{member.name} oversees its tenant, but serves no route"
            yield (
                source.line(member.name, of="Schedule Queue"),
                what,
                "let only the routes' function oversee",
            )
        if member.function.oversees and member.function.reads(SIGNING):
            what = f"{member.name} oversees its tenant, and signs tokens"
            remedy = "let another group sign: what oversees is made last, after the secret of the keys"
            yield source.line(member.name, of="Group"), what, remedy


def _fed(one: Installed, source: PythonSource, installed: list[Installed]) -> Iterator[Finding]:
    """Queues of other groups, of those that are installed."""
    queues = {each.name: {queue.name for queue in each.group.queues} for each in installed}
    for member in members(one.group):
        for name in member.function.feeds:
            other, mark, queue = name.partition("/")
            if mark and queue not in queues.get(other, {queue}):
                what = f"{member.name} feeds {name}, but {other} has no such queue"
                yield source.line(name, of="Function"), what, f"name one of {other}'s queues"


def _conditions(one: Installed, source: PythonSource) -> Iterator[Finding]:
    options = {option.name: option for option in one.group.options}
    for option in one.group.options:
        if not WORD.fullmatch(option.name) or option is not options[option.name]:
            remedy = "use lower case, and each name once"
            yield (
                source.line(option.name, of="Option"),
                f"{option.name!r} cannot be a key of a tenant's file",
                remedy,
            )
    conditions: list[Given | None] = [secret.when for secret in one.group.secrets]
    conditions += [queue.when for queue in one.group.queues]
    conditions += [schedule.when for schedule in one.group.schedules]
    conditions += [member.function.mails for member in members(one.group)]
    for given in conditions:
        if given and given.option not in options:
            yield (
                source.line(given.option, of="Given"),
                f"there is no option {given.option}",
                "declare it in options",
            )
        elif given and given.form not in options[given.option].form:
            what = f"the option {given.option} is never of the form {given.form}"
            yield (
                source.line(given.form, of="Given"),
                what,
                f"use {options[given.option].form!r}, or leave it out",
            )
    for member in members(one.group):
        for address in member.function.calls:
            if address not in options and not _ORIGIN.fullmatch(address):
                remedy = "write an origin, such as https://api.example.com, or the name of an option"
                yield source.line(address, of="Function"), f"{member.name} may not call {address!r}", remedy


def _metrics(one: Installed, source: PythonSource) -> Iterator[Finding]:
    for metric in one.group.metrics:
        if not _METRIC.fullmatch(metric.name) or metric.name in {each.name for each in KIT}:
            remedy = "write a name such as ItemsWritten, other than the platform's"
            yield source.line(metric.name, of="Metric"), f"{metric.name!r} cannot be a metric", remedy
        if metric.dimensions[:1] != ("tenant",) or not {*metric.dimensions} <= COUNTED_BY:
            what = f"{metric.name} is counted by {', '.join(metric.dimensions) or 'nothing'}"
            yield (
                source.line(metric.name, of="Metric"),
                what,
                'begin with "tenant"; "route" or "function" may follow',
            )
        if metric.operations and "route" not in metric.dimensions:
            what = f"{metric.name} names operations, but is not counted by route"
            yield (
                source.line(metric.name, of="Metric"),
                what,
                "add that dimension, or leave the operations out",
            )


def _queries(one: Installed, source: PythonSource) -> Iterator[Finding]:
    own = [member.name for member in members(one.group)]
    for query in one.group.queries:
        if query.key in RESERVED_QUERIES:
            yield (
                source.line(query.key, of="Query"),
                f"the saved query {query.key} is the platform's",
                "choose another name",
            )
        for name in query.functions:
            if name not in own:
                what = f"the saved query {query.key} reads the log of {name}, which is not the group's"
                yield source.line(name, of="Function Query"), what, f"name {' or '.join(own)}"


def _key_routes(one: Installed, source: PythonSource) -> Iterator[Finding]:
    for open_ in one.group.key_routes:
        if not open_.reason.strip():
            what = f"{open_.route} asks for no token, but no reason is given"
            yield source.line(open_.route, of="KeyRoute"), what, "write in reason why a key is enough"


def _page_routes(one: Installed, source: PythonSource) -> Iterator[Finding]:
    for page in one.group.page_routes:
        if not page.reason.strip():
            what = f"{page.route} asks for neither key nor token, but no reason is given"
            yield source.line(page.route, of="PageRoute"), what, "write in reason what protects the page"


def _sizes(one: Installed, source: PythonSource) -> Iterator[Finding]:
    for member in members(one.group):
        seconds, memory = member.function.timeout_seconds, member.function.memory_mb
        allowed = ROUTE_SECONDS if member.serves else WORKER_SECONDS
        if seconds not in allowed:
            what = f"{member.name} has a timeout of {seconds} s"
            yield source.line(seconds, of="Function"), what, f"give it {allowed[0]} to {allowed[-1]} s"
        if memory is not None and memory not in MEMORY_MB:
            yield (
                source.line(memory, of="Function"),
                f"{member.name} has {memory} MB",
                "give it 128 to 10,240 MB",
            )


CHECKS: tuple[Callable[[Installed, PythonSource], Iterator[Finding]], ...] = (
    _named,
    records.kept,
    records.counted,
    _secrets,
    _queues,
    _conditions,
    receivers.declared,
    _metrics,
    _queries,
    _key_routes,
    _page_routes,
    _sizes,
)
