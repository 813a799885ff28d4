"""Rules at sign-ins to applications, end to end: what they receive, what they decide, and what goes wrong.

Source of the behaviour: Auth0 docs, "Rules".
"""

from __future__ import annotations

import json
import os
import resource
import signal
import threading
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import DatabaseError, connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext

from tests.conftest import again
from tests.oauth.answers import MANAGEMENT, SONGS, refused
from tests.oauth.sign_in_browser import (
    VERIFIER,
    answer_of,
    authorize,
    exchange,
    follow,
    sign_in,
    type_password,
)
from users.actions.account.assign_roles import assign_roles
from users.actions.account.edit_user import edit_user
from users.actions.rules.configs import set_config
from users.actions.rules.enabled_rules import enabled_rules
from users.actions.rules.rules import create_rule, delete_rule
from users.javascript import pool
from users.log.entry import log_entry
from users.models import Change, LogEvent, RuleConfig, RuleFailure, RuleRunCount
from users.models.write_guard import allow_account_writes
from users.rights.actor import Actor, Face, Kind, command_actor
from users.sign_in import hooks

SHELL = command_actor("tests")
SEEN = "https://app.example/seen"


@pytest.fixture
def rule(db):
    """Adds an enabled rule whose function has this body."""

    def add(body: str, *, name: str = "", **columns):
        script = f"function (user, context, callback) {{ {body} }}"
        count = len(enabled_rules().rules) + 1
        return create_rule(name=name or f"Rule {count}", script=script, actor=SHELL, **columns)

    return add


@pytest.fixture
def shown(ask, verified, app):
    """What a rule returns as a claim of the ID token, at a password grant."""

    def claims(**changed):
        answer = ask(scope="openid", **changed)
        assert answer.status_code == 200, answer.content
        return verified(answer.json()["id_token"], app.client_id)

    return claims


def show(expression: str) -> str:
    """The body of a rule that shows the value of an expression in the ID token."""
    return f"context.idToken['{SEEN}'] = {expression}; callback(null, user, context);"


class TestUser:
    def test_a_rule_sees_the_profile_and_both_documents(self, rule, shown, jane):
        rule(show("user"))

        seen = shown()[SEEN]

        assert (seen["user_id"], seen["email"], seen["name"]) == (jane.user_id, jane.email, "Jane Doe")
        assert (seen["user_metadata"], seen["app_metadata"]) == ({"hobby": "surfing"}, {"plan": "full"})
        assert seen["email_verified"] is False
        assert seen["identities"][0]["provider"] == "auth0"
        assert seen["created_at"].endswith("Z")

    def test_an_empty_document_is_undefined(self, rule, shown, jane):
        with allow_account_writes():
            type(jane).objects.filter(pk=jane.pk).update(app_metadata=None, user_metadata={})
        rule(show("[typeof user.app_metadata, typeof user.user_metadata]"))

        assert shown()[SEEN] == ["undefined", "undefined"]

    def test_app_metadata_is_merged_onto_the_root_but_over_no_protected_name(self, rule, shown, jane):
        mine = {"plan": "full", "user_id": "auth0|x", "email_verified": True, "nickname": "JD"}
        with allow_account_writes():
            type(jane).objects.filter(pk=jane.pk).update(
                app_metadata={**mine, "identities": [], "user_metadata": {"x": 1}}
            )
        rule(
            show(
                "[user.plan, user.user_id, user.email_verified, user.nickname, user.identities.length,"
                " user.user_metadata.hobby]"
            )
        )

        assert shown()[SEEN] == ["full", jane.user_id, False, "JD", 1, "surfing"]

    def test_changes_in_memory_reach_later_rules_and_are_not_saved(self, rule, shown, jane):
        rule("user.app_metadata.plan = 'free'; user.roles = ['a']; callback(null, user, context);")
        rule(show("[user.app_metadata.plan, user.roles]"))

        assert shown()[SEEN] == ["free", ["a"]]
        assert again(jane).app_metadata == {"plan": "full"}


