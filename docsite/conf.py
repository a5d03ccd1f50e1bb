"""Build the documentation as a site by Sphinx, from the pages that GitHub shows: none holds a directive."""

from typing import Any

project = "Tenantry"
extensions = ["myst_parser"]
root_doc = "docs/README"
include_patterns = ["*.md", "docs/*.md", "docs/**/*.md"]
exclude_patterns = ["**/.*", "**/node_modules"]  # not looked into, or a build would take minutes

myst_heading_anchors = 4
html_theme = "furo"
html_title = "Tenantry"
html_copy_source = False
html_show_sphinx = False
html_static_path = ["static"]
html_css_files = ["site.css"]
smartquotes = False

# The pages on the left, in their order; all of them, or the build fails.
GUIDES = [
    "../README",
    "overview",
    "glossary",
    "troubleshooting",
    "operations",
    "runbooks",
    "groups",
    "client-guide",
]
REFERENCE = ["commands", "configuration", "limits", "costs", "performance"]
GROUNDS = ["security", "resilience", "decisions/README", "not-yet-verified", "settled", "upstream"]
PROJECT = ["../CONTRIBUTING", "../SECURITY", "../CHANGELOG"]
CONTENTS = {"Guides": GUIDES, "Reference": REFERENCE, "Grounds": GROUNDS, "The project": PROJECT}
HIDDEN = "\n\n```{{toctree}}\n:hidden:\n:caption: {}\n{}\n{}\n```\n"


def setup(app: Any) -> None:
    app.connect("source-read", _with_contents)


def _with_contents(_app: Any, page: str, source: list[str]) -> None:
    """Sphinx wants to be told the order of the pages in the pages themselves."""
    if page == root_doc:
        source[0] += "".join(
            HIDDEN.format(caption, "", "\n".join(pages)) for caption, pages in CONTENTS.items()
        )
    elif page == "docs/decisions/README":
        source[0] += HIDDEN.format("Decisions", ":glob:", "0*")
