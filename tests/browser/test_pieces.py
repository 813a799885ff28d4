"""The page of all pieces: sizes as designed, and colours that can be read in both themes."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.test_looks import WIDE, look

pytestmark = pytest.mark.browser

PIECES = "/admin/help/pieces/"

# What is measured, in CSS pixels.
HEIGHTS = {
    ".bar": 52,
    ".side-link": 32,
    ".tabs a": 40,
    "thead th": 36,
    ".people tbody th": 52,
    ".jobs tbody th": 44,
    ".button.primary": 32,
    ".button.tight": 28,
    ".button.large": 40,
    ".field .input": 34,
    ".badge.warn": 20,
    ".chip": 26,
    ".show .switch": 28,
    ".card-head": 46,
    ".avatar.l": 52,
    ".avatar.xl": 64,
    ".avatar.s": 20,
    ".show .people .avatar": 28,
    ".tick": 16,
}
WIDTHS = {".side": 236, ".avatar.l": 52, ".show .button.only": 32, ".side-link .icon": 16}
RADII = {".button": 6, ".input": 6, ".badge": 4, ".card": 10}

# Words: at least 4.5 on each of these grounds.
WORDS = ("--ink", "--ink-soft", "--ink-quiet", "--accent")
GROUNDS = ("--side", "--ground", "--surface", "--sunken", "--raised", "--hover", "--press", "--accent-ground")
PAIRS = (
    ("--on-accent", "--accent-fill"),
    ("--on-accent", "--accent-fill-hover"),
    ("--on-accent", "--bad-fill"),
    ("--on-accent", "--bad-fill-hover"),
    ("--bulk-ink", "--bulk"),
    ("--bulk-bad", "--bulk"),
    *((f"--face-{number}-ink", f"--face-{number}") for number in range(8)),
    *((f"--{state}-ink", f"--{state}-ground") for state in ("good", "warn", "bad", "info")),
    *(("--ink", f"--{state}-ground") for state in ("good", "warn", "bad", "info")),
    *((f"--code-{kind}", "--sunken") for kind in ("key", "text", "number", "word")),
)
# Lines and dots: at least 3.
MARKS = ("--field-line", "--ink-faint", "--focus", "--good-dot", "--warn-dot", "--bad-dot", "--info-dot")

# How bright an sRGB colour is, from 0 to 1, as WCAG 2.2 defines it.
LUMINANCE = """(names) => {
    const probe = document.body.appendChild(document.createElement('i'))
    const found = Object.fromEntries(names.map(name => {
        probe.style.color = `var(${name})`
        const parts = getComputedStyle(probe).color.match(/[\\d.]+/g).slice(0, 3).map(it => it / 255)
        const [r, g, b] = parts.map(it => it <= 0.04045 ? it / 12.92 : ((it + 0.055) / 1.055) ** 2.4)
        return [name, 0.2126 * r + 0.7152 * g + 0.0722 * b]
    }))
    probe.remove()
    return found
}"""


def contrast(one: float, other: float) -> float:
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)


def measured(page: Page, selector: str, what: str) -> float:
    return page.locator(selector).first.evaluate(f"it => {what}")


def test_sizes_are_as_designed(desk):
    page = desk.signed_in("admin", viewport=WIDE)
    page.goto(PIECES)

    assert {one: measured(page, one, "it.getBoundingClientRect().height") for one in HEIGHTS} == HEIGHTS
    assert {one: measured(page, one, "it.getBoundingClientRect().width") for one in WIDTHS} == WIDTHS
    radius = "parseFloat(getComputedStyle(it).borderTopLeftRadius)"
    assert {one: measured(page, one, radius) for one in RADII} == RADII
    assert measured(page, ".page", "parseFloat(getComputedStyle(it).paddingLeft)") == 24
    small = page.evaluate(
        """() => [...document.querySelectorAll('.page :is(a, button, summary, select, .input, .check)')]
            .map(it => [it.outerHTML.slice(0, 80), it.getBoundingClientRect()])
            .filter(([, box]) => box.width && (box.width < 24 || box.height < 24))
            .map(([name, box]) => `${name} ${box.width}x${box.height}`)"""
    )
    assert small == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_lines_and_dots_stand_out(desk, scheme):
    page = desk.signed_in("admin", color_scheme=scheme)
    page.goto(PIECES)
    asked = [(word, ground, 4.5) for word in WORDS for ground in GROUNDS]
    asked += [(word, ground, 4.5) for word, ground in PAIRS]
    asked += [(mark, ground, 3) for mark in MARKS for ground in ("--ground", "--surface")]
    light = page.evaluate(LUMINANCE, sorted({name for one, other, _ in asked for name in (one, other)}))

    faint = {
        f"{one} on {other}": round(contrast(light[one], light[other]), 2)
        for one, other, least in asked
        if contrast(light[one], light[other]) < least
    }
    assert faint == {}


def test_the_pieces_are_accessible_and_fit_a_phone(desk):
    page = desk.signed_in("admin")
    page.goto(PIECES)
    desk.look_away()

    assert look(page) == []


def test_nothing_moves_for_those_who_asked_for_that(desk):
    page = desk.signed_in("admin")
    page.goto(PIECES)

    assert page.locator(".bone").first.evaluate("it => getComputedStyle(it).animationName") == "none"
    assert page.locator(".button").first.evaluate("it => getComputedStyle(it).transitionDuration") in (
        "0s",
        "0s, 0s",
    )
