"""Lines and columns of a script, in the stack traces of the engine."""

from __future__ import annotations

import re

# Empty lines that are put before a script. The engine gives all code the same file name, so only its line
# tells that of a script from that of the prelude and of the modules, which have fewer lines than this.
LINES_BEFORE = 10_000
_FILE = "<input>:"
# A script may form any stack: no more digits than a line of a script has, and those of ASCII alone.
_PLACE = re.compile(r"([0-9]{1,9}):([0-9]{1,9})(?![0-9])")


def wrap(source: str) -> str:
    """The script as an expression that the engine can evaluate: it is a function, after LINES_BEFORE."""
    # A semicolon after the function is no mistake that should cost a sign-in.
    return "\n" * LINES_BEFORE + "(" + source.rstrip("; \t\r\n") + "\n)"


def find_position(stack: str) -> tuple[int, int] | None:
    """The line and the column of the innermost frame that is the script's own, counted from 1; None without
    one."""
    for frame in stack.split(_FILE)[1:]:
        place = _PLACE.match(frame)
        if place and int(place[1]) > LINES_BEFORE:
            own_line = int(place[1]) - LINES_BEFORE
            # The first line begins with the parenthesis of `wrap`.
            return own_line, max(1, int(place[2]) - (own_line == 1))
    return None
