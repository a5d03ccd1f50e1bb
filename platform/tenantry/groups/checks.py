"""Refuse what a group cannot be, or cannot be beside the others: each finding with file, line and remedy."""

import re
from collections.abc import Callable, Iterable, Iterator

from agreed.declarations import COUNT, IDEMPOTENCY, RUNTIME, Given
from agreed.metrics import KIT
from tenantry.groups.installed import Installed, members
from tenantry.groups.sources import Source, modules
from tenantry.problems import Problem

# With stack and tenant in front, a function's name has to fit Lambda's 64 characters.
_NAME = re.compile(r"[a-z][a-z0-9]{1,9}")
_NAME_RULE = "use 2 to 10 of a-z and 0-9, a letter first"
_WORD = re.compile(r"[a-z][a-z0-9_]{0,30}")
_KIND = re.compile(r"[a-z][a-z0-9]{0,30}")
_METRIC = re.compile(r"[A-Z][A-Za-z0-9]{2,60}")
_ORIGIN = re.compile(r"https://[a-z0-9.-]+(:\d+)?")
_RATE = re.compile(r"(rate|cron)\(.+\)")

RESERVED_NAMES = {"access", "authorizer", "core", "execution"}  # logs and functions of the platform's own
RESERVED_SECRETS = {RUNTIME, "signing"}
RESERVED_ATTRIBUTES = {"collection", "expires_at", "fingerprint", "id", "kind", "n", "pk", "sk"}
RESERVED_KINDS = {COUNT, IDEMPOTENCY}
ROUTE_SECONDS = range(1, 26)  # the gateway gives up after 29
WORKER_SECONDS = range(1, 901)
MEMORY_MB = range(128, 10_241)

Finding = tuple[int, str, str]
"""Line, what, remedy."""


def is_name(text: str) -> bool:
    """Whether a group, a function or a queue can be called so."""
    return bool(_NAME.fullmatch(text)) and text not in RESERVED_NAMES


def problems(found: Iterable[Installed]) -> list[Problem]:
    installed = list(found)
    told: list[Problem] = []
    for one in installed:
        source = Source(one.folder / "declaration.py")
        for check in (_named, _records, _uses, _secrets, _queues, _conditions, _metrics, _sizes):
            told += [Problem(str(source.path), *finding) for finding in check(one, source, installed)]
        told += _code(one)
    return told + _claimed_twice(installed)


def _named(one: Installed, source: Source, _: list[Installed]) -> Iterator[Finding]:
    if one.name != one.folder.name:
        what = f"the group is called {one.name}, and its folder {one.folder.name}"
        yield source.line(one.name), what, "give both one name"
    for member in members(one.group):
        if not is_name(member.name):
            what = f"{member.name} cannot be the name of a group or a function"
            remedy = (
                _NAME_RULE
                if member.name not in RESERVED_NAMES
                else "choose another, this one is the platform's"
            )
            yield source.line(member.name), what, remedy


def _records(one: Installed, source: Source, _: list[Installed]) -> Iterator[Finding]:
    kinds: set[str] = set()
    for record in one.group.records:
        line = source.line(record.kind)
        if not _KIND.fullmatch(record.kind) or record.kind in RESERVED_KINDS:
            yield (
                line,
                f"{record.kind!r} cannot be a kind of record",
                "use a-z and 0-9, and not count or idempotency",
            )
        if record.kind in kinds:
            yield line, f"the kind {record.kind} is declared twice", "keep one of them"
        kinds.add(record.kind)
        names = [field.name for field in record.fields]
        for name in names:
            if not _WORD.fullmatch(name) or name in RESERVED_ATTRIBUTES or names.count(name) > 1:
                what = f"{record.kind} cannot have a field {name!r}"
                yield (
                    source.line(name),
                    what,
                    "use another name: small letters, once, and none of the platform's",
                )
        if record.subset and not _WORD.fullmatch(record.subset):
            yield source.line(record.subset), f"{record.subset!r} cannot name a subset", "use small letters"
        if record.subset and record.counted_by != record.subset:
            what = f"{record.kind} has subsets and is not counted by them, so no export finds them"
            yield line, what, f'set counted_by="{record.subset}"'
        for key in (record.counted_by, record.listed_by):
            if key and key not in (*names, record.subset):
                yield source.line(key), f"{record.kind} has no field {key}", f"name one of {', '.join(names)}"
        if record.expires and not record.not_exported:
            yield line, f"{record.kind} expires and is exported", "say in not_exported why it is left out"


