"""Fill the templates: every value is escaped, and one that a template lacks is an error."""

from datetime import datetime
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from tenantry.console import formats, sparklines
from tenantry.console.ranges import RANGES
from tenantry.console.readings import Unread
from tenantry.console.view import REFRESH_SECONDS, View


def render(template: str, view: View, now: datetime, words: str, **known: Any) -> str:
    """`words` name the platform that is shown."""
    return _templates().get_template(template).render(view=view, now=now, words=words, **known)


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("tenantry.console"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {**formats.FILTERS, "sparkline": sparklines.path}
    environment.tests["unknown"] = lambda value: isinstance(value, Unread)
    environment.globals |= {
        "ranges": RANGES,
        "refresh_seconds": REFRESH_SECONDS,
        "sparkline_box": f"0 0 {sparklines.WIDTH} {sparklines.HEIGHT}",
    }
    return environment
