"""Staff rights are given by administrators alone, and never more than the giver holds."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, Permission

from tests.admin.conftest import user_path
from tests.conftest import again
from users.models import Change

SAVE = "Save staff rights"


def group(name: str) -> str:
    return str(Group.objects.get(name=name).pk)


def groups_of(user) -> list[str]:
    return sorted(again(user).groups.values_list("name", flat=True))


def test_an_administrator_makes_staff(visit, browser, administrator, jane):
    page = visit(administrator, jane).press(SAVE, groups=[group("Support")], reason="New colleague")

    assert "Staff rights saved." in page.text
    assert groups_of(jane) == ["Support"]
    assert browser(again(jane)).get("/admin/users/user/").status_code == 200
    change = Change.objects.filter(subject=jane.user_id).first()
    assert (change.what, change.reason, change.actor_id) == (
        "staff_rights",
        "New colleague",
        administrator.user_id,
    )
    assert change.keys == {"groups": {"before": [], "after": ["Support"]}}


def test_an_administrator_takes_them_away(visit, browser, administrator, agent):
    at_work = browser(agent)
    page = visit(administrator, agent)
    assert page.form(SAVE).fields["groups"] == [group("Support lead")]

    page.press(SAVE, groups=[])

    assert groups_of(agent) == []
    assert at_work.get("/admin/users/user/", follow=True).status_code == 403


def test_an_unknown_group_is_refused(visit, row, administrator, jane):
    before = row(jane)

    page = visit(administrator, jane).press(SAVE, groups=["99999"])

    assert (page.status, row(jane)) == (422, before)


@pytest.mark.parametrize("who", ["supporter", "agent"])
@pytest.mark.parametrize("subject", ["jane", "themselves"])
def test_others_neither_see_nor_have_that_form(visit, row, jane, request, who, subject):
    member = request.getfixturevalue(who)
    user = member if subject == "themselves" else jane
    page = visit(member, user)
    before = row(user)

    answer = page.browser.post(user_path(user), {"do": "staff_rights", "groups": [group("Administrator")]})

    assert SAVE not in page.buttons
    assert (answer.status_code, row(user)) == (403, before)


@pytest.mark.parametrize("wanted", ["Support lead", "Administrator"])
def test_nobody_gives_more_than_they_hold(visit, row, staff_with, jane, wanted):
    support = Group.objects.get(name="Support").permissions.values_list("codename", flat=True)
    poor = staff_with("administer", *support)
    page = visit(poor, jane)
    before = row(jane)

    answer = page.press(SAVE, groups=[group(wanted)])

    assert (answer.status, row(jane)) == (403, before)


def test_what_one_holds_one_may_give(visit, staff_with, jane):
    support = Group.objects.get(name="Support").permissions.values_list("codename", flat=True)
    poor = staff_with("administer", *support)

    visit(poor, jane).press(SAVE, groups=[group("Support")])

    assert groups_of(jane) == ["Support"]


def test_rights_beyond_this_product_cannot_be_given_by_a_group(visit, row, administrator, jane):
    foreign = Group.objects.create(name="Group editors")
    foreign.permissions.add(Permission.objects.get(codename="change_group"))
    before = row(jane)

    answer = visit(administrator, jane).press(SAVE, groups=[str(foreign.pk)])

    assert (answer.status, row(jane)) == (403, before)


def test_no_field_of_any_form_gives_rights(visit, row, agent, jane):
    forged = {
        "groups": [group("Administrator")],
        "is_superuser": "on",
        "user_permissions": "1",
        "is_staff": "on",
    }
    before = row(jane)

    visit(agent, jane).press("Save changes", forged=forged)

    assert row(jane) == before
