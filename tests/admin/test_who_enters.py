"""Who may open which page of the dashboard."""

from __future__ import annotations

import re

import pytest

from tests.admin.conftest import LIST, delete_path, user_path
from tests.web.pages import open_page
from users.actions.account.block_user import block_user
from users.models.write_guard import allow_account_writes
from users.rights.actor import command_actor

SHELL = command_actor("tests")
PAGES = [
    pytest.param(lambda jane: "/admin/", id="index"),
    pytest.param(lambda jane: "/admin/users/", id="app index"),
    pytest.param(lambda jane: LIST, id="list"),
    pytest.param(user_path, id="user"),
    pytest.param(delete_path, id="delete"),
    pytest.param(lambda jane: f"{LIST}{jane.pk}/history/", id="history"),
    pytest.param(lambda jane: f"{LIST}add/", id="add"),
    pytest.param(lambda jane: "/admin/password_change/", id="password"),
    pytest.param(lambda jane: "/admin/autocomplete/", id="autocomplete"),
]


@pytest.mark.parametrize("page", PAGES)
def test_a_visitor_is_led_to_the_sign_in_and_then_back(browser, jane, page):
    path = page(jane)

    answer = browser().get(path, follow=True)

    assert answer.redirect_chain[-1] == (f"/login/?next={path}", 302)
    assert b"jane.doe" not in answer.content


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("page", PAGES)
def test_jane_is_refused(browser, jane, page, method):
    answer = getattr(browser(jane), method)(page(jane), follow=True)

    assert answer.status_code == 403
    assert "The dashboard is for staff." in answer.content.decode()


def test_documents_of_jane_give_her_no_way_in(browser, make_user):
    claims = {"is_staff": True, "is_superuser": True, "roles": ["admin"], "groups": ["Administrator"]}
    jane = make_user(
        "jane", user_metadata=claims, app_metadata={**claims, "permissions": ["users.administer"]}
    )

    assert browser(jane).get(LIST, follow=True).status_code == 403


@pytest.mark.parametrize("who", ["supporter", "agent", "administrator"])
def test_staff_come_in(browser, jane, request, who):
    member = browser(request.getfixturevalue(who))

    assert member.get("/admin/").status_code == 200
    assert member.get("/admin/users/", follow=True).redirect_chain == [("/admin/", 302)]
    assert member.get(LIST).status_code == 200
    assert member.get(user_path(jane)).status_code == 200


@pytest.mark.parametrize(("who", "status"), [("supporter", 403), ("agent", 403), ("administrator", 200)])
def test_the_delete_page_asks_for_its_right(browser, jane, request, who, status):
    assert browser(request.getfixturevalue(who)).get(delete_path(jane)).status_code == status


@pytest.mark.parametrize(("who", "status"), [("supporter", 403), ("agent", 200), ("administrator", 200)])
def test_the_page_of_a_new_user_asks_for_its_right(browser, request, who, status):
    assert browser(request.getfixturevalue(who)).get(f"{LIST}add/").status_code == status


@pytest.mark.parametrize("page", [LIST, "user", "delete"])
def test_a_right_that_does_not_include_seeing_users_shows_none(browser, jane, staff_with, page):
    path = {"user": user_path(jane), "delete": delete_path(jane)}.get(page, page)

    answer = browser(staff_with("delete_user", "block_user")).get(path)

    assert answer.status_code == 403
    assert b"jane.doe" not in answer.content


def test_a_blocked_agent_is_out_at_once(browser, agent):
    member = browser(agent)
    assert member.get(LIST).status_code == 200

    block_user(agent, actor=SHELL)

    assert member.get(LIST, follow=True).redirect_chain[-1][0] == f"/login/?next={LIST}"


def test_a_right_taken_away_is_gone_with_the_next_request(browser, agent):
    member = browser(agent)
    assert member.get(LIST).status_code == 200

    with allow_account_writes():
        agent.groups.clear()

    assert member.get(LIST, follow=True).status_code == 403


@pytest.mark.parametrize("who", ["agent", "administrator"])
def test_the_dashboards_own_sign_in_leads_staff_to_the_overview(browser, request, who):
    answer = browser(request.getfixturevalue(who)).get("/admin/login/")

    assert (answer.status_code, answer["Location"]) == (302, "/admin/")


def test_an_account_is_found_by_its_user_id_too(browser, agent, jane):
    page = open_page(browser(agent), f"{LIST}{jane.user_id}/change/")

    assert page.status == 200
    assert jane.email in page.text


@pytest.mark.parametrize(
    "object_id", ["0", "99999999", "9" * 40, "²", "auth0%7Cnobody", "-1", "1%00", "%00", "..%2f1", "1_2F"]
)
def test_an_unknown_account_is_not_found(browser, agent, object_id):
    assert browser(agent).get(f"{LIST}{object_id}/change/").status_code == 404


def test_pages_of_the_dashboard_are_kept_in_no_cache(browser, agent, jane):
    for path in (LIST, user_path(jane)):
        assert "no-store" in browser(agent).get(path)["Cache-Control"]


def test_signing_out_and_changing_the_password_are_everybodys_own_pages(browser, agent):
    member = browser(agent)

    assert member.get("/admin/password_change/")["Location"] == "/password/change/"
    assert member.post("/admin/logout/")["Location"] == "/logout/"


@pytest.mark.parametrize("rights", [(), ("view_user",), ("view_user", "view_changes", "administer")])
def test_the_side_bar_lists_what_one_may_open_and_marks_where_one_is(browser, staff_with, rights):
    at_work = browser(staff_with("block_user", *rights))

    def side_bar(path):
        response = at_work.get(path)
        assert response.status_code == 200, path
        return re.search(r'<nav class="side".*?</nav>', response.content.decode(), re.DOTALL)

    paths = re.findall(r'href="(/admin/[^"]+)"', side_bar("/admin/jobs/")[0])
    assert ("/admin/users/user/" in paths) == ("view_user" in rights)
    for path in paths:
        assert re.findall(r'href="([^"]+)"\s+aria-current="page"', side_bar(path)[0]) == [path]
    if "view_user" in rights:
        [current] = re.findall(r'href="([^"]+)"\s+aria-current="page"', side_bar("/admin/help/search/")[0])
        assert current == "/admin/users/user/"
