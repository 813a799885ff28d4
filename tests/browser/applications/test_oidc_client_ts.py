"""oidc-client-ts itself, a client of OpenID Connect that is not Auth0's, on a page of another site."""

from __future__ import annotations

import pytest

from tests.browser.applications.conftest import sign_in

pytestmark = pytest.mark.browser
CREATE = "settings => { window.manager = new oidc.UserManager(settings) }"
# What the test needs of the library's User.
USER = "(user) => ({sub: user.profile.sub, email: user.profile.email, token: user.refresh_token})"
BEGIN = "() => { manager.signinRedirect() }"
FINISH = f"() => manager.signinCallback().then({USER})"
RENEW = f"() => manager.signinSilent().then({USER})"


def test_a_user_signs_in_and_the_page_renews_the_tokens(page, desk_server, shop, client_id, jane):
    home = f"{shop}/oidc-client-ts"
    settings = {
        "authority": f"https://{desk_server.domain}",
        "client_id": client_id,
        "redirect_uri": home,
        "scope": "openid profile email offline_access",
        "loadUserInfo": True,
    }
    page.goto(home)
    page.evaluate(CREATE, settings)
    page.evaluate(BEGIN)
    sign_in(page, jane)
    page.wait_for_url(lambda url: url.startswith(f"{home}?"))
    page.evaluate(CREATE, settings)

    signed_in = page.evaluate(FINISH)
    assert (signed_in["sub"], signed_in["email"]) == (jane["user_id"], jane["email"])
    renewed = page.evaluate(RENEW)
    assert renewed["sub"] == jane["user_id"]
    assert renewed["token"] not in (None, signed_in["token"])
