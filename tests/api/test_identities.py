"""`/users/{id}/identities`: linking and unlinking, and PATCH by `connection`."""

from __future__ import annotations

import json

import pytest
from django.test import Client as Browser
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from tests.api.answers import BY_EMAIL, CONNECTION, USERS, at, invalid_body, problem, shown
from tests.conftest import PASSWORD, Api, again
from tests.user_tokens import issue_user_token
from users.actions.account.block_user import block_user
from users.actions.account.create_user import create_user
from users.actions.account.delete_user import delete_user
from users.actions.account.identities import link
from users.models import Change, Client, ResourceServer, User
from users.models.write_guard import allow_account_writes
from users.rights.actor import command_actor
from users.tokens.issue import issue_machine_token, sign

SHELL = command_actor("tests")
OWN = "update:current_user_identities"
SAME = (400, "Main identity and the new one are the same.", "operation_not_supported")
TAKEN = (409, "Specified identity already exists.", "identity_conflict")
NONE = (400, "Linking to an inexistent identity is not allowed.", "operation_not_supported")
NOT_CONFIGURED = (400, "The provider/connection is not configured.", "operation_not_supported")
MAIN = (400, "Main identity cannot be removed.", "operation_not_supported")
NOT_CONTAINED = (
    400,
    "The user exists, but does not contain the given identity.",
    "operation_not_supported",
)
NO_SUCH_USER = (404, "The user does not exist.", "inexistent_user")
PROTECTED = (403, "This account has staff rights; only an administrator may do this.", "protected_account")


@pytest.fixture
def jay(make_user):
    return make_user(
        "jay",
        password="quite another secret",
        given_name="Jay",
        picture="https://example.com/jay.png",
        user_metadata={"hobby": "chess"},
    )


@pytest.fixture
def linked(jane, jay):
    """Jay's account, linked to Jane's."""
    link(jane, jay, actor=SHELL)
    return again(jay)


@pytest.fixture
def app(make_client) -> Client:
    """A client where people sign in."""
    return make_client(name="App")


@pytest.fixture
def own(app, jane):
    """Calls with Jane's own token."""
    token = issue_user_token(jane, app, [OWN], server=ResourceServer.objects.management())
    return Api(Browser(), token)


def to(user, rest=""):
    return f"{at(user)}/identities{rest}"


def by_id(user):
    return {"provider": "auth0", "user_id": user.bare_id}


def id_token(user, client, **claims):
    generation = again(user).token_generation
    good = {"sub": user.user_id, "aud": client.client_id, "token_generation": generation}
    return sign(good | claims, lifetime=60)


def ids(answer):
    return [one["user_id"] for one in answer]


class TestLinking:
    def test_answers_every_identity_with_its_profile(self, shop, jane, jay):
        response = shop.post(to(jane), by_id(jay))

        assert response.status_code == 201
        login = {"connection": CONNECTION, "provider": "auth0", "isSocial": False}
        assert json.loads(response.content) == [
            {
                **login,
                "user_id": jane.bare_id,
                "profileData": {"email": jane.email, "email_verified": False, "name": "Jane Doe"},
            },
            {
                **login,
                "user_id": jay.bare_id,
                "profileData": {
                    "email": jay.email,
                    "email_verified": False,
                    "given_name": "Jay",
                    "picture": "https://example.com/jay.png",
                },
            },
        ]

    def test_shows_in_the_profile_from_then_on(self, shop, jane, jay):
        before = shown(shop.get(at(jane)))

        answer = shown(shop.post(to(jane), by_id(jay)))

        after = shown(shop.get(at(jane)))
        own, other = after.pop("identities")
        assert (own, other) == (before.pop("identities")[0], answer[1])
        assert "profileData" not in own
        assert {name for name in after if after[name] != before[name]} == {"updated_at"}

    def test_raises_the_etag(self, shop, jane, jay):
        before = shop.get(at(jane))["ETag"]

        shop.post(to(jane), by_id(jay))

        assert shop.get(at(jane))["ETag"] != before
        assert shop.patch(at(jane), {"name": "J"}, **{"If-Match": before}).status_code == 412

    @pytest.mark.parametrize("prefixed", [True, False])
    def test_the_id_may_carry_its_provider(self, shop, jane, jay, prefixed):
        body = {"provider": "auth0", "user_id": jay.user_id if prefixed else jay.bare_id}

        assert ids(shown(shop.post(to(jane), body))) == [jane.bare_id, jay.bare_id]

    def test_the_id_may_be_a_number(self, shop, jane, make_user):
        seven = make_user("seven", bare_id="7")

        shown(shop.post(to(jane), {"provider": "auth0", "user_id": 7}))

        assert again(seven).linked_to == jane

    def test_the_connection_may_be_named(self, shop, jane, jay, connection):
        body = by_id(jay) | {"connection_id": connection.connection_id}

        assert shop.post(to(jane), body).status_code == 201

    def test_a_form_will_do(self, shop, jane, jay):
        response = shop.browser.post(
            to(jane),
            f"provider=auth0&user_id={jay.bare_id}",
            content_type="application/x-www-form-urlencoded",
            HTTP_AUTHORIZATION=f"Bearer {shop.token}",
        )

        assert response.status_code == 201

    def test_an_encoded_pipe_in_the_address_will_do(self, shop, jane, jay):
        address = f"{USERS}/{jane.user_id.replace('|', '%7C')}/identities"

        assert shop.post(address, by_id(jay)).status_code == 201


