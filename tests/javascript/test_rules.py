"""The calling convention of rules, behaviour by behaviour."""

from __future__ import annotations

import pytest

from tests.javascript.scripts import CONTEXT, JANE, REFUSED, Parent, evaluate, failure, run_body, run_rule
from users.javascript.script import ScriptError


@pytest.mark.parametrize(
    "source",
    [
        "function (user, context, callback) { context.idToken.a = 1; callback(null, user, context); }",
        "function addClaim(user, context, callback) { context.idToken.a = 1; callback(null, user, context) }",
        "async function (user, context, callback) { await 1; context.idToken.a = 1; callback(null, user); }",
        "(user, context, callback) => { context.idToken.a = 1; callback(null, user, context); }",
        "/* comment */ function (user, context, callback) { context.idToken.a = 1; callback(null); } // end",
        "function (user, context, callback) { context.idToken.a = 1; callback(null); };\n",
    ],
    ids=["anonymous", "named", "async", "arrow", "comments", "semicolon"],
)
def test_each_form_of_function_is_called(source):
    outcome = run_rule(source)

    assert outcome.value == {"user": JANE, "context": CONTEXT | {"idToken": {"a": 1}}}


def test_the_next_rule_gets_what_was_passed():
    outcome = run_body("callback(null, { user_id: 'x' }, { other: true });")

    assert outcome.value == {"user": {"user_id": "x"}, "context": {"other": True}}


def test_what_changes_after_the_callback_is_lost():
    outcome = run_body("callback(null, user, context); context.idToken.late = 1; user.late = 1;")

    assert outcome.value == {"user": JANE, "context": CONTEXT}


@pytest.mark.parametrize("arguments", ["", "null", "undefined", "null, undefined, null"])
def test_what_is_left_out_stays_as_it_is(arguments):
    assert run_body(f"user.plan = 'gold'; callback({arguments});").value["user"]["plan"] == "gold"


@pytest.mark.parametrize(
    ("body", "kind", "message"),
    [
        ("callback(new UnauthorizedError('Only for members.'));", "unauthorized", "Only for members."),
        ("callback(UnauthorizedError('Only for members.'));", "unauthorized", "Only for members."),
        ("throw new UnauthorizedError('Only for members.');", "unauthorized", "Only for members."),
        ("callback(new Error('The shop is closed.'));", "error", "The shop is closed."),
        ("callback('The shop is closed.');", "error", "The shop is closed."),
        ("callback({ message: 'The shop is closed.' });", "error", "The shop is closed."),
        ("callback({ code: 7 });", "error", '{"code":7}'),
        ("callback(false);", "error", "false"),
        ("throw new Error('The shop is closed.');", "error", "The shop is closed."),
        ("throw 'The shop is closed.';", "error", "The shop is closed."),
        ("return Promise.reject(new Error('The shop is closed.'));", "error", "The shop is closed."),
        ("null.email", "error", "TypeError: cannot read property 'email' of null"),
        ("missing()", "error", "ReferenceError: missing is not defined"),
        (
            "callback(null, 'jane');",
            "error",
            "TypeError: callback(error, user, context): user must be an object.",
        ),
        (
            "callback(null, user, []);",
            "error",
            "TypeError: callback(error, user, context): context must be an object.",
        ),
        ("user.self = user; callback(null, user);", "error", "TypeError: circular reference"),
        (
            "user.count = 1n; callback(null, user);",
            "error",
            "TypeError: BigInt are forbidden in JSON.stringify",
        ),
    ],
)
def test_an_error_denies(body, kind, message):
    error = failure(body)

    assert (error.kind, error.message) == (kind, message)


def test_an_error_names_the_line_of_the_rule():
    assert failure("\n\nuser.address.city").line == 4


def test_an_error_of_an_async_rule_names_its_line():
    with pytest.raises(ScriptError) as raised:
        run_rule("async function (user, context, callback) {\n  await null;\n  user.address.city;\n}")

    assert (raised.value.kind, raised.value.line) == ("error", 3)


def test_unauthorized_error_is_an_error_with_a_code():
    body = "const e = new UnauthorizedError('no'); return [e instanceof Error, e.name, e.code];"

    assert evaluate(f"(() => {{ {body} }})()") == [True, "UnauthorizedError", "unauthorized"]


def test_a_rule_that_ends_without_calling_back_fails_at_once():
    error = failure("user.seen = true;", wall_seconds=30)

    assert error.kind == "no_callback"


def test_a_promise_that_nothing_can_resolve_fails_at_once():
    assert failure("new Promise(() => {}).then(() => callback(null));", wall_seconds=30).kind == "no_callback"


def test_the_second_call_of_the_callback_is_ignored_and_logged():
    outcome = run_body("callback(null, user, context); callback(new Error('too late'));")

    assert outcome.value["user"] == JANE
    assert outcome.console == ("After the callback: too late",)


def test_an_error_after_the_callback_is_logged():
    outcome = run_body("callback(null, user, context); throw new Error('too late');")

    assert outcome.console == ("After the callback: too late",)


def test_the_configuration_cannot_be_changed():
    assert evaluate("(configuration.api_key = 'x', configuration.other = 1, configuration)") == {
        "api_key": "k-123"
    }


