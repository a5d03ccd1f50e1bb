"""Fill templates: every value is escaped, unless it was made here itself."""

from collections.abc import Iterable
from html import escape
from string import Template


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


def fill(template: str, **values: object) -> Html:
    """Raises KeyError: a value is missing."""
    texts = {name: value if isinstance(value, Html) else escape(str(value)) for name, value in values.items()}
    return Html(Template(template).substitute(texts))


def joined(parts: Iterable[Html]) -> Html:
    return Html("".join(parts))
