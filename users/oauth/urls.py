"""URLs for programs: tokens, accounts in database connections, discovery, keys."""

from __future__ import annotations

from django.urls import path

from users.oauth.views import (
    authorize,
    cross_origin,
    dbconnections,
    disabled,
    discovery,
    keys,
    lock,
    logout,
    mfa,
    revoke,
    token,
    userinfo,
)

urlpatterns = [
    path("authorize", authorize.authorize, name="authorize"),
    path("authorize/resume", authorize.resume, name="hosted_resume"),
    path("oidc/logout", logout.oidc_logout, name="oidc_logout"),
    path("oidc/logout/confirm", logout.confirm, name="logout_confirm"),
    path("v2/logout", logout.v2_logout, name="v2_logout"),
    path("oauth/token", token.issue, name="token"),
    path("oauth/revoke", revoke.revoke, name="revoke"),
    path("mfa/challenge", mfa.challenge, name="mfa_challenge"),
    path("mfa/authenticators", mfa.authenticators, name="mfa_authenticators"),
    path("mfa/authenticators/<str:method_id>", mfa.authenticator, name="mfa_authenticator"),
    path("mfa/associate", mfa.associate, name="mfa_associate"),
    path("userinfo", userinfo.userinfo, name="userinfo"),
    path("co/authenticate", cross_origin.authenticate, name="co_authenticate"),
    path("usernamepassword/login", cross_origin.login, name="usernamepassword_login"),
    path("login/callback", authorize.login_callback, name="login_callback"),
    path("user/ssodata", cross_origin.sso_data, name="sso_data"),
    path("client/<str:client_id>.js", lock.client_settings, name="client_settings"),
    path("info-v1.js", lock.tenant_settings, name="tenant_settings"),
    path("usernamepassword/challenge", dbconnections.challenge),
    path("dbconnections/signup/challenge", dbconnections.challenge),
    path("dbconnections/change_password/challenge", dbconnections.challenge),
    path("dbconnections/change_password", dbconnections.change_password, name="change_password"),
    path("dbconnections/signup", dbconnections.signup, name="signup"),
    path(".well-known/openid-configuration", discovery.openid_configuration, name="discovery"),
    path(".well-known/jwks.json", keys.jwks, name="jwks"),
    *(
        path(disabled_path, disabled.endpoint_disabled)
        for disabled_path in (
            *("oauth/ro", "delegation", "tokeninfo"),
            *("passkey/register", "passkey/challenge"),
        )
    ),
]
