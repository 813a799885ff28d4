"""Second factors through the API: seen, removed, and a recovery code for whoever lost theirs."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client as Browser

from tests.api.answers import at, problem, shown
from tests.conftest import PASSWORD, Api, again
from tests.second_factor import enrol
from tests.web.pages import open_page
from users.conf import conf
from users.models import User
from users.representation.authentication_methods import method_id
from users.representation.timestamps import format_time
from users.tokens.issue import sign
from users.tokens.scopes import CURRENT_USER_SCOPES

NOBODY = "/api/v2/users/auth0|nobody"
GONE = (404, "The user does not exist.", "inexistent_user")
REMEMBERED = "/multifactor/actions/invalidate-remember-browser"


def kept(user: User) -> set[str]:
    return set(Authenticator.objects.filter(user=user).values_list("type", flat=True))


@pytest.fixture
def own(make_client):
    """Somebody's own token: `own(jane, "read:current_user", age=60)`, signed in a minute ago."""
    client = make_client()

    def make(user: User, *scopes: str, age: int = 0) -> Api:
        claims = {
            "sub": user.user_id,
            "aud": conf.management_audience,
            "azp": client.client_id,
            "scope": " ".join(scopes or CURRENT_USER_SCOPES),
            "auth_time": int(time.time()) - age,
            "token_generation": user.token_generation,
        }
        return Api(Browser(), sign(claims, lifetime=60))

    return make


BOTH_WAYS = ("/multifactor/google-authenticator", "/authenticators")


class TestRemoving:
    @pytest.mark.parametrize("way", BOTH_WAYS)
    def test_takes_it_away_with_its_recovery_codes(self, shop, jane, way):
        enrol(jane)

        response = shop.delete(at(jane) + way)

        assert (response.status_code, response.content) == (204, b"")
        assert kept(jane) == set()
        assert shown(shop.get(at(jane)))["multifactor"] == []
        change = again(jane).changes.first()
        assert (change.what, change.face, change.actor_name) == ("multifactor", "api", "Shop")

    @pytest.mark.parametrize("way", [*BOTH_WAYS, "/multifactor/duo"])
    def test_of_nothing_is_done_at_once(self, shop, jane, way):
        assert shop.delete(at(jane) + way).status_code == 204
        assert again(jane).version == jane.version

    def test_of_duo_leaves_the_app(self, shop, jane):
        enrol(jane)

        assert shop.delete(f"{at(jane)}/multifactor/duo").status_code == 204
        assert kept(jane) == {"totp", "recovery_codes"}

    @pytest.mark.parametrize("way", [*BOTH_WAYS, "/multifactor/duo"])
    def test_of_nobody(self, shop, way, db):
        assert problem(shop.delete(NOBODY + way)) == GONE

    @pytest.mark.parametrize("provider", ["sms", "Google-Authenticator", "totp"])
    def test_takes_auth0s_names_only(self, shop, jane, provider):
        status, text, code = problem(shop.delete(f"{at(jane)}/multifactor/{provider}"))

        assert (status, code) == (400, "invalid_uri")
        assert text.startswith(f"Path validation error: 'No enum match for: {provider}' on property provider")

    @pytest.mark.parametrize("way", [*BOTH_WAYS, "/multifactor/duo"])
    @pytest.mark.parametrize("who", ["supporter", "administrator"])
    def test_is_never_done_to_staff(self, shop, request, who, way):
        member = request.getfixturevalue(who)
        enrol(member)

        assert problem(shop.delete(at(member) + way))[::2] == (403, "protected_account")
        assert kept(member) == {"totp", "recovery_codes"}


