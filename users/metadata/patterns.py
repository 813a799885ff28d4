"""Translate ECMAScript regular expressions for the engine that evaluates `pattern`.

JSON Schema's patterns are ECMAScript's, and jsonschema-rs evaluates them with Rust's engines, which read
some of the same text differently: `\\<` is the start of a word there and a plain `<` here, `[^]` and
needless escapes are errors, `.` and `\\b` know other characters. So a pattern is parsed by ECMAScript's
grammar and written again in words that the engine reads as ECMAScript would.

Syntax: ECMA-262, with what browsers allow outside Unicode mode (Annex B: needless escapes, lone brackets
and braces, octal escapes). Meaning: that of Unicode mode, so that a character outside the Basic
Multilingual Plane is one character. Beyond ECMAScript, `(?i)` and `(?P<name>...)` are understood, since
files written for Python and Java have them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from users.metadata.errors import quote

Range = tuple[int, int]

_DIGIT: tuple[Range, ...] = ((0x30, 0x39),)
_WORD: tuple[Range, ...] = ((0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A))
_SPACE: tuple[Range, ...] = (
    *((0x09, 0x0D), (0x20, 0x20), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A)),
    *((0x2028, 0x2029), (0x202F, 0x202F), (0x205F, 0x205F), (0x3000, 0x3000), (0xFEFF, 0xFEFF)),
)
_LINE_END: tuple[Range, ...] = ((0x0A, 0x0A), (0x0D, 0x0D), (0x2028, 0x2029))
_LAST = 0x10FFFF
_ANYTHING: Range = (0, _LAST)
_CONTROL = {"t": 0x09, "n": 0x0A, "v": 0x0B, "f": 0x0C, "r": 0x0D}
_QUANTIFIER = re.compile(r"(?:[*+?]|\{(\d+)(?:(,)(\d*))?\})\??")
_COUNT = re.compile(r"\{(\d+)(?:(,)(\d*))?\}")
_GROUP_NAME = re.compile(r"\(\?P?<([^\W\d][\w$]*)>")
_MOST_DIGITS = 6  # of a number of repeats


class InvalidPattern(ValueError):
    """Not a pattern of ECMAScript's grammar. The message gives the reason."""


class UnsupportedPattern(ValueError):
    """A pattern whose meaning the engine cannot express. The message gives the reason."""


def translate(pattern: str, *, count_repeats: bool = False) -> str:
    """Return `pattern` in the syntax of Rust's `regex` and `fancy-regex`, with ECMAScript's meaning.

    With `count_repeats` the engine counts the turns of `{n,m}` as it goes instead of compiling a copy for
    each: needed where the copies would be too large. Raises InvalidPattern and UnsupportedPattern.
    """
    return _Translator(pattern, count_repeats).translate()


