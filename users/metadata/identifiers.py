"""Normalize emails and usernames for comparison.

Source: RFC 5890 to 5893 (IDNA 2008). Full case folding and compatibility forms are not used: they would
make different mailboxes equal, such as straße@ and strasse@.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import idna

# No email or username is longer, however it is composed: NFC replaces at most four characters by one. The
# time of normalization grows with the square of a run of combining characters (denial of service).
MAX_NORMALIZED = 4 * 254
MAX_DOMAIN = 253
_A_LABEL = re.compile(r"(?<![\w-])xn--[a-z0-9-]+")


def lower_case(text: str) -> str:
    """The text in NFC and lower case; text too long for a login is returned unchanged."""
    if len(text) > MAX_NORMALIZED:
        return text
    # Twice: lower-casing may leave characters that can be composed.
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).lower())


def email_key(email: str) -> str:
    """The normal form of an email: NFC, lower case, the domain in Unicode.

    Never raises: text without an @ and emails with invalid domains are only lower-cased.
    """
    local, at, domain = lower_case(email).rpartition("@")
    return f"{local}{at}{domain_key(domain)}" if at else domain


def domain_key(domain: str) -> str:
    """The domain in lower case and in Unicode; only lower-cased if it is invalid."""
    domain = lower_case(domain)
    try:
        return _unicode_domain(domain)
    except UnicodeError:
        return domain


def email_part_key(text: str) -> str:
    """A part of an email, as in a search, in the form of `email_key`."""
    return _A_LABEL.sub(lambda label: domain_key(label[0]), lower_case(text))


def is_domain(text: str) -> bool:
    """Whether the text is a domain of two or more labels that IDNA 2008 allows."""
    domain = lower_case(text)
    try:
        _unicode_domain(domain)
    except UnicodeError:
        return False
    return "." in domain and not domain.endswith(".")


def delivery_email(email: str) -> str:
    """The email with its domain in ASCII (Punycode), as SMTP requires.

    Django by itself would encode a domain by IDNA 2003, and send email for straße.de to strasse.de. Raises
    UnicodeError for an invalid domain.
    """
    local, at, domain = email.rpartition("@")
    return local + at + idna.encode(_unicode_domain(lower_case(domain)), strict=True).decode()


# Cached, since lists and imports have a few domains many times, and IDNA is slow.
@lru_cache(maxsize=4096)
def _unicode_domain(domain: str) -> str:
    """Raises UnicodeError unless IDNA 2008 allows it."""
    if len(domain) > MAX_DOMAIN:
        raise UnicodeError("the domain is too long")
    return idna.decode(idna.encode(domain, strict=True), strict=True)