class TestContext:
    def test_all_its_properties_are_there(self, rule, shown, app, jane, make_role):
        assign_roles([jane.user_id], [make_role("Editor").role_id], actor=SHELL)
        rule(show("JSON.parse(JSON.stringify(context))"))

        seen = shown(audience=MANAGEMENT)[SEEN]

        connection = jane.connection
        for name, value in {
            "tenant": "127.0.0.1",
            "clientID": app.client_id,
            "clientName": "App",
            "clientMetadata": {},
            "connectionID": connection.connection_id,
            "connection": connection.name,
            "connectionStrategy": "auth0",
            "connectionOptions": {"tenant_domain": "", "domain_aliases": []},
            "connectionMetadata": {},
            "protocol": "oauth2-password",
            "stats": {"loginsCount": 1},
            "sso": {"with_auth0": False, "with_dbconn": False, "current_clients": []},
            "accessToken": {},
            "authorization": {"roles": ["Editor"]},
            "samlConfiguration": {},
        }.items():
            assert seen[name] == value, name
        assert [method["name"] for method in seen["authentication"]["methods"]] == ["pwd"]
        assert "T" in seen["authentication"]["methods"][0]["timestamp"]
        assert "country_code" in seen["request"]["geoip"]

    def test_the_request_holds_no_secret(self, rule, shown, jane):
        rule(show("context.request"))

        seen = shown(headers={"HTTP_USER_AGENT": "Music/1"}, screen="small")[SEEN]

        assert (seen["ip"], seen["userAgent"], seen["query"]) == ("127.0.0.1", "Music/1", {})
        assert (seen["body"]["username"], seen["body"]["screen"]) == (jane.email, "small")
        assert not {"password", "client_secret"} & seen["body"].keys()
        assert "correct horse" not in json.dumps(seen)

    def test_logins_are_counted_with_this_one(self, rule, shown):
        rule(show("context.stats.loginsCount"))

        assert [shown()[SEEN] for _ in range(2)] == [1, 2]


class TestCallback:
    def test_omitted_arguments_leave_what_there_was(self, rule, shown):
        rule("user.x = 1; context.idToken.x = 1; callback(null);")
        rule(show("[user.x, context.idToken.x]"))

        assert shown()[SEEN] == [1, 1]

    @pytest.mark.parametrize(
        ("body", "answer"),
        [
            ("callback(new UnauthorizedError('Verify first'));", (401, "unauthorized", "Verify first")),
            ("callback(new Error('Sorry'));", (403, "access_denied", "Sorry")),
            ("callback('No entry');", (403, "access_denied", "No entry")),
            ("throw new Error('Thrown');", (403, "access_denied", "Thrown")),
            ("throw new UnauthorizedError('No');", (401, "unauthorized", "No")),
            ("", (403, "access_denied", "A rule ended without calling its callback.")),
            ("while (true) {}", (403, "access_denied", "A rule took too long.")),
            (
                "const a = []; while (true) a.push('x'.repeat(1e6) + a.length);",
                (403, "access_denied", "A rule needed too much memory."),
            ),
        ],
    )
    def test_whatever_goes_wrong_denies_the_sign_in(self, rule, ask, jane, body, answer):
        rule(body, name="Gate")
        rule("user.never(); ")

        assert refused(ask()) == answer
        event = LogEvent.objects.get(type="f")
        assert event.user_id == jane.user_id
        assert event.details["rules"]["failure"]["name"] == "Gate"
        assert again(jane).logins_count == 0

    def test_a_rejected_promise_of_an_async_rule_denies(self, ask, db, jane):
        create_rule(name="Async", script="async function () { throw new Error('Async no'); }", actor=SHELL)

        assert refused(ask()) == (403, "access_denied", "Async no")

    def test_the_order_decides_and_disabled_rules_are_skipped(self, rule, shown):
        add = "context.idToken.order = (context.idToken.order || '') + '{}'; callback(null, user, context);"
        rule(add.format("b"), order=2)
        rule(add.format("c"), order=2)
        rule(add.format("a"), order=1)
        rule(add.format("x"), order=1, is_enabled=False)

        assert shown()["order"] == "abc"

    def test_rules_together_may_use_five_seconds_of_cpu(self, rule, ask, jane, monkeypatch):
        monkeypatch.setattr("users.rules.execution.CPU_SECONDS_OF_ALL", 0.000_001)
        for _ in range(2):
            rule("for (let i = 0; i < 1e5; i++); callback(null);")

        assert refused(ask()) == (403, "access_denied", "A rule took too long.")

    def test_rules_together_take_no_longer_than_a_web_process_should_wait(self, rule, ask, jane, monkeypatch):
        monkeypatch.setattr("users.rules.execution.SECONDS_OF_ALL", 0.3)
        for _ in range(5):
            rule("setTimeout(() => callback(null), 200);")

        assert refused(ask()) == (403, "access_denied", "A rule took too long.")
        assert RuleRunCount.objects.aggregate(Sum("runs"))["runs__sum"] <= 2

    @pytest.mark.parametrize("stack", ["at <input>:\u00b2:1", "at <input>:1:\u00b2"])
    def test_an_error_that_a_rule_has_formed_denies_like_any_other(self, rule, ask, jane, stack):
        rule(f"const e = new Error('mine'); e.stack = '{stack}'; callback(e);")

        assert refused(ask()) == (403, "access_denied", "mine")
        assert LogEvent.objects.filter(type="f").count() == 1

    def test_text_that_no_database_stores_signs_in_all_the_same(self, rule, shown, jane):
        rule(
            "Object.assign(context.idToken, { 'a\\u0000': 'b\\u0000', 'sip_\\u0000': 1 });"
            "callback(null, user, context);"
        )

        assert shown()["a\ufffd"] == "b\ufffd"
        event = LogEvent.objects.get(type="w")
        assert event.details["rules"]["dropped_claims"] == ["sip_\ufffd"]


