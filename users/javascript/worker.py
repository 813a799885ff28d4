"""One worker process, as its parent sees it."""

from __future__ import annotations

import importlib.util
import json
import logging
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from users.javascript.answers import (
    MAX_MESSAGE,
    describe,
    load,
    make_error,
    printable,
    read_console,
    read_result,
    read_seconds,
)
from users.javascript.channel import Channel, WorkerLate, WorkerLost
from users.javascript.modules import find_modules, offer_modules, read_module
from users.javascript.script import (
    ErrorKind,
    HostCalls,
    Json,
    Limits,
    Outcome,
    Script,
    ScriptCallRefused,
    ScriptError,
    SyntaxProblem,
)

logger = logging.getLogger(__name__)

# Seconds for a process to start, on a busy machine.
START_SECONDS = 10
# Seconds after the wall limit until the process is killed. At the limit itself it ends a run that only waits.
GRACE_SECONDS = 0.2
# Bytes of a message apart from the output of a script: its kind, the console, the message of an error.
OTHER_BYTES = 256 * 1024
ROOT = Path(__file__).parent.parent.parent
# With `-I -S`: neither environment, nor the user's packages, nor start-up code of site-packages.
PROGRAM = "import sys; sys.path[:0] = sys.argv[1:]; from users.javascript.process.main import main; main()"


class Worker:
    """A process that runs one script at a time. Not for two threads at once."""

    def __init__(self) -> None:
        """Start the process, which gets ready meanwhile."""
        self.runs = 0
        self._modules: set[str] = set()
        # What the system does not permit, in words; None until the process is ready.
        self.unprotected: tuple[str, ...] | None = None
        own_end, its_end = socket.socketpair()
        self._channel = Channel(own_end)
        # Into the socket's buffer, which has room for them.
        self._send(time.monotonic() + START_SECONDS, *_preludes())
        with its_end:
            # Its own session, so that no signal of a terminal reaches it. It ends when its socket is closed,
            # so also when this process ends in any way.
            self._process = subprocess.Popen(  # noqa: S603  # our own program
                [sys.executable, "-I", "-S", "-c", PROGRAM, str(ROOT), _engine_folder()],
                stdin=its_end.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={},
                cwd="/",
                start_new_session=True,
            )

    def wait_until_ready(self) -> tuple[str, ...]:
        """Wait for the end of the start. Returns what the system does not permit. Raises WorkerLost."""
        if self.unprotected is None:
            try:
                kind, *unprotected = self._channel.receive(time.monotonic() + START_SECONDS, OTHER_BYTES)
            except WorkerLate:
                raise WorkerLost from None
            if kind != b"ready":
                raise WorkerLost
            self.unprotected = tuple(part.decode() for part in unprotected)
        return self.unprotected

    @property
    def process_id(self) -> int:
        """The id of the process, for the log."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether the process can run a script."""
        return self._process.poll() is None

    def run(self, script: Script, arguments: Json, host: HostCalls, limits: Limits) -> Outcome:
        """Run a script. Raises ScriptError, and what `host` raises. Afterwards the process may have ended."""
        began = time.monotonic()
        notes: list[str] = []
        cpu, outcome = self._perform("run", script, json.dumps(arguments), _Calls(host, notes), limits)
        value, console = read_result(outcome, script, limits, notes)
        wall = time.monotonic() - began
        return Outcome(value=value, console=console, cpu_seconds=cpu, wall_seconds=wall)

    def find_syntax_error(self, script: Script, limits: Limits) -> SyntaxProblem | None:
        """Compile a script without running it. Raises ScriptError if its process ends."""
        try:
            self._perform("check", script, "", None, limits)
        except ScriptError as error:
            if error.kind == "worker_lost":
                raise
            return SyntaxProblem(message=error.message, line=error.line or 1, column=error.column or 1)
        return None

    def stop(self) -> None:
        """Kill the process, whatever it does."""
        self._process.kill()
        self._process.wait()
        self._channel.close()

    def forget(self) -> None:
        """After a fork: close this process's copy of the socket, so that the worker notices when its parent
        ends."""
        self._channel.close()
        # Its parent waits for it, not this process.
        self._process.returncode = 0

    def _perform(
        self, task: str, script: Script, arguments: str, calls: _Calls | None, limits: Limits
    ) -> tuple[float, Json]:
        """Have the process do the task. Returns the CPU seconds used, and the outcome."""
        self.runs += 1
        is_done = False
        try:
            answer = self._exchange(task, script, arguments, calls, limits)
            is_done = True
        except WorkerLate:
            raise _error("time_limit", limits) from None
        except WorkerLost:
            # The system ends a process by this signal that the engine could not interrupt.
            self._process.kill()
            is_late = self._process.wait() == -signal.SIGXCPU
            raise _error("time_limit" if is_late else "worker_lost", limits) from None
        finally:
            # It may still be running the script, or waiting for an answer.
            if not is_done:
                self.stop()
        kind, cpu, *parts = answer
        if kind == "failure":
            message = parts[1].partition("\n    at ")[0].strip()
            console = read_console(load(parts[2]))
            raise make_error(parts[0], message, parts[1], console, script, limits)
        # Claims are stored with the authorization, and their names in the log.
        return read_seconds(cpu), load(parts[0], is_stored=True)

    def _exchange(
        self, task: str, script: Script, arguments: str, calls: _Calls | None, limits: Limits
    ) -> list[str]:
        """Send the task and answer calls until the process is done. Returns its last message."""
        end = time.monotonic() + limits.wall_seconds + GRACE_SECONDS
        given = f"{limits.cpu_seconds} {limits.wall_seconds} {limits.memory_bytes} {limits.output_bytes}"
        names = find_modules(script.source)
        self._send_modules(names, end)
        self._send(end, task, given, script.kind, script.source, arguments, *names)
        while True:
            kind, *parts = self._receive(end, limits)
            if calls and kind == "calls" and len(parts) == 1:
                self._send(end, "answers", json.dumps(calls.answer(parts[0], end)))
            elif calls and kind == "outcome" and len(parts) == 3:
                # Calls whose answers the script did not wait for.
                calls.answer(parts.pop() or "[]", end, is_last=True)
                return [kind, *parts]
            elif (kind, len(parts)) in (("failure", 4), ("outcome", 3)):
                return [kind, *parts]
            else:
                logger.error(
                    "A process for scripts failed: %s %s", kind, printable(" ".join(parts))[:MAX_MESSAGE]
                )
                raise WorkerLost

    def _send_modules(self, names: Sequence[str], end: float) -> None:
        """Send the sources that the process does not have yet."""
        missing = [name for name in names if name not in self._modules]
        if missing:
            self._send(end, "modules", *(part for name in missing for part in (name, read_module(name))))
            self._modules.update(missing)

    def _send(self, end: float, *parts: str) -> None:
        self._channel.send([part.encode(errors="replace") for part in parts], end)

    def _receive(self, end: float, limits: Limits) -> list[str]:
        parts = self._channel.receive(end, limits.output_bytes * 4 + OTHER_BYTES)
        return [part.decode(errors="replace") for part in parts] or [""]


