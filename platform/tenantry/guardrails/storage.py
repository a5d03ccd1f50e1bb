"""Rules on what keeps data: it can be restored, it is encrypted, and no stranger sees it."""

from collections.abc import Iterator

from tenantry.guardrails.resources import UNKNOWN, Resource, Stack
from tenantry.guardrails.violations import Violation
from tenantry.rules.kinds.tokens import BUCKET, BUCKET_PUBLIC_ACCESS_BLOCK, QUEUE, TABLE

_BLOCKS = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")


def every_table_can_be_brought_back(stack: Stack) -> Iterator[Violation]:
    for table in stack.of(TABLE):
        for setting in ("pointInTimeRecovery.enabled", "deletionProtectionEnabled"):
            if table.at(setting) not in (True, UNKNOWN):
                yield Violation(table, f"can lose what it holds; set {setting}")


def every_bucket_is_private(stack: Stack) -> Iterator[Violation]:
    blocks = list(stack.of(BUCKET_PUBLIC_ACCESS_BLOCK))
    for bucket in stack.of(BUCKET):
        if not any(_is_of(block, "bucket", bucket) for block in blocks):
            yield Violation(bucket, "may be opened to the public; give it a BucketPublicAccessBlock")
    for block in blocks:
        for setting in _BLOCKS:
            if block.at(setting) not in (True, UNKNOWN):
                yield Violation(block, f"can still be opened to the public; set {setting}")


def _is_of(resource: Resource, key: str, other: Resource) -> bool:
    named = resource.at(key)
    return other.urn in resource.sources.get(key, ()) or (bool(named) and named == other.at("bucket"))


def every_queue_is_encrypted(stack: Stack) -> Iterator[Violation]:
    for queue in stack.of(QUEUE):
        if not queue.at("sqsManagedSseEnabled") and not queue.at("kmsMasterKeyId"):
            yield Violation(queue, "is not encrypted; set sqsManagedSseEnabled or kmsMasterKeyId")


def every_queue_has_a_dead_letter_queue(stack: Stack) -> Iterator[Violation]:
    """Or is one."""
    queues = list(stack.of(QUEUE))
    if any(each.at("redrivePolicy") is UNKNOWN and not each.sources.get("redrivePolicy") for each in queues):
        return  # any of the others may be the one that is meant
    targets = {
        each.urn
        for each in queues
        for other in queues
        if each.urn in other.sources.get("redrivePolicy", ()) or _target(other) == each.at("name")
    }
    for queue in queues:
        if not queue.at("redrivePolicy") and queue.urn not in targets:
            yield Violation(queue, "repeats a failing message until it expires; set redrivePolicy")


def _target(queue: Resource) -> str | None:
    """The name of its dead-letter queue, where it is known."""
    policy = queue.document("redrivePolicy")
    if not isinstance(policy, dict):
        return None
    return str(policy.get("deadLetterTargetArn", "")).rpartition(":")[2]