class TestRemovingByOnesOwnToken:
    PATH = BOTH_WAYS[0]

    @pytest.mark.parametrize("age", [0, 290])
    def test_works_soon_after_signing_in(self, own, jane, age):
        enrol(jane)

        response = own(jane, "delete:current_user_metadata", age=age).delete(at(jane) + self.PATH)

        assert response.status_code == 204
        assert kept(jane) == set()
        change = again(jane).changes.first()
        assert (change.actor_kind, change.actor_id, change.face) == ("user", jane.user_id, "api")

    @pytest.mark.parametrize("age", [310, 86_000])
    @pytest.mark.parametrize("provider", ["google-authenticator", "duo"])
    def test_asks_to_sign_in_again_when_that_was_longer_ago(self, own, jane, age, provider):
        enrol(jane)

        response = own(jane, "delete:current_user_metadata", age=age).delete(
            f"{at(jane)}/multifactor/{provider}"
        )

        text = "You may remove second factors within 5 minutes of signing in; sign in again."
        assert problem(response) == (403, text, "insufficient_user_authentication")
        assert kept(jane) == {"totp", "recovery_codes"}

    def test_does_not_work_without_the_moment_of_signing_in(self, make_client, jane):
        enrol(jane)
        claims = {
            "sub": jane.user_id,
            "aud": conf.management_audience,
            "azp": make_client().client_id,
            "scope": "delete:current_user_metadata",
            "token_generation": jane.token_generation,
        }

        response = Api(Browser(), sign(claims, lifetime=60)).delete(at(jane) + self.PATH)

        assert problem(response)[::2] == (403, "insufficient_user_authentication")

    def test_needs_the_scope(self, own, jane):
        enrol(jane)
        others = CURRENT_USER_SCOPES.keys() - {"delete:current_user_metadata"}

        assert problem(own(jane, *others).delete(at(jane) + self.PATH))[::2] == (403, "insufficient_scope")
        assert kept(jane) == {"totp", "recovery_codes"}

    def test_reaches_nobody_else(self, own, jane, stranger):
        enrol(jane)

        response = own(stranger).delete(at(jane) + self.PATH)

        assert problem(response)[::2] == (403, "unowned_resource")
        assert kept(jane) == {"totp", "recovery_codes"}

    def test_is_not_for_staff_whose_rights_no_token_carries(self, own, administrator):
        enrol(administrator)

        response = own(administrator).delete(at(administrator) + self.PATH)

        assert problem(response)[::2] == (403, "protected_account")
        assert kept(administrator) == {"totp", "recovery_codes"}

    def test_opens_the_other_way_to_machines_only(self, own, jane):
        enrol(jane)

        assert problem(own(jane).delete(f"{at(jane)}/authenticators"))[::2] == (403, "insufficient_scope")


class TestEnrollments:
    def test_of_somebody_without_are_none(self, shop, jane):
        assert shown(shop.get(f"{at(jane)}/enrollments")) == []

    def test_say_since_when_and_when_last(self, shop, jane):
        enrol(jane)
        app = Authenticator.objects.get(user=jane, type="totp")
        (never_used,) = shown(shop.get(f"{at(jane)}/enrollments"))
        app.record_usage()

        (used,) = shown(shop.get(f"{at(jane)}/enrollments"))

        assert never_used == {
            "id": f"totp|dev_{app.pk}",
            "status": "confirmed",
            "type": "authenticator",
            "auth_method": "authenticator",
            "enrolled_at": format_time(app.created_at),
        }
        assert used == {**never_used, "last_auth": format_time(app.last_used_at)}

    def test_are_of_this_user_only(self, shop, jane, stranger):
        enrol(stranger)

        assert shown(shop.get(f"{at(jane)}/enrollments")) == []

    def test_show_no_recovery_code(self, shop, jane):
        shop.post(f"{at(jane)}/recovery-code-regeneration", {})

        assert shown(shop.get(f"{at(jane)}/enrollments")) == []

    def test_are_seen_by_ones_own_token(self, own, jane):
        enrol(jane)

        assert len(shown(own(jane, "read:current_user", age=9000).get(f"{at(jane)}/enrollments"))) == 1

    def test_of_nobody(self, shop, db):
        assert problem(shop.get(f"{NOBODY}/enrollments")) == GONE


