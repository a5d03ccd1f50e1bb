"""Reading YAML: every line is known, and whatever two readers could take differently is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenantry.config.documents import MAX_DEPTH, read_document


def problems(content: bytes) -> list[str]:
    return [str(problem) for problem in read_document("f", content).problems]


REFUSED = {
    "no content": (b"", "f:1: the file is empty; fill it in"),
    "comments only": (b"# a\n", "f:1: the file is empty"),
    "explicit null": (b"\n~\n", "f:2: the file is empty"),
    "a list": (b"- a\n", "f:1: the file holds a list; write it as `key: value` lines"),
    "a text": (b"acme\n", "f:1: the file holds 'acme'"),
    "not UTF-8": (b"a: 1\nb: \xff\n", "f:2: the file is not UTF-8; save it as UTF-8"),
    "UTF-16": ("a: 1".encode("utf-16"), "f:1: the file is not UTF-8"),
    "control character": (
        b"a: 1\r\nb: \x07\r\n",
        "f:2: the line holds an invisible character, U+0007; take it out",
    ),
    "reversed text": ("a: '\u202e'".encode(), "f:1: the line holds an invisible character, U+202E"),
    "tab": (
        b"a:\n\tb: 1\n",
        "f:2: this is not YAML: found character that cannot start any token; indent with spaces",
    ),
    "open list": (b"a: 1\nb: [1,\n", "f:2: this is not YAML"),
    "open quote": (
        b'a: 1\nb: "x\nc: 1\n\n',
        "f:2: this is not YAML: found unexpected end of stream; correct the line",
    ),
    "no colon": (b"a: 1\nb\nc: 1\n", "f:2: this is not YAML: could not find expected ':'; correct the line"),
    "colon in value": (
        b"a: b: c\n",
        "f:1: this is not YAML: mapping values are not allowed in this context; check",
    ),
    "surrogate": (rb'a: "\ud800"', "f:1: this is not YAML: found invalid Unicode character escape code"),
    "second document": (
        b"a: 1\n---\nb: 1\n",
        "f:2: a second document starts here; keep one document to a file",
    ),
    "alias": (b"a: &x [1]\nb: *x\n", "f:2: *x repeats a value by reference; write the value out"),
    "merge": (b"a: &x {b: 1}\nc:\n  <<: *x\n", "f:3: *x repeats a value by reference"),
    "tag": (
        b"a: !!python/name:os.system\n",
        "f:1: the value has the tag 'tag:yaml.org,2002:python/name:os.system'",
    ),
    "own tag": (b"a: 1\nb: !include [x]\n", "f:2: the value has the tag '!include'; take the tag out"),
    "list as key": (b"? [a]\n: 1\n", "f:1: a key is not a plain name; write `name: value`"),
    "key left open": (b"?", "f:1: '' is empty; fill it in"),
    "key twice": (
        b"a:\n  b: 1\n  c: 2\n  b: 3\n",
        "f:4: 'b' is given twice, first on line 2; keep one of them",
    ),
    "empty value": (b"a: 1\nb:\n  c:\n", "f:3: b.c is empty; fill it in, or take the line out"),
    "empty item": (b"a:\n  - 1\n  -\n", "f:3: a[1] is empty"),
    "deep flow": (
        b"a: " + b"[" * 20_000,
        "f:1: the values are nested more than 16 levels deep; nest them less deeply",
    ),
    "deep block": (b"- " * 20_000 + b"a", "f:1: the values are nested more than 16 levels deep"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_file_that_only_surprises_is_refused_at_its_line(case: str) -> None:
    content, expected = REFUSED[case]
    found = problems(content)
    assert len(found) == 1
    assert found[0].startswith(expected)


def test_references_within_references_cost_no_more_than_their_text() -> None:
    bomb = b"a0: &a0 [x]\n" + b"".join(
        b"a%d: &a%d [%s]\n" % (n, n, b", ".join([b"*a%d" % (n - 1)] * 9)) for n in range(1, 10)
    )
    document = read_document("f", bomb)
    assert len(document.problems) == 9 * 9
    assert len(document.lines) < 200


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("on", "on"),
        ("1_000", "1_000"),
        ("012", "012"),
        ("0x1F", "0x1F"),
        ("1:30", "1:30"),
        ("2026-07-01", "2026-07-01"),
        ("9" * 40, "9" * 40),
        (".inf", ".inf"),
        ("=", "="),
        ("1000", 1000),
        ("-3", -3),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        ("true", True),
        ("False", False),
        ('"true"', "true"),
        ("'5'", "5"),
        ("|\n  a\n  b", "a\nb\n"),
    ],
)
def test_plain_scalars_mean_what_yaml_1_2_says(text: str, value: object) -> None:
    read = read_document("f", f"a: {text}\n".encode()).values["a"]
    assert read == value
    assert type(read) is type(value)


def test_every_key_and_item_knows_its_line() -> None:
    text = "\ufeff# comment\na:\n  - x\n  - b: 1\n\n    c: >\n      long\n      text\nd: {e: 1,\n  f: 2}\n"
    document = read_document("f", text.replace("\n", "\r\n").encode())
    assert document.problems == []
    assert document.lines == {
        (): 2,
        ("a",): 2,
        ("a", 0): 3,
        ("a", 1): 4,
        ("a", 1, "b"): 4,
        ("a", 1, "c"): 6,
        ("d",): 9,
        ("d", "e"): 9,
        ("d", "f"): 10,
    }


@given(
    st.one_of(
        st.binary(max_size=200), st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace"))
    )
)
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    document = read_document("f", content)
    assert isinstance(document.values, dict) or document.problems
    assert all(
        1 <= problem.line <= content.count(b"\n") + content.count(b"\r") + 1 for problem in document.problems
    )


@given(st.text(alphabet="ab:-[]{},#&*!|>'\"%@` \n\t?~01", max_size=80))
def test_any_text_of_yamls_own_characters_is_read_or_refused(text: str) -> None:
    document = read_document("f", text.encode())
    assert isinstance(document.values, dict) or document.problems
    assert all(len(loc) <= MAX_DEPTH + 1 for loc in document.lines)
