"""Refuse records that could not be kept, found or exported, and uses of records that no group keeps."""

import re
from collections.abc import Iterator

from agreed.declarations import COUNT, IDEMPOTENCY, Record
from tenantry.groups.installed import Installed, members
from tenantry.groups.sources import Finding, PythonSource

WORD = re.compile(r"[a-z][a-z0-9_]{0,30}")
_KIND = re.compile(r"[a-z][a-z0-9]{0,30}")

RESERVED_ATTRIBUTES = {"collection", "expires_at", "fingerprint", "id", "kind", "n", "pk", "sk"}
RESERVED_KINDS = {COUNT, IDEMPOTENCY}


def kept(one: Installed, source: PythonSource) -> Iterator[Finding]:
    kinds: set[str] = set()
    for record in one.group.records:
        line = source.line(record.kind, of="Record")
        if not _KIND.fullmatch(record.kind) or record.kind in RESERVED_KINDS:
            remedy = "use a-z and 0-9, a letter first, other than count and idempotency"
            yield line, f"{record.kind!r} cannot be a kind of record", remedy
        if record.kind in kinds:
            yield line, f"the kind {record.kind} is declared twice", "keep one of them"
        kinds.add(record.kind)
        yield from _fields(record, source)
        yield from _keys(record, source)
        if record.expires and not record.not_exported:
            yield line, f"{record.kind} expires and is exported", "give the reason in not_exported"


def _fields(record: Record, source: PythonSource) -> Iterator[Finding]:
    names = [field.name for field in record.fields]
    for name in names:
        if not WORD.fullmatch(name) or name in {*RESERVED_ATTRIBUTES, record.subset} or names.count(name) > 1:
            remedy = "use another name: lower case, once, and not one of the platform's or of the subset"
            yield source.line(name, of="Field"), f"{record.kind} cannot have a field {name!r}", remedy


def _keys(record: Record, source: PythonSource) -> Iterator[Finding]:
    """What the records are counted and listed by, and what their partition key continues with."""
    fields, subset = {field.name: field for field in record.fields}, record.subset
    taken = RESERVED_ATTRIBUTES - {"collection"}
    if subset and (not WORD.fullmatch(subset) or subset in taken):
        remedy = "use lower case, and not one of the platform's attributes"
        yield source.line(subset, of="Record"), f"{subset!r} cannot name a subset", remedy
    if subset and record.counted_by != subset:
        what = f"{record.kind} has subsets and is not counted by them, so no export finds them"
        yield source.line(record.kind, of="Record"), what, f'set counted_by="{subset}"'
    if subset and record.listed_by:
        what = f"{record.kind} has subsets and is listed by {record.listed_by}"
        yield (
            source.line(record.listed_by, record.kind, of="Record"),
            what,
            "keep one of them: an entry names no subset",
        )
    for key in sorted({record.counted_by, record.listed_by} - {"", subset}):
        if key not in fields:
            remedy = f"name one of {', '.join(filter(None, (*fields, subset)))}" if fields else "declare it"
            yield source.line(key, of="Record"), f"{record.kind} has no field {key}", remedy
        elif fields[key].optional or fields[key].form != "text":
            what = f"{record.kind} is counted or listed by {key}, which is not text in every record"
            yield source.line(key, of="Field"), what, 'make it a field of form "text" that is not optional'


def used(one: Installed, source: PythonSource, all_: list[Installed]) -> Iterator[Finding]:
    own = _kinds(one)
    others = {each.name: _kinds(each) for each in all_}
    for member in members(one.group):
        for use in member.function.uses:
            group, _, kind = use.kind.rpartition("/")
            known = own if not group else others.get(group)
            if known is not None and kind not in known:
                what = f"{member.name} uses {use.kind}, which {group or 'this group'} does not keep"
                yield (
                    source.line(use.kind, kind, of="use Use"),
                    what,
                    f"name one of {', '.join(sorted(known))}",
                )
            if use.listed and not group:
                what = f"{member.name} uses {use.kind} only where its own group is listed, which it always is"
                yield source.line(use.kind, kind, of="use Use"), what, "leave listed out"
            if not use.actions:
                yield (
                    source.line(use.kind, of="use Use"),
                    f"{member.name} uses {use.kind} without any action",
                    "name the actions",
                )


def counted(one: Installed, source: PythonSource) -> Iterator[Finding]:
    used = {
        use.kind for member in members(one.group) for use in member.function.uses if "update" in use.actions
    }
    for record in one.group.records:
        if record.counted_by and COUNT not in used:
            what = f"{record.kind} is counted, but no function of the group may count"
            yield source.line(record.kind, of="Record"), what, 'add use(COUNT, "update")'


def _kinds(one: Installed) -> set[str]:
    kinds = {kind for record in one.group.records for kind in (record.kind, record.entries) if kind}
    counted = {COUNT} if any(record.counted_by for record in one.group.records) else set()
    return kinds | counted | {IDEMPOTENCY}
