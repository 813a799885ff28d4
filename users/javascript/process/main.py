"""The main loop of a worker process: it runs one script after the other for its parent, over one socket."""

from __future__ import annotations

import os
import select
import time
from contextlib import suppress

from users.javascript import frames
from users.javascript.process.confinement import confine, limit_cpu
from users.javascript.process.engine import Engine, Failure, Limits
from users.javascript.process.stock import Stock

# The socket to the parent: the one descriptor that the process inherits. `os` reads it, since `socket`
# imports much.
SOCKET = 0
# Without a message for so long, the parent has nothing more to run for now.
PAUSE_SECONDS = 0.005
# Contexts that wait to be freed.
MAX_USED = 5


class ParentLost(Exception):
    """The parent closed the socket: it ended, or it needs this process no longer."""


class Parent:
    """The parent, at the other end of the socket."""

    def send(self, *parts: str) -> None:
        rest = frames.pack([part.encode(errors="replace") for part in parts])
        while rest:
            rest = rest[os.write(SOCKET, rest) :]

    def receive(self) -> list[str]:
        """The next message. Raises ParentLost."""
        length = frames.read_length(self._read(frames.HEADER_BYTES))
        return [part.decode() for part in frames.unpack(self._read(length))]

    def has_sent(self, *, within: float) -> bool:
        """Whether there is a message, or comes within so many seconds."""
        return bool(select.select([SOCKET], [], [], within)[0])

    def send_calls(self, calls: str) -> None:
        self.send("calls", calls)

    def wait_for_answers(self, seconds: float) -> str | None:
        if not self.has_sent(within=seconds):
            return None
        _, answers = self.receive()
        return answers

    def _read(self, length: int) -> bytes:
        read = bytearray()
        while len(read) < length:
            piece = os.read(SOCKET, length - len(read))
            if not piece:
                raise ParentLost
            read += piece
        return bytes(read)


def main() -> None:
    """Serve until the parent closes the socket."""
    parent = Parent()
    with suppress(ParentLost, ConnectionError):
        try:
            _serve(parent)
        except ParentLost:
            raise
        except Exception as error:
            # A fault of ours. The process has no other way to say anything.
            parent.send("broken", f"{type(error).__name__}: {error}")
            raise


def _serve(parent: Parent) -> None:
    stock = Stock(parent.receive())
    parent.send("ready", *confine())
    # Contexts of scripts that have run. To free one takes about as long as to run a short script, so that is
    # done while the parent has nothing to run. Few enough that all of them are within the process's memory.
    used: list[Engine] = []
    while True:
        # While there is no script to run, nor the next one of the same sign-in about to come.
        while not parent.has_sent(within=PAUSE_SECONDS):
            used.clear()
            # A message waits for one context at most.
            while is_missing := stock.make_next():
                if parent.has_sent(within=0):
                    break
            if not is_missing:
                break
        message = parent.receive()
        if message[0] == "modules":
            stock.modules |= zip(message[1::2], message[2::2], strict=True)
        # Answers that come after the end of a run are of calls that it did not wait for.
        elif message[0] != "answers":
            engine = stock.take(message[5:])
            _perform(parent, engine, message[:5])
            stock.note_loaded(name for name in engine.read_loaded() if name in message[5:])
            used.append(engine)
            del engine
            if len(used) == MAX_USED:
                used.clear()


def _perform(parent: Parent, engine: Engine, message: list[str]) -> None:
    """Answer `check` or `run`: with `outcome` or `failure`, and the CPU seconds used."""
    task, limits_text, kind, source, arguments = message
    limits = Limits.read(limits_text)
    limit_cpu(limits.cpu_seconds)
    cpu_start = time.process_time()
    try:
        script = engine.compile(source, limits)
        outcome = engine.run(script, kind, arguments, limits, parent) if task == "run" else ("{}", "")
    except Failure as failure:
        answer = ["failure", failure.kind, str(failure), engine.read_console()]
    else:
        answer = ["outcome", *outcome]
    parent.send(answer[0], str(time.process_time() - cpu_start), *answer[1:])
