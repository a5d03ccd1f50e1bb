"""Say what a tenant, and the table that tenants share, used in a period, for whoever measures it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

HOURS_IN_MONTH = 730  # what AWS's own calculator takes for a month


@dataclass(frozen=True, slots=True)
class FunctionUse:
    """Sums over the period of one function's `Invocations` and `Duration` in AWS/Lambda.

    `cold_starts` is `ColdStarts` of namespace Tenantry; None where nobody measured it.
    """

    invocations: float
    duration_ms: float
    cold_starts: float | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """What one tenant used; sums over the period, not rates.

    A figure that nobody measured is left at its default, None: it is estimated from the rest, and said so.

    Attributes:
        hours: length of the period; what costs by the month counts hours / HOURS_IN_MONTH of it.
        requests: `Count` of AWS/ApiGateway by (ApiName, Stage), refused calls too.
        served: of these, those that reached an integration, samples of `IntegrationLatency`. AWS bills no
            call that lacks a key or a good token, is throttled, over its quota or asks for what is not there
            (https://repost.aws/questions/QUY2x146iORPmsJHpff8u0eA); it bills those that fail validation.
        functions: by group, those of authorizer and notifier too; a group that never ran may be left out.
        read_units: `ConsumedReadCapacity` of namespace Tenantry, over all the tenant's routes.
        write_units: `ConsumedWriteCapacity`, the same.
        messages: `MessagesDelivered` and `DeliveryFailures` of namespace Tenantry: attempts to deliver.
        metrics_read: metrics asked of GetMetricData, which costs as well.
        log_bytes: `IncomingBytes` of AWS/Logs, over all the tenant's log groups.
        stored_bytes: the tenant's data at the period's end; of a silo tenant, its table's size.
        sent_bytes: bodies of all answers; no metric of AWS's gives them.
        traces: requests that X-Ray kept.
    """

    hours: float
    requests: float = 0
    served: float | None = None
    functions: Mapping[str, FunctionUse] = field(default_factory=dict)
    read_units: float | None = None
    write_units: float | None = None
    messages: float = 0
    metrics_read: float = 0
    log_bytes: float | None = None
    stored_bytes: float | None = None
    sent_bytes: float | None = None
    traces: float | None = None


@dataclass(frozen=True, slots=True)
class CellUsage:
    """What the tenants of one cell used, by slug, and what their pooled table did for all of them.

    Attributes:
        pooled_read_units: `ConsumedReadCapacityUnits` of AWS/DynamoDB of the table; more than the sum
            over the tenants, since exports and erasures are nobody's requests. None where nobody measured it.
        pooled_write_units: `ConsumedWriteCapacityUnits`, the same.
        pooled_bytes: `TableSizeBytes` that DescribeTable reports.
    """

    tenants: Mapping[str, Usage]
    pooled_read_units: float | None = None
    pooled_write_units: float | None = None
    pooled_bytes: float | None = None
