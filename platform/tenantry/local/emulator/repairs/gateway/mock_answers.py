"""A mock's answer may name the request by `$context.requestId`; the emulator sends the template unchanged."""

from typing import Any

from tenantry.local.emulator.repairs.gateway import gateway_exchanges

_REQUEST_ID = b"$context.requestId"


def repair() -> None:
    from ministack.services import apigateway_v1 as gateway

    invoke = gateway._invoke_mock_v1

    def invoke_and_name(integration: Any) -> Any:
        status, headers, content = invoke(integration)
        exchange = gateway_exchanges.current()
        if exchange is not None:
            content = content.replace(_REQUEST_ID, exchange.request["request_id"].encode())
        return status, headers, content

    gateway._invoke_mock_v1 = invoke_and_name
