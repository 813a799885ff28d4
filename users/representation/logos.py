"""Logos of applications: small images as data URLs, which pages show without a request to another host."""

from __future__ import annotations

import base64
import binascii

# In bytes. The sign-in page carries the logo, and each list of applications does.
MAX_BYTES = 24 * 1024
# How files of each media type begin. SVG is safe here: in `img` elements browsers run none of its scripts
# and load nothing for it.
_BEGINNINGS = {
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/webp": (b"RIFF",),
    "image/svg+xml": (b"<svg", b"<?xml"),
}
MEDIA_TYPES = tuple(_BEGINNINGS)
PATTERN = r"^data:image/(png|jpeg|webp|svg\+xml);base64,[A-Za-z0-9+/]+={0,2}$"
# Base64 has four characters for three bytes.
MAX_LENGTH = len("data:image/svg+xml;base64,") + MAX_BYTES // 3 * 4


def encode_logo(content: bytes) -> str | None:
    """Return an image as a data URL; None where it is no PNG, JPEG, WebP or SVG."""
    for media_type, beginnings in _BEGINNINGS.items():
        if content.lstrip().startswith(beginnings):
            return f"data:{media_type};base64,{base64.b64encode(content).decode()}"
    return None


def explain_refused_logo(url: str) -> str | None:
    """Say why the data URL is no logo; None where it is one."""
    media_type, _, encoded = url.removeprefix("data:").partition(";base64,")
    try:
        content = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        return "The base64 of the logo is not valid"
    if len(content) > MAX_BYTES:
        return f"The logo has {len(content)} bytes; at most {MAX_BYTES} are allowed"
    if encode_logo(content) != f"data:{media_type};base64,{encoded}":
        return f"The logo is not of the media type {media_type}"
    return None