def _uses(one: Installed, source: Source, all_: list[Installed]) -> Iterator[Finding]:
    own = _kinds(one)
    others = {each.name: _kinds(each) for each in all_}
    for member in members(one.group):
        for use in member.function.uses:
            group, _, kind = use.kind.rpartition("/")
            known = own if not group else others.get(group)
            if known is not None and kind not in known:
                what = f"{member.name} uses {use.kind}, which nobody keeps"
                yield source.line(use.kind), what, f"name one of {', '.join(sorted(known))}"
            if not use.actions:
                yield source.line(use.kind), f"{member.name} uses {use.kind} for nothing", "name its actions"


def _kinds(one: Installed) -> set[str]:
    kinds = {kind for record in one.group.records for kind in (record.kind, record.entries) if kind}
    counted = {COUNT} if any(record.counted_by for record in one.group.records) else set()
    return kinds | counted | {IDEMPOTENCY}


def _secrets(one: Installed, source: Source, _: list[Installed]) -> Iterator[Finding]:
    own = {secret.name for secret in one.group.secrets}
    for secret in one.group.secrets:
        if not _WORD.fullmatch(secret.name) or secret.name in RESERVED_SECRETS:
            remedy = "use small letters, and not runtime or signing"
            yield source.line(secret.name), f"{secret.name!r} cannot name a secret", remedy
        if not secret.values:
            yield source.line(secret.name), f"the secret {secret.name} holds nothing", "declare its values"
        for value in secret.values:
            least, most = value.size or (1, 1)
            if not _WORD.fullmatch(value.name) or not 1 <= least <= most <= 512:
                yield source.line(value.name), f"{value.name!r} cannot be a value", "correct its name or size"
    for member in members(one.group):
        for name in member.function.secrets:
            if name not in own | {RUNTIME}:
                what = f"{member.name} reads a secret {name}, which is not the group's"
                yield (
                    source.line(name),
                    what,
                    f"declare it, or read one of {', '.join(sorted(own | {RUNTIME}))}",
                )


def _queues(one: Installed, source: Source, _: list[Installed]) -> Iterator[Finding]:
    own = {queue.name for queue in one.group.queues}
    for queue in one.group.queues:
        line = source.line(queue.name)
        if not _NAME.fullmatch(queue.name):
            yield line, f"{queue.name!r} cannot name a queue", _NAME_RULE
        if queue.concurrency < 2 or not 1 <= queue.batch <= 10 or not 1 <= queue.max_receives <= 1000:
            remedy = "use a concurrency of 2 or more, a batch of 1 to 10, 1 to 1,000 receives"
            yield line, f"the queue {queue.name} cannot be so", remedy
    for schedule in one.group.schedules:
        if not _RATE.fullmatch(schedule.rate):
            yield (
                source.line(schedule.rate),
                f"{schedule.rate!r} is not a schedule",
                'write "rate(1 hour)" or a cron',
            )
    for member in members(one.group):
        for name in member.function.feeds:
            if name not in own:
                yield (
                    source.line(name),
                    f"{member.name} feeds a queue {name}, which is not the group's",
                    "declare it",
                )