class TestConfiguration:
    def test_rules_read_it_and_nothing_shows_it(self, rule, ask, jane):
        set_config("KEY", "t0ken-of-slack", actor=SHELL)
        rule("console.log('with ' + configuration.KEY); callback(new Error('bad ' + configuration.KEY));")

        assert refused(ask()) == (403, "access_denied", "bad (secret)")
        event = LogEvent.objects.get(type="f")
        assert event.details["rules"]["console"] == {"Rule 1": ["with (secret)"]}
        assert "t0ken" not in str(list(LogEvent.objects.values()) + list(RuleFailure.objects.values()))

    def test_a_value_that_cannot_be_decrypted_denies(self, rule, ask, settings, jane):
        rule("callback(null);")
        RuleConfig.objects.create(key="KEY", value_encrypted="gAAAAA")

        assert refused(ask()) == (403, "access_denied", "A rule could not be run.")
        assert "ENCRYPTION_KEYS" in LogEvent.objects.get(type="f").description


class TestUpdates:
    def test_both_documents_are_patched_with_the_rule_as_actor(self, rule, ask, jane):
        made = rule(
            "auth0.users.updateUserMetadata(user.user_id, { color: 'red', hobby: null })"
            ".then(u => auth0.users.updateAppMetadata(user.user_id, { seen: u.user_metadata.color }))"
            ".then(() => callback(null, user, context)).catch(callback);",
            name="Remember",
        )

        assert ask().status_code == 200

        stored = again(jane)
        assert stored.user_metadata == {"color": "red"}
        assert stored.app_metadata == {"plan": "full", "seen": "red"}
        for change in Change.objects.filter(actor_kind="rule"):
            assert (change.actor_id, change.actor_name, change.face) == (made.rule_id, "Remember", "rule")
        assert Change.objects.filter(actor_kind="rule").count() == 2

    def test_a_write_stays_though_a_later_rule_denies(self, rule, ask, jane):
        rule(
            "auth0.users.updateAppMetadata(user.user_id, { tried: true })"
            ".then(() => callback(null)).catch(callback);"
        )
        rule("callback(new UnauthorizedError('no'));")

        assert ask().status_code == 401
        assert again(jane).app_metadata == {"plan": "full", "tried": True}

    @pytest.mark.parametrize(
        ("call", "reason"),
        [
            ("updateAppMetadata('{stranger}', {})", "may update the user who signs in and no other"),
            ("updateAppMetadata('auth0|none', {})", "may update the user who signs in and no other"),
            ("updateUserMetadata(user.user_id, { 'a.b': 1 })", "a.b"),
            ("updateUserMetadata(user.user_id, [1])", "takes a user_id and an object"),
            ("updateUserMetadata(user.user_id)", "takes a user_id and an object"),
        ],
    )
    def test_a_refused_write_rejects_the_promise_and_writes_nothing(
        self, rule, ask, jane, stranger, call, reason
    ):
        call = call.replace("{stranger}", stranger.user_id)
        rule(f"auth0.users.{call}.then(() => callback(null)).catch(callback);")

        status, error, text = refused(ask())

        assert (status, error) == (403, "access_denied")
        assert reason in text
        assert not Change.objects.filter(actor_kind="rule").exists()

    def test_a_setting_allows_writing_other_users(self, rule, ask, jane, stranger, settings):
        settings.RULES_UPDATE_OTHER_USERS = True
        rule(
            f"auth0.users.updateAppMetadata('{stranger.user_id}', {{ met: true }})"
            ".then(() => callback(null)).catch(callback);"
        )

        assert ask().status_code == 200
        assert again(stranger).app_metadata == {"met": True}