class TestAuthenticationMethods:
    METHODS = "/authentication-methods"

    @pytest.fixture
    def enrolled(self, jane):
        """Jane's app and her recovery codes, as the API names them."""
        enrol(jane)
        return {
            type_: f"{name}|dev_{Authenticator.objects.get(user=jane, type=type_).pk}"
            for type_, name in (("totp", "totp"), ("recovery_codes", "recovery-code"))
        }

    def test_are_listed_bare_or_with_totals(self, shop, jane, enrolled):
        app = Authenticator.objects.get(user=jane, type="totp")
        app.record_usage()

        bare = shown(shop.get(at(jane) + self.METHODS))
        page = shown(shop.get(f"{at(jane)}{self.METHODS}?include_totals=true&per_page=1&page=1"))

        assert [(one["id"], one["type"], one["confirmed"]) for one in bare] == [
            (enrolled["totp"], "totp", True),
            (enrolled["recovery_codes"], "recovery-code", True),
        ]
        assert bare[0]["created_at"] == format_time(app.created_at)
        assert bare[0]["last_auth_at"] == format_time(app.last_used_at)
        assert page == {"authenticators": bare[1:], "start": 1, "limit": 1, "total": 2}

    def test_show_no_secret(self, shop, jane, enrolled):
        for method in shown(shop.get(at(jane) + self.METHODS)):
            assert method.keys() == {"id", "type", "confirmed", "created_at"}

    def test_are_read_one_by_one(self, shop, jane, enrolled):
        for method in shown(shop.get(at(jane) + self.METHODS)):
            assert shown(shop.get(f"{at(jane)}{self.METHODS}/{method['id'].replace('|', '%7C')}")) == method

    def test_the_app_goes_with_the_codes_that_stand_in_for_it(self, shop, jane, enrolled):
        response = shop.delete(f"{at(jane)}{self.METHODS}/{enrolled['totp']}")

        assert (response.status_code, response.content) == (204, b"")
        assert kept(jane) == set()
        assert shown(shop.get(at(jane)))["multifactor"] == []
        assert again(jane).changes.first().what == "multifactor"

    def test_the_codes_go_alone(self, shop, jane, enrolled):
        assert shop.delete(f"{at(jane)}{self.METHODS}/{enrolled['recovery_codes']}").status_code == 204

        assert kept(jane) == {"totp"}
        assert shown(shop.get(at(jane)))["multifactor"] == ["google-authenticator"]
        assert again(jane).changes.first().keys == {"recovery_codes": {"after": "void"}}

    def test_all_go_at_once(self, shop, jane, enrolled):
        assert shop.delete(at(jane) + self.METHODS).status_code == 204
        assert kept(jane) == set()
        assert shown(shop.get(at(jane) + self.METHODS)) == []
        assert shop.delete(at(jane) + self.METHODS).status_code == 204

    @pytest.mark.parametrize("method", ["GET", "DELETE"])
    def test_one_that_the_user_does_not_have_is_not_found(self, shop, jane, stranger, enrolled, method):
        number = enrolled["totp"].rpartition("_")[2]
        others = [f"recovery-code|dev_{number}", f"totp|{number}", "totp|dev_x", f"totp|dev_{'9' * 30}"]
        for user, name in [(stranger, enrolled["totp"]), *((jane, other) for other in others)]:
            response = shop.call(method, f"{at(user)}{self.METHODS}/{name}")

            text = "The authentication method does not exist."
            assert problem(response) == (404, text, "inexistent_authentication_method")
        assert kept(jane) == {"totp", "recovery_codes"}

    @pytest.mark.parametrize("one", ["", "/totp|dev_1"])
    @pytest.mark.parametrize("method", ["GET", "DELETE"])
    def test_of_nobody(self, shop, method, one, db):
        assert problem(shop.call(method, NOBODY + self.METHODS + one)) == GONE

    @pytest.mark.parametrize("of", ["all", "totp", "recovery_codes"])
    def test_of_staff_are_never_removed(self, shop, administrator, of):
        enrol(administrator)
        (one, *_) = Authenticator.objects.filter(user=administrator, type=of) or [None]
        path = f"/{method_id(one)}" if one else ""

        response = shop.delete(at(administrator) + self.METHODS + path)

        assert problem(response)[::2] == (403, "protected_account")
        assert kept(administrator) == {"totp", "recovery_codes"}

    @pytest.mark.parametrize("one", [False, True])
    def test_are_removed_by_ones_own_token_soon_after_signing_in_only(self, own, jane, enrolled, one):
        path = at(jane) + self.METHODS + (f"/{enrolled['totp']}" if one else "")

        old = own(jane, "delete:current_user_metadata", age=310).delete(path)
        kept_by_old = kept(jane)
        fresh = own(jane, "delete:current_user_metadata", age=290).delete(path)

        assert problem(old)[::2] == (403, "insufficient_user_authentication")
        assert kept_by_old == {"totp", "recovery_codes"}
        assert (fresh.status_code, kept(jane)) == (204, set())

    def test_of_others_are_out_of_reach_of_ones_own_token(self, own, jane, stranger, enrolled):
        for method in ("GET", "DELETE"):
            response = own(stranger).call(method, f"{at(jane)}{self.METHODS}/{enrolled['totp']}")

            assert problem(response)[::2] == (403, "unowned_resource")
        assert kept(jane) == {"totp", "recovery_codes"}

    @pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
    def test_are_enrolled_on_ones_own_page_only(self, shop, jane, method):
        assert problem(shop.call(method, at(jane) + self.METHODS, {"type": "totp"}))[0] == 405


