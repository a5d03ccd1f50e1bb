"""Spell the widgets of a dashboard, and lay them out in rows.

Source: "Dashboard body structure and syntax", CloudWatch.
"""

from collections.abc import Iterable
from typing import Any

from tenantry.monitoring.metrics import Metric

Widget = dict[str, Any]
GraphLine = list[Any]
WidgetRow = list[Widget]

COLUMNS = 24
PERIOD_SECONDS = 300
HEIGHT = 6


def line(metric: Metric, **options: Any) -> GraphLine:
    """`options`: `label`, `stat`, `id` (a small letter first), `visible`, `yAxis`."""
    flat = [part for pair in metric.dimensions.items() for part in pair]
    return [metric.namespace, metric.name, *flat, *([options] if options else [])]


def computed(expression: str, label: str, **options: Any) -> GraphLine:
    """A line of metric math over lines that have an `id`."""
    return [{"expression": expression, "label": label, **options}]


def graph(
    title: str, lines: list[GraphLine], stat: str = "Sum", period: int = PERIOD_SECONDS, **properties: Any
) -> Widget:
    shown = {"title": title, "view": "timeSeries", "period": period, "stat": stat, "metrics": lines}
    return {"type": "metric", "height": HEIGHT, "properties": shown | properties}


def figure(title: str, lines: list[GraphLine], stat: str = "Sum") -> Widget:
    """One number for the whole time that the dashboard shows."""
    return graph(title, lines, stat, view="singleValue", setPeriodToTimeRange=True)


def levels(*marks: tuple[str, float]) -> dict[str, Any]:
    """Lines across a graph, each with its label."""
    return {"horizontal": [{"label": label, "value": value} for label, value in marks]}


def alarm_states(title: str, arns: list[str]) -> Widget:
    """At most 100 alarms."""
    return {"type": "alarm", "height": 3, "properties": {"title": title, "alarms": arns}}


def log_table(title: str, group: str, query: str) -> Widget:
    shown = {"title": title, "view": "table", "query": f"SOURCE '{group}' | {query}"}
    return {"type": "log", "height": HEIGHT, "properties": shown}


def text(markdown: str, height: int = 1) -> Widget:
    return {"type": "text", "height": height, "properties": {"markdown": markdown}}


def placed(region: str, rows: Iterable[WidgetRow]) -> list[Widget]:
    """Each row's widgets share its width; what shows metrics or logs shows those of this Region."""
    widgets: list[Widget] = []
    y = 0
    for row in (row for row in rows if row):
        width = COLUMNS // len(row)
        for position, widget in enumerate(row):
            properties = widget["properties"]
            if widget["type"] in {"metric", "log"}:
                properties = {"region": region} | properties
            place = {"x": position * width, "y": y, "width": width}
            widgets.append(
                {"type": widget["type"], **place, "height": widget["height"], "properties": properties}
            )
        y += max(widget["height"] for widget in row)
    return widgets
