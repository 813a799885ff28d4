"""Which step of a sign-in comes next: a table without a database."""

from __future__ import annotations

from dataclasses import replace

import pytest

from users.models import Client, Connection, User
from users.sign_in.progress import Credentials, Method, SignIn, SignInRequest, Step, next_step

PASSWORD = frozenset({Method.PASSWORD})
BOTH = PASSWORD | {Method.SECOND_FACTOR}
DASHBOARD = SignInRequest(ip="192.0.2.7")
APP = SignInRequest(ip="192.0.2.7", application=Client(client_id="app", name="App"))


def sign_in(request: SignInRequest = APP, methods: frozenset[Method] = PASSWORD, **state) -> SignIn:
    user = User(pk=1, blocked=state.pop("blocked", None))
    return SignIn(user=user, connection=Connection(), request=request, methods=methods, **state)


@pytest.mark.parametrize(
    ("progress", "has_second_factor", "step"),
    [
        pytest.param(sign_in(), False, Step.RUN_HOOKS, id="password"),
        pytest.param(sign_in(is_past_hooks=True), False, Step.COMPLETE, id="hooks have run"),
        pytest.param(sign_in(), True, Step.ASK_SECOND_FACTOR, id="enrolled: the factor before the hooks"),
        pytest.param(sign_in(methods=BOTH), True, Step.RUN_HOOKS, id="the factor was given"),
        pytest.param(
            sign_in(is_past_hooks=True, is_second_factor_demanded=True),
            False,
            Step.ASK_SECOND_FACTOR,
            id="a hook demands the factor",
        ),
        pytest.param(
            sign_in(methods=BOTH, is_past_hooks=True, is_second_factor_demanded=True),
            True,
            Step.COMPLETE,
            id="the demanded factor was given",
        ),
        pytest.param(
            sign_in(is_past_hooks=True, redirect_url="https://quiz.example/"),
            False,
            Step.REDIRECT,
            id="a hook sends the user elsewhere",
        ),
        pytest.param(
            sign_in(is_past_hooks=True, redirect_url="https://quiz.example/", is_second_factor_demanded=True),
            False,
            Step.ASK_SECOND_FACTOR,
            id="the factor before another site",
        ),
        pytest.param(
            sign_in(replace(APP, returned={}), is_past_hooks=True, redirect_url="https://quiz.example/"),
            False,
            Step.COMPLETE,
            id="once for each sign-in",
        ),
        pytest.param(sign_in(DASHBOARD), False, Step.COMPLETE, id="no hooks at the dashboard"),
        pytest.param(sign_in(DASHBOARD), True, Step.ASK_SECOND_FACTOR, id="the factor at the dashboard"),
        pytest.param(sign_in(blocked=True), True, Step.REFUSE_BLOCKED, id="blocked: no code is asked for"),
        pytest.param(sign_in(blocked=True, methods=BOTH), True, Step.REFUSE_BLOCKED, id="blocked meanwhile"),
        pytest.param(sign_in(blocked=True, is_past_hooks=True), False, Step.REFUSE_BLOCKED, id="by a hook"),
        pytest.param(sign_in(blocked=False), False, Step.RUN_HOOKS, id="unblocked"),
    ],
)
def test_what_comes_next(progress, has_second_factor, step):
    assert next_step(progress, has_second_factor=has_second_factor) is step


def test_a_sign_in_changes_by_replacement_only():
    progress = sign_in()

    with pytest.raises(AttributeError):
        progress.is_past_hooks = True
    assert replace(progress, is_past_hooks=True) != progress


def test_a_password_is_in_no_text_of_the_credentials():
    assert "Plum-Tart-77" not in repr(Credentials(login="jane", password="Plum-Tart-77"))


def test_the_log_names_the_application_and_the_api():
    request = replace(APP, audience="https://songs.example/")

    assert (request.through.client_id, request.through.client_name) == ("app", "App")
    assert request.through.audience == "https://songs.example/"
    assert DASHBOARD.through.client_id == ""
