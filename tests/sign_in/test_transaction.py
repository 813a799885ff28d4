"""The sign-in transaction: what it ends in, what it leaves behind, and what hooks may do."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.contrib.auth import authenticate
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from tests.conftest import PASSWORD, again
from tests.second_factor import enrol
from users.actions.account.block_user import block_user
from users.actions.account.create_user import create_user
from users.actions.account.documents import Patch
from users.actions.account.edit_user import Edit, edit_user
from users.actions.account.identities import link
from users.models import Client, Connection, LogEvent, User
from users.rights.actor import command_actor
from users.sign_in import hooks
from users.sign_in.hooks import PostLoginResult
from users.sign_in.outcomes import Reason, Refused, SecondFactorRequired, SignedIn, SignInDenied
from users.sign_in.progress import Credentials, Method, ProviderProfile, SignIn, SignInRequest
from users.sign_in.transaction import (
    check_password,
    confirm_second_factor,
    continue_sign_in,
    sign_in_by_proof,
    sign_in_from_provider,
    sign_in_with_password,
)

SHELL = command_actor("tests")
SONGS = "https://songs.example/"
DASHBOARD = SignInRequest(ip="192.0.2.7")


@pytest.fixture
def app(db) -> Client:
    """An application that users sign in to."""
    client = Client.objects.create(name="App")
    client.connections.set(Connection.objects.all())
    return client


@pytest.fixture
def to_app(app) -> SignInRequest:
    return SignInRequest(ip="192.0.2.7", application=app, audience=SONGS, success_type="sepft")


@pytest.fixture
def story(db):
    """The types of the log's events so far, oldest first."""
    return lambda: list(LogEvent.objects.order_by("id").values_list("type", flat=True))


@pytest.fixture
def post_login(monkeypatch):
    """Names these functions as the post-login hooks, in this order."""
    return lambda *functions: monkeypatch.setattr(hooks, "POST_LOGIN", functions)


@pytest.fixture
def before_persist(monkeypatch):
    return lambda *functions: monkeypatch.setattr(hooks, "BEFORE_PERSIST", functions)


def credentials(user: User, password: str = PASSWORD) -> Credentials:
    return Credentials(login=user.email, password=password)


def wants_factor(_: SignIn) -> PostLoginResult:
    return PostLoginResult(demands_second_factor=True)


def denies(_: SignIn) -> PostLoginResult:
    raise SignInDenied("Please verify your email.", error="unauthorized")


class TestPassword:
    def test_signs_in_and_is_counted_and_logged_with_the_application(self, jane, app, to_app):
        outcome = sign_in_with_password(credentials(jane), to_app)

        assert isinstance(outcome, SignedIn)
        assert (outcome.user, outcome.methods) == (jane, {Method.PASSWORD})
        assert (again(jane).logins_count, again(jane).last_ip) == (1, "192.0.2.7")
        event = LogEvent.objects.get()
        assert (event.type, event.client_id, event.audience) == ("sepft", app.client_id, SONGS)

    @pytest.mark.parametrize("login", ["jane.doe@example.com", "nobody@example.com"])
    def test_is_refused_alike_whether_it_or_the_login_is_wrong(self, jane, login):
        outcome = sign_in_with_password(Credentials(login=login, password="wrong"), DASHBOARD)

        assert outcome == Refused(Reason.WRONG_CREDENTIALS)
        assert again(jane).logins_count == 0

    def test_is_refused_after_too_many_failures_even_if_it_is_right(self, jane, story):
        for _ in range(5):
            sign_in_with_password(credentials(jane, "wrong"), DASHBOARD)

        outcome = sign_in_with_password(credentials(jane), DASHBOARD)

        assert outcome.reason is Reason.LOCKED_OUT
        assert 0 < outcome.seconds <= 300
        assert story() == ["fp"] * 5 + ["limit_wc"]

    def test_of_a_blocked_user_is_refused_and_counted(self, jane, story):
        block_user(jane, actor=SHELL)

        assert sign_in_with_password(credentials(jane), DASHBOARD) == Refused(Reason.BLOCKED)
        assert again(jane).logins_count == 1
        assert story() == ["f"]

    def test_is_looked_up_in_the_connection_that_is_named(self, jane, connection):
        partners = Connection.objects.create(name="Partners")
        here, there = (replace(credentials(jane), connection=where) for where in (connection, partners))

        assert isinstance(sign_in_with_password(here, DASHBOARD), SignedIn)
        assert sign_in_with_password(there, DASHBOARD) == Refused(Reason.WRONG_CREDENTIALS)

    def test_is_checked_without_signing_in(self, jane, story):
        assert check_password(credentials(jane), DASHBOARD) == jane

        assert again(jane).logins_count == 0
        assert story() == []

    def test_is_checked_nowhere_else(self, jane):
        """Django's own function would count no attempts."""
        assert authenticate(email=jane.email, password=PASSWORD) is None
        assert authenticate(username=jane.user_id, password=PASSWORD) is None

    def test_asks_for_the_accounts_and_the_second_factor_once(self, jane, to_app):
        sign_in_with_password(credentials(jane), to_app)

        with CaptureQueriesContext(database) as queries:
            sign_in_with_password(credentials(jane), to_app)

        reads = [query["sql"] for query in queries if "SELECT" in query["sql"]]
        assert sum('FROM "users_user"' in sql for sql in reads) == 1
        assert sum('FROM "mfa_authenticator"' in sql for sql in reads) == 1


