"""Rules on logs: each has a group that the program made, which expires, and bodies stay out of it.

Whoever logs to a group that is not there makes one that never expires.
"""

from collections.abc import Iterator
from typing import Any

from tenantry.guardrails.resources import UNKNOWN, Resource, Stack
from tenantry.guardrails.violations import Violation
from tenantry.rules import naming
from tenantry.rules.kinds.tokens import FUNCTION, LOG_GROUP, METHOD_SETTINGS


def every_log_group_expires(stack: Stack) -> Iterator[Violation]:
    for group in stack.of(LOG_GROUP):
        if not group.at("retentionInDays"):
            yield Violation(group, "keeps logs for ever; set retentionInDays")


def everything_that_logs_has_its_group(stack: Stack) -> Iterator[Violation]:
    """In a preview, groups of unknown name are taken for those that are wanted under one, and for no more."""
    names = [group.at("name") for group in stack.of(LOG_GROUP)]
    wanted = [(each, _log_group(each)) for each in stack.of(FUNCTION)]
    missing = [(each, name) for each, name in wanted if name is not UNKNOWN and name not in names]
    waiting = sum(name is UNKNOWN for _, name in wanted)
    if names.count(UNKNOWN) >= waiting + len(missing):
        return
    for each, name in missing:
        if name is None:
            yield Violation(each, "has no explicit name, by which its log group could be named; set it")
        else:
            yield Violation(each, f"logs to {name}, which the program does not make; declare the group")


def _log_group(function: Resource) -> Any:
    """Where it writes, whether the program says so or not."""
    name = function.at("name")
    if name is UNKNOWN:
        return UNKNOWN
    return naming.log_group(name) if name else None


def the_gateway_makes_no_group(stack: Stack) -> Iterator[Violation]:
    """Of a stage's execution it writes to a group that it names itself. Off is what AWS takes silence for."""
    for settings in stack.of(METHOD_SETTINGS):
        if settings.at("settings.loggingLevel") not in (None, "OFF", UNKNOWN):
            yield Violation(
                settings, "makes the gateway create a log group of its own; set loggingLevel to OFF"
            )


def no_log_holds_bodies(stack: Stack) -> Iterator[Violation]:
    for settings in stack.of(METHOD_SETTINGS):
        if settings.at("settings.dataTraceEnabled") is True:
            yield Violation(settings, "writes bodies and tokens to the log; switch dataTraceEnabled off")
