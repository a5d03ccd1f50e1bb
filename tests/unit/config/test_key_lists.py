"""An edit of a list touches the list and nothing else, however people have written it."""

from collections.abc import Callable

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tenantry.config import key_lists
from tenantry.config.documents import read_document
from tenantry.config.key_lists import NotEditable, added, retired

API, SIGNING, RETIRED = ("api_keys",), ("auth", "managed", "keys"), ("retired", "api_keys")
names = st.sampled_from(["web", "web-2", "w", "2026", "2026-11", "no", "a-very-long-name-of-31-letters-"])
comments = st.sampled_from(["", " # public", "   # bis März, [a, b]", " #"])
quotes = st.sampled_from(['"', "'"])
Written = Callable[[int], str]


@st.composite
def flow_lists(draw: st.DrawFn, indent: int, listed: list[str]) -> str:
    """`[a, b]` on one line, or a line to an entry, or anything between."""
    text, lead = "[", " " * (indent + 2)
    for index, name in enumerate(listed):
        own_line = draw(st.booleans())
        text += f"{draw(comments)}\n{lead}" if own_line else draw(st.sampled_from(["", " "]))
        quote = draw(quotes)
        text += f"{quote}{name}{quote}"
        text += "," if index < len(listed) - 1 or draw(st.booleans()) else ""
    return text + (f"{draw(comments)}\n{' ' * indent}" if draw(st.booleans()) else "") + "]" + draw(comments)


@st.composite
def block_lists(draw: st.DrawFn, indent: int, listed: list[str]) -> str:
    lead = " " * (indent + draw(st.sampled_from([0, 2, 5]))) + "-" + " " * draw(st.integers(1, 3))
    text = draw(comments)
    for name in listed:
        text += draw(st.sampled_from(["", "\n", f"\n{' ' * indent}# the next one"]))
        quote = draw(quotes)
        text += f"\n{lead}{quote}{name}{quote}{draw(comments)}"
    return text


@st.composite
def files(draw: st.DrawFn) -> tuple[bytes, list[str], list[str]]:
    """A tenant's file, and the API and signing keys that it lists."""
    api, signing = (draw(st.lists(names, min_size=1, max_size=4, unique=True)) for _ in range(2))
    style = draw(st.sampled_from([flow_lists, block_lists])), draw(st.sampled_from([flow_lists, block_lists]))
    parts = [
        "name:   'Ärzte & Söhne'   # kept as it is\n",
        f"auth:\n    managed:\n        keys: {draw(style[0](8, signing))}\n    leeway_seconds: 30\n",
        f"api_keys: {draw(style[1](0, api))}",
        "\n\n# the end\n" if draw(st.booleans()) else draw(st.sampled_from(["", "\n"])),
    ]
    if draw(st.booleans()):
        parts = [parts[0], parts[2] + "\n", parts[1]]
    text = "".join(parts).replace("\n", draw(st.sampled_from(["\n", "\r\n"])))
    return draw(st.sampled_from([b"", "\ufeff".encode()])) + text.encode(), api, signing


def values(content: bytes) -> object:
    document = read_document("acme.yaml", content)
    assert document.problems == []
    return document.values


def removed(before: bytes, after: bytes) -> tuple[bytes, bytes]:
    """What the two differ in, from the first to the last difference."""
    start = next((i for i, (x, y) in enumerate(zip(before, after, strict=False)) if x != y), len(before))
    end = 0
    while end < min(len(before), len(after)) - start and before[-1 - end] == after[-1 - end]:
        end += 1
    return before[start : len(before) - end], after[start : len(after) - end]


@settings(max_examples=60, deadline=None)
@given(files(), names, st.sampled_from([API, SIGNING]))
def test_a_name_added_and_retired_gives_back_the_same_bytes(
    file: tuple[bytes, list[str], list[str]], name: str, loc: tuple[str, ...]
) -> None:
    content, api, signing = file
    assume(name not in (api if loc == API else signing))
    after = added("acme.yaml", content, loc, name)
    assert retired("acme.yaml", after, loc, name) == content


@settings(max_examples=60, deadline=None)
@given(files(), names, st.sampled_from([API, SIGNING]))
def test_adding_keeps_every_byte_and_puts_the_name_last(
    file: tuple[bytes, list[str], list[str]], name: str, loc: tuple[str, ...]
) -> None:
    content, api, signing = file
    listed = api if loc == API else signing
    assume(name not in listed)
    after = added("acme.yaml", content, loc, name)
    keys = {API: api, SIGNING: signing} | {loc: [*listed, name]}
    assert values(after) == {
        "name": "Ärzte & Söhne",
        "auth": {"managed": {"keys": tuple(keys[SIGNING])}, "leeway_seconds": 30},
        "api_keys": tuple(keys[API]),
    }
    remains = iter(after)
    assert all(byte in remains for byte in content)  # in this order: nothing was taken away
    assert len(after) - len(content) <= len(name) + 40


