"""The contract's schemas of requests say what the functions take: no less, and no more where they can."""

import re
import time
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from api import etags, idempotency
from api.errors import ApiError
from groups.contact import form
from groups.tools import changes
from tenantry.gateway import contract

COMPONENTS = contract.load()["components"]
FORM = COMPONENTS["schemas"]["ContactForm"]["properties"]
CHANGE = COMPONENTS["schemas"]["ContactChange"]["properties"]
GOOD_FORM = {"email": "ada@example.com", "message": "Hello"}
# Much of what the rules are about: blanks, ends of lines, controls, and what merely looks like them.
EDGES = "@a \x00\t\n\x0b\x0c\r\x1c\x1f\x7f\x80\x85\x9f\xa0" + (
    "\u1680\u180e\u2000\u200a\u200b\u2028\u2029\u202f\u205f\u3000\ufeff"
)
TEXT = st.text(st.sampled_from(EDGES) | st.characters(exclude_categories=["Cs"]), max_size=12)


def says(schema: dict[str, Any], text: str) -> bool:
    """Whether a schema takes a text, read as ECMA 262 reads patterns: `$` is the very end."""
    pattern = re.compile(re.sub(r"\$$", r"\\Z", schema.get("pattern", "")))
    length = schema.get("minLength", 0) <= len(text) <= schema.get("maxLength", len(text))
    return length and pattern.search(text) is not None


def takes(read: Any, *arguments: Any) -> bool:
    try:
        read(*arguments)
    except ApiError:
        return False
    return True


@pytest.mark.parametrize("name", ["name", "subject", "message"])
@given(text=TEXT)
@example(text="x" * 200)
@example(text="x" * 201)
@example(text=" \u00a0\u3000")
def test_a_forms_text(name: str, text: str) -> None:
    assert takes(form.read, {**GOOD_FORM, name: text}) == says(FORM[name], text)


@given(
    st.builds("{}@{}".format, TEXT, TEXT)
    | st.builds(lambda m, n: "a" * m + "@" + "b" * n, st.integers(62, 66), st.integers(187, 191))
)
def test_a_forms_address(text: str) -> None:
    taken = takes(form.read, {**GOOD_FORM, "email": text})
    assert taken == says(FORM["email"], text)


@given(TEXT)
@example("x" * 2_000)
@example("x" * 2_001)
def test_a_note(text: str) -> None:
    assert takes(changes.read, {"note": text}) == says(CHANGE["note"], text)


KEYS = st.text(st.characters(min_codepoint=0x1F, max_codepoint=0x80), max_size=10)


@given(KEYS | KEYS.map('"{}"'.format) | st.sampled_from(["k" * 255, "k" * 256, '"' + "k" * 256 + '"']))
def test_an_idempotency_key(header: str) -> None:
    schema = COMPONENTS["parameters"]["IdempotencyKey"]["schema"]
    # What surrounds a header's value is not part of it.
    assert takes(idempotency.parse, header) == says(schema, header.strip(" \t"))


@given(st.from_regex(COMPONENTS["schemas"]["EntityTags"]["pattern"], fullmatch=True))
def test_every_list_of_tags_that_the_contract_allows_is_read(header: str) -> None:
    header = header.rstrip("\n")
    distinct = set(re.findall(r'(?:W/)?"[^"]*"', header))
    if len(header) <= etags.MAX_LENGTH and len(distinct) <= etags.MAX_TAGS:
        etags.parse(header, "If-Match")


def test_the_contract_and_the_code_name_one_length_of_tags() -> None:
    assert COMPONENTS["schemas"]["EntityTags"]["maxLength"] == etags.MAX_LENGTH


@pytest.mark.parametrize("name", ["name", "subject", "message", "note"])
def test_no_pattern_takes_long_over_any_text(name: str) -> None:
    """The gateway runs them on whatever is sent, so none may go back over what it has read."""
    pattern = re.compile((FORM | CHANGE)[name]["pattern"])
    started = time.perf_counter()
    for text in (" " * 60_000, " " * 60_000 + "\x00", "a " * 30_000 + "\x00", "a" * 60_000 + "\x00"):
        assert (pattern.search(text) is None) == (
            (text.strip(" ") == "" and name == "message") or "\x00" in text
        )
    assert time.perf_counter() - started < 0.5