class TestClaims:
    def test_claims_reach_both_tokens_and_userinfo(self, rule, ask, app, verified, songs, browser, jane):
        rule(
            "context.idToken['https://app.example/plan'] = user.app_metadata.plan;"
            "context.accessToken['https://app.example/hobby'] = user.user_metadata.hobby;"
            "callback(null, user, context);"
        )

        answer = ask(scope="openid read:songs", audience=SONGS).json()

        assert verified(answer["id_token"], app.client_id)["https://app.example/plan"] == "full"
        assert verified(answer["access_token"], SONGS)["https://app.example/hobby"] == "surfing"
        header = {"HTTP_AUTHORIZATION": f"Bearer {answer['access_token']}"}
        assert browser().get("/userinfo", **header).json()["https://app.example/plan"] == "full"

    def test_reserved_names_are_dropped_and_logged(self, rule, shown, jane):
        rule(
            "Object.assign(context.idToken, { sub: 'x', 'https://x.auth0.com/a': 1, email: 'x', fine: 1 });"
            "callback(null, user, context);"
        )

        claims = shown()

        assert (claims["sub"], claims["fine"]) == (jane.user_id, 1)
        assert not {"https://x.auth0.com/a", "email"} & claims.keys()
        event = LogEvent.objects.get(type="w")
        assert event.details["rules"]["dropped_claims"] == ["email", "https://x.auth0.com/a", "sub"]

    def test_the_log_names_few_of_the_claims_that_were_dropped(self, rule, shown, jane):
        rule(
            "for (let i = 0; i < 5000; i++) context.idToken['sip_' + i + 'x'.repeat(500)] = i;"
            "callback(null, user, context);"
        )

        shown()

        names = LogEvent.objects.get(type="w").details["rules"]["dropped_claims"]
        assert (len(names), {len(name) for name in names}) == (20, {100})

    def test_scopes_are_replaced_within_what_the_api_defines(self, rule, ask, songs, jane):
        rule(
            "context.accessToken.scope = ['write:songs', 'delete:everything'];callback(null, user, context);"
        )

        answer = ask(scope="openid read:songs", audience=SONGS).json()

        assert set(answer["scope"].split()) == {"openid", "write:songs"}

    @pytest.mark.parametrize(
        "wish",
        [
            "context.accessToken.scope = 'read:songs'",
            "context.primaryUser = 'auth0|1'",
            "context.redirect = { url: '/relative' }",
            "context.redirect = 'https://site.example'",
            "context.redirect = { url: 'javascript:alert(1)' }",
        ],
    )
    def test_what_cannot_be_done_is_refused_with_a_clear_error(self, rule, ask, jane, wish):
        rule(f"{wish}; callback(null, user, context);")

        status, error, text = refused(ask())

        assert (status, error) == (403, "access_denied")
        assert text.startswith(wish.partition(" ")[0])