class _Calls:
    """Makes the calls of one run."""

    def __init__(self, host: HostCalls, notes: list[str]) -> None:
        self._host = host
        self._notes = notes

    def answer(self, text: str, end: float, *, is_last: bool = False) -> list[Json]:
        """Make the calls of a JSON array. Returns for each its number, whether it succeeded, and its value or
        the message of the error, of which a note is taken if the script does not see it."""
        answers: list[Json] = []
        calls = load(text)
        if not isinstance(calls, list) or any(not isinstance(call, list) or len(call) != 3 for call in calls):
            raise WorkerLost
        for number, operation, arguments in calls:
            try:
                # A script that has changed how the language writes JSON.
                if not isinstance(operation, str) or not isinstance(arguments, list):
                    raise ScriptCallRefused("A call has a list of arguments.")
                seconds = end - time.monotonic()
                if seconds <= 0:
                    raise WorkerLate
                answers.append([number, True, self._host(operation, arguments, seconds=seconds)])
            except ScriptCallRefused as refused:
                answers.append([number, False, str(refused)])
                if is_last:
                    self._notes.append(f"{operation} failed: {refused}")
        return answers


def _error(kind: ErrorKind, limits: Limits) -> ScriptError:
    return ScriptError(kind, describe(kind, limits))


@cache
def _preludes() -> tuple[str, ...]:
    """The files of `prelude/`: `host.js`, and then those of the calling conventions."""
    files = sorted((Path(__file__).parent / "prelude").glob("*.js"), key=lambda file: file.name != "host.js")
    return (*(file.read_text() for file in files), offer_modules())


@cache
def _engine_folder() -> str:
    found = importlib.util.find_spec("_quickjs")
    if found is None or found.origin is None:
        raise RuntimeError("The package quickjs-ng is not installed.")
    return str(Path(found.origin).parent)
