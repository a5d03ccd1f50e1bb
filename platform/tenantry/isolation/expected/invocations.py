"""What runs a function, as expected: who is let in, the queue that feeds it, the clock."""

import json
from collections.abc import Iterator

from agreed import schedules
from agreed.declarations import Queue, Schedule
from tenantry.components.schedule import AGE_SECONDS, DELIVERIES, RETRIES
from tenantry.isolation.expected.expectation import SHOWN, Expected, TenantPlace
from tenantry.rules.kinds import tokens

INVOKE = "lambda:InvokeFunction"


def permission(at: TenantPlace, function: str, statement: str, source: str) -> Expected:
    service = "events" if statement == "schedule" else "apigateway"
    inputs = {
        "statementId": statement,
        "function": at.names.function(at.slug, function),
        "action": INVOKE,
        "principal": f"{service}.amazonaws.com",
        "sourceArn": source,
    }
    return at.expected(tokens.PERMISSION, f"{at.slug}.{function}", inputs)


def mapping(at: TenantPlace, function: str, queue: Queue) -> Expected:
    inputs = {
        "eventSourceArn": at.arns.queue(at.names.queue(at.slug, queue.name)),
        "functionName": at.arns.function(at.names.function(at.slug, function)),
        "batchSize": queue.batch,
        "functionResponseTypes": ["ReportBatchItemFailures"],
        "scalingConfig": {"maximumConcurrency": queue.concurrency},
        "tags": at.tags,
    }
    return at.expected(tokens.EVENT_SOURCE_MAPPING, f"{at.slug}.{queue.name}", inputs)


def schedule(at: TenantPlace, declared: Schedule) -> Iterator[Expected]:
    """A suspended tenant's clock stands."""
    logical, rule = f"{at.slug}.{declared.name}", at.names.schedule(at.slug, declared.name)
    function = at.names.function(at.slug, declared.name)
    yield at.expected(
        tokens.EVENT_RULE,
        logical,
        {
            "name": rule,
            "description": SHOWN,
            "scheduleExpression": declared.rate,
            "state": "ENABLED" if at.tenant.status == "active" else "DISABLED",
            "tags": at.tags,
        },
    )
    yield permission(at, declared.name, "schedule", at.arns.rule(rule))
    yield at.expected(
        tokens.EVENT_INVOKE_CONFIG,
        logical,
        {
            "functionName": function,
            "maximumEventAgeInSeconds": AGE_SECONDS,
            "maximumRetryAttempts": RETRIES,
        },
    )
    run, due = "<run>", "<due>"
    template = json.dumps(schedules.event(declared.name, run, due))
    for each in (run, due):
        template = template.replace(f'"{each}"', each)
    yield at.expected(
        tokens.EVENT_TARGET,
        logical,
        {
            "rule": rule,
            "arn": at.arns.function(function),
            "targetId": "function",
            "inputTransformer": {
                "inputPaths": {"run": "$.id", "due": "$.time"},
                "inputTemplate": template,
            },
            "retryPolicy": {
                "maximumEventAgeInSeconds": AGE_SECONDS,
                "maximumRetryAttempts": DELIVERIES,
            },
        },
    )
