"""Make, change and remove each resource type that the program registers, for real, on the emulator.

A maker takes a resource's inputs as the engine sees them (camelCase, resolved) and answers its id and the
outputs that the AWS provider would add. There is a kind for every type in use, and none that only pretends.
"""

from dataclasses import replace

from tenantry.local.engine.resources import (
    alarms,
    compute,
    data,
    encryption,
    gateway,
    identity,
    keys,
    messaging,
    observability,
    plans,
    schedules,
)
from tenantry.local.engine.resources.maker import Existing, Made, MadeKind
from tenantry.rules.kinds import KINDS, Kind, tokens

_MAKERS: dict[str, MadeKind] = {
    tokens.API_KEY: plans.API_KEY,
    tokens.DEPLOYMENT: gateway.DEPLOYMENT,
    tokens.METHOD_SETTINGS: gateway.METHOD_SETTINGS,
    tokens.REST_API: gateway.REST_API,
    tokens.STAGE: gateway.STAGE,
    tokens.USAGE_PLAN: plans.USAGE_PLAN,
    tokens.USAGE_PLAN_KEY: plans.USAGE_PLAN_KEY,
    tokens.COMPOSITE_ALARM: alarms.COMPOSITE_ALARM,
    tokens.DASHBOARD: observability.DASHBOARD,
    tokens.LOG_GROUP: observability.LOG_GROUP,
    tokens.METRIC_ALARM: alarms.METRIC_ALARM,
    tokens.QUERY_DEFINITION: observability.QUERY_DEFINITION,
    tokens.TABLE: data.TABLE,
    tokens.POLICY: identity.POLICY,
    tokens.ROLE: identity.ROLE,
    tokens.ROLE_POLICY: identity.ROLE_POLICY,
    tokens.ALIAS: encryption.ALIAS,
    tokens.KEY: encryption.KEY,
    tokens.EVENT_SOURCE_MAPPING: messaging.EVENT_SOURCE_MAPPING,
    tokens.EVENT_INVOKE_CONFIG: schedules.RETRIES,
    tokens.EVENT_RULE: schedules.RULE,
    tokens.EVENT_TARGET: schedules.TARGET,
    tokens.FUNCTION: compute.FUNCTION,
    tokens.LAYER_VERSION: compute.LAYER_VERSION,
    tokens.PERMISSION: compute.PERMISSION,
    tokens.BUCKET: data.BUCKET,
    tokens.BUCKET_OBJECT: data.BUCKET_OBJECT,
    tokens.BUCKET_PUBLIC_ACCESS_BLOCK: data.BUCKET_PUBLIC_ACCESS_BLOCK,
    tokens.SECRET: data.SECRET,
    tokens.SECRET_VERSION: data.SECRET_VERSION,
    tokens.TOPIC: observability.TOPIC,
    tokens.TOPIC_POLICY: observability.TOPIC_POLICY,
    tokens.TOPIC_SUBSCRIPTION: observability.TOPIC_SUBSCRIPTION,
    tokens.QUEUE: messaging.QUEUE,
    tokens.RANDOM_BYTES: keys.RANDOM_BYTES,
    tokens.PRIVATE_KEY: keys.PRIVATE_KEY,
}


def _named(maker: MadeKind, row: Kind) -> MadeKind:
    return replace(maker, name=row.name if row.name and row.unique else None)


MAKERS = {token: _named(maker, KINDS[token]) for token, maker in _MAKERS.items()}

__all__ = ["MAKERS", "Existing", "Kind", "Made"]
