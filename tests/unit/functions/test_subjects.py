"""A subject comes back as it was, and cannot end the quotes that a log format puts around it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api import subjects

# What the authorizer lets through.
SUBJECTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=255).filter(str.isprintable)


@given(SUBJECTS)
def test_a_subject_is_read_as_it_was_written(subject: str) -> None:
    assert subjects.read(subjects.written(subject)) == subject


@given(SUBJECTS)
def test_a_line_that_quotes_it_as_it_is_stays_one_json_object(subject: str) -> None:
    written = subjects.written(subject)
    assert json.loads(f'{{"subject":"{written}","status":"200"}}') == {"subject": written, "status": "200"}
    assert written.isascii()


@pytest.mark.parametrize(
    "subject", ["user-1", "auth0|5f7c", "ada@example.com", "urn:x:1", "a+b/c=", "https://id.example/u?id=1&x"]
)
def test_usual_subjects_look_as_they_are(subject: str) -> None:
    assert subjects.written(subject) == subject
