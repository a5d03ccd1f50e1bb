"""Write the client guide's table of routes from the contract: `python -m tenantry.gateway.guide [FILE]`.

It stands between two markers; the text around it is people's.
"""

import sys
from pathlib import Path

from tenantry import paths
from tenantry.gateway import contract
from tenantry.gateway.contract import Document
from tenantry.gateway.parts import METHODS
from tenantry.gateway.published import is_page

GUIDE = paths.ROOT / "docs" / "client-guide.md"
BEGIN = "<!-- routes: written by `python -m tenantry.gateway.guide` -->\n"
END = "<!-- end of routes -->\n"
HEAD = "| route | group | needs | what it does |\n| --- | --- | --- | --- |\n"


def table(document: Document) -> str:
    rows = [
        f"| `{method.upper()} {path}` | {operation['x-tenantry-group']} | {_needs(operation)} "
        f"| {operation['summary']} |\n"
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in METHODS and not is_page(operation)
    ]
    return HEAD + "".join(rows)


def written(text: str, document: Document) -> str:
    """The guide's text with the document's routes.

    Raises:
        ValueError: a marker is missing.
    """
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the guide needs both markers, {BEGIN.strip()} and {END.strip()}")
    return f"{before}{begin}\n{table(document)}\n{end}{after}"


def _needs(operation: Document) -> str:
    if scope := operation.get("x-tenantry-scope"):
        return f"key, token with `{scope}`"
    return "key" if operation["security"] else "nothing"


if __name__ == "__main__":
    file = Path(sys.argv[1]) if sys.argv[1:] else GUIDE
    file.write_text(written(file.read_text(encoding="utf-8"), contract.load()), encoding="utf-8")
