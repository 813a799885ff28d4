"""What a worker process answers, read with distrust: a script may have formed any of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, cast, get_args

from users.javascript.positions import find_position
from users.javascript.script import ErrorKind, Json, Limits, Script, ScriptError

# Characters of an error's message.
MAX_MESSAGE = 2000
MAX_LINES = 50
MAX_LINE = 256
# Levels of nested objects and arrays. Metadata may have 32; code that walks through values must not run out
# of stack.
MAX_DEPTH = 64


def load(text: str, *, is_stored: bool = False) -> Json:
    """Parse JSON; of what is stored, NUL is replaced, which PostgreSQL refuses. Raises ScriptError."""
    try:
        value = json.loads(text)
    except RecursionError:
        raise _too_deep() from None
    except ValueError:
        raise ScriptError("error", "The script passed on what is no JSON.") from None
    # Counting first, since most values need no walk.
    if text.count("{") + text.count("[") > MAX_DEPTH and _is_deeper(value, MAX_DEPTH):
        raise _too_deep()
    # JSON.stringify writes half a surrogate pair as an escape, which neither UTF-8 nor a database can store,
    # and NUL. Nearly no text has escapes of this kind.
    if "\\u" not in text:
        return value
    return _replace_texts(value, _storable if is_stored else _whole)


def read_result(
    outcome: Json, script: Script, limits: Limits, notes: list[str]
) -> tuple[Json, tuple[str, ...]]:
    """What a script passed on, and its console with `notes` of ours after it. Raises ScriptError, where it
    failed."""
    if not isinstance(outcome, dict):
        raise ScriptError("error", "The script passed on what is no outcome.")
    console = read_console([*_list(outcome.get("console")), *notes])
    error = outcome.get("error")
    if error is None:
        return _check_value(outcome.get("value"), script), console
    fields = error if isinstance(error, dict) else {}
    raise make_error(
        str(fields.get("kind")),
        str(fields.get("message", "")),
        str(fields.get("stack", "")),
        console,
        script,
        limits,
    )


def make_error(
    kind: str, message: str, stack: str, console: tuple[str, ...], script: Script, limits: Limits
) -> ScriptError:
    """The error of a run. Kinds with a message of ours ignore that of the script."""
    known = cast(ErrorKind, kind if kind in get_args(ErrorKind) else "error")
    line, column = find_position(stack) or (None, None)
    last = script.source.rstrip().count("\n") + 1
    if line and line > last:
        # Where the source ends too early, the engine names the line after it. A script may form any stack.
        line, column = (last, 1) if known == "syntax" else (None, None)
    text = describe(known, limits) or printable(message)[:MAX_MESSAGE]
    return ScriptError(known, text, line=line, column=column, console=console)


def describe(kind: ErrorKind, limits: Limits) -> str:
    """The message of an error that is not the script's own; empty for one that is."""
    match kind:
        case "time_limit":
            return (
                f"The script ran for longer than its limits, {limits.cpu_seconds:g} s of CPU time"
                f" and {limits.wall_seconds:g} s in all."
            )
        case "memory_limit":
            return f"The script needed more memory than its limit, {limits.memory_bytes / 2**20:g} MB."
        case "output_limit":
            return f"The script passed on more than its limit, {limits.output_bytes / 2**20:g} MB of JSON."
        case "no_callback":
            return (
                "The script ended without calling its callback."
                " Perhaps a promise was rejected that has no catch()."
            )
        case "worker_lost":
            return "The process that ran the script ended."
    return ""


def read_console(lines: Any) -> tuple[str, ...]:
    """Lines for the log, without control characters (log injection)."""
    return tuple(printable(str(line))[:MAX_LINE] for line in _list(lines)[-MAX_LINES:])


def read_seconds(text: str) -> float:
    """A time as the process measured it; 0 for what is no number of seconds."""
    try:
        return max(0.0, min(float(text), 3600.0))
    except ValueError:
        return 0.0


def printable(text: str) -> str:
    """The text in one line, control characters replaced by spaces."""
    return text if text.isprintable() else "".join(sign if sign.isprintable() else " " for sign in text)


def _check_value(value: Json, script: Script) -> Json:
    """What a rule passes is two objects, unless it has changed how the language writes JSON."""
    if script.kind == "rule" and not (
        isinstance(value, dict)
        and value.keys() == {"user", "context"}
        and all(isinstance(part, dict) for part in value.values())
    ):
        raise ScriptError("error", "callback(error, user, context): user and context must be objects.")
    return value


def _too_deep() -> ScriptError:
    return ScriptError(
        "output_limit", f"The script passed on a value nested in more than {MAX_DEPTH} levels."
    )


def _is_deeper(value: Json, most: int) -> bool:
    level = [value]
    for _ in range(most):
        nested = [each for each in level if isinstance(each, dict | list)]
        level = [inner for each in nested for inner in (each.values() if isinstance(each, dict) else each)]
    return any(isinstance(each, dict | list) for each in level)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _replace_texts(value: Any, replace: Callable[[str], str]) -> Any:
    """The value with all its texts replaced, names included."""
    if isinstance(value, str):
        return replace(value)
    if isinstance(value, list):
        return [_replace_texts(item, replace) for item in value]
    if isinstance(value, dict):
        return {replace(key): _replace_texts(item, replace) for key, item in value.items()}
    return value


def _whole(text: str) -> str:
    """Half surrogate pairs replaced."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _storable(text: str) -> str:
    return _whole(text).replace("\0", "\ufffd")
