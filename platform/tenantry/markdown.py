"""Turn the documentation's Markdown into HTML: what is in it is escaped, and its headings have anchors."""

import re
from collections.abc import Collection, Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token
from pygments import highlight
from pygments.formatters.html import HtmlFormatter
from pygments.lexers import get_lexer_by_name


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
