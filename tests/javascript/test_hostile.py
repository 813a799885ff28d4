"""Scripts that attack: each ends within its limits, and the next script runs as if nothing had happened."""

from __future__ import annotations

import threading
import time
from contextlib import suppress

import pytest

from tests.javascript.scripts import Parent, evaluate, failure, run_body, run_rule
from users.javascript.script import ScriptError

# Seconds. The processes have nothing to do besides, so that little is enough.
LIMITS = {"cpu_seconds": 0.05, "wall_seconds": 0.4}
# The longest that a run may take: its wall limit, the time until the process is killed, and a busy machine.
LONGEST = 5

ENDLESS = {
    "loop": "while (true) {}",
    "caught loop": "for (;;) { try { while (true) {} } catch (e) {} finally { continue } }",
    "generator": "function* g() { try { for (;;) yield 1 } finally { for (;;) {} } } for (const n of g()) {}",
    "recursion": "function f() { try { f() } finally { f() } } f();",
    "promises": "function f() { return Promise.resolve().then(f).then(f) } f();",
    "microtasks": "function f() { queueMicrotask(f); queueMicrotask(f) } f();",
    "async": "(async () => { for (;;) try { await null } catch {} })();",
    "thenables": "const t = { then(resolve) { resolve(t) } }; Promise.resolve(t);",
    "intervals": "setInterval(() => {}, 0);",
    "timers": "for (;;) setTimeout(() => {}, 1e6);",
    "long wait": "setTimeout(() => callback(null), 1e9);",
    "regular expression": "/^(([a-z])+.)+[A-Z]([a-z])+$/.test('a'.repeat(100));",
    "new Function": "new Function('for (;;) {}')();",
    "eval": "(0, eval)('for (;;) {}');",
    "getter": "callback({ get message() { for (;;) {} } });",
    "proxy": "callback(null, new Proxy({}, { ownKeys() { for (;;) {} } }));",
    "toJSON": "Object.prototype.toJSON = () => { for (;;) {} }; callback(null, user, context);",
    "then": "return { then() { for (;;) {} } };",
    "prepareStackTrace": "Error.prepareStackTrace = () => { for (;;) {} }; null.x;",
    "caught memory": "const a = []; for (;;) try { a.push('x'.repeat(1e5) + a.length) } catch {}",
    # The engine cannot interrupt its own code: the process is killed.
    "native code": "'a'.repeat(8e6).indexOf('a'.repeat(4e6) + 'b');",
}
GREEDY = {
    "arrays": "const a = []; for (;;) a.push(new Array(1e4).fill(a));",
    "array": "new Array(2 ** 32 - 1).fill(0);",
    "text": "'x'.repeat(2 ** 28);",
    "buffer": "new ArrayBuffer(1e9);",
    "buffers": "const a = []; for (;;) a.push(new Uint8Array(1e6));",
    "split": "'a'.repeat(1e7).split('');",
    "matches": "[...'a'.repeat(1e7).matchAll(/a/g)];",
}
TALKATIVE = {
    "claim": "context.idToken.x = 'x'.repeat(5e6); callback(null, user, context);",
    "call": "auth0.users.updateUserMetadata('x', { a: 'x'.repeat(5e6) });",
    "nested": "let a = {}; const r = a; for (let i = 0; i < 3000; i++) a = a.a = {}; callback(null, r);",
    "less nested": "let a = {}; const r = a; for (let i = 0; i < 70; i++) a = a.a = {}; callback(null, r);",
}


def run_within_limits(body, **given):
    began = time.monotonic()
    error = failure(body, **(LIMITS | given))
    assert time.monotonic() - began < LONGEST
    # The pool serves the next script, of another user.
    assert evaluate("1 + 1") == 2
    return error


@pytest.mark.parametrize("body", ENDLESS.values(), ids=ENDLESS)
def test_what_does_not_end_is_ended(body):
    assert run_within_limits(body).kind == "time_limit"


@pytest.mark.parametrize("body", GREEDY.values(), ids=GREEDY)
def test_memory_has_a_limit(body):
    assert run_within_limits(body, cpu_seconds=2, wall_seconds=4).kind == "memory_limit"


@pytest.mark.parametrize("body", TALKATIVE.values(), ids=TALKATIVE)
def test_output_has_a_limit(body):
    assert run_within_limits(body, cpu_seconds=2, wall_seconds=4).kind == "output_limit"


