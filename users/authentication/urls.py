"""Addresses for people's sign-in pages and for tokens.

allauth looks its pages up by these names; those we do not offer lead to a 404.
"""

from __future__ import annotations

from allauth.account import views as allauth
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, re_path

from users.authentication.views import discovery, keys, token


def not_offered(request: HttpRequest, **_: str) -> HttpResponse:
    """allauth wants the name to exist; the page does not."""
    raise Http404


urlpatterns = [
    path("login/", allauth.login, name="account_login"),
    path("logout/", allauth.logout, name="account_logout"),
    path("login/blocked/", allauth.account_inactive, name="account_inactive"),
    path("password/change/", allauth.password_change, name="account_change_password"),
    path("password/reset/", allauth.password_reset, name="account_reset_password"),
    path("password/reset/sent/", allauth.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        allauth.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/done/",
        allauth.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    *(
        path(f"account/{name}/", not_offered, name=f"account_{name}")
        for name in ("signup", "email", "set_password", "reauthenticate", "email_verification_sent")
    ),
    path("oauth/token", token.issue, name="token"),
    path(".well-known/openid-configuration", discovery.described, name="discovery"),
    path(".well-known/jwks.json", keys.published, name="jwks"),
]