class TestRefusedToLink:
    def test_to_itself(self, shop, jane):
        assert problem(shop.post(to(jane), by_id(jane))) == SAME

    def test_what_is_linked_already(self, shop, jane, linked, stranger):
        for user in (jane, stranger):
            assert problem(shop.post(to(user), by_id(linked))) == TAKEN

    def test_nobody(self, shop, jane):
        assert problem(shop.post(to(jane), {"provider": "auth0", "user_id": "nobody"})) == NONE

    def test_to_nobody(self, shop, jane):
        assert problem(shop.post(f"{USERS}/auth0|nobody/identities", by_id(jane))) == NO_SUCH_USER

    def test_to_one_that_is_linked(self, shop, linked, stranger):
        assert problem(shop.post(to(linked), by_id(stranger))) == NO_SUCH_USER

    def test_of_a_provider_there_is_none(self, shop, jane):
        assert problem(shop.post(to(jane), {"provider": "github", "user_id": "7"})) == NOT_CONFIGURED

    def test_of_another_connection_than_the_one_named(self, shop, jane, jay, elsewhere):
        body = by_id(jay) | {"connection_id": elsewhere.connection_id}
        assert problem(shop.post(to(jane), body)) == NONE

        body["connection_id"] = "con_" + "x" * 16
        assert problem(shop.post(to(jane), body)) == NOT_CONFIGURED

    def test_the_blocked(self, shop, jane, jay):
        block_user(jay, actor=SHELL)

        text = "Unable to link with the secondary account."
        assert problem(shop.post(to(jane), by_id(jay))) == (400, text, "operation_not_supported")

    def test_staff_on_either_side(self, shop, jane, agent):
        assert problem(shop.post(to(jane), by_id(agent))) == PROTECTED
        assert problem(shop.post(to(agent), by_id(jane))) == PROTECTED
        assert not User.accounts.exclude(linked_to=None).exists()

    @pytest.mark.parametrize(
        ("body", "rule"),
        [
            pytest.param(
                {},
                "'Data does not match any schemas from 'oneOf''."
                " Missing required property: link_with; or Missing required property: provider.",
                id="nothing",
            ),
            pytest.param(
                {"provider": "auth0"},
                "'Data does not match any schemas from 'oneOf''."
                " Missing required property: link_with; or Missing required property: user_id.",
                id="half",
            ),
            pytest.param(
                {"link_with": "a.b.c", "provider": "auth0", "user_id": "x"},
                "'Data does not match any schemas from 'oneOf''."
                " Too many properties defined (3), maximum 1; or Not supported on property link_with.",
                id="both",
            ),
            pytest.param(
                {"provider": "auth0", "user_id": "x", "email": "x"},
                "'Additional properties not allowed: email'.",
                id="more",
            ),
            pytest.param(
                {"link_with": 7},
                "'Expected type string but found type integer' on property link_with"
                " (An id token of the secondary account, in place of all else).",
                id="type",
            ),
            pytest.param(
                {"provider": "auth0", "user_id": "x", "connection_id": "con_1"},
                "'String does not match pattern ^con_[A-Za-z0-9]{16}$: con_1' on property connection_id"
                " (Id of the secondary account's connection).",
                id="connection",
            ),
        ],
    )
    def test_by_a_body_of_another_shape(self, shop, jane, body, rule):
        assert problem(shop.post(to(jane), body)) == invalid_body(rule)

    @pytest.mark.parametrize("given", ["a\0b", "a b", "", "\ud800"])
    def test_by_what_is_no_id(self, shop, jane, given):
        body = {"provider": "auth0", "user_id": given}

        assert problem(shop.post(to(jane), body))[::2] == (400, "invalid_body")