def test_all_calls_together_have_a_limit():
    body = """
    (async () => {
      for (;;) await auth0.users.updateUserMetadata('x', { a: 'x'.repeat(4000) });
    })().catch(callback);
    """
    parent = Parent(updateUserMetadata=None)

    assert failure(body, host=parent, output_bytes=10_000).kind == "output_limit"
    assert len(parent.calls) == 2


def test_the_number_of_calls_has_a_limit():
    body = "(async () => { for (;;) await auth0.users.updateUserMetadata('x', {}); })().catch(callback);"
    parent = Parent()

    assert failure(body, host=parent).message == "A script can make 50 calls; this is one more."
    assert len(parent.calls) == 50


def test_calls_take_no_longer_than_the_limit_all_together():
    made = []

    def wait(operation, arguments, *, seconds):
        made.append(seconds)
        time.sleep(0.1)

    body = "for (let i = 0; i < 50; i++) auth0.users.updateUserMetadata('x', {}); callback(null);"
    error = failure(body, host=wait, wall_seconds=0.1)

    assert error.kind == "time_limit"
    assert len(made) < 5
    assert min(made) > 0


def test_a_flood_of_lines_is_cut():
    outcome = run_body("for (let i = 0; i < 1000; i++) console.log('x'.repeat(1000)); callback(null);")

    assert sum(map(len, outcome.console)) < 50 * 257


@pytest.mark.parametrize(
    "body",
    [
        "Array.prototype.push = Array.prototype.join = Array.prototype.slice = () => { throw 1 };",
        "JSON.stringify = JSON.parse = () => '{}';",
        "Date.now = () => 0; Promise = null; Map = null; Error = null;",
        "Object.freeze(globalThis); Object.freeze(Object.prototype);",
        "Object.setPrototypeOf(Object.prototype, null); Function.prototype.call = null;",
        "console.log = null; globalThis.console = null; globalThis.require = null; global = null;",
    ],
)
def test_a_rule_that_changes_the_language_spoils_no_more_than_its_own_run(body):
    assert run_body(f"{body} callback(null, user, context);").value["user"]["user_id"] == "auth0|jane"
    assert evaluate("JSON.parse(JSON.stringify([1, 2])).join()") == "1,2"


@pytest.mark.parametrize(
    "body",
    [
        "Map.prototype.get = () => { throw 1 };",
        "Array.prototype[Symbol.iterator] = () => { throw 1 };",
        "Promise.prototype.then = () => { throw 1 };",
        "Object.defineProperty(Array.prototype, '0', { set() { throw 1 } });",
        "for (const key of Object.getOwnPropertyNames(globalThis)) try { delete globalThis[key] } catch {}",
        "Object.prototype.toJSON = () => '\"value\":{}';",
        "Array.prototype.toJSON = () => 1;",
        "Array.prototype.toJSON = function () { return [...this, ...this] };",
    ],
)
def test_a_rule_that_breaks_its_own_context_can_succeed_with_no_more_than_json(body):
    write = "auth0.users.updateAppMetadata(user.user_id, {}).then(() => callback(null), callback);"
    parent = Parent()
    with suppress(ScriptError):
        value = run_body(f"{body} {write}", host=parent).value
        assert set(value) == {"user", "context"}

    assert {call[0] for call in parent.calls} <= {"users.updateAppMetadata"}
    assert evaluate("1 + 1") == 2


@pytest.mark.parametrize(
    "name",
    """
    process module exports __dirname std os bjson Deno Bun Python python XMLHttpRequest WebSocket Worker
    WebAssembly importScripts load read print scriptArgs gc navigator document window
    """.split(),  # noqa: SIM905 - words read best as words
)
def test_the_context_has_no_way_out(name):
    assert evaluate(f"typeof {name}") == "undefined"


def test_everything_that_the_context_has_is_known():
    found = set(evaluate("Object.getOwnPropertyNames(globalThis)"))

    assert found - LANGUAGE == {
        *("console", "require", "configuration", "global", "auth0", "UnauthorizedError"),
        *("setTimeout", "setInterval", "setImmediate", "clearTimeout", "clearInterval", "clearImmediate"),
    }