class _Translator:
    """A recursive descent through one pattern.

    Each method that reads a part returns its translation; `known` holds the groups that have certainly
    matched whenever the engine gets where the translator is. Only those can be referred back to: in
    ECMAScript a group that took no part equals the empty text, in Rust it equals nothing.
    """

    def __init__(self, pattern: str, count_repeats: bool) -> None:
        self._text = pattern
        self._at = 0
        self._count_repeats = count_repeats
        self._opened = 0
        self._closed: set[int] = set()
        self._names, self._groups = _find_groups(pattern)

    def translate(self) -> str:
        translation, _ = self._disjunction(frozenset())
        if self._at < len(self._text):
            raise InvalidPattern("a closing parenthesis has no opening one")
        return translation

    # --- Structure ---

    def _disjunction(self, known: frozenset[int]) -> tuple[str, frozenset[int]]:
        first, matched = self._alternative(known)
        branches = [first]
        while self._take("|"):
            branch, others = self._alternative(known)
            branches.append(branch)
            matched &= others
        return "|".join(branches), matched

    def _alternative(self, known: frozenset[int]) -> tuple[str, frozenset[int]]:
        terms = []
        while self._at < len(self._text) and self._text[self._at] not in "|)":
            term, known = self._term(known)
            terms.append(term)
        return "".join(terms), known

    def _term(self, known: frozenset[int]) -> tuple[str, frozenset[int]]:
        if self._take("^"):
            return "^", known
        if self._take("$"):
            return "$", known
        for assertion in ("(?=", "(?!", "(?<=", "(?<!"):
            if self._take(assertion):
                return self._look_around(assertion, known)
        if self._take("\\b"):
            return _word_boundary("(?={0})", "(?!{0})"), known
        if self._take("\\B"):
            return _word_boundary("(?!{0})", "(?={0})"), known
        atom, matched = self._atom(known)
        return self._quantified(atom, known, matched)

    def _look_around(self, opening: str, known: frozenset[int]) -> tuple[str, frozenset[int]]:
        inner, matched = self._disjunction(known)
        self._close()
        translation = f"{opening}{inner})"
        if not opening.endswith("!"):
            known = matched
        repeats = _QUANTIFIER.match(self._text, self._at)
        if not repeats:
            return translation, known
        if "<" in opening:
            raise InvalidPattern("a look-behind cannot be repeated")
        # It matches no text, so one turn is as good as many, and where none is needed none is taken.
        self._at = repeats.end()
        return ("(?:)" if _least(repeats) == 0 else translation), known

    def _atom(self, known: frozenset[int]) -> tuple[str, frozenset[int]]:
        character = self._text[self._at]
        if character == "(":
            return self._group(known)
        if character == "[":
            return self._class(), known
        if character == "\\":
            return self._escape(known), known
        if _QUANTIFIER.match(self._text, self._at):
            raise InvalidPattern(f"there is nothing for {quote(character)} to repeat")
        self._at += 1
        return (_not_in(_LINE_END) if character == "." else _literal(ord(character))), known

    def _group(self, known: frozenset[int]) -> tuple[str, frozenset[int]]:
        number, opening = 0, ""
        if self._take("(?i)"):  # for all that follows in the group around it
            return "(?i)", known
        if self._take("(?:"):
            opening = "(?:"
        elif self._take("(?i:"):
            opening = "(?i:"
        elif named := _GROUP_NAME.match(self._text, self._at):
            self._at = named.end()
        elif self._text.startswith("(?", self._at):
            raise InvalidPattern(f"the group {quote(self._text[self._at : self._at + 4])} is unknown")
        else:
            self._at += 1
        if not opening:
            self._opened += 1
            number, opening = self._opened, "("
        inner, matched = self._disjunction(known)
        self._close()
        if number:
            self._closed.add(number)
            matched |= {number}
        return f"{opening}{inner})", matched

    def _quantified(
        self, atom: str, known: frozenset[int], matched: frozenset[int]
    ) -> tuple[str, frozenset[int]]:
        repeats = _QUANTIFIER.match(self._text, self._at)
        if not repeats:
            return atom, matched
        if atom == "(?i)":
            raise InvalidPattern("there is nothing to repeat after (?i)")
        self._at = repeats.end()
        _check_count(repeats)
        if _QUANTIFIER.match(self._text, self._at):
            raise InvalidPattern(f"a second quantifier follows {quote(repeats[0])}")
        if self._count_repeats and repeats[1]:
            # An assertion inside, even one that always holds, keeps the engine from unrolling the loop.
            atom = f"(?:(?=){atom})"
        return f"{atom}{repeats[0]}", known if _least(repeats) == 0 else matched

    # --- Escapes and classes ---

    def _escape(self, known: frozenset[int]) -> str:
        ranges = self._class_escape()
        if isinstance(ranges, str):
            return ranges
        if ranges is not None:
            return _in(ranges)
        name = re.compile(r"\\k<([^>]*)>").match(self._text, self._at)
        if name and self._names:
            self._at = name.end()
            if name[1] not in self._names:
                raise InvalidPattern(f"no group is named {quote(name[1])}")
            return self._back_reference(self._names[name[1]], known)
        number = re.compile(r"\\([1-9]\d{0,5})").match(self._text, self._at)
        if number and int(number[1]) <= self._groups:
            self._at = number.end()
            return self._back_reference(int(number[1]), known)
        return _literal(self._character_escape())

    def _back_reference(self, number: int, known: frozenset[int]) -> str:
        if number not in self._closed:
            return "(?:)"  # nothing has matched yet, which equals the empty text
        if number not in known:
            raise UnsupportedPattern(f"group {number}, which \\{number} refers to, may have taken no part")
        return f"(?:\\{number})"

    def _class_escape(self) -> tuple[Range, ...] | str | None:
        """Read `\\d` and the like as ranges, or a Unicode property as text; None where neither comes next."""
        letter = self._text[self._at + 1 : self._at + 2]
        sets = {"d": _DIGIT, "w": _WORD, "s": _SPACE}
        if letter and letter.lower() in sets:
            self._at += 2
            ranges = sets[letter.lower()]
            return ranges if letter.islower() else _complement(ranges)
        prop = re.compile(r"\\[pP]\{[A-Za-z_]+(?:=[A-Za-z0-9_]+)?\}").match(self._text, self._at)
        if prop:
            self._at = prop.end()
            return prop[0]
        return None

    def _character_escape(self) -> int:
        """Read an escape of one character and return its code point."""
        self._at += 1
        if self._at >= len(self._text):
            raise InvalidPattern("a backslash ends the pattern")
        letter = self._text[self._at]
        self._at += 1
        if letter in _CONTROL:
            return _CONTROL[letter]
        if letter == "c":
            control = re.compile(r"[A-Za-z]").match(self._text, self._at)
            if control:
                self._at = control.end()
                return ord(control[0]) % 32
            self._at -= 1  # the backslash stands for itself, and the letter is read again
            return ord("\\")
        if letter in "xu":
            return self._hexadecimal(letter)
        if letter in "01234567":
            octal = re.compile(r"[0-3]?[0-7]{0,2}").match(self._text, self._at - 1)
            assert octal
            self._at = octal.end()
            return int(octal[0], 8)
        return ord(letter)

    def _hexadecimal(self, letter: str) -> int:
        digits = re.compile(
            r"(?<=x)([0-9A-Fa-f]{2})|(?<=u)(?:([0-9A-Fa-f]{4})|\{([0-9A-Fa-f]+)\})",
        ).match(self._text, self._at)
        if not digits:
            return ord(letter)
        self._at = digits.end()
        point = int(digits[digits.lastindex or 0], 16)
        if 0xD800 <= point <= 0xDBFF:
            second = re.compile(r"\\u([Dd][C-Fc-f][0-9A-Fa-f]{2})").match(self._text, self._at)
            if second:
                self._at = second.end()
                return 0x10000 + ((point - 0xD800) << 10) + int(second[1], 16) - 0xDC00
        if 0xD800 <= point <= 0xDFFF:
            raise UnsupportedPattern("half of a surrogate pair matches no text; write the whole character")
        if point > _LAST:
            raise InvalidPattern(f"there is no character {digits[0]}")
        return point

    def _class(self) -> str:
        self._at += 1
        is_negated = self._take("^")
        ranges: list[Range] = []
        properties: list[str] = []
        while not self._take("]"):
            item = self._class_item()
            if isinstance(item, str):
                properties.append(item)
                continue
            if len(item) == 1 and item[0][0] == item[0][1]:
                item = self._class_range(item[0][0])
            ranges += item
        if not properties:
            return _not_in(ranges) if is_negated else _in(ranges)
        return f"[{'^' if is_negated else ''}{''.join(properties)}{_spell(ranges)}]"

    def _class_item(self) -> tuple[Range, ...] | str:
        if self._at >= len(self._text):
            raise InvalidPattern("a class in brackets is not closed")
        if self._text[self._at] != "\\":
            self._at += 1
            point = ord(self._text[self._at - 1])
            return ((point, point),)
        found = self._class_escape()
        if found is not None:
            return found
        if self._take("\\b"):
            return ((0x08, 0x08),)
        point = self._character_escape()
        return ((point, point),)

    def _class_range(self, first: int) -> tuple[Range, ...]:
        """Continue after a character that may begin a range. Next to a class, a hyphen is literal."""
        hyphen = (ord("-"), ord("-"))
        if not self._text.startswith("-", self._at) or self._text.startswith("-]", self._at):
            return ((first, first),)
        self._at += 1
        start = self._at
        item = self._class_item()
        if isinstance(item, str):
            self._at = start
            return ((first, first), hyphen)
        if len(item) > 1 or item[0][0] != item[0][1]:
            return ((first, first), hyphen, *item)
        last = item[0][0]
        if last < first:
            raise InvalidPattern(f"the range {chr(first)}-{chr(last)} runs backwards")
        return ((first, last),)

    # --- Reading ---

    def _take(self, expected: str) -> bool:
        if not self._text.startswith(expected, self._at):
            return False
        self._at += len(expected)
        return True

    def _close(self) -> None:
        if not self._take(")"):
            raise InvalidPattern("a parenthesis is not closed")


