"""`createsuperuser`: asks for an email, twice for a password, and writes as everybody does."""

from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command

from users.management.commands import createsuperuser
from users.models import Change, User

pytestmark = pytest.mark.django_db
VARIABLE = "DJANGO_SUPERUSER_PASSWORD"
GOOD = "correct horse battery"


@pytest.fixture
def type_in(monkeypatch):
    """Somebody at a terminal, typing these passwords; the run's messages come back."""

    def run(*typed, email: str = "root@example.com") -> str:
        answers = iter(typed)

        def ask(prompt: str) -> str:
            answer = next(answers)
            if isinstance(answer, type):
                raise answer
            return answer

        monkeypatch.setattr(createsuperuser.getpass, "getpass", ask)
        monkeypatch.setattr(createsuperuser.sys, "stdin", Terminal())
        out, err = io.StringIO(), io.StringIO()
        call_command("createsuperuser", "--email", email, stdout=out, stderr=err)
        assert next(answers, None) is None
        return out.getvalue() + err.getvalue()

    return run


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_an_administrator_with_every_right(type_in):
    assert "root@example.com is now an administrator" in type_in(GOOD, GOOD)

    user = User.objects.get()
    assert user.is_superuser
    assert user.is_staff
    assert user.email_verified
    assert user.check_password(GOOD)
    change = Change.objects.get()
    assert (change.what, change.actor_kind, change.actor_id) == ("created", "command", "createsuperuser")


def test_a_user_name_is_given_where_the_connection_requires_one(monkeypatch, connection):
    monkeypatch.setenv(VARIABLE, GOOD)
    connection.options = {"requires_username": True}
    connection.save()

    with pytest.raises(CommandError, match=r"missing username .* See --username"):
        call_command("createsuperuser", "--email", "root@example.com", "--noinput")
    assert not User.objects.exists()

    call_command("createsuperuser", "--email", "root@example.com", "--username", "root", "--noinput")
    assert User.objects.get().username == "root"


def test_two_different_passwords_are_asked_for_again(type_in):
    assert "The passwords do not match" in type_in(GOOD, "other", GOOD, GOOD)


def test_a_weak_password_is_asked_for_again(type_in):
    assert "too common" in type_in("password", "password", GOOD, GOOD)


@pytest.mark.parametrize("stopped", [KeyboardInterrupt, EOFError])
def test_stopped_while_asked(type_in, stopped):
    with pytest.raises(CommandError, match="no user was created"):
        type_in(GOOD, stopped)

    assert not User.objects.exists()


def test_without_a_terminal_it_says_how(monkeypatch):
    monkeypatch.setattr(createsuperuser.sys, "stdin", io.StringIO())

    with pytest.raises(CommandError, match=f"--noinput with {VARIABLE}"):
        call_command("createsuperuser", "--email", "root@example.com")


@pytest.mark.parametrize("flag", ["--noinput", "--no-input"])
def test_asking_nothing(monkeypatch, flag):
    monkeypatch.setenv(VARIABLE, GOOD)

    call_command("createsuperuser", "--email", "Root@Example.com", flag, stdout=io.StringIO())

    assert User.objects.get().email == "root@example.com"


def test_asking_nothing_needs_the_variable(monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)

    with pytest.raises(CommandError, match=VARIABLE):
        call_command("createsuperuser", "--email", "root@example.com", "--noinput")


def test_asking_nothing_still_judges_the_password(monkeypatch):
    monkeypatch.setenv(VARIABLE, "password")

    with pytest.raises(CommandError, match="too common"):
        call_command("createsuperuser", "--email", "root@example.com", "--noinput")

    assert not User.objects.exists()


def test_a_taken_address_is_refused_before_anything_is_asked(jane, type_in):
    with pytest.raises(CommandError, match="is taken"):
        type_in(email="JANE.DOE@example.com")

    jane.refresh_from_db()
    assert not jane.is_superuser


def test_a_bad_address_is_refused_before_anything_is_asked(type_in):
    with pytest.raises(CommandError, match="format email"):
        type_in(email="root")
