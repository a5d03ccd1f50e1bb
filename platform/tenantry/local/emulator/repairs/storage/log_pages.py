"""FilterLogEvents answers in pages, each event with its id; the emulator drops all but the first page."""

import base64
import json
from typing import Any
from uuid import uuid4

PAGE = 10_000  # events, FilterLogEvents' most


def repair() -> None:
    from ministack.services import cloudwatch_logs as logs

    append, filtered = logs._append_log_events, logs._filter_log_events

    def append_with_ids(stream: Any, events: list[dict[str, Any]]) -> None:
        for event in events:
            event.setdefault("eventId", uuid4().hex)
        append(stream, events)

    def filtered_by_pages(data: dict[str, Any]) -> Any:
        """A token is a time and how many events of that very millisecond were returned before."""
        start, skip = data.get("startTime"), 0
        if token := data.get("nextToken"):
            start, skip = json.loads(base64.b64decode(token))
        status, headers, body = filtered({**data, "startTime": start, "limit": PAGE})
        if status != 200:
            return status, headers, body
        found = json.loads(body)["events"]
        page = found[skip : skip + min(data.get("limit", PAGE), PAGE)]
        answer: dict[str, Any] = {"events": page, "searchedLogStreams": []}
        if page and (skip + len(page) < len(found) or len(found) == PAGE):
            last = page[-1]["timestamp"]
            same = sum(event["timestamp"] == last for event in page) + (skip if last == start else 0)
            answer["nextToken"] = base64.b64encode(json.dumps([last, same]).encode()).decode()
        return logs.json_response(answer)

    logs._append_log_events = append_with_ids
    logs._filter_log_events = filtered_by_pages
