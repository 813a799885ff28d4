"""What an email says, and its two parts: plain text and HTML with the same words and the same link."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from email.mime.image import MIMEImage

from django.template.loader import render_to_string

from users.representation.branding import Brand, find_brand

# Media types of images that mail clients show. Many show no SVG and no WebP.
_SHOWN_IMAGES = ("image/png", "image/jpeg")
# By which the HTML names the logo (RFC 2392).
LOGO_ID = "logo"
# Of a name that is put into a text. Longer ones would let a name pass for a sentence of ours.
MAX_NAME = 80


@dataclass(frozen=True, kw_only=True)
class Link:
    """What a reader follows. `label` is what its button says."""

    url: str
    label: str


@dataclass(frozen=True, kw_only=True)
class Message:
    """The texts of an email, translated.

    `sender` is the name at the top: that of an application, or of this installation. `opening` and `closing`
    stand before and after the link. `reason` says why the reader got this email. `brand` is that of the
    sender: its logo and accent color.
    """

    subject: str
    sender: str
    opening: str
    closing: str
    reason: str
    link: Link | None = None
    brand: Brand = field(default_factory=find_brand)

    @property
    def subject_line(self) -> str:
        """The subject on one line: a line break would begin another header (header injection)."""
        return " ".join(self.subject.split())

    def render_text(self) -> str:
        """Return the plain text, which says all that the HTML does."""
        url = [self.link.url] if self.link else []
        # "-- " begins a signature, which mail clients show apart (RFC 3676).
        signature = f"-- \n{self.sender}\n{self.reason}"
        return "\n\n".join([self.opening, *url, self.closing, signature]) + "\n"

    def render_html(self) -> str:
        """Return the HTML. It loads nothing from any host: `logo` is a part of the email."""
        context = {"message": self, "accent": self.brand.accent, "logo_id": LOGO_ID if self.logo else ""}
        return render_to_string("users/mail/message.html", context)

    @property
    def logo(self) -> MIMEImage | None:
        """The logo as a part of the email; None where there is none that mail clients show."""
        media_type, _, encoded = self.brand.logo.removeprefix("data:").partition(";base64,")
        if media_type not in _SHOWN_IMAGES:
            return None
        image = MIMEImage(base64.b64decode(encoded), media_type.partition("/")[2])
        image["Content-ID"] = f"<{LOGO_ID}>"
        image["Content-Disposition"] = "inline"
        return image


def one_line(name: str) -> str:
    """A name as it is put into texts: on one line, without control characters, and not long."""
    printable = "".join(character if character.isprintable() else " " for character in name)
    line = " ".join(printable.split())
    return line if len(line) <= MAX_NAME else f"{line[: MAX_NAME - 1]}…"
