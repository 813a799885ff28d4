"""The worker processes: how they are shared, replaced and ended."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from tests.javascript.scripts import evaluate, run_body
from users.javascript import pool as pool_module
from users.javascript.pool import Pool, find_syntax_error
from users.javascript.script import Limits, Script, ScriptError


@pytest.fixture
def pool(monkeypatch):
    """A pool of two processes, which `run` uses."""
    own = Pool(size=2, wait_seconds=2)
    monkeypatch.setattr(pool_module, "_pool", own)
    yield own
    own.close()


def process_ids(pool):
    return {worker.process_id for worker in pool._all}


def kill_process(worker):
    os.kill(worker.process_id, signal.SIGKILL)
    worker._process.wait()


def test_a_process_has_a_session_of_its_own_and_inherits_nothing(pool, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "of the web process")
    with Path("/etc/hostname").open() as inherited:
        os.set_inheritable(inherited.fileno(), True)
        evaluate("1")
    for worker in pool._all:
        worker.wait_until_ready()
        process = Path(f"/proc/{worker.process_id}")
        if not os.access(process / "environ", os.R_OK):
            pytest.skip("Only root can look into the process")
        assert os.getsid(worker.process_id) == worker.process_id
        assert (process / "environ").read_bytes() == b""
        open_files = [str(path.readlink()) for path in (process / "fd").iterdir()]
        assert sorted(name.partition(":")[0] for name in open_files) == ["/dev/null", "/dev/null", "socket"]


def test_nothing_is_started_before_the_first_run(pool):
    assert not pool._all


def test_runs_of_one_thread_share_a_process(pool):
    evaluate("1")
    [*before] = process_ids(pool)
    evaluate("2")

    assert process_ids(pool) == set(before)


def test_nothing_of_a_run_is_left_to_the_next(pool):
    run_body(
        "globalThis.secret = user.email; Object.prototype.secret = 1; configuration.__proto__.x = 1;"
        " Array.prototype.push = null; callback(null);"
    )

    assert evaluate("[typeof secret, ({}).secret, ({}).x, typeof [].push]") == [
        "undefined",
        None,
        None,
        "function",
    ]


def test_a_process_that_is_killed_during_a_run_denies_it_and_is_replaced(pool):
    evaluate("1")
    [*before] = process_ids(pool)

    def kill(operation, arguments, *, seconds):
        for worker in pool._all:
            kill_process(worker)

    with pytest.raises(ScriptError) as raised:
        run_body("auth0.users.updateAppMetadata('x', {}).then(() => callback(null));", host=kill)

    assert raised.value.kind == "worker_lost"
    assert evaluate("1") == 1
    assert not process_ids(pool) & set(before)


def test_a_process_that_is_killed_between_runs_denies_none(pool):
    evaluate("1")
    for worker in pool._all:
        kill_process(worker)

    assert evaluate("1") == 1


def test_a_process_is_replaced_after_so_many_runs(pool, monkeypatch):
    monkeypatch.setattr(pool_module, "RUNS", 3)
    used = set()
    for _ in range(7):
        with pool.worker() as worker:
            used.add(worker.process_id)
            worker.find_syntax_error(Script(name="", source="() => {}"), Limits())

    assert len(used) == 3
    assert len(process_ids(pool)) <= 2


def test_a_run_that_finds_all_processes_busy_fails_after_the_waiting_time(monkeypatch, caplog):
    full = Pool(size=1, wait_seconds=0.01)
    monkeypatch.setattr(pool_module, "_pool", full)
    try:
        with full.worker(), pytest.raises(ScriptError) as raised:
            evaluate("1")
        assert raised.value.kind == "busy"
        assert "All 1 processes for scripts were busy" in caplog.text
        assert evaluate("1") == 1
    finally:
        full.close()


def test_threads_wait_for_each_other(pool):
    found = []
    threads = [threading.Thread(target=lambda: found.append(evaluate("1 + 1"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == [2] * 8
    assert len(process_ids(pool)) <= 2


def test_closing_ends_the_processes(pool):
    evaluate("1")
    before = process_ids(pool)
    pool.close()

    for process_id in before:
        with pytest.raises(ProcessLookupError):
            os.kill(process_id, 0)
    assert evaluate("1") == 1


def test_a_forked_process_starts_its_own(pool):
    evaluate("1")
    before = process_ids(pool)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        # The child must not run the rest of the tests, whatever happens.
        try:
            is_own = evaluate("1 + 1") == 2 and not process_ids(pool_module._pool) & before
            os.write(writer, b"own" if is_own else b"shared")
            pool_module._pool.close()
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as answer:
        assert answer.read() == "own"
    os.waitpid(child, 0)
    assert evaluate("1") == 1
    assert process_ids(pool) == before


def test_a_process_ends_with_its_parent(pool):
    evaluate("1")
    for worker in list(pool._all):
        process = worker._process
        worker._channel.close()
        assert process.wait(timeout=5) == 0


def test_large_values_pass_in_both_directions_at_once(pool):
    large = "x" * 1_000_000
    body = """
    auth0.users.updateAppMetadata('x', {}).then(() => {});
    setTimeout(() => callback(null, { large: user.large + user.large }), 1);
    """
    outcome = run_body(body, host=lambda *given, seconds: time.sleep(0.05) or large, user={"large": large})

    assert len(outcome.value["user"]["large"]) == 2_000_000


def test_what_no_process_can_be_started_for_is_denied(pool, monkeypatch):
    def fail():
        raise OSError("too many processes")

    pool._wait_seconds = 0.01
    monkeypatch.setattr(pool_module, "Worker", fail)

    with pytest.raises(ScriptError):
        evaluate("1")


@pytest.mark.parametrize(
    ("source", "message", "line", "column"),
    [
        (
            "function (user, context, callback) {\n  let a = ;\n}",
            "unexpected token in expression: ';'",
            2,
            11,
        ),
        ("function (user, context, callback) { let = 1 1; }", "expecting ';'", 1, 46),
        ("function (user, context, callback) {\n", "unexpected token in expression: ')'", 1, 1),
        ("", "unexpected token in expression: ')'", 1, 1),
        ("1 + 1", "a script is one function, such as function (user, context, callback) {}", 1, 1),
        ("missing", "ReferenceError: missing is not defined", 1, 1),
        ("(" * 50_000, "RangeError: Maximum call stack size exceeded", 1, 1),
        ("function () { \0 }", "a character that no script may contain", 1, 1),
    ],
)
def test_a_syntax_error_has_its_place(source, message, line, column):
    problem = find_syntax_error(source, "rule")

    assert (problem.message, problem.line, problem.column) == (message, line, column)


def test_a_script_that_compiles_has_no_syntax_error_and_is_not_run():
    assert find_syntax_error("function (user, context, callback) { while (true) {} }", "rule") is None


def test_what_the_system_does_not_permit_is_logged_once(pool, monkeypatch, caplog):
    monkeypatch.setattr(pool_module.Worker, "wait_until_ready", lambda worker: ("a filter of system calls",))
    with pool.worker():
        pass
    with pool.worker():
        pass

    assert caplog.text.count("go without what this system does not permit: a filter of system calls.") == 1


def test_what_the_system_does_not_permit_can_be_asked_for():
    # Where the tests run, the system may permit more or less.
    assert all(isinstance(text, str) for text in pool_module.find_unprotected())


@pytest.mark.deep
def test_the_memory_of_a_process_stays_flat(pool, monkeypatch):
    monkeypatch.setattr(pool_module, "RUNS", 1_000_000)
    sizes = []
    for _ in range(4):
        for number in range(1000):
            run_body(
                "user.list = require('lodash').range(1000); context.text = new Array(1e5).join('x');"
                " setTimeout(() => callback(null, user, context), 0);"
                if number % 10 == 0
                else "console.log(user); callback(null, user, context);"
            )
        [process_id] = {worker.process_id for worker in pool._all if worker.runs}
        pages = int(Path(f"/proc/{process_id}/statm").read_text().split()[1])
        sizes.append(pages * os.sysconf("SC_PAGE_SIZE") // 2**20)

    assert max(sizes[1:]) - sizes[0] <= 4
    assert sizes[-1] < 60
