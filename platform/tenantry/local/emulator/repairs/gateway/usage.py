"""GetUsage and UpdateUsage: calls by API key and day, counted with the quota; the emulator counts none.

Periods are the calendar's, in UTC, as API Gateway has them; the emulator's begin with a key's first call.
Calls are refused by these counts too.
"""

import json
import re
import time
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

_USAGE = re.compile(r"/usageplans/([^/]+)/(?:keys/([^/]+)/)?usage/?")
_UNLIMITED = 2**31 - 1  # what is answered as remaining without a quota is not documented

# Calls by (plan, key, day), and what UpdateUsage added to a quota on that day.
_used: Counter[tuple[str, str, date]] = Counter()
_granted: Counter[tuple[str, str, date]] = Counter()


class WrongRequest(ValueError):
    """The request breaks GetUsage's or UpdateUsage's rules."""


def repair() -> None:
    from ministack.services import apigateway_v1 as gateway

    check, handle = gateway._check_quota, gateway.handle_request

    def check_and_count(key: Any, api: str, stage: str) -> Any:
        if key is None:
            return check(key, api, stage)
        today, plans = _today(), gateway._usage_plans_for_key(key["id"], api, stage)
        for plan_id, plan, _stage in plans:
            _set_window(plan_id, plan.get("quota") or {}, key["id"], today)
        refusal = check(key, api, stage)
        if refusal is None:
            _used.update((plan_id, key["id"], today) for plan_id, _plan, _stage in plans)
        return refusal

    async def handle_usage(method: str, path: str, headers: Any, body: bytes, query: Any) -> Any:
        asked = _USAGE.fullmatch(path)
        if asked is None or asked[1] not in gateway._usage_plans:
            return await handle(method, path, headers, body, query)
        plan_id, key_id = asked[1], asked[2]
        try:
            if method == "GET" and key_id is None:
                return gateway._v1_response(_usage(plan_id, query))
            if method == "PATCH" and key_id in gateway._usage_plan_keys.get(plan_id, {}):
                return gateway._v1_response(_update(plan_id, key_id, body))
        except WrongRequest as error:
            return gateway._v1_error("BadRequestException", str(error), 400)
        return gateway._v1_error("NotFoundException", "Invalid API Key identifier specified", 404)

    gateway._check_quota = check_and_count
    gateway.handle_request = handle_usage


def kept() -> list[list[list[Any]]]:
    """All counts, as JSON holds them."""
    return [
        [[plan, key, str(day), number] for (plan, key, day), number in counted.items()]
        for counted in (_used, _granted)
    ]


def restore(counts: list[list[list[Any]]]) -> None:
    """What `kept` answered."""
    for counted, listed in zip((_used, _granted), counts, strict=True):
        counted.update({(plan, key, date.fromisoformat(day)): number for plan, key, day, number in listed})


def _usage(plan_id: str, query: Any) -> dict[str, Any]:
    from ministack.services import apigateway_v1 as gateway

    first, last = _day(query, "startDate"), _day(query, "endDate")
    if last < first:
        raise WrongRequest("Usage start date must not be after end date")
    only = gateway._qp(query, "keyId")
    # A key that was taken out of the plan keeps what it used.
    keys = {*gateway._usage_plan_keys.get(plan_id, {}), *(key for plan, key, _ in _used if plan == plan_id)}
    quota = gateway._usage_plans[plan_id].get("quota") or {}
    return {
        "usagePlanId": plan_id,
        "startDate": str(first),
        "endDate": str(last),
        "values": {
            key: [
                [_used[plan_id, key, day], _remaining(quota, plan_id, key, day)] for day in _days(first, last)
            ]
            for key in sorted(keys)
            if only in (None, key)
        },
    }


def _update(plan_id: str, key_id: str, body: bytes) -> dict[str, Any]:
    """Grant or take what makes today's remaining calls the given number, for the period that runs."""
    from ministack.services import apigateway_v1 as gateway

    operations = json.loads(body).get("patchOperations", [])
    quota = gateway._usage_plans[plan_id].get("quota") or {}
    if [(each["op"], each["path"]) for each in operations] != [("replace", "/remaining")] or not quota:
        raise WrongRequest("only replace of /remaining is known, for a plan with a quota")
    today, wanted = _today(), int(operations[0]["value"])
    _granted[plan_id, key_id, today] += wanted - _remaining(quota, plan_id, key_id, today)
    return _usage(plan_id, {"startDate": [str(today)], "endDate": [str(today)], "keyId": [key_id]})


def _set_window(plan_id: str, quota: dict[str, Any], key_id: str, today: date) -> None:
    """Let the emulator refuse by the period that is reported, as if it began now."""
    from ministack.services import apigateway_v1 as gateway

    if quota.get("limit") is not None:
        used = int(quota["limit"]) - _remaining(quota, plan_id, key_id, today)
        gateway._quota_state[plan_id, key_id] = (used, time.time())


def _remaining(quota: dict[str, Any], plan_id: str, key_id: str, day: date) -> int:
    if quota.get("limit") is None:
        return _UNLIMITED
    period = list(_days(_period_start(quota.get("period", "DAY"), day), day))
    used = sum(_used[plan_id, key_id, each] for each in period)
    granted = sum(_granted[plan_id, key_id, each] for each in period)
    return max(0, int(quota["limit"]) + granted - used)


def _period_start(period: str, day: date) -> date:
    if period == "MONTH":
        return day.replace(day=1)
    return day - timedelta(days=(day.weekday() + 1) % 7) if period == "WEEK" else day


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=each) for each in range((last - first).days + 1)]


def _day(query: Any, name: str) -> date:
    from ministack.services import apigateway_v1 as gateway

    try:
        return date.fromisoformat(gateway._qp(query, name) or "")
    except ValueError:
        raise WrongRequest(f"{name} must be a date such as 2026-01-31") from None


def _today() -> date:
    return datetime.now(UTC).date()
