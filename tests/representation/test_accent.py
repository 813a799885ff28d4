"""Accent colors: whatever the brand, its pages can be read in both themes."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from users.representation import accent
from users.representation.accent import contrast, derive_accent, parse_color

COLORS = st.integers(0, 0xFFFFFF).map("#{:06x}".format)


def themes(value: str) -> list[tuple[int, int, int]]:
    """The color in the light theme and in the dark one."""
    found = [parse_color(color) for color in re.findall("#[0-9a-f]{6}", value)]
    return found if len(found) == 2 else found * 2


@given(COLORS)
def test_text_in_the_accent_and_on_it_reaches_the_contrast_of_wcag(color):
    shades = derive_accent(color)

    assert shades is not None
    label = parse_color(shades.on_accent)
    for fill in (shades.accent_fill, shades.accent_fill_hover):
        assert contrast(parse_color(fill), label) >= 4.5
    grounds = (accent.LIGHT_GROUNDS, accent.DARK_GROUNDS)
    for ink, own_ground, others in zip(
        themes(shades.accent), themes(shades.accent_ground), grounds, strict=True
    ):
        for ground in (own_ground, *others):
            assert contrast(ink, ground) >= 4.5


def test_the_button_has_the_color_of_the_brand():
    assert derive_accent("#FFDD00").accent_fill == "#ffdd00"
    assert derive_accent("#ffdd00").on_accent == "#000000"
    assert derive_accent("#0f766e").on_accent == "#ffffff"


def test_a_color_that_is_readable_stays_as_it_is():
    assert derive_accent("#0f766e").accent.startswith("light-dark(#0f766e,")


@pytest.mark.parametrize("text", ["", "red", "#fff", "#0f766e;", "#0f766e}", "#0f766é", "0f766e"])
def test_anything_else_is_no_color(text):
    assert derive_accent(text) is None


def test_the_backgrounds_are_those_of_the_style_sheet():
    sheet = (settings.BASE_DIR / "static/users/css/tokens.css").read_text()
    light, dark = set(), set()
    for name in ("side", "ground", "surface", "hover"):
        (pair,) = re.findall(rf"--{name}: light-dark\((#\w+), (#\w+)\)", sheet)
        light.add(parse_color(pair[0]))
        dark.add(parse_color(pair[1]))

    assert light == set(accent.LIGHT_GROUNDS)
    assert dark == set(accent.DARK_GROUNDS)
