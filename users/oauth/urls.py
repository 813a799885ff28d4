"""URLs for programs: tokens, accounts in database connections, discovery, keys."""

from __future__ import annotations

from django.urls import path

from users.oauth.views import dbconnections, discovery, keys, revoke, token, userinfo

urlpatterns = [
    path("oauth/token", token.issue, name="token"),
    path("oauth/revoke", revoke.revoke, name="revoke"),
    path("userinfo", userinfo.userinfo, name="userinfo"),
    path("dbconnections/signup", dbconnections.signup, name="signup"),
    path(".well-known/openid-configuration", discovery.openid_configuration, name="discovery"),
    path(".well-known/jwks.json", keys.jwks, name="jwks"),
]
