"""Recognize identifiers pasted into the search box: emails, phone numbers, ids and URLs, as other programs
write them."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator
from urllib.parse import parse_qsl, unquote, urlsplit

from users.lucene.nodes import Match, Name, Or, Pattern, Query, Value, Word
from users.metadata.text import bad_characters
from users.models import User
from users.search.plain_words import EMAIL, USER_ID, WORDS

# Invisible characters and spaces that other programs leave around copied text.
STRIPPED_CHARACTERS = "\u200b\u200e\u200f\u2060\ufeff \t\r\n\xa0"
# `Jane Doe <jane@example.com>`, or several of these as a mail program lists them.
_MAILBOXES = re.compile(r'(?:[^<>*:"]*|\s*"[^"<>]*"\s*)<([^<>\s@]+@[^<>\s@]+)>[\s,;]*')
_MAILTO = re.compile(r"mailto:([^?\s]+@[^?\s]+)(?:\?\S*)?", re.IGNORECASE)
_PHONE = re.compile(r"(?:tel:)?\s*[+(]?[0-9][0-9\s().\-/\u2010-\u2015\u202f\xa0]*", re.IGNORECASE)
# The trunk zero in parentheses, `+49 (0)30`, is not dialled after a country code.
_TRUNK_ZERO = re.compile(r"\(0+\)")
_ID = re.compile(r"[a-z][a-z0-9._-]*(?:\||%7C)[^\s|*\"]\S*", re.IGNORECASE)
_BARE_ID = re.compile(r"[0-9a-f]{24}|[0-9A-Za-z_-]{20,64}")
_URL = re.compile(r"https?://\S+", re.IGNORECASE)
_OWN_PAGE = re.compile(r"/users/user/([0-9]{1,18})(?:/|$)")
MIN_PHONE_DIGITS = 6
MAX_IDS = 10


def parse_pasted(text: str) -> Query | None:
    """A query for the users of the emails, phone number or id that the text is, with what other programs
    put around it; None where it is anything else."""
    text = text.strip(STRIPPED_CHARACTERS)
    # Decoded twice, as URLs copied from a dashboard contain encoded ids encoded again.
    if bad_characters(unquote(unquote(text))):
        return None
    emails = _emails(text)
    if emails:
        return _any_of(EMAIL, map(_whole, emails))
    if _PHONE.fullmatch(text):
        return _phone(text)
    if _ID.fullmatch(text):
        # A prefix, since the id may still be being typed.
        return _any_of(USER_ID, [Pattern((each, "")) for each in dict.fromkeys((text, unquote(text)))])
    if _URL.fullmatch(text):
        return _any_of(USER_ID, map(_whole, list(dict.fromkeys(_ids_in_url(text)))[:MAX_IDS]))
    return None


def _whole(value: str) -> Word:
    return Word(value, is_quoted=True)


def _any_of(name: Name, values: Iterable[Value]) -> Query | None:
    matches = tuple(Match(name, value) for value in values)
    return Or(matches) if len(matches) > 1 else next(iter(matches), None)


def _emails(text: str) -> list[str]:
    mailto = _MAILTO.fullmatch(text)
    if mailto:
        return [unquote(mailto[1])]
    found: list[str] = []
    at = 0
    while at < len(text) and len(found) < MAX_IDS:
        mailbox = _MAILBOXES.match(text, at)
        if mailbox is None:
            return []
        found.append(re.sub("^mailto:", "", mailbox[1], flags=re.IGNORECASE))
        at = mailbox.end()
    return found


def _phone(text: str) -> Query | None:
    """Without prefixes of international or national calls."""
    digits = re.sub("[^0-9]", "", _TRUNK_ZERO.sub("", text)).lstrip("0")
    # Bare digits may be an id or part of a name just as well: those are left to the word search.
    has_more_than_digits = not text.isdigit()
    if len(digits) < MIN_PHONE_DIGITS or not has_more_than_digits:
        return None
    return Match(WORDS, _whole(digits))


def _ids_in_url(url: str) -> Iterator[str]:
    """Ids in a URL's path, query and fragment, also in base64 as in the URLs of Auth0's dashboard."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return
    own_page = _OWN_PAGE.search(parts.path)
    if own_page:
        yield from User.objects.filter(pk=int(own_page[1])).values_list("user_id", flat=True)
    pieces = [*parts.path.split("/"), *parts.fragment.split("/")]
    pieces += [value for _, value in parse_qsl(parts.query)]
    for piece in pieces:
        text = unquote(unquote(piece))
        if _ID.fullmatch(text):
            yield text
        elif _BARE_ID.fullmatch(text):
            yield f"auth0|{text}"
            yield from _encoded_id(text)


def _encoded_id(text: str) -> Iterator[str]:
    try:
        decoded = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return
    if _ID.fullmatch(unquote(decoded)) and not bad_characters(unquote(decoded)):
        yield unquote(decoded)
