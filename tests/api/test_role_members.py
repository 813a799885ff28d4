"""`/roles/{id}/users`: who has a role."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.api.answers import invalid_body, problem, shown
from users.models import RoleMember, User
from users.models.write_guard import allow_account_writes
from users.representation.roles import MAX_IDS

ROLES = "/api/v2/roles"
NOBODYS = f"{ROLES}/rol_0000000000000000/users"
NO_ROLE = (404, "The role does not exist.", None)
SOME_GONE = (404, "One or more of the users do not exist.", "inexistent_user")
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


@pytest.fixture
def members(make_role):
    """The address of who has the role of editors."""
    return f"{ROLES}/{make_role('Editor').role_id}/users"


def ids(users):
    return [user["user_id"] for user in users]


class TestGiving:
    def test_it_answers_200_and_an_empty_object(self, shop, members, jane, stranger):
        response = shop.post(members, {"users": [jane.user_id, stranger.user_id]})

        assert (response.status_code, shown(response)) == (200, {})
        assert ids(shown(shop.get(members))) == [jane.user_id, stranger.user_id]

    def test_each_of_them_has_a_line_in_their_record(self, shop, members, jane, stranger):
        shop.post(members, {"users": [jane.user_id, stranger.user_id]})

        for user in (jane, stranger):
            line = user.changes.first()
            assert line.what == "roles"
            assert line.keys == {"Editor": {"after": members.split("/")[-2]}}
            assert (line.actor_kind, line.actor_name, line.face) == ("client", "Shop", "api")

    def test_who_has_it_keeps_it_and_gets_no_second_line(self, shop, members, jane, stranger):
        shop.post(members, {"users": [jane.user_id]})
        since = RoleMember.objects.values().get()

        response = shop.post(members, {"users": [stranger.user_id, jane.user_id, jane.user_id]})

        assert response.status_code == 200
        assert RoleMember.objects.filter(user=jane).values().get() == since
        assert jane.changes.filter(what="roles").count() == 1
        assert ids(shown(shop.get(members))) == [jane.user_id, stranger.user_id]

    @pytest.mark.parametrize("unknown", ["auth0|nobody", "auth0|ümlaut"])
    def test_one_who_does_not_exist_and_nobody_gets_it(self, shop, members, jane, unknown):
        assert problem(shop.post(members, {"users": [jane.user_id, unknown]})) == SOME_GONE
        assert not RoleMember.objects.exists()
        assert not jane.changes.filter(what="roles").exists()

    def test_an_account_linked_to_another_is_nobody(self, shop, members, jane, stranger, link):
        link(stranger, to=jane)

        assert problem(shop.post(members, {"users": [stranger.user_id]})) == SOME_GONE

    def test_of_a_role_that_does_not_exist(self, shop, jane):
        assert problem(shop.post(NOBODYS, {"users": [jane.user_id]})) == NO_ROLE

    @pytest.mark.parametrize(
        ("users", "rule"),
        [
            ([], "'Array is too short (0), minimum 1' on property users (Ids of the users)."),
            (
                ["auth0|x"] * (MAX_IDS + 1),
                "'Array is too long (1001), maximum 1000' on property users (Ids of the users).",
            ),
            (
                ["jane"],
                "'String does not match pattern ^[^|\\x00]+\\|: jane' on property users[0]"
                " (Ids of the users).",
            ),
            (
                "auth0|jane",
                "'Expected type array but found type string' on property users (Ids of the users).",
            ),
        ],
        ids=["none", "too many", "no id", "no list"],
    )
    def test_what_is_no_list_of_users_is_refused(self, shop, members, users, rule):
        assert problem(shop.post(members, {"users": users})) == invalid_body(rule)

    def test_staff_may_be_given_it_too(self, shop, members, administrator):
        """It gives nothing here, so it is no way to their rights."""
        assert shop.post(members, {"users": [administrator.user_id]}).status_code == 200


@pytest.fixture
def link():
    def write(user, *, to):
        with allow_account_writes():
            User.accounts.filter(pk=user.pk).update(linked_to=to)

    return write


class TestListing:
    def test_a_member_shows_four_fields(self, shop, members, jane):
        shop.post(members, {"users": [jane.user_id]})
        profile = shown(shop.get(f"/api/v2/users/{jane.user_id}"))

        assert shown(shop.get(members)) == [
            {name: profile[name] for name in ("user_id", "email", "picture", "name")}
        ]

    def test_an_account_without_an_address_shows_its_phone_number_for_a_name(self, shop, members, make_user):
        caller = make_user("x", email=None, phone_number="+491234")
        shop.post(members, {"users": [caller.user_id]})

        [member] = shown(shop.get(members))

        assert "email" not in member
        assert member["name"] == "+491234"

    def test_with_totals_it_has_no_length(self, shop, members, jane, stranger):
        shop.post(members, {"users": [jane.user_id]})
        shop.post(members, {"users": [stranger.user_id]})

        page = shown(shop.get(f"{members}?include_totals=true&per_page=1&page=1"))

        assert ids(page.pop("users")) == [stranger.user_id]
        assert page == {"start": 1, "limit": 1, "total": 2}

    def test_nobody_is_an_empty_list(self, shop, members):
        assert shown(shop.get(members)) == []
        assert shown(shop.get(f"{members}?take=5")) == {"users": []}

    def test_of_a_role_that_does_not_exist(self, shop):
        assert problem(shop.get(NOBODYS)) == NO_ROLE

    def test_who_was_linked_to_another_is_no_member(self, shop, members, jane, stranger, link):
        shop.post(members, {"users": [jane.user_id, stranger.user_id]})
        link(stranger, to=jane)

        page = shown(shop.get(f"{members}?include_totals=true"))

        assert (ids(page["users"]), page["total"]) == ([jane.user_id], 1)

    def test_other_roles_have_their_own_members(self, shop, members, make_role, jane):
        shop.post(f"{ROLES}/{make_role('Viewer').role_id}/users", {"users": [jane.user_id]})

        assert shown(shop.get(members)) == []


class TestWalking:
    @pytest.fixture
    def crowd(self, shop, members, make_user):
        """Five given the role at once, and two a moment before."""
        people = [make_user(f"user-{number}") for number in range(7)]
        shop.post(members, {"users": [user.user_id for user in people[:5]]})
        RoleMember.objects.update(created_at=NOON)
        shop.post(members, {"users": [user.user_id for user in people[5:]]})
        RoleMember.objects.filter(user__in=people[5:]).update(created_at=NOON - timedelta(microseconds=1))
        return [user.user_id for user in (*people[5:], *people[:5])]

    @pytest.mark.parametrize("take", [1, 2, 3, 6, 7, 100])
    def test_everybody_is_met_once(self, shop, members, crowd, take):
        # As Auth0's Go program asks: what comes with `take` is of no account.
        asked = f"{members}?include_totals=true&per_page=50&take={take}"
        page = shown(shop.get(asked))
        met = ids(page["users"])
        while "next" in page:
            assert page.keys() == {"users", "next"}
            page = shown(shop.get(f"{asked}&from={page['next']}"))
            met += ids(page["users"])

        assert page.keys() == {"users"}
        assert met == crowd

    def test_what_is_no_checkpoint_is_refused(self, shop, members, crowd):
        assert problem(shop.get(f"{members}?from=x"))[::2] == (400, "invalid_query_string")
