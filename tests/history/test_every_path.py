"""On whatever way an account changes: a line with who, through what, by which request and from where."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial

import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client as Browser

from tests.admin.conftest import user_path
from tests.api.answers import at
from tests.api.test_jobs import JOBS, work
from tests.conftest import PASSWORD, Api
from tests.second_factor import enrol
from tests.user_tokens import issue_user_token
from tests.web.pages import open_page
from users.actions.account.tickets import create_ticket
from users.models import Change, ResourceServer, Ticket, User
from users.rights.actor import Face, Kind, command_actor
from users.tokens.issue import issue_machine_token

REQUEST = "request-4711"
CALLER, KEPT = "198.51.100.77", "198.51.100.0"
NEW = "quite-another-secret-77"
PURPOSES = Ticket.Purpose


@dataclass
class Everybody:
    """Each with a browser whose every request has one name and one address."""

    jane: User
    agent: User
    administrator: User
    stranger: User

    def visitor(self, user: User | None = None) -> Browser:
        browser = Browser(headers={"X-Request-ID": REQUEST, "X-Forwarded-For": CALLER})
        if user is not None:
            browser.force_login(User.objects.get(pk=user.pk))  # blocks end sessions
        return browser

    def press(self, user: User | None, path: str, button: str, **typed) -> None:
        assert open_page(self.visitor(user), path).press(button, **typed).status == 200, button

    def desk(self, button: str, *, by: User | None = None, tab: str = "", **typed) -> None:
        self.press(by or self.administrator, f"{user_path(self.jane)}{tab}", button, **typed)

    def ticket(self, purpose: Ticket.Purpose) -> str:
        return f"?ticket={create_ticket(self.jane, purpose, actor=command_actor('tests'))}"


@pytest.fixture
def everybody(jane, agent, administrator, stranger, settings):
    settings.RECORD_IP, settings.TRUST_FORWARDED_HEADERS = "truncated", True
    return Everybody(jane, agent, administrator, stranger)


@pytest.fixture
def shop(make_client, everybody):
    client = make_client()
    return Api(everybody.visitor(), issue_machine_token(client, client.grants.get().scope))


@pytest.fixture
def own(make_client, everybody):
    server = ResourceServer.objects.management()
    scopes = ("read:current_user", "update:current_user_metadata", "create:current_user_metadata")
    client = make_client()

    def patch(path, body):
        jane = User.objects.get(pk=everybody.jane.pk)  # what was done to her so far has ended tokens
        return Api(everybody.visitor(), issue_user_token(jane, client, scopes, server=server)).patch(
            path, body
        )

    return patch


def import_file(shop, connection) -> None:
    people = SimpleUploadedFile("users.json", json.dumps([{"email": "new@example.com"}]).encode())
    parts = {"connection_id": connection.connection_id, "users": people, "send_completion_email": "false"}
    answer = shop.browser.post(f"{JOBS}/users-imports", parts, HTTP_AUTHORIZATION=f"Bearer {shop.token}")
    assert answer.status_code == 202, answer.content
    work()


def test_every_path_leaves_a_line(everybody, shop, own, connection, make_role, songs_api, monkeypatch):
    jane, desk = everybody.jane, everybody.desk
    role = make_role("Editor")
    body = {"connection": connection.name, "email": "jay@example.com"}
    jay = "auth0|jay"
    identity = {"provider": "auth0", "user_id": jay}
    by_staff, by_client = (Kind.STAFF, Face.DASHBOARD), (Kind.CLIENT, Face.API)
    at_home = (Kind.USER, Face.PROFILE)
    patch = partial(shop.patch, at(jane))
    steps = {
        "the editor": (partial(desk, "Save changes", app_metadata='{"plan": "pro"}'), by_staff),
        "the form of the profile": (partial(desk, "Save profile", name="J", reason="asked"), by_staff),
        "block": (partial(desk, "Block"), by_staff),
        "unblock": (partial(desk, "Unblock"), by_staff),
        "verified": (partial(desk, "Mark email as verified"), by_staff),
        "a reset": (partial(desk, "Send password reset"), by_staff),
        "staff rights": (
            partial(desk, "Save staff rights", groups=[str(Group.objects.get(name="Support").pk)]),
            by_staff,
        ),
        "no staff rights": (partial(desk, "Save staff rights", groups=[]), by_staff),
        "one's own page": (
            partial(everybody.press, jane, "/profile/", "Save changes", user_metadata='{"hobby": "go"}'),
            at_home,
        ),
        "one's own token": (partial(own, at(jane), {"user_metadata": {"a": 1}}), (Kind.USER, Face.API)),
        "the API": (partial(patch, {"app_metadata": {"plan": "x"}, "nickname": "j"}), by_client),
        "a password": (partial(patch, {"password": NEW}), by_client),
        "roles": (partial(shop.post, f"{at(jane)}/roles", {"roles": [role.role_id]}), by_client),
        "a new account": (partial(shop.post, "/api/v2/users", {**body, "user_id": "jay"}), by_client),
        "linking": (partial(shop.post, f"{at(jane)}/identities", identity), by_client),
        "unlinking": (partial(shop.delete, f"{at(jane)}/identities/auth0/jay"), by_client),
        "deletion": (partial(shop.delete, f"/api/v2/users/{jay}"), by_client),
        "a ticket": (
            partial(shop.post, "/api/v2/tickets/password-change", {"user_id": jane.user_id}),
            by_client,
        ),
        "a second factor": (
            partial(shop.delete, f"{at(jane)}/multifactor/google-authenticator"),
            by_client,
        ),
        "recovery codes": (partial(shop.post, f"{at(jane)}/recovery-code-regeneration", {}), by_client),
        "an import": (partial(import_file, shop, connection), (Kind.CLIENT, Face.IMPORT)),
    }
    enrol(jane)
    for name, (step, (kind, face)) in steps.items():
        lines = added_by(step)
        assert lines, name
        for line in lines:
            assert (line.actor_kind, line.face) == (kind, face), (name, line)
            assert line.ip == KEPT, (name, line)
            # That of an import is the job's, by which its lines are found again.
            assert (line.request_id == REQUEST) != (name == "an import"), (name, line)
            assert line.request_id, name
    for path, button, typed, purpose in (
        ("/u/email-verification", "Confirm", {}, PURPOSES.EMAIL_VERIFICATION),
        (
            "/u/reset-password",
            "Set password",
            {"password1": PASSWORD, "password2": PASSWORD},
            PURPOSES.PASSWORD_CHANGE,
        ),
    ):
        shop.patch(at(jane), {"email_verified": False})
        address = path + everybody.ticket(purpose)
        lines = added_by(partial(everybody.press, None, address, button, **typed))
        assert [(line.face, line.ip, line.request_id) for line in lines] == [(Face.SIGN_IN, KEPT, REQUEST)], (
            path
        )
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", NEW)
    lines = added_by(partial(call_command, "createsuperuser", "--no-input", email="root@example.com"))
    assert {(line.actor_kind, line.actor_id, line.face, line.ip) for line in lines} == {
        (Kind.COMMAND, "createsuperuser", Face.COMMAND, None)
    }
    everything = json.dumps(list(Change.objects.values("keys", "names", "reason", "actor_name")))
    for secret in (PASSWORD, NEW, User.objects.get(pk=jane.pk).password):
        assert secret not in everything


def added_by(step) -> list[Change]:
    latest = Change.objects.order_by("pk").last().pk
    answer = step()
    assert getattr(answer, "status_code", 200) < 300, answer.content
    return list(Change.objects.filter(pk__gt=latest))
