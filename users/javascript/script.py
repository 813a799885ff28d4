"""A script, its limits, what it may ask for, and what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, Protocol

# What JSON can express.
Json = Any

ErrorKind = Literal[
    "unauthorized",  # callback(new UnauthorizedError(message))
    "error",  # any other error that the script passed on, threw or rejected with
    "time_limit",  # of CPU or wall time
    "memory_limit",
    "output_limit",  # too large a result, or too many or too large calls
    "no_callback",  # the script ended and nothing is pending that could still call the callback
    "syntax",
    "worker_lost",  # the worker process ended
    "busy",  # all workers were busy for the whole waiting time
]


@dataclass(frozen=True, kw_only=True)
class Script:
    """JavaScript as it was saved. `name` is for messages; `kind` is the calling convention, one file of
    `prelude/` each."""

    name: str
    source: str
    kind: str = "rule"


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Limits of one run. `memory_bytes` is that of the engine's context; `output_bytes` is that of the result
    and of all calls together, as JSON."""

    cpu_seconds: float = 1.0
    wall_seconds: float = 3.0
    memory_bytes: int = 32 * 1024 * 1024
    output_bytes: int = 4 * 1024 * 1024


class HostCalls(Protocol):
    """What the parent does for a script: a function of the operation's name and its arguments.

    It returns JSON, to which the script's promise resolves, or raises ScriptCallRefused, which rejects the
    promise. Any other exception ends the run and is raised by `run`. `seconds` remain of the wall limit: it
    may take no longer. The arguments come from the script: check them.
    """

    def __call__(self, operation: str, arguments: list[Json], *, seconds: float) -> Json: ...


class ScriptCallRefused(Exception):
    """A call of the script fails. The text is the message of the error that the script gets."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The result of a run that succeeded.

    `value` is what the script passed on: of a rule `{"user": {...}, "context": {...}}`. `console` has the
    lines that it logged, at most 50 of 256 characters.
    """

    value: Json
    console: tuple[str, ...]
    cpu_seconds: float
    wall_seconds: float


@dataclass(frozen=True, kw_only=True)
class SyntaxProblem:
    """Why a script cannot be compiled. `line` and `column` count from 1."""

    message: str
    line: int
    column: int


class ScriptError(Exception):
    """A run that failed. `message` is the script's own, where it has one; `line` and
    `column` are the place in the script, if known."""

    def __init__(
        self,
        kind: ErrorKind,
        message: str,
        *,
        line: int | None = None,
        column: int | None = None,
        console: tuple[str, ...] = (),
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.line = line
        self.column = column
        self.console = console