def _conditions(one: Installed, source: Source, _: list[Installed]) -> Iterator[Finding]:
    options = {option.name: option for option in one.group.options}
    for name in options:
        if not _WORD.fullmatch(name):
            yield source.line(name), f"{name!r} cannot be a key of a tenant's file", "use small letters"
    conditions: list[Given | None] = [secret.when for secret in one.group.secrets]
    conditions += [queue.when for queue in one.group.queues]
    conditions += [schedule.when for schedule in one.group.schedules]
    conditions += [member.function.mails for member in members(one.group)]
    for given in conditions:
        if given and given.option not in options:
            yield source.line(given.option), f"there is no option {given.option}", "declare it in options"
    for member in members(one.group):
        for address in member.function.calls:
            if address not in options and not _ORIGIN.fullmatch(address):
                remedy = "write an origin, such as https://api.example.com, or the name of an option"
                yield source.line(address), f"{member.name} may not call {address!r}", remedy


def _metrics(one: Installed, source: Source, _: list[Installed]) -> Iterator[Finding]:
    for metric in one.group.metrics:
        if not _METRIC.fullmatch(metric.name) or metric.name in {each.name for each in KIT}:
            remedy = "write it as ItemsWritten, and none of the platform's"
            yield source.line(metric.name), f"{metric.name!r} cannot be a metric", remedy
        if "tenant" not in metric.dimensions:
            yield source.line(metric.name), f"{metric.name} is not counted by tenant", "add that dimension"


def _sizes(one: Installed, source: Source, _: list[Installed]) -> Iterator[Finding]:
    for member in members(one.group):
        seconds, memory = member.function.timeout_seconds, member.function.memory_mb
        allowed = ROUTE_SECONDS if member.serves else WORKER_SECONDS
        if seconds not in allowed:
            what = f"{member.name} has {seconds} s"
            yield source.line(seconds), what, f"give it {allowed[0]} to {allowed[-1]} s"
        if memory is not None and memory not in MEMORY_MB:
            yield source.line(memory), f"{member.name} has {memory} MB", "give it 128 to 10,240 MB"


def _code(one: Installed) -> Iterator[Problem]:
    for member in members(one.group):
        handler = one.folder / ("handler.py" if member.serves else f"{member.name}/handler.py")
        if not handler.exists():
            remedy = "add it, with a function handle(event, context)"
            yield Problem(str(handler), 1, f"the code of {member.name} is missing", remedy)
    used = {use.kind.partition("/")[0] for member in members(one.group) for use in member.function.uses}
    for path in modules(one.folder):
        try:
            imports = list(Source(path).imports())
        except SyntaxError as error:
            yield Problem(str(path), error.lineno or 1, f"this is not Python: {error.msg}", "correct it")
            continue
        for each in imports:
            top, _, rest = each.module.partition(".")
            other = rest.partition(".")[0]
            if top == "tenantry":
                remedy = "a function runs without the platform; import from agreed or api"
                yield Problem(str(path), each.line, f"this imports the platform's {each.module}", remedy)
            elif top == "groups" and other not in (one.name, *used):
                remedy = f"use records of {other} in the declaration, or do without"
                yield Problem(str(path), each.line, f"this imports another group's {each.module}", remedy)


def _claimed_twice(installed: list[Installed]) -> list[Problem]:
    """Names that are one tenant's, whichever group they come from."""
    kinds: dict[str, Callable[[Installed], Iterable[str]]] = {
        "group or function": lambda one: (member.name for member in members(one.group)),
        "queue": lambda one: (queue.name for queue in one.group.queues),
        "secret": lambda one: (secret.name for secret in one.group.secrets),
        "value": lambda one: (value.name for secret in one.group.secrets for value in secret.values),
        "metric": lambda one: (metric.name for metric in one.group.metrics),
        "saved query": lambda one: (query.key for query in one.group.queries),
    }
    found = []
    for kind, names in kinds.items():
        first: dict[str, Installed] = {}
        for one in installed:
            for name in names(one):
                before = first.setdefault(name, one)
                if before is not one:
                    path = one.folder / "declaration.py"
                    what = f"the {kind} {name} is {before.folder / 'declaration.py'}'s already"
                    found.append(Problem(str(path), Source(path).line(name), what, "choose another name"))
    return found
