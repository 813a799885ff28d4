"""An accent color of any brand, in shades that are readable in both themes.

Every color is taken: the primary button has it unchanged, with a white or black label; links, icons and lines
have a darker shade in the light theme and a lighter one in the dark theme where it is needed. All text has a
contrast of at least 4.5 to 1 (WCAG 2.2, 1.4.3), so no brand's color can make a page unreadable.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

Rgb = tuple[int, int, int]

LEAST_CONTRAST = 4.5
WHITE, BLACK = (255, 255, 255), (0, 0, 0)
# The backgrounds of text in static/users/css/tokens.css, light and dark.
LIGHT_GROUNDS = ((255, 255, 255), (247, 248, 249), (243, 244, 246))
DARK_GROUNDS = ((16, 18, 20), (22, 24, 27), (11, 12, 14), (29, 32, 36))
_HEX = re.compile("#[0-9a-fA-F]{6}")


@dataclass(frozen=True)
class Accent:
    """Values for the custom properties of tokens.css with the same names; `light` and `dark` are the two
    sides of `accent`, for emails, whose readers know no `light-dark()`."""

    light: str
    dark: str
    accent: str
    accent_fill: str
    accent_fill_hover: str
    accent_ground: str
    accent_line: str
    on_accent: str


@lru_cache(maxsize=256)
def derive_accent(color: str) -> Accent | None:
    """Return the shades of a color in the form `#0f7f76`; None for text in another form."""
    if not _HEX.fullmatch(color):
        return None
    fill = parse_color(color)
    label = WHITE if contrast(fill, WHITE) >= LEAST_CONTRAST else BLACK
    # Away from the label, so that the contrast grows.
    hover = mix(fill, BLACK if label == WHITE else WHITE, 0.12)
    light_ground, dark_ground = mix(fill, WHITE, 0.93), mix(fill, DARK_GROUNDS[0], 0.86)
    light = _shade(fill, BLACK, (*LIGHT_GROUNDS, light_ground))
    dark = _shade(fill, WHITE, (*DARK_GROUNDS, dark_ground))
    light_line, dark_line = mix(light, WHITE, 0.7), mix(dark, DARK_GROUNDS[0], 0.6)
    return Accent(
        light=to_hex(light),
        dark=to_hex(dark),
        accent=f"light-dark({to_hex(light)}, {to_hex(dark)})",
        accent_fill=to_hex(fill),
        accent_fill_hover=to_hex(hover),
        accent_ground=f"light-dark({to_hex(light_ground)}, {to_hex(dark_ground)})",
        accent_line=f"light-dark({to_hex(light_line)}, {to_hex(dark_line)})",
        on_accent=to_hex(label),
    )


def contrast(one: Rgb, other: Rgb) -> float:
    """Return the contrast of two colors, 1 to 21. Source: WCAG 2.2, "contrast ratio"."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def parse_color(color: str) -> Rgb:
    """Read `#0f7f76`."""
    red, green, blue = bytes.fromhex(color[1:])
    return red, green, blue


def to_hex(color: Rgb) -> str:
    """Write as `#0f7f76`."""
    return "#" + bytes(color).hex()


def mix(color: Rgb, other: Rgb, share: float) -> Rgb:
    """Return the color with this share of the other, from 0 to 1."""
    red, green, blue = (round(one + (two - one) * share) for one, two in zip(color, other, strict=True))
    return red, green, blue


def _shade(color: Rgb, toward: Rgb, grounds: tuple[Rgb, ...]) -> Rgb:
    """Return the shade nearest to the color that is readable on each of these backgrounds."""
    shades = (mix(color, toward, step / 50) for step in range(51))
    return next(
        shade for shade in shades if all(contrast(shade, ground) >= LEAST_CONTRAST for ground in grounds)
    )


def _luminance(color: Rgb) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (value / 255 for value in color)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
