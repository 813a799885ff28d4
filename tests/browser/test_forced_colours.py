"""Forced colours (Windows' high contrast) take all backgrounds and shadows away: what they told apart has an
edge then, and controls are drawn by the system."""

from __future__ import annotations

import pytest

from tests.browser.test_pieces import PIECES

pytestmark = pytest.mark.browser

# Told apart by a background or a shadow otherwise.
EDGED = (
    ".page .badge.warn",
    ".page .avatar",
    ".page .note",
    ".switch [aria-current]",
)
BY_SYSTEM = (".page .tick", ".page .toggle", ".page progress")
EDGE = """it => {
    const style = getComputedStyle(it)
    const width = side => style[`${side}Style`] === 'none' ? 0 : parseFloat(style[`${side}Width`])
    return Math.max(width('borderTop'), width('outline'))
}"""


def test_pieces_keep_their_edges_in_forced_colours(desk):
    page = desk.signed_in("admin", forced_colors="active")
    page.goto(PIECES)

    edges = {selector: page.locator(selector).first.evaluate(EDGE) for selector in EDGED}
    assert [selector for selector, width in edges.items() if width < 1] == []
    drawn = "it => getComputedStyle(it).appearance"
    assert {page.locator(selector).first.evaluate(drawn) for selector in BY_SYSTEM} == {"auto"}
    underline = page.locator(".tabs [aria-current]").first.evaluate(
        "it => getComputedStyle(it, '::after').backgroundColor"
    )
    assert underline != page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.keyboard.press("Tab")
    assert page.locator(":focus").evaluate(EDGE) >= 2