class TestByIdToken:
    """`link_with`: the other account's owner has signed in to the same client."""

    def test_people_link_their_own(self, own, app, jane, jay):
        response = own.post(to(jane), {"link_with": id_token(jay, app)})

        assert ids(shown(response)) == [jane.bare_id, jay.bare_id]
        line = Change.objects.filter(subject=jane.user_id).first()
        assert (line.what, line.actor_kind, line.actor_id) == ("identities", "user", jane.user_id)

    def test_clients_may_too(self, app, jane, jay):
        shop = Api(Browser(), issue_machine_token(app, ["update:users"]))

        assert shop.post(to(jane), {"link_with": id_token(jay, app, aud=[app.client_id])}).status_code == 201

    def test_people_link_nothing_by_its_id(self, own, jane, jay):
        text = "Insufficient scope to link by: provider, user_id"

        assert problem(own.post(to(jane), by_id(jay))) == (403, text, "insufficient_scope")
        assert again(jay).linked_to is None

    def test_staff_accounts_are_out_of_reach(self, own, app, jane, agent):
        assert problem(own.post(to(jane), {"link_with": id_token(agent, app)})) == PROTECTED

    def test_the_token_of_the_linked_is_worth_nothing_any_more(self, own, app, jane, jay):
        server = ResourceServer.objects.management()
        his = Api(Browser(), issue_user_token(jay, app, ["read:current_user", OWN], server=server))
        assert his.get(at(jay)).status_code == 200

        own.post(to(jane), {"link_with": id_token(jay, app)})

        assert problem(his.get(at(jay))) == (401, "Invalid token", None)

    def test_nor_once_that_account_is_parted_again(self, own, shop, app, jane, jay):
        server = ResourceServer.objects.management()
        his = Api(Browser(), issue_user_token(jay, app, ["read:current_user", OWN], server=server))
        own.post(to(jane), {"link_with": id_token(jay, app)})

        assert shop.delete(to(jane, f"/auth0/{jay.bare_id}")).status_code == 200

        assert problem(his.get(at(jay))) == (401, "Invalid token", None)
        assert problem(own.get(at(jane))) == (401, "Invalid token", None)

    def test_the_token_of_an_earlier_account_with_the_same_id_proves_nothing(self, own, app, jane, jay):
        earlier = id_token(jay, app)
        delete_user(jay, actor=SHELL)
        create_user(jay.connection, actor=SHELL, profile={"email": "jay@example.com"}, bare_id=jay.bare_id)

        refused = (400, "Invalid token (link_with).", "operation_not_supported")
        assert problem(own.post(to(jane), {"link_with": earlier})) == refused

    def test_the_linked_cannot_be_linked_again(self, own, app, jane, linked):
        assert problem(own.post(to(jane), {"link_with": id_token(linked, app)})) == TAKEN

    def test_oneself_cannot_be_linked(self, own, app, jane):
        assert problem(own.post(to(jane), {"link_with": id_token(jane, app)})) == SAME

    def test_whoever_is_gone_is_not_found(self, own, app, jane, jay):
        token = id_token(jay, app)
        delete_user(jay, actor=SHELL)

        assert problem(own.post(to(jane), {"link_with": token}))[:2] == (
            400,
            "Provided secondary account not found.",
        )

    @pytest.mark.parametrize(
        ("claims", "text"),
        [
            pytest.param(
                {"aud": "another-client"},
                "JWT (link_with) must have an aud claim that matches that of the calling token's azp.",
                id="another client",
            ),
            pytest.param(
                {"aud": "http://localhost:8000/api/v2/"},
                "JWT (link_with) must have an aud claim that matches that of the calling token's azp.",
                id="an API",
            ),
            pytest.param({"aud": []}, "JWT (link_with) contains an invalid aud claim.", id="no aud"),
            pytest.param(
                {"iss": "https://elsewhere.example/"},
                "JWT (link_with) must have the same issuer as the calling user.",
                id="another issuer",
            ),
            pytest.param({"sub": "jay"}, "JWT (link_with) contains an invalid sub claim.", id="no id"),
            pytest.param({"sub": "auth0|nobody"}, "Provided secondary account not found.", id="nobody"),
        ],
    )
    def test_the_token_must_be_for_this_client_by_us(self, own, app, jane, jay, claims, text):
        response = own.post(to(jane), {"link_with": id_token(jay, app, **claims)})

        assert problem(response) == (400, text, "operation_not_supported")
        assert again(jay).linked_to is None

    def test_a_token_of_nobody_is_none(self, own, app, jane):
        token = sign({"aud": app.client_id}, lifetime=60)

        text = "JWT (link_with) must contains sub claim."
        assert problem(own.post(to(jane), {"link_with": token}))[:2] == (400, text)

    def test_an_access_token_is_no_proof(self, own, app, jane, jay):
        server = ResourceServer.objects.management()
        token = issue_user_token(jay, app, ["openid", OWN], server=server)

        assert problem(own.post(to(jane), {"link_with": token}))[0] == 400
        assert again(jay).linked_to is None

    @pytest.mark.parametrize("kind", ["expired", "another key", "words", "parts", "empty", "NUL", "long"])
    def test_what_is_no_good_is_refused_in_one_word(self, own, app, jane, jay, kind):
        token = {
            "expired": lambda: sign({"sub": jay.user_id, "aud": app.client_id}, lifetime=-1),
            "another key": lambda: jwt.encode(
                {"alg": "RS256"}, {"sub": jay.user_id, "aud": app.client_id}, RSAKey.generate_key(2048)
            ),
            "words": lambda: "an id token",
            "parts": lambda: "a.b.c",
            "empty": lambda: "..",
            "NUL": lambda: "e30.e30.\u00e9",
            "long": lambda: "a" * 20_000 + ".b.c",
        }[kind]()

        response = own.post(to(jane), {"link_with": token})

        assert problem(response) == (400, "Invalid token (link_with).", "operation_not_supported")

    @pytest.mark.parametrize("alg", ["HS256", "none"])
    def test_another_algorithm_is_no_proof(self, own, app, jane, jay, alg):
        claims = {"iss": "http://localhost:8000/", "sub": jay.user_id, "aud": app.client_id}
        if alg == "none":
            token = "eyJhbGciOiJub25lIn0.e30."
        else:
            token = jwt.encode({"alg": alg}, claims, OctKey.import_key("s" * 32))

        text = "JWT (link_with) must have an alg of RS256."
        assert problem(own.post(to(jane), {"link_with": token}))[:2] == (400, text)


