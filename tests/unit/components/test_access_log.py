"""The gateway's access log: a line of JSON per call, from which each tenant's traffic can be told."""

import json

from authorizer.claims import SUBJECT_BYTES
from tenantry.components.stage import ACCESS_LOG_FORMAT
from tests.support.slugs import LONGEST_SLUG


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


def test_a_line_stays_whole_with_the_longest_subject() -> None:
    """API Gateway cuts it at 1,024 bytes. The other values are as long as they can usually be."""
    longest = {
        "request_id": 36,
        "extended_request_id": 16,
        "time": 26,
        "tenant": len(LONGEST_SLUG),
        "api_key_id": 10,
        "subject": SUBJECT_BYTES,
        "method": 7,
        "route": 120,
        "status": 3,
        "error": 32,
        "latency_ms": 5,
        "integration_latency_ms": 5,
        "trace_id": 35,
    }
    assert longest.keys() == ACCESS_LOG_FORMAT.keys()
    assert len(json.dumps({name: "x" * size for name, size in longest.items()})) < 1_024
