"""Logos as data URLs: images only, small, and what they say they are."""

from __future__ import annotations

import base64
import re

import pytest

from users.representation.logos import MAX_BYTES, MAX_LENGTH, PATTERN, encode_logo, explain_refused_logo

PNG, SVG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20, b'\n<svg xmlns="http://www.w3.org/2000/svg"/>'


def data_url(media_type: str, content: bytes) -> str:
    return f"data:image/{media_type};base64,{base64.b64encode(content).decode()}"


@pytest.mark.parametrize(
    ("content", "media_type"),
    [(PNG, "png"), (SVG, "svg+xml"), (b"\xff\xd8\xff\xe0", "jpeg"), (b"RIFF\0\0\0\0WEBP", "webp")],
)
def test_an_image_becomes_a_data_url(content, media_type):
    url = encode_logo(content)

    assert url == data_url(media_type, content)
    assert re.fullmatch(PATTERN, url)
    assert explain_refused_logo(url) is None


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"<html><script>", b"%PDF"])
def test_anything_else_is_no_image(content):
    assert encode_logo(content) is None


def test_the_largest_fits_the_schema():
    content = b"<svg" + b" " * (MAX_BYTES - 4)

    assert explain_refused_logo(encode_logo(content)) is None
    assert len(encode_logo(content)) == MAX_LENGTH
    assert "bytes; at most" in explain_refused_logo(encode_logo(content + b" "))


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        (data_url("png", SVG), "not of the media type image/png"),
        (data_url("svg+xml", b"<html>"), "not of the media type image/svg"),
        ("data:image/png;base64,A", "base64 of the logo is not valid"),
    ],
)
def test_what_is_not_what_it_says_is_refused(url, reason):
    assert reason in explain_refused_logo(url)
