"""Serve the runbooks of this checkout, which an alarm names where its stack names no other page."""

from markupsafe import Markup

from tenantry import markdown, paths
from tenantry.deployment import RUNBOOKS
from tenantry.errors import Failed

PATH = "/runbooks"


def address(runbook: str) -> str:
    """Where an alarm's link leads; empty where what its description names is not an address."""
    if runbook.startswith("https://"):
        return runbook
    page, _, condition = runbook.partition("#")
    return f"{PATH}#{condition}" if page == RUNBOOKS else ""


def page() -> Markup:
    """Raises Failed: there is no such file here."""
    file = paths.ROOT / RUNBOOKS
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise Failed(f"{paths.shown(file)} cannot be read: {error}") from error
    headings = [line.lstrip("# ") for line in text.splitlines() if line.startswith("#")]
    # What Markdown made is HTML already, with every value escaped.
    return Markup(markdown.rendered(text, set(map(markdown.anchor, headings))))  # noqa: S704
