"""URLs for programs: tokens, accounts in database connections, discovery, keys."""

from __future__ import annotations

from django.urls import path

from users.oauth.views import dbconnections, discovery, keys, token

urlpatterns = [
    path("oauth/token", token.issue, name="token"),
    path("dbconnections/signup", dbconnections.signup, name="signup"),
    path(".well-known/openid-configuration", discovery.openid_configuration, name="discovery"),
    path(".well-known/jwks.json", keys.jwks, name="jwks"),
]
