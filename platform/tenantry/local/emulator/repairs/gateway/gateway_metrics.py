"""AWS/ApiGateway: each request, refused ones too, by API and by stage; the emulator measures none."""

from tenantry.local.emulator.repairs.gateway import gateway_exchanges
from tenantry.local.emulator.repairs.gateway.gateway_exchanges import Exchange
from tenantry.local.emulator.repairs.metrics.metric_minutes import record

NAMESPACE = "AWS/ApiGateway"


def repair() -> None:
    gateway_exchanges.observe(_measure)


def _measure(exchange: Exchange) -> None:
    """An error is 0 or 1 of each request, so that the average is the rate and the sum the count."""
    from ministack.services import apigateway_v1 as gateway

    made = gateway._rest_apis.get(exchange.api)
    if made is None:
        return  # it was removed while it answered
    api = {"ApiName": made["name"]}
    family = exchange.status // 100
    for dimensions in (api, {**api, "Stage": exchange.request["stage_name"]}):
        record(NAMESPACE, "Count", 1, "Count", dimensions)
        record(NAMESPACE, "4XXError", int(family == 4), "Count", dimensions)
        record(NAMESPACE, "5XXError", int(family == 5), "Count", dimensions)
        record(NAMESPACE, "Latency", exchange.latency_ms, "Milliseconds", dimensions)
        if exchange.integration_ms is not None:
            record(NAMESPACE, "IntegrationLatency", exchange.integration_ms, "Milliseconds", dimensions)
