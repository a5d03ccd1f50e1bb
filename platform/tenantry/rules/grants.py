"""Grant a group's function what its declaration uses, on its own tenant's keys, and nothing else.

Leading keys match exactly or end in `#*`: no slug holds `#`, so `acme#*` can never cover `acme-eu#...`.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from agreed.declarations import COUNT, IDEMPOTENCY, Action, Record, Use
from tenantry.groups import Groups, Member
from tenantry.rules import policies
from tenantry.rules.policies import Policy, Statement

OPERATIONS: Mapping[Action, str] = {
    "batch_get": "BatchGetItem",
    "delete": "DeleteItem",
    "get": "GetItem",
    "put": "PutItem",
    "query": "Query",
    "update": "UpdateItem",
}


@dataclass(frozen=True, slots=True)
class Reach:
    """ARNs of what a tenant has, secrets and queues by name; `mail` is the right to send some, if it may.

    `traced`: whether its calls are, so that its functions write segments. `overseen` are the rights to look
    at its calls and usage, for whatever oversees. `listed` are the groups that its file lists.
    """

    table: str
    log_group: str
    secrets: Mapping[str, str] = field(default_factory=dict)
    queues: Mapping[str, str] = field(default_factory=dict)
    mail: Statement | None = None
    traced: bool = True
    overseen: tuple[Statement, ...] = ()
    listed: Collection[str] = ()


def of_member(member: Member, groups: Groups, tenant: str, reach: Reach) -> Policy:
    """The whole policy of the function's role."""
    function = member.function
    sent = [reach.queues[name] for name in function.fed if name in reach.queues]
    read = [arn for name, arn in reach.secrets.items() if function.reads(name)]
    taken = [reach.queues[member.queue.name]] if member.queue else []
    return policies.document(
        policies.log(reach.log_group),
        *([policies.TRACING] if reach.traced else []),
        *_on_keys(member, groups, tenant, reach),
        *([policies.on_queues("Send", ["SendMessage"], sent)] if sent else []),
        *([policies.on_queues("Receive", policies.CONSUMING, taken)] if taken else []),
        *([policies.read_secrets(read)] if read else []),
        *([reach.mail] if reach.mail and function.mails else []),
        *(reach.overseen if function.oversees else []),
    )


def key_patterns(use: Use, group: str, groups: Groups, tenant: str) -> Iterator[str]:
    """Of the partition keys of a use, for a condition on leading keys; none where its group is not there."""
    owner, kind = groups.group(use.of or group), use.kind.rpartition("/")[2]
    if owner is None:
        return
    prefix = f"{tenant}#{owner.name}#{kind}"
    yield f"{prefix}#*" if _goes_on(kind, owner.records) else prefix


def _goes_on(kind: str, records: tuple[Record, ...]) -> bool:
    """Whether the partition key has a part behind the kind."""
    if kind in (COUNT, IDEMPOTENCY):
        return True
    return any(kind == record.entries or (kind == record.kind and record.subset) for record in records)


def _on_keys(member: Member, groups: Groups, tenant: str, reach: Reach) -> Iterator[Statement]:
    """One statement for the actions that have all their keys in common.

    All keys of an action stand in one: a transaction may be judged by all that it puts at once.
    """
    keys: dict[Action, list[str]] = defaultdict(list)
    for use in member.function.uses:
        if use.listed and use.of not in reach.listed:
            continue
        for action in use.actions:
            keys[action] += key_patterns(use, member.group.name, groups, tenant)
    together: dict[tuple[str, ...], list[Action]] = defaultdict(list)
    for action in sorted(keys):
        if keys[action]:
            together[tuple(sorted(set(keys[action])))].append(action)
    for leading, actions in together.items():
        operations = [OPERATIONS[action] for action in actions]
        sid = "".join(operation.removesuffix("Item") for operation in operations)
        yield policies.on_keys(sid, operations, reach.table, leading)