class TestRecoveryCode:
    @pytest.mark.parametrize("body", [None, {}, "nonsense"])
    def test_has_24_letters_and_digits_whatever_is_sent(self, shop, jane, body):
        made = shown(shop.call("POST", f"{at(jane)}/recovery-code-regeneration", body))

        assert list(made) == ["recovery_code"]
        assert re.fullmatch("[A-Z0-9]{24}", made["recovery_code"])

    def test_really_signs_in_once_and_voids_the_earlier_one(self, shop, jane):
        enrol(jane)
        earlier, made = (
            shown(shop.post(f"{at(jane)}/recovery-code-regeneration", {}))["recovery_code"] for _ in range(2)
        )

        assert "Wrong code." in self.sign_in(jane, earlier).text
        assert "Jane Doe" in self.sign_in(jane, made).text
        assert "Wrong code." in self.sign_in(jane, made).text

    @staticmethod
    def sign_in(user, code):
        asked = open_page(Browser(), "/login/").press("Sign in", login=user.email, password=PASSWORD)
        return asked.press("Sign in", code=code)

    def test_is_never_made_for_staff(self, shop, administrator):
        enrol(administrator)
        before = Authenticator.objects.get(type="recovery_codes").data

        response = shop.post(f"{at(administrator)}/recovery-code-regeneration", {})

        assert problem(response)[::2] == (403, "protected_account")
        assert Authenticator.objects.get(type="recovery_codes").data == before

    def test_of_nobody(self, shop, db):
        assert problem(shop.post(f"{NOBODY}/recovery-code-regeneration", {})) == GONE


class TestRememberedBrowsers:
    def test_there_are_none_to_forget(self, shop, jane):
        response = shop.post(at(jane) + REMEMBERED, {})

        assert (response.status_code, response.content) == (204, b"")
        assert again(jane).version == jane.version

    def test_of_nobody(self, shop, db):
        assert problem(shop.post(NOBODY + REMEMBERED, {})) == GONE


class TestProfile:
    def test_says_nothing_before_the_first(self, shop, jane):
        assert not {"multifactor", "multifactor_last_modified"} & shown(shop.get(at(jane))).keys()

    def test_says_what_and_since_when(self, shop, jane):
        before = datetime.now(UTC)
        enrol(jane)

        read = shown(shop.get(at(jane)))

        assert read["multifactor"] == ["google-authenticator"]
        assert format_time(before) <= read["multifactor_last_modified"] <= format_time(datetime.now(UTC))

    @pytest.mark.parametrize("field", ["multifactor", "multifactor_last_modified"])
    def test_is_not_written_past_the_enrolment(self, shop, jane, field):
        assert problem(shop.patch(at(jane), {field: []}))[::2] == (400, "invalid_body")