class TestFactorsAndRedirects:
    def test_a_rule_really_asks_for_a_second_factor(self, rule, ask, jane):
        rule(
            "context.multifactor = { provider: 'any', allowRememberBrowser: false };"
            "callback(null, user, context);"
        )

        answer = ask()

        assert (answer.status_code, answer.json()["error"]) == (403, "mfa_required")

    def test_a_redirect_is_impossible_in_a_grant(self, rule, ask, jane):
        rule("context.redirect = { url: 'https://site.example' }; callback(null, user, context);")

        assert refused(ask())[1] == "interaction_required"

    def test_a_user_is_sent_to_a_site_and_all_rules_run_again_on_the_return(
        self, rule, browser, spa, jane, verified
    ):
        visitor = browser()
        rule(
            "if (context.protocol === 'redirect-callback') {"
            "  context.idToken.answer = context.request.query.answer;"
            "  context.idToken.session = typeof context.request.query.state; }"
            "context.redirect = { url: 'https://site.example/ask?a=1' };"
            "callback(null, user, context);"
        )

        left = follow(visitor, type_password(visitor, authorize(visitor, spa), jane))

        there = urlsplit(left["Location"])
        query = {name: values[0] for name, values in parse_qs(there.query).items()}
        assert (there.netloc, query["a"]) == ("site.example", "1")
        back = follow(visitor, visitor.get("/continue", {"state": query["state"], "answer": "yes"}))
        tokens = exchange(visitor, spa, answer_of(back)["code"]).json()
        claims = verified(tokens["id_token"], spa.client_id)
        assert (claims["answer"], claims["session"]) == ("yes", "string")
        assert again(jane).logins_count == 1


class TestWhenTheyRun:
    def test_at_a_hosted_page_with_the_request_of_the_application(self, rule, browser, spa, jane, verified):
        rule(show("[context.protocol, context.request.query, context.sso.with_auth0]"))
        visitor = browser()

        answer = answer_of(sign_in(visitor, spa, jane, screen_hint="login", invitation="i-1"))

        claims = verified(exchange(visitor, spa, answer["code"]).json()["id_token"], spa.client_id)
        protocol, query, used_session = claims[SEEN]
        assert (protocol, used_session) == ("oidc-basic-profile", False)
        assert (query["client_id"], query["scope"]) == (spa.client_id, "openid profile email")
        assert (query["screen_hint"], query["invitation"]) == ("login", "i-1")

    def test_silently_without_counting(self, rule, browser, spa, jane, verified):
        visitor = browser()
        sign_in(visitor, spa, jane)
        rule(show("[context.stats.loginsCount, context.sso, context.authentication.methods[0].name]"))

        answer = answer_of(authorize(visitor, spa, prompt="none"))

        claims = verified(exchange(visitor, spa, answer["code"]).json()["id_token"], spa.client_id)
        sso = {"with_auth0": True, "with_dbconn": True, "current_clients": [spa.client_id]}
        assert claims[SEEN] == [1, sso, "pwd"]

    def test_a_denial_reaches_the_application_of_a_hosted_page(self, rule, browser, spa, jane):
        rule("callback(new UnauthorizedError('Verify your email first.'));")

        answer = answer_of(sign_in(browser(), spa, jane))

        assert (answer["error"], answer["error_description"]) == ("unauthorized", "Verify your email first.")

    @pytest.mark.parametrize("mode", ["query", "fragment", "form_post", "web_message"])
    def test_the_text_of_a_denial_is_text_in_every_response_mode(self, rule, browser, spa, jane, mode):
        visitor = browser()
        sign_in(visitor, spa, jane)
        said = "</script><img src=x onerror=alert(1)>\"' &amp;"
        rule(f"callback(new UnauthorizedError({json.dumps(said)} + '\\r\\nSet-Cookie: a=b'));")

        answer = authorize(visitor, spa, response_mode=mode, prompt="none")

        assert "a" not in answer.cookies
        if mode in ("query", "fragment"):
            assert answer_of(answer)["error_description"] == f"{said} Set-Cookie: a=b"
        else:
            page = answer.content.decode()
            assert "onerror" in page
            assert "<img" not in page
            assert page.count("</script>") == page.count("<script")

    def test_a_denied_refresh_leaves_the_refresh_token_valid(self, rule, browser, make_app, songs, ask, jane):
        songs.allow_offline_access = True
        songs.save()
        app = make_app(grant_types=["password", "refresh_token"])
        first = ask(of=app, scope="openid offline_access", audience=SONGS).json()
        gate = rule("callback(new UnauthorizedError(context.protocol));")

        def refresh():
            return browser().post(
                "/oauth/token",
                {
                    "grant_type": "refresh_token",
                    "client_id": app.client_id,
                    "client_secret": "s3cret",
                    "refresh_token": first["refresh_token"],
                },
            )

        assert refused(refresh()) == (401, "unauthorized", "oauth2-refresh-token")
        assert LogEvent.objects.filter(type="fertft").count() == 1
        delete_rule(gate.rule_id, actor=SHELL)
        assert refresh().status_code == 200

    def test_not_for_a_client_that_acts_for_itself_nor_for_the_dashboard(
        self, rule, ask, browser, make_client, administrator
    ):
        rule("callback(new Error('never'));")

        answer = ask(of=make_client(), grant_type="client_credentials", client_secret="s3cret")

        assert answer.status_code == 200
        visitor = browser()
        visitor.post("/login/", {"login": administrator.email, "password": "correct horse battery"})
        assert visitor.get("/admin/").status_code == 200


