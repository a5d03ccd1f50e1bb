"""Names as operators may choose them, for properties that hold whatever the tenants are called."""

from hypothesis import strategies as st

LONGEST_SLUG = "a" * 32
LONGEST_STACK = "s" * 11
LONGEST_KEY = "k" * 31


def slugs() -> st.SearchStrategy[str]:
    return _names(r"[a-z][a-z0-9-]{1,30}[a-z0-9]")


def stacks() -> st.SearchStrategy[str]:
    return _names(r"[a-z][a-z0-9-]{0,9}[a-z0-9]")


def two_slugs() -> st.SearchStrategy[tuple[str, str]]:
    """Two different ones; often the second goes on where the first ends, as acme-eu does after acme."""
    more = st.sampled_from(["-eu", "-items", "-authorizer"]) | st.from_regex(
        r"[a-z0-9-]{0,8}[a-z0-9]", fullmatch=True
    )
    extended = st.tuples(slugs(), more).map(lambda pair: (pair[0], (pair[0] + pair[1])[:32]))
    valid = extended.filter(lambda pair: "--" not in pair[1] and not pair[1].endswith("-"))
    return (st.tuples(slugs(), slugs()) | valid).filter(lambda pair: pair[0] != pair[1])


def _names(pattern: str) -> st.SearchStrategy[str]:
    return st.from_regex(pattern, fullmatch=True).filter(lambda name: "--" not in name)
