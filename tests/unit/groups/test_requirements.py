"""A group's requirements are pinned and hashed, or refused with their line."""

from pathlib import Path

import pytest

from tests.support import groups

HASH = "--hash=sha256:" + "0" * 64
PINNED = f"""\
# by uv
inflection==0.5.1 \\
    {HASH} \\
    {HASH}
    # via -r requirements.in
tomli[fast]==2.0.1 ; python_version < "3.12" {HASH}  # what it is for

"""
REFUSED = {
    "no pin": (f"roman {HASH}", "roman is not pinned"),
    "a range": (f"roman>=1 {HASH}", "roman>=1 is not pinned"),
    "any patch": (f"roman==1.* {HASH}", "roman==1.* is not pinned"),
    "an address": (f"roman @ https://example.com/roman.whl {HASH}", "is not pinned"),
    "no hash": ("roman==1.0", "roman==1.0 has no hash"),
    "a weak hash": ("roman==1.0 --hash=md5:" + "0" * 32, "not a requirement: roman==1.0 --hash=md5"),
    "another index": ("--index-url https://example.com", "not a requirement: --index-url"),
    "another file": ("-r more.txt", "not a requirement: -r more.txt"),
    "a folder": ("-e .", "not a requirement: -e ."),
    "the platform's": (f"Python_ULID==4.1.0 {HASH}", "python-ulid is in the platform's layer"),
}


def test_what_is_pinned_and_hashed_is_taken(tmp_path: Path) -> None:
    groups.write(tmp_path)
    (tmp_path / "notes" / "requirements.txt").write_text(PINNED)
    assert groups.problems(tmp_path) == ()


@pytest.mark.parametrize(("line", "said"), REFUSED.values(), ids=REFUSED)
def test_any_other_requirement_is_refused_with_file_and_line(tmp_path: Path, line: str, said: str) -> None:
    file = groups.write(tmp_path) / "requirements.txt"
    file.write_text(f"{PINNED}{line}\n{PINNED}")
    [problem] = groups.problems(tmp_path)
    assert (problem.file, problem.line) == (str(file), PINNED.count("\n") + 1)
    assert said in problem.what
