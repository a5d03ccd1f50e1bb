"""Give each request of a stage one id and one trace, and report what became of it once it is answered.

The emulator gives the gateway, the function and the answer an id of their own each. Nothing is measured here:
`gateway_metrics` and `access_logs` observe.
"""

import secrets
import time
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

PROBE = "x-tenantry-probe"  # a header


@dataclass(slots=True)
class Exchange:
    """One request and its answer; `request` and `stage` are the emulator's own records."""

    account: str
    api: str
    method: str
    path: str
    headers: Mapping[str, Any]
    received: float = field(default_factory=time.time)
    request: dict[str, Any] = field(default_factory=dict)
    key_id: str | None = None
    authorizer: Mapping[str, str] = field(default_factory=dict)
    integration_ms: int | None = None
    error: str | None = None
    status: int = 500
    length: int = 0
    latency_ms: int = 0
    trace: str = field(default_factory=lambda: f"1-{int(time.time()):08x}-{secrets.token_hex(12)}")

    @property
    def is_probe(self) -> bool:
        """Whether the platform itself asks if it answers: nobody's call, so it is not measured."""
        return (self.method, self.path) == ("GET", "/health") and PROBE in self.headers

    @property
    def stage(self) -> dict[str, Any] | None:
        """None for a request that no stage was found for."""
        return self.request.get("stage")


_current: ContextVar[Exchange | None] = ContextVar("exchange", default=None)
_observers: list[Callable[[Exchange], None]] = []


def observe(observer: Callable[[Exchange], None]) -> None:
    """Call `observer` with each exchange of a stage, in the account and Region of its API."""
    _observers.append(observer)


def current() -> Exchange | None:
    """The one that is being answered."""
    return _current.get()


def repair() -> None:
    from ministack.services import apigateway_v1 as gateway

    _follow(gateway)
    _follow_decisions(gateway)
    _share_identity(gateway)


def _follow(gateway: Any) -> None:
    handle, execute = gateway._handle_execute_in_scope, gateway._execute_in_scope

    async def handle_and_tell(
        api: str, stage: str, method: str, path: str, headers: Any, body: bytes, query: Any, *owner: str
    ) -> Any:
        exchange = Exchange(owner[0], api, method, path, headers or {})
        token, began = _current.set(exchange), time.perf_counter()
        try:
            status, answered, content = await handle(api, stage, method, path, headers, body, query, *owner)
            exchange.status, exchange.length = int(status), len(content or b"")
            if exchange.stage is not None:
                answered.setdefault("x-amzn-requestid", exchange.request["request_id"])
            return status, answered, content
        finally:
            _current.reset(token)
            exchange.latency_ms = _since(began)
            if exchange.stage is not None and not exchange.is_probe:
                for observer in _observers:
                    observer(exchange)

    async def execute_and_follow(request: dict[str, Any], *rest: Any) -> Any:
        if (exchange := _current.get()) is not None:
            exchange.request = request  # which the emulator fills in as it goes
        return await execute(request, *rest)

    gateway._handle_execute_in_scope = handle_and_tell
    gateway._execute_in_scope = execute_and_follow


def _follow_decisions(gateway: Any) -> None:
    check_key, authorize = gateway._check_api_key, gateway._authorize_request_v1
    call, refuse = gateway._call_lambda_raw, gateway._gateway_error_response

    def check_key_and_follow(*arguments: Any) -> Any:
        error, key = check_key(*arguments)
        if (exchange := _current.get()) is not None and key is not None:
            exchange.key_id = key["id"]
        return error, key

    async def authorize_and_follow(*arguments: Any) -> Any:
        error, context = await authorize(*arguments)
        if (exchange := _current.get()) is not None:
            exchange.authorizer = context or {}
        return error, context

    async def call_and_follow(*arguments: Any, **options: Any) -> Any:
        began = time.perf_counter()
        try:
            return await call(*arguments, **options)
        finally:
            if (exchange := _current.get()) is not None:
                exchange.integration_ms = _since(began)

    def refuse_and_follow(error: Any, request: Any) -> Any:
        if (exchange := _current.get()) is not None:
            exchange.error = error.response_type
        return refuse(error, request)

    gateway._check_api_key = check_key_and_follow
    gateway._authorize_request_v1 = authorize_and_follow
    gateway._call_lambda_raw = call_and_follow
    gateway._gateway_error_response = refuse_and_follow


def _share_identity(gateway: Any) -> None:
    from ministack.services import lambda_svc

    build, trace_of = gateway._build_lambda_event_v1, lambda_svc._xray_trace_id_for_invocation
    authorize = gateway._invoke_authorizer_lambda

    def build_with_id(*arguments: Any, **options: Any) -> Any:
        return _identified(build(*arguments, **options))

    async def authorize_with_id(authorizer: Any, event: dict[str, Any], *owner: Any) -> Any:
        return await authorize(authorizer, _identified(event), *owner)

    def trace_of_exchange(config: dict[str, Any], inbound: str | None = None) -> Any:
        made = trace_of(config, inbound)
        exchange = _current.get()
        if inbound or made is None or exchange is None:
            return made
        return f"Root={exchange.trace};{made.partition(';')[2]}"

    gateway._build_lambda_event_v1 = build_with_id
    gateway._invoke_authorizer_lambda = authorize_with_id
    lambda_svc._xray_trace_id_for_invocation = trace_of_exchange


def _identified(event: dict[str, Any]) -> dict[str, Any]:
    exchange, context = _current.get(), event.get("requestContext")
    if exchange is not None and context is not None:
        context["requestId"] = context["extendedRequestId"] = exchange.request["request_id"]
    return event


def _since(began: float) -> int:
    """Whole milliseconds, as API Gateway measures."""
    return round((time.perf_counter() - began) * 1000)
