"""Entity tag lists are read as RFC 9110 writes them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api import etags
from api.errors import InvalidParameters

OPAQUE = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters='"'), max_size=8)
TAGS = st.builds(lambda weak, text: f'{weak}"{text}"', st.sampled_from(["", "W/"]), OPAQUE)


@given(st.lists(TAGS, min_size=1, max_size=6), st.sampled_from([",", ", ", " ,\t", ",,"]))
def test_every_tag_of_a_list_is_read_once_and_in_order(tags: list[str], comma: str) -> None:
    assert etags.parse(comma.join(tags), "If-Match").tags == tuple(dict.fromkeys(tags))


@given(st.integers(1, 10**17))
def test_a_version_matches_its_own_tag_and_weakly_its_weak_form(version: int) -> None:
    tag = etags.of_version(version)
    assert etags.parse(tag, "If-Match").versions() == (version,)
    weak = etags.parse("W/" + tag, "If-None-Match")
    assert weak.versions() == ()
    assert weak.match_weakly(version)


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused_as_a_parameter(text: str) -> None:
    try:
        tags = etags.parse(text, "If-Match")
    except InvalidParameters:
        return
    assert tags.anything or tags.tags


@pytest.mark.parametrize("header", ["", "3", '"3', '"1" "2"', 'w/"1"', '*, "1"', '"a"b', "'1'", ",", '"1"\n'])
def test_a_malformed_list_is_refused(header: str) -> None:
    with pytest.raises(InvalidParameters, match="If-Match: malformed"):
        etags.parse(header, "If-Match")


def test_more_tags_than_a_condition_can_hold_are_refused() -> None:
    most = ", ".join(f'"{n}"' for n in range(etags.MAX_TAGS))
    assert len(etags.parse(most, "If-Match").tags) == etags.MAX_TAGS
    with pytest.raises(InvalidParameters, match="at most 100"):
        etags.parse(most + ', "x"', "If-Match")
