"""One run of a script, in a context of QuickJS that was made for it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol

import _quickjs

from users.javascript.positions import wrap

# Jobs (continuations of promises) of one run.
MAX_JOBS = 100_000
# Characters of the names of all modules.
MAX_NAMES = 1000
# From which a script's random bytes are made.
SEED_BYTES = 32


class Limits(NamedTuple):
    """Limits of one run, as `users.javascript.script.Limits`."""

    cpu_seconds: float
    wall_seconds: float
    memory_bytes: int
    output_bytes: int

    @classmethod
    def read(cls, text: str) -> Limits:
        """From four numbers with spaces between."""
        cpu, wall, memory, output = text.split()
        return cls(float(cpu), float(wall), int(memory), int(output))


class Parent(Protocol):
    """What a run needs of the parent process."""

    def send_calls(self, calls: str) -> None:
        """Ask for calls, a JSON array."""

    def wait_for_answers(self, seconds: float) -> str | None:
        """The answers to one batch of calls as JSON, or None after this time."""


class Failure(Exception):
    """The run ends here. The text is what `str` of the engine's exception has, or a message of ours."""

    def __init__(self, kind: str, message: str = "") -> None:
        super().__init__(message)
        self.kind = kind


class Engine:
    """A context with the prelude, in which one script runs once."""

    def __init__(self, preludes: Sequence[str]) -> None:
        """The first prelude makes the function by which the run is driven, the others extend it."""
        self._context = _quickjs.Context()
        self._host = self._context.eval(preludes[0])()
        for prelude in preludes[1:]:
            self._context.eval(prelude)(self._host)
        self._cpu_end = self._wall_end = 0.0
        self._jobs = 0
        self._is_seeded = False
        # Modules that were evaluated ahead of the script.
        self.loaded: tuple[str, ...] = ()

    def add_modules(self, modules: dict[str, str]) -> None:
        """Let the script `require` these, by name and source. Before it is compiled."""
        for name, source in modules.items():
            self._host("addModule", name, source)
        if modules and not self._is_seeded:
            self._host("seed", os.urandom(SEED_BYTES).hex())
            self._is_seeded = True

    def load_modules(self, modules: dict[str, str], names: tuple[str, ...]) -> None:
        """Evaluate modules ahead of the script."""
        self.add_modules({name: modules[name] for name in names})
        for name in names:
            self._host("load", name)
        self.loaded = names

    def read_loaded(self) -> list[str]:
        """The names of the modules that were loaded, in this order; the script may have formed them."""
        self._context.set_time_limit(0.1)
        try:
            return str(self._host("loaded"))[:MAX_NAMES].split()
        except Exception:
            # The script may have broken anything in its context. Its answer has been sent: this must not end
            # the process, in which the next run may have begun.
            return []

    def compile(self, source: str, limits: Limits) -> Any:
        """The script's function. Raises Failure, of kind `syntax` where the source is none."""
        self._context.set_memory_limit(limits.memory_bytes)
        # The CPU time of the process: it has one thread and runs one script at a time.
        self._cpu_end = time.process_time() + limits.cpu_seconds
        self._wall_end = time.monotonic() + limits.wall_seconds
        try:
            script = self._enter(self._context.eval, wrap(source))
        except (ValueError, UnicodeError):
            raise Failure("syntax", "a character that no script may contain") from None
        except Failure as failure:
            # Such as nesting too deep for the parser, or an expression that is no function and throws.
            if failure.kind == "error":
                failure.kind = "syntax"
            raise
        if not (isinstance(script, _quickjs.Object) and self._enter(self._host, "isFunction", script)):
            raise Failure("syntax", "a script is one function, such as function (user, context, callback) {}")
        return script

    def run(self, script: Any, kind: str, arguments: str, limits: Limits, parent: Parent) -> tuple[str, str]:
        """Call the script by its convention until it has called its callback. Returns the outcome and the
        calls that are still to be made, as JSON. Raises Failure."""
        output_left = limits.output_bytes
        unanswered = 0
        self._enter(self._host, "start", kind, script, arguments)
        while True:
            self._run_jobs()
            if self._enter(self._host, "hasEnded"):
                return self._finish(output_left)
            calls = self._enter(self._host, "calls")
            if calls:
                output_left -= len(calls)
                if output_left < 0:
                    raise Failure("output_limit")
                parent.send_calls(calls)
                unanswered += 1
            pause = self._enter(self._host, "pause")
            if not unanswered and pause < 0:
                return self._finish(output_left)
            answers = self._wait(pause / 1000 if pause >= 0 else None, parent if unanswered else None)
            if answers is None:
                self._enter(self._host, "timer")
            else:
                unanswered -= 1
                self._enter(self._host, "answer", answers)

    def read_console(self) -> str:
        """The lines that a run logged before it failed, as JSON."""
        # A little time and memory more than the run had, which may have used up both.
        self._context.set_time_limit(0.1)
        self._context.set_memory_limit(-1)
        try:
            return str(self._host("console"))
        except _quickjs.JSException:
            return "[]"

    def _finish(self, output_left: int) -> tuple[str, str]:
        # Calls that the script posted without waiting for their answers are made as well.
        calls = str(self._enter(self._host, "calls"))
        outcome = str(self._enter(self._host, "outcome"))
        if len(outcome) + len(calls) > output_left:
            raise Failure("output_limit")
        return outcome, calls

    def _wait(self, seconds: float | None, parent: Parent | None) -> str | None:
        """Wait for answers of the parent, or for the next timer, in so many seconds."""
        wall_left = self._wall_end - time.monotonic()
        pause = wall_left if seconds is None else min(seconds, wall_left)
        answers = None
        if parent:
            answers = parent.wait_for_answers(max(0, pause))
        else:
            time.sleep(max(0, pause))
        if answers is None and time.monotonic() >= self._wall_end:
            raise Failure("time_limit")
        return answers

    def _run_jobs(self) -> None:
        """Run the continuations of promises until there is none."""
        while self._enter(self._context.execute_pending_job):
            self._jobs += 1
            if self._jobs > MAX_JOBS:
                raise Failure("time_limit")

    def _enter(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Have the engine run code, for no longer than what is left of the limit. Raises Failure."""
        left = self._cpu_end - time.process_time()
        if left <= 0:
            raise Failure("time_limit")
        # The engine counts each entry for itself.
        self._context.set_time_limit(left)
        try:
            return function(*arguments)
        except _quickjs.JSException as error:
            raise _failure(str(error)) from None


def _failure(text: str) -> Failure:
    """What an exception of the engine means: one that no script can catch, or one thrown while it was
    compiled."""
    if text.startswith("InternalError: interrupted"):
        return Failure("time_limit")
    if text.startswith("InternalError: out of memory"):
        return Failure("memory_limit")
    if text.startswith("SyntaxError: "):
        return Failure("syntax", text.removeprefix("SyntaxError: "))
    return Failure("error", text)