class TestSecondFactor:
    def test_is_asked_for_before_anything_is_counted(self, jane, to_app, story):
        enrol(jane)

        outcome = sign_in_with_password(credentials(jane), to_app)

        assert isinstance(outcome, SecondFactorRequired)
        assert outcome.is_enrolled
        assert again(jane).logins_count == 0
        assert story() == []

    def test_given_the_sign_in_goes_on(self, jane, to_app, story):
        enrol(jane)
        required = sign_in_with_password(credentials(jane), to_app)

        outcome = confirm_second_factor(required.sign_in)

        assert outcome.methods == {Method.PASSWORD, Method.SECOND_FACTOR}
        assert again(jane).logins_count == 1
        assert story() == ["sepft"]

    def test_helps_no_user_who_was_blocked_meanwhile(self, jane, to_app):
        enrol(jane)
        required = sign_in_with_password(credentials(jane), to_app)
        block_user(jane, actor=SHELL)

        outcome = confirm_second_factor(replace(required.sign_in, user=again(jane)))

        assert outcome == Refused(Reason.BLOCKED)

    def test_is_a_refusal_where_the_caller_cannot_ask_for_it(self, jane, to_app, story):
        enrol(jane)

        outcome = sign_in_with_password(credentials(jane), replace(to_app, can_ask_second_factor=False))

        assert outcome == Refused(Reason.SECOND_FACTOR_UNAVAILABLE)
        assert again(jane).logins_count == 0
        assert story() == ["f"]

    def test_of_an_earlier_sign_in_is_not_asked_for_again(self, jane, to_app):
        """As for a refresh token or a session, which remember how they began."""
        enrol(jane)
        methods = frozenset({Method.PASSWORD, Method.SECOND_FACTOR})
        progress = SignIn(user=jane, connection=jane.connection, request=to_app, methods=methods)

        assert isinstance(continue_sign_in(progress), SignedIn)


