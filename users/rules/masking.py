"""Mask the values of `configuration` in what scripts print and in their errors."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from urllib.parse import quote, quote_plus

from users.javascript.answers import printable
from users.log.masking import SECRET

# A shorter value is masked only where it stands as a word of its own: `1` is in every text.
_SHORT = 4
# What encodeURIComponent and encodeURI leave as it is, beside what `quote` does.
_KEPT_BY_COMPONENT = "!'()*"
_KEPT_BY_URI = f"{_KEPT_BY_COMPONENT};,/?:@&=+$#"
# Characters of a line of the console, after which the process of the script cuts it.
_LINE = 256


class Masker:
    """Replaces the values in texts, also where they are escaped as in JSON or in a URL."""

    def __init__(self, configuration: Mapping[str, str]) -> None:
        forms = {form for value in configuration.values() if value for form in _forms(value)}
        self._long = sorted((form for form in forms if len(form) >= _SHORT), key=len, reverse=True)
        words = [rf"(?<!\w){re.escape(form)}(?!\w)" for form in forms if len(form) < _SHORT]
        parts = [*map(re.escape, self._long), *words]
        self._pattern = re.compile("|".join(parts)) if parts else None

    def mask(self, text: str) -> str:
        """The text without values of the configuration."""
        if self._pattern is None:
            return text
        masked = self._pattern.sub(SECRET, text)
        # The process counts UTF-16 units: a line that it cut may have fewer characters.
        is_cut = len(text) >= _LINE or text.endswith("…")
        return self._mask_cut_end(masked) if is_cut else masked

    def mask_lines(self, lines: Iterable[str]) -> tuple[str, ...]:
        """The lines of a console."""
        return tuple(map(self.mask, lines))

    def _mask_cut_end(self, line: str) -> str:
        """A value at the end of a line that was cut: its beginning is a part of the secret as well."""
        line = line.removesuffix("…")
        for form in self._long:
            for length in range(min(len(form) - 1, len(line)), _SHORT - 1, -1):
                if line.endswith(form[:length]):
                    return line[:-length] + SECRET
        return line


def _forms(value: str) -> set[str]:
    """The value, and as JSON and the functions of JavaScript for URLs write it; each as one line, since the
    texts of scripts have lost their line breaks."""
    forms = {value, json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1], quote_plus(value)}
    forms |= {quote(value, safe=safe) for safe in ("", "/", _KEPT_BY_COMPONENT, _KEPT_BY_URI)}
    # URLSearchParams, which encodes `~` as well.
    forms.add(quote_plus(value, safe="*").replace("~", "%7E"))
    return forms | set(map(printable, forms))
