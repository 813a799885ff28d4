"""`/`: everybody to where they belong."""

from __future__ import annotations

import pytest

from users.actions.account.block_user import block_user
from users.rights.actor import command_actor


@pytest.mark.parametrize(
    ("who", "leads_to"),
    [
        (None, "/login/?next=/"),
        ("jane", "/profile/"),
        ("supporter", "/admin/"),
        ("agent", "/admin/"),
        ("administrator", "/admin/"),
    ],
)
@pytest.mark.django_db
def test_home(browser, request, who, leads_to):
    visitor = browser(request.getfixturevalue(who) if who else None)

    answer = visitor.get("/")

    assert (answer.status_code, answer["Location"]) == (302, leads_to)


def test_a_blocked_agent_belongs_nowhere(browser, agent):
    member = browser(agent)
    block_user(agent, actor=command_actor("tests"))

    assert member.get("/")["Location"] == "/login/?next=/"


@pytest.mark.parametrize("who", [None, "jane"])
def test_the_icon_is_found_by_its_old_name(browser, request, who):
    answer = browser(request.getfixturevalue(who) if who else None).get("/favicon.ico")

    assert (answer.status_code, answer["Location"]) == (302, "/static/users/img/mark.svg")
    assert answer["Cache-Control"] == "public, max-age=86400"
