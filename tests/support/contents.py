"""Write the contents of long pages between their markers: `python -m tests.support.contents`."""

import re
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
BEGIN = "<!-- contents: written by `python -m tests.support.contents` -->\n"
END = "<!-- end of contents -->\n"
LONG = 250  # lines from which on a page needs them
ELSEWHERE = {"performance.md"}  # `make bench` writes the whole of it
FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```", re.M | re.S)


def anchor(heading: str) -> str:
    """As GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def contents(text: str) -> str:
    """A line for each section, with its subsections behind it."""
    lines: list[str] = []
    for level, heading in re.findall(r"^(##|###) (.*)$", FENCE.sub("", text), re.M):
        link = f"[{heading}](#{anchor(heading)})"
        if level == "##":
            lines.append(f"- {link}")
        elif lines:
            lines[-1] += f"{':' if lines[-1].count('](') == 1 else ','} {link}"
    return "\n".join(lines) + "\n"


def written(text: str) -> str:
    """The page with its contents, before the first section if it has no markers yet."""
    made = f"{BEGIN}\n{contents(text)}\n{END}"
    if BEGIN in text:
        before, _, rest = text.partition(BEGIN)
        return before + made + rest.partition(END)[2]
    before, heading, rest = text.partition("\n## ")
    return f"{before}\n{made}{heading}{rest}" if heading else text


def long_pages() -> list[Path]:
    pages = (page for page in sorted(DOCS.glob("*.md")) if page.name not in ELSEWHERE)
    return [page for page in pages if page.read_text().count("\n") >= LONG]


if __name__ == "__main__":
    for each in long_pages():
        each.write_text(written(each.read_text()))