class TestUnlinking:
    def test_answers_those_that_remain(self, shop, jane, linked, stranger):
        link(jane, stranger, actor=SHELL)

        response = shop.delete(to(jane, f"/auth0/{linked.bare_id}"))

        assert response.status_code == 200
        own, other = json.loads(response.content)
        assert (own["user_id"], other["user_id"]) == (jane.bare_id, stranger.bare_id)
        assert own["profileData"]["email"] == jane.email

    def test_makes_a_user_without_documents(self, shop, jane, linked):
        shop.delete(to(jane, f"/auth0/{linked.bare_id}"))

        user = shown(shop.get(at(linked)))
        assert (user["email"], user["given_name"]) == (linked.email, "Jay")
        assert not {"user_metadata", "app_metadata"} & user.keys()
        assert ids(shown(shop.get(at(jane)))["identities"]) == [jane.bare_id]

    def test_people_may_part_their_own(self, own, jane, linked):
        assert ids(shown(own.delete(to(jane, f"/auth0/{linked.bare_id}")))) == [jane.bare_id]

    @pytest.mark.parametrize("spelt", ["auth0%7C{}", "auth0|{}", "{}"])
    def test_the_id_may_carry_its_provider(self, shop, jane, linked, spelt):
        assert shop.delete(to(jane, "/auth0/" + spelt.format(linked.bare_id))).status_code == 200

    def test_the_id_may_hold_a_slash_and_pipes(self, shop, jane, linked):
        with allow_account_writes():
            User.accounts.filter(pk=linked.pk).update(user_id="samlp|corp|a/b")

        response = shop.delete(to(jane, "/samlp/corp%7Ca%2Fb"))

        assert response.status_code == 200
        assert again(linked).linked_to is None

    def test_the_main_identity_stays(self, shop, jane, linked):
        assert problem(shop.delete(to(jane, f"/auth0/{jane.bare_id}"))) == MAIN

    def test_what_is_not_there_is_not_parted(self, shop, jane, stranger):
        for user_id in (stranger.bare_id, "nobody"):
            assert problem(shop.delete(to(jane, f"/auth0/{user_id}"))) == NOT_CONTAINED
        assert problem(shop.delete(to(jane, "/github/7"))) == NOT_CONTAINED

    def test_nobody_has_none(self, shop, db):
        assert problem(shop.delete(f"{USERS}/auth0|nobody/identities/auth0/x")) == NO_SUCH_USER

    def test_staffs_stay(self, shop, agent, jay):
        link(agent, jay, actor=SHELL)

        assert problem(shop.delete(to(agent, f"/auth0/{jay.bare_id}"))) == PROTECTED

    @pytest.mark.parametrize("rest", ["/auth0/a%00b", "/AUTH0/x", "/auth0/a%20b"])
    def test_an_address_of_another_shape_is_refused(self, shop, jane, rest):
        assert problem(shop.delete(to(jane, rest)))[::2] == (400, "invalid_uri")