@settings(max_examples=60, deadline=None)
@given(files(), st.data())
def test_retiring_takes_the_name_and_leaves_what_is_outside_of_the_list(
    file: tuple[bytes, list[str], list[str]], data: st.DataObject
) -> None:
    content, api, _ = file
    assume(len(api) > 1)
    name = data.draw(st.sampled_from(api))
    after = retired("acme.yaml", content, API, name)
    old, new = values(content), values(after)
    assert isinstance(old, dict)
    assert new == {**old, "api_keys": tuple(each for each in api if each != name)}
    gone, _ = removed(content, after)
    assert b"keys:" not in gone
    assert b"leeway" not in gone


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("api_keys: [web] # c\n", "api_keys: [web, new] # c\n"),
        ("api_keys: [web,]\n", "api_keys: [web, new,]\n"),
        ("api_keys: ['web']\n", "api_keys: ['web', 'new']\n"),
        ("api_keys:\n- web  # c\n\n# d\n", "api_keys:\n- web  # c\n- new\n\n# d\n"),
        ("api_keys:\n  -  web", "api_keys:\n  -  web\n  -  new"),
        ("api_keys: [\n  web # c\n]\n", "api_keys: [\n  web, # c\n  new\n]\n"),
        ("api_keys: [\n  web, # c\n]\n", "api_keys: [\n  web, # c\n  new,\n]\n"),
        ("{api_keys: [web]}", "{api_keys: [web, new]}"),
    ],
)
def test_a_name_is_written_as_its_neighbours_are(before: str, after: str) -> None:
    assert added("acme.yaml", before.encode(), API, "new").decode() == after
    assert retired("acme.yaml", after.encode(), API, "new").decode() == before


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("api_keys:\n  - web  # old pages\n  - new # all\n", "api_keys:\n  - new # all\n"),
        ("api_keys: [web, new]\n", "api_keys: [new]\n"),
        ("api_keys: [\n  web, # old pages\n  new, # all\n]\n", "api_keys: [\n  new, # all\n]\n"),
    ],
)
def test_a_comment_beside_a_name_goes_with_it(before: str, after: str) -> None:
    assert retired("acme.yaml", before.encode(), API, "web").decode() == after


@pytest.mark.parametrize("name", ["2026", "2026-11", "no", "null", "1e5", "y"])
def test_what_another_reader_could_take_for_no_text_is_quoted(name: str) -> None:
    after = added("acme.yaml", b"api_keys: [web]\n", API, name)
    assert after == f'api_keys: [web, "{name}"]\n'.encode()


@pytest.mark.parametrize("text", ["api_keys:\n  -\n    web\n", "api_keys:\n  - >-\n    web\n"])
def test_a_list_in_an_odd_form_is_left_to_people(text: str) -> None:
    with pytest.raises(NotEditable, match=r"acme.yaml:[12]: api_keys is written .* edit it by hand"):
        added("acme.yaml", text.encode(), API, "new")


@settings(max_examples=60, deadline=None)
@given(files(), names)
def test_a_list_that_is_not_there_comes_at_the_end_and_every_byte_stays(
    file: tuple[bytes, list[str], list[str]], name: str
) -> None:
    content, *_ = file
    once = key_lists.listed("acme.yaml", content, RETIRED, name)
    assert once.startswith(content)
    old, new = values(content), values(key_lists.listed("acme.yaml", once, RETIRED, "another"))
    assert isinstance(old, dict)
    assert new == {**old, "retired": {"api_keys": (name, "another")}}


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_list_that_its_section_lacks_is_the_sections_first_line(end: str) -> None:
    file = end.join(["api_keys: [web]", "retired:", "   # theirs", "   signing_keys: [a]", "name: x", ""])
    with_it = file.replace("   signing_keys", f"   api_keys: [web]{end}   signing_keys")
    assert key_lists.listed("acme.yaml", file.encode(), RETIRED, "web") == with_it.encode()


@pytest.mark.parametrize(
    "file",
    [
        "{api_keys: [web]}\n",
        "api_keys: [web]\nretired: {signing_keys: [a]}\n",
        "api_keys: [web]\nretired:\n  ? signing_keys\n  : [a]\n",
        "api_keys: [web]\n...\n",
    ],
)
def test_a_list_that_has_no_place_is_left_to_people(file: str) -> None:
    with pytest.raises(NotEditable, match=r"acme\.yaml:1: "):
        key_lists.listed("acme.yaml", file.encode(), RETIRED, "web")