@pytest.mark.parametrize("name", ["fs", "os", "std", "/etc/passwd", "./x.js", "https://example.com/x.js"])
def test_no_file_can_be_imported(name):
    assert (
        "could not load module" in failure(f"import({name!r}).then(() => callback(null), callback);").message
    )


def test_no_object_of_the_host_leads_outside():
    body = """
    const found = [];
    const seen = new Set();
    const visit = (value, path) => {
      if (Object(value) !== value || seen.has(value)) return;
      seen.add(value);
      if (/host|python|process/i.test(path)) found.push(path);
      for (const key of Reflect.ownKeys(value)) {
        const { value: inner } = Object.getOwnPropertyDescriptor(value, key);
        visit(inner, path + '.' + String(key));
      }
      visit(Object.getPrototypeOf(value), path + '.__proto__');
    };
    visit(globalThis, '');
    const outer = (function () { return this }).call(null);
    found.push(outer === globalThis, (() => {}).constructor('return typeof process')());
    callback(null, { found });
    """
    assert run_body(body).value["user"]["found"] == [True, "undefined"]


def test_a_rule_can_neither_wait_nor_share_memory():
    body = "Atomics.wait(new Int32Array(new SharedArrayBuffer(8)), 0, 0);"

    assert failure(body).message == "TypeError: cannot block in this thread"


def test_a_script_that_is_more_than_a_function_is_within_the_same_limits():
    with pytest.raises(ScriptError) as raised:
        run_rule("function () {}); for (;;) {} (function () {}", **LIMITS)

    assert raised.value.kind == "time_limit"


@pytest.mark.parametrize(
    "line", ["99999999", "\u00b2", "\u0661\u0660\u0660\u0660\u0661", "9" * 5000, "1e9", "-1"]
)
@pytest.mark.parametrize("end", ["callback(e);", "throw e;"])
def test_a_script_cannot_form_the_place_of_its_error(line, end):
    error = failure(f"const e = new Error('x'); e.stack = 'at <input>:{line}:1'; {end}")

    assert (error.kind, error.message, error.line) == ("error", "x", None)


def test_text_that_no_database_stores_is_replaced():
    outcome = run_body(
        "console.log('a\\u0000b\\nc\\ud800'); user.name = 'half \\ud800';"
        "user['a\\u0000'] = ['\\u0000b \\ud83d\\ude00']; callback(null, user);"
    )

    assert outcome.value["user"]["name"] == "half \ufffd"
    assert outcome.value["user"]["a\ufffd"] == ["\ufffdb \U0001f600"]
    assert outcome.console == ("a\ufffdb c\ufffd",)
    outcome.value["user"]["name"].encode()


def test_a_call_has_its_text_as_the_script_wrote_it():
    """The action refuses it, or the other host may want it."""
    parent = Parent()
    run_body("auth0.users.updateUserMetadata('x', { a: '\\u0000' }).then(() => callback(null));", host=parent)

    assert parent.calls == [["users.updateUserMetadata", "x", {"a": "\0"}]]


def test_other_runs_go_on_while_a_hostile_one_uses_up_its_time():
    attacker = threading.Thread(target=failure, args=["for (;;) {}"], kwargs={"cpu_seconds": 0.2})
    attacker.start()
    others = 0
    while attacker.is_alive():
        others += evaluate("1")
    attacker.join()

    assert others > 5


# Of ECMAScript, and what the engine adds: nothing that reaches outside.
LANGUAGE = set(
    """
    Object Function Error EvalError RangeError ReferenceError SyntaxError TypeError URIError
    InternalError AggregateError SuppressedError Iterator Array parseInt parseFloat isNaN isFinite
    queueMicrotask decodeURI decodeURIComponent encodeURI encodeURIComponent escape unescape
    Infinity NaN undefined eval Number Boolean String Math Reflect Symbol DisposableStack globalThis
    BigInt Date RegExp JSON Proxy Map Set WeakMap WeakSet ArrayBuffer SharedArrayBuffer
    Uint8ClampedArray Int8Array Uint8Array Int16Array Uint16Array Int32Array Uint32Array
    BigInt64Array BigUint64Array Float16Array Float32Array Float64Array DataView Atomics Promise
    AsyncDisposableStack WeakRef FinalizationRegistry DOMException btoa atob performance
    """.split()  # noqa: SIM905 - words read best as words
)
