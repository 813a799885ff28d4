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
# The first two access tokens, then the user and the refresh token of the second answer.
RENEWED_IN_A_FRAME = """() => new Promise((resolve, reject) => {
    const tokens = []
    manager.events.addUserLoaded((user) => {
        tokens.push(user.access_token)
        if (tokens.length === 2) {
            manager.stopSilentRenew()
            resolve([tokens, user.profile.sub, user.refresh_token ?? null])
        }
    })
    manager.events.addSilentRenewError(reject)
    manager.signinCallback().catch(reject)
})"""
RENEW = f"() => manager.signinSilent().then({USER})"


def begin_sign_in(page, home, settings, user):
    """Sign the user in until the URL of the page holds the answer, which the client has yet to read."""
    page.goto(home)
    page.evaluate(CREATE, settings)
    page.evaluate(BEGIN)
    sign_in(page, user)
    page.wait_for_url(lambda url: url.startswith(f"{home}?"))
    page.evaluate(CREATE, settings)


def test_a_user_signs_in_and_the_page_renews_the_tokens(page, desk_server, shop, client_id, jane):
    home = f"{shop}/oidc-client-ts"
    settings = {
        "authority": f"https://{desk_server.domain}",
        "client_id": client_id,
        "redirect_uri": home,
        "scope": "openid profile email offline_access",
        "loadUserInfo": True,
    }
    begin_sign_in(page, home, settings, jane)

    signed_in = page.evaluate(FINISH)
    assert (signed_in["sub"], signed_in["email"]) == (jane["user_id"], jane["email"])
    renewed = page.evaluate(RENEW)
    assert renewed["sub"] == jane["user_id"]
    assert renewed["token"] not in (None, signed_in["token"])


def test_a_hidden_frame_renews_the_tokens_by_itself(own_profile, desk_server, shop, client_id, jane):
    """Without a refresh token, where third-party cookies are allowed: `automaticSilentRenew`."""
    page = own_profile.new_page()
    home = f"{shop}/oidc-client-ts"
    settings = {
        "authority": f"https://{desk_server.domain}",
        "client_id": client_id,
        "redirect_uri": home,
        "silent_redirect_uri": f"{shop}/oidc-client-ts-silent",
        "scope": "openid profile email",
        "automaticSilentRenew": True,
        # Longer than the token lives, so that it is renewed at once.
        "accessTokenExpiringNotificationTimeInSeconds": 1_000_000,
    }
    begin_sign_in(page, home, settings, jane)

    tokens, subject, refresh_token = page.evaluate(RENEWED_IN_A_FRAME)

    assert len(set(tokens)) == 2
    assert (subject, refresh_token) == (jane["user_id"], None)
