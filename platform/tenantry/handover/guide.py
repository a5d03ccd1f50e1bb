"""Take the client guide's sections into a handover: what holds for all tenants is written once, there."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token
from pygments import highlight
from pygments.formatters.html import HtmlFormatter
from pygments.lexers import get_lexer_by_name

from tenantry.errors import Failed
from tenantry.gateway.guide import GUIDE

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


def anchor(heading: str) -> str:
    """As GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def rendered(text: str, anchors: Collection[str]) -> str:
    """Markdown as HTML; wide tables scroll by themselves."""
    reader = MarkdownIt("commonmark", {"html": False, "highlight": coloured}).enable("table")
    tokens = reader.parse(text)
    for index, token in enumerate(tokens):
        if token.type == "heading_open":
            token.attrSet("id", anchor(tokens[index + 1].content))
        token.children = _without_dead_links(token.children, anchors) if token.children else token.children
    html = str(reader.renderer.render(tokens, reader.options, {}))
    html = html.replace("<table>", '<div class="wide" tabindex="0"><table>')
    return html.replace("</table>", "</table></div>").replace("<pre>", '<pre tabindex="0">')


def _without_dead_links(children: Sequence[Token], anchors: Collection[str]) -> list[Token]:
    kept, dead = [], False
    for each in children:
        if each.type == "link_open":
            target = str(each.attrGet("href"))
            dead = not (target.startswith("https://") or target.removeprefix("#") in anchors)
        if not (dead and each.type in ("link_open", "link_close")):
            kept.append(each)
    return kept


def coloured(code: str, language: str, _attributes: object = None) -> str:
    """As HTML whose spans name what each token is."""
    # A shell's session and a shell's commands look alike here: no prompt stands before them.
    lexer = get_lexer_by_name({"console": "bash", "": "text"}.get(language, language), stripnl=False)
    return str(highlight(code, lexer, HtmlFormatter(nowrap=True)))
