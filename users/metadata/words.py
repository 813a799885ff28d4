"""Words of names and emails as a search compares them: without case, accents or punctuation.

A letter that is also written as two, like ä as ae, gives each word that holds it several spellings.
A search matches where a spelling of what is typed begins a spelling of what is stored, so `mueller`
and `muller` both find Müller, and `muller` does not find Mueller.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import product

# The base letter first. For letters that Unicode decomposes, the accent decides on the second spelling.
_LETTERS = {
    **{"æ": ("a", "ae"), "œ": ("o", "oe"), "ø": ("o", "oe"), "ß": ("s", "ss"), "þ": ("t", "th")},
    **{"ð": ("d",), "đ": ("d",), "ħ": ("h",), "ı": ("i",), "ł": ("l",), "ŧ": ("t",)},
}
_DIAERESIS, _RING = "\u0308", "\u030a"
_ACCENTED = {
    ("a", _DIAERESIS): ("a", "ae"),
    ("o", _DIAERESIS): ("o", "oe"),
    ("u", _DIAERESIS): ("u", "ue"),
    ("a", _RING): ("a", "aa"),
}
# Marks of a higher class are placed above or below a letter; lower ones spell, as in Japanese.
_HIGHEST_SPELLING_CLASS = 9
# Apostrophes that Unicode counts as letters.
_MODIFIER_APOSTROPHES = frozenset("ʹʺʻʼʽʾʿˈˊˋ")
_ASCII_WORD = re.compile(r"[a-z]+|[0-9]+")

MAX_TEXT = 400
MAX_WORD = 64
# The number of spellings doubles with each such letter; words with more of them have two spellings.
MAX_MIXED = 4
MAX_STORED = 500
# Prefix of the digits of a phone number, of which any run of this length is a word.
PHONE = "#"
PHONE_DIGITS = 4

# The spellings of one word, without duplicates.
Spellings = tuple[str, ...]


def split_words(text: str) -> list[Spellings]:
    """The words of a text, which end where letters end or digits begin, in order. Empty for a text
    longer than MAX_TEXT, which no field can hold."""
    if len(text) > MAX_TEXT:
        return []
    text = text.lower()
    # The common case, several times faster than the general one.
    if text.isascii():
        return [(word[:MAX_WORD],) for word in _ASCII_WORD.findall(text)]
    return [_spellings(word) for word in _split_letters(unicodedata.normalize("NFKD", text))]


def stored_words(texts: Iterable[str | None], phone_number: str | None) -> str:
    """Every spelling of the words of these texts and the phone number, each with a space before it."""
    found = dict.fromkeys(
        spelling for text in texts if text for spellings in split_words(text) for spelling in spellings
    )
    if phone_number:
        found |= dict.fromkeys(_phone_words(phone_number))
    return "".join(f" {word}" for word in list(found)[:MAX_STORED])


def split_typed_words(text: str) -> list[Spellings]:
    """The words of what is typed, each with all that may begin the word meant: digits are also those
    of a phone number, with or without the zeros that stand before it in its country."""
    return [(*spellings, *_as_phone(spellings[0])) for spellings in split_words(text)]


def _phone_words(number: str) -> Iterator[str]:
    digits = "".join(filter(str.isdecimal, number))
    for start in range(len(digits) - PHONE_DIGITS + 1):
        yield PHONE + digits[start:]


def _as_phone(word: str) -> list[str]:
    if not word.isdigit():
        return []
    numbers = dict.fromkeys((word, word.lstrip("0")))
    return [PHONE + number for number in numbers if len(number) >= PHONE_DIGITS]


def _split_letters(decomposed: str) -> Iterator[list[Spellings]]:
    """The letters of each word, each with its spellings."""
    letters: list[Spellings] = []
    was_digit = False
    for character in decomposed:
        kind = unicodedata.category(character)
        if kind[0] == "M" and letters:
            letters[-1] = _with_mark(letters[-1], character)
            continue
        if kind == "Cf":  # invisible, as a soft hyphen
            continue
        is_digit = kind == "Nd"
        is_word = is_digit or (kind[0] == "L" and character not in _MODIFIER_APOSTROPHES)
        if letters and (not is_word or is_digit != was_digit):
            yield letters
            letters = []
        if is_word:
            letters.append(_letter(character, is_digit))
            was_digit = is_digit
    if letters:
        yield letters


def _letter(character: str, is_digit: bool) -> Spellings:
    if is_digit:
        return (str(unicodedata.digit(character)),)
    return _LETTERS.get(character) or (character.casefold(),)


def _with_mark(letter: Spellings, mark: str) -> Spellings:
    spellings = _ACCENTED.get((letter[0], mark))
    if spellings and len(letter) == 1:
        return spellings
    if unicodedata.combining(mark) > _HIGHEST_SPELLING_CLASS:
        return letter
    return tuple(f"{spelling}{mark}" for spelling in letter)


def _spellings(letters: list[Spellings]) -> Spellings:
    letters = letters[:MAX_WORD]
    if sum(len(letter) > 1 for letter in letters) > MAX_MIXED:
        found: Iterable[Iterable[str]] = (
            [letter[0] for letter in letters],
            [letter[-1] for letter in letters],
        )
    else:
        found = product(*letters)
    # Composed again: the syllables of Korean are one character each.
    composed = (unicodedata.normalize("NFC", "".join(each))[:MAX_WORD] for each in found)
    return tuple(dict.fromkeys(composed))
