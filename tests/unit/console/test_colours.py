"""Text can be read and lines can be told from their ground, light and dark, by WCAG's contrast."""

import re

import pytest

from tenantry.console.app import STATIC

CSS = (STATIC / "console.css").read_text()
LIGHT, DARK = (
    dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))
    for block in re.findall(r":root \{(.*?)\}", CSS, re.S)
)
THEMES = pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@THEMES
@pytest.mark.parametrize("ink", ["text", "quiet", "link", "good", "bad", "high"])
@pytest.mark.parametrize("paper", ["ground", "panel", "soft"])
def test_text_stands_out_from_what_it_is_written_on(theme: dict[str, str], ink: str, paper: str) -> None:
    assert contrast(theme[ink], theme[paper]) >= 4.5


@THEMES
@pytest.mark.parametrize("line", ["line-1", "line-2", "line-3", "line-4", "line-5", "well", "focus"])
def test_a_line_stands_out_from_its_panel(theme: dict[str, str], line: str) -> None:
    assert contrast(theme[line], theme["panel"]) >= 3


def test_both_themes_set_every_colour() -> None:
    assert LIGHT.keys() == DARK.keys()
    assert set(re.findall(r"var\(--([\w-]+)\)", CSS)) <= LIGHT.keys()