class TestPostLogin:
    def test_hooks_add_claims_and_the_later_one_wins(self, jane, to_app, post_login):
        def plan(sign_in: SignIn) -> PostLoginResult:
            claims = {"https://app.example/plan": sign_in.user.app_metadata["plan"]}
            return PostLoginResult(id_token=claims, access_token={"level": 1})

        def level(sign_in: SignIn) -> PostLoginResult:
            return PostLoginResult(access_token={"level": sign_in.claims.access_token["level"] + 1})

        post_login(plan, level)
        outcome = sign_in_with_password(credentials(jane), to_app)

        assert outcome.claims.id_token == {"https://app.example/plan": "full"}
        assert outcome.claims.access_token == {"level": 2}

    def test_a_hook_knows_who_signs_in_to_what_from_where_and_how_often(self, jane, app, to_app, post_login):
        seen = []

        def look(sign_in: SignIn) -> PostLoginResult:
            seen.append(sign_in)
            return PostLoginResult()

        post_login(look)
        for _ in range(2):
            sign_in_with_password(credentials(jane), to_app)

        assert [sign_in.logins_count for sign_in in seen] == [1, 2]
        request = seen[0].request
        assert (seen[0].user, request.application, request.audience, request.ip) == (
            *(jane, app, SONGS, "192.0.2.7"),
        )

    def test_a_hook_knows_the_connection_of_the_linked_account_that_was_used(self, jane, to_app, post_login):
        partners = Connection.objects.create(name="Partners")
        to_app.application.connections.add(partners)
        jay = create_user(
            partners, actor=SHELL, profile={"email": "jay@example.com"}, password="other secret"
        )
        link(jane, jay, actor=SHELL)
        seen = []
        post_login(lambda sign_in: seen.append(sign_in) or PostLoginResult())

        sign_in_with_password(Credentials(login=jay.email, password="other secret"), to_app)

        assert [(sign_in.user, sign_in.connection) for sign_in in seen] == [(jane, partners)]

    def test_a_hook_may_deny_and_no_later_one_runs(self, jane, to_app, post_login, story):
        post_login(denies, pytest.fail)

        outcome = sign_in_with_password(credentials(jane), to_app)

        assert outcome.reason is Reason.DENIED
        assert (outcome.denial.error, outcome.denial.message) == ("unauthorized", "Please verify your email.")
        assert again(jane).logins_count == 0
        event = LogEvent.objects.get()
        assert (event.type, event.user_id, event.description) == (
            *("f", jane.user_id, "Please verify your email."),
        )

    def test_claims_that_no_token_can_hold_are_refused(self, jane, to_app, post_login, story):
        post_login(lambda _: PostLoginResult(access_token={"https://app.example/all": "x" * 102_400}))

        outcome = sign_in_with_password(credentials(jane), to_app)

        assert outcome.denial.message == "The claims of post-login hooks are larger than 100 KiB."
        assert again(jane).logins_count == jane.logins_count

    def test_a_hook_that_fails_does_not_sign_the_user_in(self, jane, to_app, post_login, story):
        def broken(_: SignIn) -> PostLoginResult:
            raise ZeroDivisionError

        post_login(broken)

        with pytest.raises(ZeroDivisionError):
            sign_in_with_password(credentials(jane), to_app)
        assert again(jane).logins_count == 0
        assert story() == []

    def test_a_hook_may_demand_a_factor_of_a_user_who_has_none(self, jane, to_app, post_login):
        post_login(wants_factor)

        outcome = sign_in_with_password(credentials(jane), to_app)

        assert isinstance(outcome, SecondFactorRequired)
        assert not outcome.is_enrolled
        assert again(jane).logins_count == 0

    def test_hooks_do_not_run_again_after_the_factor_they_demanded(self, jane, to_app, post_login):
        runs = []

        def once(sign_in: SignIn) -> PostLoginResult:
            runs.append(sign_in)
            return PostLoginResult(id_token={"level": "gold"}, demands_second_factor=True)

        post_login(once)
        outcome = confirm_second_factor(sign_in_with_password(credentials(jane), to_app).sign_in)

        assert isinstance(outcome, SignedIn)
        assert outcome.claims.id_token == {"level": "gold"}
        assert len(runs) == 1

    def test_a_demand_is_met_by_the_factor_that_was_given_before(self, jane, to_app, post_login):
        enrol(jane)
        post_login(wants_factor)

        required = sign_in_with_password(credentials(jane), to_app)

        assert isinstance(confirm_second_factor(required.sign_in), SignedIn)

    def test_hooks_see_no_user_before_the_second_factor(self, jane, to_app, post_login):
        enrol(jane)
        post_login(pytest.fail)

        assert isinstance(sign_in_with_password(credentials(jane), to_app), SecondFactorRequired)

    def test_no_hook_locks_a_user_out_of_the_dashboard_or_the_own_page(self, jane, post_login):
        post_login(denies)

        assert isinstance(sign_in_with_password(credentials(jane), DASHBOARD), SignedIn)

    def test_what_a_hook_writes_stays_even_if_the_sign_in_is_denied(self, jane, to_app, post_login):
        def write(sign_in: SignIn) -> PostLoginResult:
            edit = Edit(documents={"app_metadata": Patch({"seen": True})})
            return PostLoginResult(user=edit_user(sign_in.user, edit, actor=SHELL))

        def deny(sign_in: SignIn) -> PostLoginResult:
            assert sign_in.user.app_metadata == {"plan": "full", "seen": True}
            raise SignInDenied("Later.")

        post_login(write, deny)
        outcome = sign_in_with_password(credentials(jane), to_app)

        assert (outcome.reason, outcome.denial.error) == (Reason.DENIED, "access_denied")
        assert again(jane).app_metadata == {"plan": "full", "seen": True}

    def test_a_user_whom_a_hook_blocks_is_not_signed_in(self, jane, to_app, post_login):
        post_login(lambda sign_in: PostLoginResult(user=block_user(sign_in.user, actor=SHELL)))

        assert sign_in_with_password(credentials(jane), to_app) == Refused(Reason.BLOCKED)

    @pytest.mark.parametrize(
        "meanwhile", [Edit(password="another horse battery"), Edit(profile={"blocked": True})]
    )
    def test_access_that_ends_while_a_hook_writes_is_not_renewed_by_its_write(
        self, jane, to_app, post_login, meanwhile
    ):
        """The hook returns the account as it is after its write."""

        def write(_: SignIn) -> PostLoginResult:
            edit_user(jane, meanwhile, actor=SHELL)
            note = Edit(documents={"user_metadata": Patch({"seen": True})})
            return PostLoginResult(user=edit_user(jane, note, actor=SHELL))

        post_login(write)
        outcome = sign_in_with_password(credentials(jane), to_app)

        assert isinstance(outcome, Refused)
        assert LogEvent.objects.filter(type="f").count() == 1
        assert again(jane).user_metadata["seen"] is True

    @pytest.mark.django_db(transaction=True, serialized_rollback=True)
    def test_hooks_run_outside_the_database_transaction(self, jane, to_app, post_login):
        seen = []

        def look(_: SignIn) -> PostLoginResult:
            seen.append(database.in_atomic_block)
            return PostLoginResult()

        post_login(look)
        sign_in_with_password(credentials(jane), to_app)

        assert seen == [False]


