"""What an email says, and its two parts: plain text and HTML with the same words and the same link."""

from __future__ import annotations

from dataclasses import dataclass

from django.template.loader import render_to_string

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
    stand before and after the link. `reason` says why the reader got this email.
    """

    subject: str
    sender: str
    opening: str
    closing: str
    reason: str
    link: Link | None = None

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
        """Return the HTML. It loads nothing from any host."""
        return render_to_string("users/mail/message.html", {"message": self})


def one_line(name: str) -> str:
    """A name as it is put into texts: on one line, without control characters, and not long."""
    printable = "".join(character if character.isprintable() else " " for character in name)
    line = " ".join(printable.split())
    return line if len(line) <= MAX_NAME else f"{line[: MAX_NAME - 1]}…"
