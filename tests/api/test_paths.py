"""Which path reaches which user: `/` separates, `%2F` belongs to an id, and the rest is 404."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client as Browser

from tests.api.answers import USERS, at, problem, shown
from tests.conftest import Api
from tests.second_factor import enrol
from users.api.endpoints import ENDPOINTS
from users.models import ResourceServer, User

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
NOT_FOUND = (404, "Not Found", None)
BELOW_A_USER = sorted(
    template.removeprefix("/users/{user_id}/").replace("{provider}", "duo").replace("{change_id}", "1")
    for template in ENDPOINTS
    if template.startswith("/users/{user_id}/") and "{identity_id}" not in template
)


@pytest.fixture
def make_named(make_user):
    """A user of this bare id."""
    return lambda bare_id: make_user(bare_id=bare_id)


class TestUnknownPaths:
    @pytest.mark.parametrize(
        "path",
        [
            "/nope",
            "/",
            "//",
            "/roles/",
            "/roles/nope",
            "/multifactor",
            "/multifactor/duo/nope",
            "/identities/auth0/x/nope",
            "/history/1/undo/again",
        ],
    )
    def test_below_a_user_are_not_found_and_do_nothing(self, shop, jane, unchanged, path):
        for method in METHODS:
            response = shop.call(method, at(jane) + path)

            assert response.status_code == 404, method
            assert method == "HEAD" or problem(response) == NOT_FOUND
        assert unchanged()

    @pytest.mark.parametrize(
        "path",
        [
            "/users/",
            "/users//",
            "/user-blocks/auth0|nobody/nope",
            "/resource-servers/x/nope",
            "/clients/x/nope",
            "/roles/x/nope",
            "/connections/x/nope",
            "/nope",
            "/nope/auth0|nobody",
        ],
    )
    def test_elsewhere_are_not_found(self, shop, path):
        for method in METHODS:
            assert shop.call(method, f"/api/v2{path}").status_code == 404, method

    @pytest.mark.parametrize("path", ["/nope", "/roles/nope"])
    def test_are_not_found_without_a_token_too(self, jane, path):
        assert problem(Api(Browser(), None).delete(at(jane) + path)) == NOT_FOUND


class TestAnEncodedSlash:
    @pytest.mark.parametrize("ending", BELOW_A_USER)
    def test_belongs_to_the_id_whatever_the_id_ends_in(self, shop, make_named, ending):
        make_named("zz")
        user = make_named(f"zz/{ending}")
        encoded = f"{USERS}/auth0%7Czz%2F{ending.replace('/', '%2F')}"

        assert shown(shop.get(encoded))["user_id"] == user.user_id
        assert shown(shop.patch(encoded, {"nickname": "Zed"}))["user_id"] == user.user_id
        assert shop.delete(encoded).status_code == 204
        assert list(User.objects.values_list("user_id", flat=True)) == ["auth0|zz"]

    @pytest.mark.parametrize("ending", BELOW_A_USER)
    def test_never_reaches_what_is_below_another_user(self, shop, make_named, ending):
        zz = make_named("zz")
        enrol(zz)
        before = User.objects.values().get()

        response = shop.delete(f"{USERS}/auth0%7Czz%2F{ending.replace('/', '%2F')}")

        assert response.status_code == 204  # as for any user who is not there
        assert User.objects.values().get() == before
        assert Authenticator.objects.filter(user=zz).count() == 2

    def test_leads_below_its_own_user(self, shop, make_named):
        make_named("zz")
        user = make_named("zz/multifactor/duo")
        enrol(user)

        response = shop.delete(f"{USERS}/auth0|zz%2Fmultifactor%2Fduo/multifactor/google-authenticator")

        assert response.status_code == 204
        assert not Authenticator.objects.filter(user=user).exists()

    @pytest.mark.parametrize("bare_id", ["100%", "%2F", "a%2Fb", "a%252Fb", "é/ü", "a+b", "a%"])
    def test_and_percent_signs_are_decoded_once(self, shop, make_named, bare_id):
        user = make_named(bare_id)

        assert shown(shop.get(f"{USERS}/{quote(user.user_id, safe='')}"))["user_id"] == user.user_id

    def test_belongs_to_an_audience(self, shop, songs_api):
        path = "/api/v2/resource-servers/https%3A%2F%2Fsongs.example%2F"

        assert shown(shop.get(path))["identifier"] == "https://songs.example/"
        assert shop.delete(f"{path}nope").status_code == 204
        assert ResourceServer.objects.filter(pk=songs_api.pk).exists()


class TestARawSlash:
    """auth0-python 4 sends it so."""

    def test_belongs_to_the_id_where_there_is_such_a_user(self, shop, make_named):
        make_named("team")
        user = make_named("team/jane")
        path = f"{USERS}/auth0|team/jane"

        assert shown(shop.get(path))["user_id"] == user.user_id
        assert shown(shop.get(f"{path}/roles")) == []
        assert shown(shop.get("/api/v2/user-blocks/auth0|team/jane")) == {"blocked_for": []}
        assert shown(shop.patch(path, {"nickname": "J"}))["nickname"] == "J"
        assert shop.delete(path).status_code == 204
        assert list(User.objects.values_list("user_id", flat=True)) == ["auth0|team"]

    def test_finds_the_user_whose_id_ends_like_a_path(self, shop, make_named):
        user = make_named("a/b/roles")

        assert shown(shop.get(f"{USERS}/auth0|a/b/roles"))["user_id"] == user.user_id

    def test_separates_where_the_path_has_a_meaning(self, shop, make_named):
        zz, other = make_named("zz"), make_named("zz/multifactor/google-authenticator")
        enrol(zz)

        assert shop.delete(f"{USERS}/auth0|zz/multifactor/google-authenticator").status_code == 204
        assert not Authenticator.objects.filter(user=zz).exists()
        assert User.objects.filter(pk=other.pk).exists()

    def test_belongs_to_an_audience_that_exists(self, shop, songs_api):
        path = "/api/v2/resource-servers/https://songs.example/"

        assert shown(shop.get(path))["identifier"] == "https://songs.example/"
        assert problem(shop.delete(f"{path}nope")) == NOT_FOUND

    def test_tells_nobody_without_the_scope_who_exists(self, api, make_named):
        make_named("team/jane")
        reader = api("read:roles")

        for caller in (reader, Api(Browser(), None)):
            answers = [problem(caller.get(f"{USERS}/auth0|team/{name}")) for name in ("jane", "nobody")]
            assert answers == [NOT_FOUND, NOT_FOUND]

    def test_refuses_a_token_that_is_none(self, make_named):
        make_named("team/jane")

        assert problem(Api(Browser(), "nonsense").get(f"{USERS}/auth0|team/jane"))[0] == 400


class TestTheSingularAlias:
    @pytest.mark.parametrize("query", ["", "?fields=email", "?fields=email&include_fields=false"])
    def test_answers_like_the_plural(self, shop, jane, query):
        singular = shop.get(f"/api/v2/user/{jane.user_id}{query}")

        assert singular.content == shop.get(at(jane) + query).content
        assert singular["ETag"] == '"1"'

    @pytest.mark.parametrize("method", ["PATCH", "DELETE", "POST"])
    def test_only_reads(self, shop, jane, unchanged, method):
        assert problem(shop.call(method, f"/api/v2/user/{jane.user_id}", {"name": "x"}))[0] == 405
        assert unchanged()

    def test_has_no_list(self, shop):
        assert problem(shop.get("/api/v2/user")) == NOT_FOUND