class TestProvider:
    """A provider vouches for Kim, who has no account yet."""

    @pytest.fixture
    def kim(self, connection) -> ProviderProfile:
        fields = {"email": "kim@example.com", "name": "Kim", "given_name": "Kimberley"}
        return ProviderProfile(
            connection=connection, bare_id="6733f0aa", fields=fields, user_metadata={"shoe_size": 38}
        )

    @staticmethod
    def persist(profile: ProviderProfile) -> User:
        return create_user(
            profile.connection,
            actor=SHELL,
            profile=profile.fields,
            user_metadata=profile.user_metadata,
            bare_id=profile.bare_id,
        )

    @staticmethod
    def denylist(profile: ProviderProfile, _: SignInRequest) -> ProviderProfile:
        """As the connection's options have it."""
        denied = profile.connection.options["non_persistent_attrs"]
        kept = {name: value for name, value in profile.fields.items() if name not in denied}
        return replace(profile, fields=kept, user_metadata=None)

    def test_signs_in_with_a_new_account(self, kim, to_app):
        outcome = sign_in_from_provider(kim, to_app, persist=self.persist)

        assert isinstance(outcome, SignedIn)
        assert outcome.methods == {Method.PROVIDER}
        user = User.objects.get(user_id="auth0|6733f0aa")
        assert (user.given_name, user.user_metadata, user.logins_count) == (
            *("Kimberley", {"shoe_size": 38}, 1),
        )

    def test_what_a_hook_takes_out_is_seen_by_later_hooks_and_stored_nowhere(
        self, kim, to_app, before_persist, post_login
    ):
        kim.connection.options = {"non_persistent_attrs": ["given_name"]}
        before_persist(self.denylist)
        post_login(lambda sign_in: PostLoginResult(id_token={"first": sign_in.profile.fields["given_name"]}))

        outcome = sign_in_from_provider(kim, to_app, persist=self.persist)

        assert outcome.claims.id_token == {"first": "Kimberley"}
        user = again(outcome.user)
        assert (user.name, user.given_name, user.user_metadata) == ("Kim", None, None)
        assert "Kimberley" not in str([*user.changes.values(), *LogEvent.objects.values()])

    def test_each_hook_sees_what_the_one_before_it_left(self, kim, to_app, before_persist):
        def upper(profile: ProviderProfile, _: SignInRequest) -> ProviderProfile:
            return replace(profile, fields={**profile.fields, "name": profile.fields["name"].upper()})

        def exclaim(profile: ProviderProfile, _: SignInRequest) -> ProviderProfile:
            return replace(profile, fields={**profile.fields, "name": profile.fields["name"] + "!"})

        before_persist(upper, exclaim)
        outcome = sign_in_from_provider(kim, to_app, persist=self.persist)

        assert outcome.user.name == "KIM!"

    def test_a_hook_may_refuse_before_anything_is_stored(self, kim, to_app, before_persist):
        def refuse(profile: ProviderProfile, request: SignInRequest) -> ProviderProfile:
            raise SignInDenied(f"{request.application.name} takes no new users.")

        before_persist(refuse)
        outcome = sign_in_from_provider(kim, to_app, persist=pytest.fail)

        assert outcome.denial.message == "App takes no new users."
        assert not User.objects.exists()
        event = LogEvent.objects.get()
        assert (event.type, event.connection, event.user_name) == ("f", kim.connection.name, "")

    def test_an_account_that_cannot_be_stored_whole_is_not_stored(self, kim, to_app, story):
        def half(profile: ProviderProfile) -> User:
            self.persist(profile)
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            sign_in_from_provider(kim, to_app, persist=half)

        assert not User.objects.exists()
        assert story() == []

    def test_a_blocked_user_is_refused_here_as_well(self, kim, to_app):
        user = self.persist(kim)
        block_user(user, actor=SHELL)

        outcome = sign_in_from_provider(kim, to_app, persist=lambda profile: again(user))

        assert outcome == Refused(Reason.BLOCKED)

    def test_the_second_factor_is_asked_for_here_as_well(self, kim, to_app):
        user = self.persist(kim)
        enrol(user)

        outcome = sign_in_from_provider(kim, to_app, persist=lambda profile: user)

        assert isinstance(outcome, SecondFactorRequired)


