"""What every page does before and after its own business."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.urls import reverse

from users.actions.errors import ChangeNotFound, UserNotFound
from users.models import User
from users.rights import actor
from users.rights.actor import owner_actor, staff_actor
from users.rights.errors import Denied, Protected
from users.web.page_view import page_view

USERS = Path(__file__).parents[2] / "users"


@pytest.fixture
def asked(rf, jane):
    """Ask a page that is made of this function, as Jane."""

    def ask(view):
        request = rf.get("/")
        request.user = jane
        page = page_view(
            view,
            actor_of=lambda request: owner_actor(request.user),
            when_gone=lambda request: HttpResponse(f"{request.subject} is gone"),
        )
        return page(request)

    return ask


def test_the_page_knows_who_acts(asked, jane):
    answer = asked(lambda request: HttpResponse(request.actor.id))

    assert answer.content.decode() == jane.user_id


@pytest.mark.parametrize("refusal", [Denied("You may not."), Protected("You may not.")])
def test_what_is_denied_is_forbidden_for_the_same_reason(asked, refusal):
    def refuse(request):
        raise refusal

    with pytest.raises(PermissionDenied, match="You may not"):
        asked(refuse)


@pytest.mark.parametrize("error", [UserNotFound, User.DoesNotExist, ChangeNotFound])
def test_a_user_who_is_gone_is_named(asked, jane, error):
    def refuse(request):
        request.subject = jane
        raise error

    assert asked(refuse).content.decode() == f"{jane.email} is gone"


def test_any_other_error_is_none_of_its_business(asked):
    def refuse(request):
        raise LookupError

    with pytest.raises(LookupError):
        asked(refuse)


@pytest.mark.parametrize(
    "name",
    [
        *("changes", "indexed_keys", "metadata", "jobs", "segments", "log", "webhooks", "search_help"),
        *("suggest", "users_user_changelist"),
    ],
)
def test_a_page_of_the_dashboard_finds_out_once_who_acts(browser, administrator, monkeypatch, name):
    made = []
    monkeypatch.setattr(
        actor, "staff_actor", lambda *args, **more: made.append(staff_actor(*args, **more)) or made[-1]
    )

    assert browser(administrator).get(reverse(f"admin:{name}")).status_code == 200
    assert len(made) == 1


def test_refusals_are_translated_in_one_place():
    """Pages raise Denied. Some catch it to show it beside what it is about, none to answer 403."""
    translating = {
        str(path.relative_to(USERS))
        for room in ("admin", "profile")
        for path in (USERS / room).rglob("*.py")
        if re.search(r"PermissionDenied|HttpResponseForbidden|\bstaff\(", path.read_text())
    }

    # Where users who are no staff are turned away, before anyone acts.
    assert translating == {"admin/site.py"}
