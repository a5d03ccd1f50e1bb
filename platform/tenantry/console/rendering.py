"""Fill the templates with what a page shows."""

from datetime import datetime
from functools import cache
from typing import Any

from jinja2 import Environment

from tenantry.console import formats, runbooks, sparklines
from tenantry.console.ranges import RANGES
from tenantry.console.readings import Unread
from tenantry.console.view import REFRESH_SECONDS, View, at
from tenantry.templates import templates


def render(template: str, view: View, now: datetime, words: str, **known: Any) -> str:
    """`words` name the platform that is shown."""
    return _templates().get_template(template).render(view=view, now=now, words=words, **known)


@cache
def _templates() -> Environment:
    environment = templates("tenantry.console")
    environment.filters |= {
        **formats.FILTERS,
        "at": at,
        "runbook": runbooks.address,
        "sparkline": sparklines.path,
    }
    environment.tests["unknown"] = lambda value: isinstance(value, Unread)
    environment.globals |= {
        "ranges": RANGES,
        "refresh_seconds": REFRESH_SECONDS,
        "sparkline_box": f"0 0 {sparklines.WIDTH} {sparklines.HEIGHT}",
    }
    return environment