def test_a_silent_sign_in_is_logged_and_not_counted(app, jane, connection, story):
    silent = SignInRequest(
        ip=None, application=app, success_type="ssa", failure_type="fsa", counts_login=False
    )

    outcome = sign_in_by_proof(jane, connection=connection, methods=[Method.PASSWORD], request=silent)

    assert isinstance(outcome, SignedIn)
    assert story() == ["ssa"]
    assert again(jane).logins_count == jane.logins_count


def test_a_silent_sign_in_of_a_blocked_user_is_refused(app, jane, connection, story):
    block_user(jane, actor=SHELL)
    silent = SignInRequest(
        ip=None, application=app, success_type="ssa", failure_type="fsa", counts_login=False
    )

    outcome = sign_in_by_proof(again(jane), connection=connection, methods=[Method.PASSWORD], request=silent)

    assert outcome == Refused(Reason.BLOCKED)
    assert story()[-1] == "fsa"
    assert again(jane).logins_count == jane.logins_count


def test_no_way_in_leads_through_a_connection_that_is_not_enabled(app, to_app, jane, connection, story):
    app.connections.remove(connection)
    not_enabled = Refused(Reason.CONNECTION_NOT_ENABLED)

    by_session = sign_in_by_proof(jane, connection=connection, methods={Method.PASSWORD}, request=to_app)
    by_name = sign_in_with_password(replace(credentials(jane), connection=connection), to_app)

    assert by_session == by_name == not_enabled
    assert story() == ["f"]  # the session's; anyone can send a name
    # Without a name it is no login at all.
    assert sign_in_with_password(credentials(jane), to_app) == Refused(Reason.WRONG_CREDENTIALS)


def test_the_dashboard_asks_for_no_clients(jane, connection):
    connection.clients.clear()

    assert isinstance(sign_in_with_password(credentials(jane), DASHBOARD), SignedIn)