def test_global_is_an_object_of_one_run():
    assert evaluate("(global.count = (global.count || 0) + 1)") == 1
    assert evaluate("(global.count = (global.count || 0) + 1)") == 1


def test_auth0_names_the_tenant():
    assert evaluate("[auth0.domain, auth0.baseUrl, auth0.accessToken]") == [
        "desk.example.com",
        "https://desk.example.com",
        "t",
    ]


def test_a_timer_continues_the_rule():
    outcome = run_body("setTimeout((word) => { user.word = word; callback(null, user); }, 5, 'later');")

    assert outcome.value["user"]["word"] == "later"


def test_timers_run_in_the_order_of_their_times():
    body = """
    const order = [];
    setTimeout(() => order.push('b'), 4);
    setTimeout(() => order.push('a'), 1);
    const dropped = setTimeout(() => order.push('never'), 2);
    clearTimeout(dropped);
    let ticks = 0;
    const every = setInterval(() => {
      if (++ticks < 2) return;
      clearInterval(every);
      order.push('c' + ticks);
    }, 3);
    setTimeout(() => callback(null, { order }), 12);
    """
    assert run_body(body).value["user"]["order"] == ["a", "b", "c2"]


def test_an_error_in_a_timer_denies():
    assert failure("setTimeout(() => { throw new Error('late') }, 1);").message == "late"


def test_date_is_the_time_of_the_clock():
    import time

    assert abs(evaluate("Date.now()") / 1000 - time.time()) < 2


class TestCalls:
    def test_metadata_is_written_by_the_parent(self):
        parent = Parent(updateUserMetadata={"user_id": "auth0|jane", "user_metadata": {"theme": "light"}})
        body = """
        auth0.users.updateUserMetadata(user.user_id, { theme: 'light' })
          .then((updated) => { user.user_metadata = updated.user_metadata; callback(null, user, context); })
          .catch(callback);
        """
        outcome = run_body(body, host=parent)

        assert parent.calls == [["users.updateUserMetadata", "auth0|jane", {"theme": "light"}]]
        assert outcome.value["user"]["user_metadata"] == {"theme": "light"}

    def test_a_callback_in_place_of_the_promise(self):
        body = """
        auth0.users.updateAppMetadata(user.user_id, { n: 1 }, (error, answer) => callback(error, { answer }));
        """
        assert run_body(body).value["user"]["answer"] == ["auth0|jane", {"n": 1}]

    def test_a_refused_call_rejects_its_promise(self):
        body = "auth0.users.updateAppMetadata('x', {}).catch((e) => callback(UnauthorizedError(e.message)));"
        error = failure(body, host=Parent(updateAppMetadata=REFUSED))

        assert (error.kind, error.message) == ("unauthorized", "The user does not exist.")

    def test_a_call_is_made_although_the_rule_does_not_wait_for_it(self):
        parent = Parent()
        run_body(
            "auth0.users.updateAppMetadata(user.user_id, { n: 1 }); callback(null, user, context);",
            host=parent,
        )

        assert parent.calls == [["users.updateAppMetadata", "auth0|jane", {"n": 1}]]

    def test_a_refused_call_that_the_rule_does_not_wait_for_is_in_the_console(self):
        host = Parent(updateAppMetadata=REFUSED)
        outcome = run_body("auth0.users.updateAppMetadata('x', {}); callback(null);", host=host)

        assert outcome.console == ("users.updateAppMetadata failed: The user does not exist.",)

    def test_calls_run_while_a_timer_waits(self):
        body = """
        let answered = false;
        auth0.users.updateAppMetadata(user.user_id, {}).then(() => { answered = true; });
        setTimeout(() => callback(null, { answered }), 30);
        """
        assert run_body(body).value["user"] == {"answered": True}

    def test_an_outage_of_the_parent_ends_the_run_and_is_raised(self):
        host = Parent(updateAppMetadata=ConnectionError("no database"))
        with pytest.raises(ConnectionError):
            run_body("auth0.users.updateAppMetadata('x', {}).catch(() => callback(null));", host=host)

        assert evaluate("1 + 1") == 2


class TestConsole:
    def test_lines_as_node_formats_them(self):
        body = """
        console.log('hello %s, %d%%', 'Jane', 5, { a: [1] });
        console.warn(null, undefined, 7n, true, new TypeError('bad'), () => 1);
        console.error('two\\nlines');
        callback(null);
        """
        assert run_body(body).console == (
            'hello Jane, 5% {"a":[1]}',
            "null undefined 7 true TypeError: bad [Function]",
            "two lines",
        )

    def test_a_failed_run_has_its_lines(self):
        assert failure("console.log('before'); throw new Error('x');").console == ("before",)
        assert failure("console.log('before'); while (true) {}", cpu_seconds=0.05).console == ("before",)

    def test_fifty_lines_of_256_characters(self):
        lines = run_body("for (let i = 0; i < 99; i++) console.log('x'.repeat(999)); callback(null);").console

        assert len(lines) == 50
        assert {len(line) for line in lines[:49]} == {256}
        assert lines[49] == "(50 more lines)"
