"""The gateway's access log: a line of JSON per call, from which each tenant's traffic can be told."""

import json

from tenantry.components.stage import ACCESS_LOG_FORMAT


def test_a_line_says_who_called_what_and_how_it_went() -> None:
    assert {
        "request_id": "$context.requestId",
        "tenant": "$context.stage",
        "api_key_id": "$context.identity.apiKeyId",
        "subject": "$context.authorizer.subject",
        "method": "$context.httpMethod",
        "route": "$context.resourcePath",
        "status": "$context.status",
        "latency_ms": "$context.responseLatency",
        "trace_id": "$context.xrayTraceId",
    }.items() <= ACCESS_LOG_FORMAT.items()


def test_a_line_stays_json_when_the_gateway_has_no_value() -> None:
    """It writes a bare hyphen then, so every value stands in quotes, numbers too."""
    assert all(isinstance(value, str) for value in json.loads(json.dumps(ACCESS_LOG_FORMAT)).values())
    assert all(value.startswith("$context.") for value in ACCESS_LOG_FORMAT.values())