class TestLogAndStatistics:
    def test_what_rules_print_is_in_the_log_for_viewers_of_app_metadata(self, rule, ask, jane):
        rule("console.log('plan', user.app_metadata.plan); callback(null);", name="Plan")

        ask()

        event = LogEvent.objects.get(type="w")
        assert event.details["rules"]["console"] == {"Plan": ["plan full"]}

        def client_with(*scopes):
            return Actor(kind=Kind.CLIENT, face=Face.API, id="c", name="c", scopes=frozenset(scopes))

        assert "rules" in log_entry(event, client_with("read:logs", "read:users"))["details"]
        assert "rules" not in log_entry(event, client_with("read:logs"))["details"]

    def test_runs_and_failures_are_counted(self, rule, ask, jane):
        fine = rule("callback(null);")
        gate = rule("if (user.email) { throw new TypeError('broken'); }", name="Gate")
        for _ in range(2):
            ask()

        sums = RuleRunCount.objects.order_by("rule").values_list("rule")
        assert list(sums.annotate(Sum("runs"), Sum("failures"))) == [(fine.pk, 2, 0), (gate.pk, 2, 2)]
        failure = RuleFailure.objects.get()
        assert (failure.rule, failure.kind, failure.line) == (gate, "error", 1)
        assert "broken" in failure.message

    def test_runs_are_stored_at_most_once_a_second(self, rule, ask, jane, monkeypatch):
        rule("callback(null, user, context);")
        ask()
        monkeypatch.setattr("users.rules.statistics.SAVE_SECONDS", 3600)

        ask()
        assert RuleRunCount.objects.aggregate(runs=Sum("runs")) == {"runs": 1}
        monkeypatch.setattr("users.rules.statistics.SAVE_SECONDS", 0)
        ask()
        assert RuleRunCount.objects.aggregate(runs=Sum("runs")) == {"runs": 3}

    def test_without_rules_a_sign_in_makes_no_further_query(self, ask, jane, monkeypatch):
        ask()  # reads what a process remembers
        with CaptureQueriesContext(connection) as with_hook:
            ask()
        monkeypatch.setattr(hooks, "POST_LOGIN", ())
        with CaptureQueriesContext(connection) as without_hook:
            ask()

        assert len(with_hook) == len(without_hook)


