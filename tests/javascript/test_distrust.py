"""A process in which a script has broken out of the engine may answer anything: the run fails, no more."""

from __future__ import annotations

import pytest

from tests.javascript.scripts import Parent
from users.javascript.answers import load
from users.javascript.channel import WorkerLost
from users.javascript.script import Limits, Script, ScriptError
from users.javascript.worker import Worker

RULE = Script(name="A rule", source="function (user, context, callback) {}")


class Forger:
    """In the place of the socket: receives these messages, one after the other."""

    def __init__(self, *messages):
        self.messages = list(messages)

    def send(self, parts, end):
        pass

    def receive(self, end, max_bytes):
        if not self.messages:
            raise WorkerLost
        return self.messages.pop(0)

    def close(self):
        pass


@pytest.mark.parametrize(
    "message",
    [
        *([], [b""], [b"\xff\xfe"], [b"nonsense"], [b"outcome"], [b"outcome", b"0", b"{}"], [b"ready"]),
        *(
            [b"calls"],
            [b"calls", b"not JSON"],
            [b"calls", b"{}"],
            [b"calls", b"[1]"],
            [b"calls", b"[[1, 2]]"],
        ),
        *(
            [b"outcome", b"0", b"not JSON", b""],
            [b"outcome", b"0", b"[]", b""],
            [b"outcome", b"0", b"{}", b"1"],
        ),
        [b"outcome", b"0", b'{"value": {"user": 1, "context": {}}}', b""],
        [b"outcome", b"0", b'{"value": {"user": {}, "context": {}, "more": {}}}', b""],
        [b"outcome", b"0", b'{"error": []}', b""],
        [b"outcome", b"0", b'{"error": {"kind": [], "message": {}, "stack": 1}, "console": {}}', b""],
        [b"failure", b"0", b"nonsense", b"message", b"1"],
        [b"failure", b"0", b"error", b"\xff", b"["],
        [b"broken", b"TypeError: \x1b[31m"],
    ],
)
def test_what_is_no_answer_is_an_error(message):
    worker = Worker()
    worker._channel.close()
    worker._channel = Forger(message)

    with pytest.raises(ScriptError):
        worker.run(RULE, {}, Parent(), Limits())
    worker.stop()


def test_a_time_that_is_none_is_no_time():
    worker = Worker()
    worker._channel.close()
    worker._channel = Forger([b"outcome", b"ages", b'{"value": {"user": {}, "context": {}}}', b""])

    outcome = worker.run(RULE, {}, Parent(), Limits())

    assert (outcome.cpu_seconds, outcome.console) == (0, ())
    worker.stop()


@pytest.mark.parametrize("text", ["[" * 65 + "]" * 65, "[" * 5000 + "]" * 5000])
def test_values_are_nested_in_few_levels(text):
    with pytest.raises(ScriptError, match="nested in more than 64 levels"):
        load(text)
    assert load("[" * 64 + "]" * 64)
