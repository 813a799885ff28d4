"""What users have allowed applications to do, through the API."""

from __future__ import annotations

import pytest

from tests.api.answers import problem, shown
from users.actions.authorizations.authorizations import create_authorization
from users.models import Authorization, Consent, ResourceServer

PATH = "/api/v2/grants"
SONGS = "https://songs.example.com"


@pytest.fixture
def allow(make_client, db):
    """The user's consent to an application for an API, with a sign-in that followed."""

    def make(user, audience="", **names) -> Consent:
        client = make_client()
        if audience:
            ResourceServer.objects.get_or_create(identifier=audience, defaults={"name": "Songs"})
        server = ResourceServer.objects.for_audience(audience) if audience else None
        create_authorization(
            user, client, connection=user.connection, server=server, scope=["openid"], methods=["pwd"]
        )
        return Consent.objects.create(user=user, client=client, audience=audience, scope=["openid"])

    return make


def ids(answer) -> list[str]:
    return [grant["id"] for grant in shown(answer)]


def test_the_list_shows_who_allowed_what(shop, jane, allow):
    consent = allow(jane, SONGS)

    assert shown(shop.get(PATH)) == [
        {
            "id": consent.consent_id,
            "clientID": consent.client.client_id,
            "user_id": jane.user_id,
            "audience": SONGS,
            "scope": ["openid"],
        }
    ]


def test_it_is_filtered_and_counted(shop, jane, stranger, allow):
    plain, songs, theirs = allow(jane), allow(jane, SONGS), allow(stranger)

    assert ids(shop.get(f"{PATH}?user_id={jane.user_id}")) == [plain.consent_id, songs.consent_id]
    assert ids(shop.get(f"{PATH}?audience={SONGS}")) == [songs.consent_id]
    assert ids(shop.get(f"{PATH}?client_id={theirs.client.client_id}")) == [theirs.consent_id]
    wrapped = shown(shop.get(f"{PATH}?include_totals=true&per_page=1&page=1"))
    assert ([grant["id"] for grant in wrapped["grants"]], wrapped["total"]) == ([songs.consent_id], 3)


def test_a_list_costs_the_same_for_few_and_many(shop, jane, allow, django_assert_num_queries):
    for count in (1, 4):
        for _ in range(count):
            allow(jane)
        shop.get(PATH)

        with django_assert_num_queries(1):
            shop.get(PATH)


@pytest.mark.parametrize("audience", ["", SONGS])
def test_deleting_one_ends_the_tokens_that_follow_from_it(shop, jane, allow, audience):
    consent, other = allow(jane, audience), allow(jane)

    for _ in range(2):
        assert shop.delete(f"{PATH}/{consent.consent_id}").status_code == 204

    assert Consent.objects.get() == other
    assert Authorization.objects.get(revoked_at=None).client == other.client


def test_deleting_those_of_a_user_leaves_the_others(shop, jane, stranger, allow):
    allow(jane)
    allow(jane, SONGS)
    theirs = allow(stranger)

    assert shop.delete(f"{PATH}?user_id={jane.user_id}").status_code == 204

    assert Consent.objects.get() == theirs
    assert Authorization.objects.get(revoked_at=None).user == stranger


def test_all_grants_are_never_deleted_at_once(shop, jane, allow):
    allow(jane)

    assert problem(shop.delete(PATH))[0] == 400
    assert Consent.objects.exists()


@pytest.mark.parametrize("by", ["grant", "user"])
def test_those_of_staff_are_never_deleted(shop, administrator, allow, by):
    consent = allow(administrator)

    path = f"{PATH}/{consent.consent_id}" if by == "grant" else f"{PATH}?user_id={administrator.user_id}"
    assert problem(shop.delete(path))[::2] == (403, "protected_account")
    assert Consent.objects.exists()
