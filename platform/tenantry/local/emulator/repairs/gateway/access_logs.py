"""Access logs: each request is a line in the stage's format, in its log group; the emulator writes none."""

import re
import time
from datetime import UTC, datetime
from typing import Any

from tenantry.local.emulator.repairs.gateway import gateway_exchanges
from tenantry.local.emulator.repairs.gateway.gateway_exchanges import Exchange

_VARIABLE = re.compile(r"\$context\.([\w.]+)")
ABSENT = "-"


def repair() -> None:
    gateway_exchanges.observe(_log)


def _log(exchange: Exchange) -> None:
    settings = (exchange.stage or {}).get("accessLogSettings") or {}
    group = str(settings.get("destinationArn", "")).partition(":log-group:")[2].removesuffix(":*")
    if group and settings.get("format"):
        known = _variables(exchange)
        _write(group, _VARIABLE.sub(lambda match: known.get(match[1]) or ABSENT, settings["format"]))


def _variables(exchange: Exchange) -> dict[str, str]:
    """The `$context` variables that this gateway knows, by AWS's names; all others are absent."""
    from ministack.core.responses import get_request_client_ip

    request, received = exchange.request, datetime.fromtimestamp(exchange.received, UTC)
    integration = "" if exchange.integration_ms is None else str(exchange.integration_ms)
    return {
        "requestId": request["request_id"],
        "extendedRequestId": request["request_id"],
        "requestTime": received.strftime("%d/%b/%Y:%H:%M:%S +0000"),
        "requestTimeEpoch": str(int(exchange.received * 1000)),
        "accountId": exchange.account,
        "apiId": exchange.api,
        "stage": request["stage_name"],
        "httpMethod": exchange.method,
        "protocol": "HTTP/1.1",
        "path": f"/{request['stage_name']}{exchange.path}",
        "resourcePath": request["resource_path"],
        "status": str(exchange.status),
        "responseLatency": str(exchange.latency_ms),
        "responseLength": str(exchange.length),
        "integrationLatency": integration,
        "integration.latency": integration,
        "error.responseType": exchange.error or "",
        "xrayTraceId": exchange.trace if (exchange.stage or {}).get("tracingEnabled") else "",
        "identity.apiKeyId": exchange.key_id or "",
        "identity.sourceIp": get_request_client_ip(),
        "identity.userAgent": str(exchange.headers.get("user-agent") or ""),
        **{f"authorizer.{name}": value for name, value in exchange.authorizer.items()},
    }


def _write(group: str, line: str) -> None:
    """To a group that is there; API Gateway, too, does not make one for a stage's access log."""
    from ministack.services import cloudwatch_logs as logs

    found = logs._log_groups.get(group)
    if found is None:
        return
    now = int(time.time() * 1000)
    name = datetime.now(UTC).strftime("%Y/%m/%d/access")
    logs._append_log_events(
        found["streams"].setdefault(name, _stream(now)),
        [{"timestamp": now, "message": line, "ingestionTime": now}],
    )
    logs._fanout_to_subscription_filters(group, name, [{"timestamp": now, "message": line}])


def _stream(now: int) -> dict[str, Any]:
    return {
        "events": [],
        "uploadSequenceToken": "1",
        "creationTime": now,
        "firstEventTimestamp": None,
        "lastEventTimestamp": None,
        "lastIngestionTime": None,
    }