class TestMusicApp:
    """The scenario of Auth0's storage page: preferences in user_metadata, the plan in app_metadata."""

    def test_preferences_and_plan_reach_an_api_that_obeys_them(
        self, rule, browser, spa, songs, jane, verified
    ):
        rule(
            "user.app_metadata = user.app_metadata || {};"
            "if (user.app_metadata.plan) { return callback(null, user, context); }"
            "user.app_metadata.plan = 'free';"
            "auth0.users.updateAppMetadata(user.user_id, user.app_metadata)"
            ".then(() => callback(null, user, context)).catch(callback);",
            name="Sign-up defaults",
        )
        rule(
            "const namespace = 'https://music.example/';"
            "for (const token of [context.idToken, context.accessToken]) {"
            "  token[namespace + 'plan'] = user.app_metadata.plan;"
            "  token[namespace + 'preferences'] = user.user_metadata; }"
            "callback(null, user, context);",
            name="Claims",
        )
        with allow_account_writes():
            type(jane).objects.filter(pk=jane.pk).update(
                app_metadata=None, user_metadata={"genres": ["jazz"], "color": "teal"}
            )

        def listen():
            visitor = browser()
            code = answer_of(sign_in(visitor, spa, jane, audience=SONGS, scope="openid read:songs"))["code"]
            token = exchange(visitor, spa, code, code_verifier=VERIFIER).json()["access_token"]
            claims = verified(token, SONGS)
            plan = claims["https://music.example/plan"]
            genres = claims["https://music.example/preferences"]["genres"]
            # The API: only the full plan has no advertisements.
            return {"genres": genres, "advertisements": plan != "full"}

        assert listen() == {"genres": ["jazz"], "advertisements": True}
        assert again(jane).app_metadata == {"plan": "free"}
        with allow_account_writes():
            type(jane).objects.filter(pk=jane.pk).update(app_metadata={"plan": "full"})
        assert listen() == {"genres": ["jazz"], "advertisements": False}


def kill_workers() -> None:
    for worker in pool._pool._all:
        os.kill(worker.process_id, signal.SIGKILL)


class TestWorkers:
    """A process in which a rule runs is killed: the sign-in is denied, and nothing is half-written."""

    WRITES = (
        "auth0.users.updateAppMetadata(user.user_id, { first: 1, second: 2 })"
        ".then(() => callback(null, user, context)).catch(callback);"
    )
    DENIED = (403, "access_denied", "A rule could not be run.")

    @pytest.mark.parametrize("moment", ["before", "after"])
    def test_at_a_write(self, rule, ask, jane, monkeypatch, moment):
        def edit_user_beside_a_kill(*args, **options):
            if moment == "before":
                kill_workers()
            written = edit_user(*args, **options)
            kill_workers()
            return written

        monkeypatch.setattr("users.rules.host.edit_user", edit_user_beside_a_kill)
        rule(self.WRITES)

        assert refused(ask()) == self.DENIED

        # The write that the script has called for is whole, and stays.
        assert again(jane).app_metadata == {"plan": "full", "first": 1, "second": 2}
        change = Change.objects.get(actor_kind="rule")
        assert change.keys == {"first": {"after": 1}, "second": {"after": 2}}
        assert again(jane).logins_count == 0
        assert LogEvent.objects.get(type="f").details["rules"]["failure"]["kind"] == "worker_lost"

    def test_while_a_script_runs(self, rule, ask, jane):
        rule("while (true) {}")
        rule(self.WRITES)
        killer = threading.Timer(0.3, kill_workers)
        killer.start()

        assert refused(ask()) == self.DENIED

        killer.join()
        assert not Change.objects.filter(actor_kind="rule").exists()

    def test_between_two_sign_ins_it_is_replaced(self, rule, ask, jane):
        rule(self.WRITES)
        assert ask().status_code == 200
        kill_workers()

        assert ask().status_code == 200

    def test_a_write_that_fails_is_not_half_written(self, rule, ask, jane, monkeypatch):
        def fail(*_):
            raise DatabaseError("disk full")

        monkeypatch.setattr("users.actions.account.draft.save_changes", fail)
        rule(self.WRITES)

        with pytest.raises(DatabaseError):
            ask()
        assert again(jane).app_metadata == {"plan": "full"}


@pytest.mark.deep
def test_ten_thousand_sign_ins_through_five_rules_lose_none(rule, ask, jane, app):
    """Memory stays flat, and every run is counted."""
    for number in range(5):
        rule(f"context.idToken['https://app.example/{number}'] = user.app_metadata.plan; callback(null);")
    memory = []
    for number in range(10_000):
        assert ask(scope="openid").status_code == 200
        if number % 2_500 == 2_499:
            memory.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)

    assert again(jane).logins_count == 10_000
    assert LogEvent.objects.filter(type="sepft").count() == 10_000
    assert RuleRunCount.objects.aggregate(Sum("runs"), Sum("failures")) == {
        "runs__sum": 50_000,
        "failures__sum": 0,
    }
    # In KiB on Linux: the peak after the first quarter grows by less than 20 MiB.
    assert memory[-1] - memory[0] < 20 * 1024