def _find_groups(pattern: str) -> tuple[dict[str, int], int]:
    """Return the numbers of the named groups, and how many capturing groups there are."""
    names: dict[str, int] = {}
    count = 0
    # Escapes and classes whole, so that a parenthesis in them is not counted.
    for found in re.finditer(
        r"\\.|\[(?:\\.|[^\]\\])*\]|\((?!\?)|\(\?P?<([^\W\d][\w$]*)>", pattern, re.DOTALL
    ):
        if not found[0].startswith("("):
            continue
        count += 1
        if found[1]:
            if found[1] in names:
                raise UnsupportedPattern(f"two groups are named {quote(found[1])}")
            names[found[1]] = count
    return names, count


def _least(repeats: re.Match[str]) -> int:
    """The fewest turns that a quantifier asks for."""
    return int(repeats[1]) if repeats[1] else int(repeats[0][0] == "+")


def _check_count(repeats: re.Match[str]) -> None:
    least, most = repeats[1], repeats[3]
    if max(len(least or ""), len(most or "")) > _MOST_DIGITS:
        raise UnsupportedPattern(f"{repeats[0]} asks for more repeats than any text has")
    if least and most and int(most) < int(least):
        raise InvalidPattern(f"the numbers of {repeats[0]} are the wrong way round")


def _word_boundary(same: str, other: str) -> str:
    """The place between a word character and none (`same` and `other` exchanged: any other place)."""
    word = _in(_WORD)
    after = f"(?<={word}){other.format(word)}"
    return f"(?:{after}|(?<!{word}){same.format(word)})"


def _complement(ranges: Iterable[Range]) -> tuple[Range, ...]:
    """Return every character outside `ranges`."""
    found: list[Range] = []
    start = 0
    for first, last in sorted(ranges):
        if first > start:
            found.append((start, first - 1))
        start = max(start, last + 1)
    if start <= _LAST:
        found.append((start, _LAST))
    return tuple(found)


def _in(ranges: Iterable[Range]) -> str:
    listed = tuple(ranges)
    return f"[{_spell(listed)}]" if listed else "(?!)"


def _not_in(ranges: Iterable[Range]) -> str:
    return _in(_complement(ranges))


def _spell(ranges: Iterable[Range]) -> str:
    return "".join(
        _point(first) if first == last else f"{_point(first)}-{_point(last)}" for first, last in ranges
    )


def _literal(point: int) -> str:
    return chr(point) if point < 0x80 and chr(point).isalnum() else _point(point)


def _point(point: int) -> str:
    return f"\\x{{{point:X}}}"
