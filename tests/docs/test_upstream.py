"""Each repair of the emulator has a patch description, with the test that shows when it may leave."""

import re
from importlib.metadata import version

import pytest

from tenantry.local.emulator import repairs
from tests.support.command import ROOT

PAGE = (ROOT / "docs" / "upstream.md").read_text()
FOLDER = ROOT / "platform" / "tenantry" / "local" / "emulator" / "repairs"
MODULES = sorted(
    path.relative_to(FOLDER.parent).as_posix() for path in FOLDER.rglob("*.py") if path.name != "__init__.py"
)
SECTIONS = dict(re.findall(r"^### `([^`]+)`\n\n(.*?)(?=\n##|\Z)", PAGE, re.M | re.S))
LOCAL = "\n".join(path.read_text() for path in (ROOT / "tests" / "local").glob("test_*.py"))
TESTS = set(
    re.findall(
        r"def (test_\w+)",
        LOCAL + (ROOT / "tests" / "journeys" / "platforms" / "test_up_watch.py").read_text(),
    )
)


def test_every_repair_has_one_section_and_no_other_has_any() -> None:
    assert re.findall(r"^### `([^`]+)`$", PAGE, re.M) == MODULES


@pytest.mark.parametrize("module", MODULES)
def test_a_section_says_what_is_what_should_be_what_to_change_and_what_shows_it(module: str) -> None:
    text = SECTIONS[module]
    assert re.findall(r"^- \*\*(\w+):\*\*", text, re.M) == ["Today", "AWS", "Change", "Test"]
    named = set(re.findall(r"`(test_\w+)`", text))
    assert named
    assert named <= TESTS


@pytest.mark.parametrize("module", MODULES)
def test_a_section_names_the_place_in_the_emulator(module: str) -> None:
    """By a file that is there, and functions that are in it."""
    import ministack

    today = SECTIONS[module].split("- **AWS:**")[0]
    files = re.findall(r"`((?:core|services)/\w+\.py)`", today)
    assert files
    texts = "\n".join((ROOT.joinpath(*ministack.__path__) / file).read_text() for file in files)
    for function in re.findall(r"`(?:Worker\.)?(_?[a-z]\w+)`", today):
        assert re.search(rf"\b{function}\b", texts), function


def test_the_page_names_the_release_that_is_repaired() -> None:
    assert f"MiniStack](https://github.com/ministackorg/ministack) {repairs.SUPPORTED}," in PAGE
    assert version("ministack") == repairs.SUPPORTED