class TestALinkedAccount:
    def test_is_nobody_here(self, shop, jane, linked):
        assert problem(shop.get(at(linked))) == NO_SUCH_USER
        assert problem(shop.patch(at(linked), {"name": "X"})) == NO_SUCH_USER
        assert shown(shop.get(f"{BY_EMAIL}?email={linked.email}")) == []
        listed = shown(shop.get(f"{USERS}?include_totals=true"))
        assert ([user["user_id"] for user in listed["users"]], listed["total"]) == ([jane.user_id], 1)

    def test_is_deleted_without_a_word_and_stays(self, shop, linked):
        assert shop.delete(at(linked)).status_code == 204
        assert again(linked).linked_to is not None

    def test_keeps_its_address_from_others(self, shop, linked):
        body = {"connection": CONNECTION, "email": linked.email}

        assert problem(shop.post(USERS, body))[0] == 409

    def test_goes_with_its_primary(self, shop, jane, linked):
        shop.delete(at(jane))

        assert not User.accounts.exists()
        body = {"connection": CONNECTION, "email": linked.email}
        assert shop.post(USERS, body).status_code == 201


class TestPatchByConnection:
    """`connection` names the identity whose e-mail, user name, phone or password is meant."""

    @pytest.fixture
    def away(self, jane, elsewhere):
        """An account of another connection, linked to Jane's."""
        profile = {"email": "away@example.com"}
        user = create_user(elsewhere, actor=SHELL, profile=profile, password="quite another secret")
        link(jane, user, actor=SHELL)
        return again(user)

    def test_changes_the_linked_account(self, shop, jane, away):
        body = {"connection": "Elsewhere", "email": "new@example.com", "email_verified": True}

        user = shown(shop.patch(at(jane), body))

        assert user["email"] == jane.email
        data = user["identities"][1]["profileData"]
        assert data == {"email": "new@example.com", "email_verified": True}
        assert (again(away).email, again(away).email_verified) == ("new@example.com", True)

    def test_sets_its_password(self, shop, jane, away):
        shown(shop.patch(at(jane), {"connection": "Elsewhere", "password": "new-horse-battery"}))

        assert again(away).check_password("new-horse-battery")
        assert again(jane).check_password(PASSWORD)

    def test_leaves_the_documents_to_the_primary(self, shop, jane, away):
        body = {"connection": "Elsewhere", "phone_number": "+4930", "app_metadata": {"a": 1}}

        user = shown(shop.patch(at(jane), body))

        assert user["app_metadata"] == {"plan": "full", "a": 1}
        assert "phone_number" not in user
        assert user["identities"][1]["profileData"]["phone_number"] == "+4930"

    def test_names_cannot_be_changed(self, shop, jane, away):
        response = shop.patch(at(jane), {"connection": "Elsewhere", "nickname": "J", "family_name": "D"})

        assert problem(response) == (
            400,
            "The following user attributes cannot be updated: family_name, nickname."
            " The specified connection belongs to a secondary identity.",
            "operation_not_supported",
        )

    def test_the_primarys_own_connection_means_the_primary(self, shop, jane, away):
        shown(shop.patch(at(jane), {"connection": CONNECTION, "email": "new@example.com"}))

        assert (again(jane).email, again(away).email) == ("new@example.com", "away@example.com")

    def test_a_connection_without_an_identity_is_refused(self, shop, jane, elsewhere):
        response = shop.patch(at(jane), {"connection": "Elsewhere", "email": "new@example.com"})

        text = "The user has no identity in this connection."
        assert problem(response) == (400, text, "operation_not_supported")

    def test_one_of_several_is_not_guessed(self, shop, jane, away, elsewhere):
        second = create_user(elsewhere, actor=SHELL, profile={"email": "second@example.com"})
        link(jane, second, actor=SHELL)

        response = shop.patch(at(jane), {"connection": "Elsewhere", "email": "new@example.com"})

        text = "The user has several identities in this connection."
        assert problem(response) == (400, text, "operation_not_supported")

    def test_a_taken_address_is_refused(self, shop, jane, away, elsewhere):
        create_user(elsewhere, actor=SHELL, profile={"email": "taken@example.com"})

        response = shop.patch(at(jane), {"connection": "Elsewhere", "email": "taken@example.com"})

        assert problem(response) == (400, "The specified new email already exists", "auth0_idp_error")

    def test_an_old_etag_is_refused(self, shop, jane, away):
        body = {"connection": "Elsewhere", "email": "new@example.com"}

        assert shop.patch(at(jane), body, **{"If-Match": '"1"'}).status_code == 412

    def test_staffs_are_out_of_reach(self, shop, agent, elsewhere):
        user = create_user(elsewhere, actor=SHELL, profile={"email": "away@example.com"})
        link(agent, user, actor=SHELL)

        response = shop.patch(at(agent), {"connection": "Elsewhere", "email": "thief@example.com"})

        assert problem(response) == PROTECTED


# Whatever the number of identities.
COSTS = {
    "read": (1, lambda shop, jane, old, new: shop.get(at(jane))),
    "list": (1, lambda shop, jane, old, new: shop.get(USERS)),
    "link": (17, lambda shop, jane, old, new: shop.post(to(jane), by_id(new))),
    "unlink": (10, lambda shop, jane, old, new: shop.delete(to(jane, f"/auth0/{old.bare_id}"))),
    "patch a document": (5, lambda shop, jane, old, new: shop.patch(at(jane), {"user_metadata": {"a": 1}})),
}


@pytest.mark.parametrize("count", [1, 5])
@pytest.mark.parametrize("call", COSTS)
def test_calls_cost_the_same_with_many_identities_as_with_few(
    call, count, shop, jane, make_user, django_assert_num_queries
):
    olds = [make_user() for _ in range(count)]
    for old in olds:
        link(jane, old, actor=SHELL)
    new = make_user("new", user_metadata={"a": 1})
    queries, make = COSTS[call]
    shop.get(f"{USERS}/auth0|nobody")

    with django_assert_num_queries(queries):
        make(shop, jane, olds[-1], new)
