"""Take the client guide's sections into a handover: what holds for all tenants is written once, there."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from tenantry.errors import Failed
from tenantry.gateway.guide import GUIDE
from tenantry.markdown import anchor, rendered

MADE_HERE = (
    "What you are given",
    "Routes",
    "The next token",
)  # sections that a handover has with the tenant's own values
OPERATORS = ("Tokens of well-known providers",)  # what stands in the operator's files
DELIVERY = "Delivered messages"


@dataclass(frozen=True, slots=True)
class Section:
    """`html` is without the section's own heading."""

    title: str
    anchor: str
    html: str


def sections(anchors: Collection[str], leave_out: Collection[str] = ()) -> list[Section]:
    """Those that a tenant's developers need, rendered.

    Args:
        anchors: what else the page has. Links that lead to none of its places become their text.

    Raises:
        Failed: the guide cannot be read.
    """
    try:
        text = GUIDE.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise Failed(f"{GUIDE} cannot be read: {error}; a handover quotes it") from error
    _, *parts = re.split(r"^## (.*)\n", text, flags=re.M)
    chosen = [
        (title, _for_tenants(body))
        for title, body in zip(parts[::2], parts[1::2], strict=True)
        if title not in (*MADE_HERE, *leave_out)
    ]
    inner = [heading for _, body in chosen for heading in re.findall(r"^### (.*)$", body, re.M)]
    known = {*anchors, *map(anchor, [title for title, _ in chosen]), *map(anchor, inner)}
    return [Section(title, anchor(title), rendered(body, known)) for title, body in chosen]


def _for_tenants(body: str) -> str:
    first, *parts = re.split(r"^(### .*\n)", body, flags=re.M)
    pairs = zip(parts[::2], parts[1::2], strict=True)
    return first + "".join(
        head + text for head, text in pairs if head[4:].strip() not in (*OPERATORS, *MADE_HERE)
    )
