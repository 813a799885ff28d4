"""URLs of the sign-in pages.

allauth finds its pages by these names; those that do not exist here answer 404.
"""

from __future__ import annotations

from allauth.account import views as allauth
from allauth.mfa.base import views as second_factor
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as app
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, re_path
from django.views.decorators.cache import never_cache

from users.sign_in_pages.views import hosted, hosted_accounts, password_reset, tickets


def not_available(request: HttpRequest, **_: str) -> HttpResponse:
    """Answer 404: allauth needs the name to exist, but there is no such page."""
    raise Http404


urlpatterns = [
    path("login/", allauth.login, name="account_login"),
    path("logout/", allauth.logout, name="account_logout"),
    path("login/code/", second_factor.authenticate, name="mfa_authenticate"),
    path("login/again/", never_cache(allauth.reauthenticate), name="account_reauthenticate"),
    path("login/again/code/", never_cache(second_factor.reauthenticate), name="mfa_reauthenticate"),
    path("login/blocked/", allauth.account_inactive, name="account_inactive"),
    path("password/change/", allauth.password_change, name="account_change_password"),
    path("password/reset/", allauth.password_reset, name="account_reset_password"),
    path("password/reset/sent/", allauth.password_reset_done, name="account_reset_password_done"),
    # allauth moves the key into the session and redirects, so that the page with the form has no secret in
    # its URL.
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        password_reset.ResetPasswordView.as_view(),
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/done/",
        allauth.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    # These show secrets, which browsers must not cache.
    path("profile/security/", never_cache(second_factor.index), name="mfa_index"),
    path("profile/security/app/add/", never_cache(app.activate_totp), name="mfa_activate_totp"),
    path("profile/security/app/remove/", never_cache(app.deactivate_totp), name="mfa_deactivate_totp"),
    path(
        "profile/security/recovery-codes/",
        never_cache(recovery_codes.view_recovery_codes),
        name="mfa_view_recovery_codes",
    ),
    path(
        "profile/security/recovery-codes/new/",
        never_cache(recovery_codes.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "profile/security/recovery-codes/download/",
        never_cache(recovery_codes.download_recovery_codes),
        name="mfa_download_recovery_codes",
    ),
    *(
        path(f"account/{name}/", not_available, name=f"account_{name}")
        # allauth reverses these names even where it does not link to them.
        for name in ("signup", "email", "set_password", "email_verification_sent")
    ),
    path("u/login", hosted.login, name="hosted_login"),
    path("u/signup", hosted_accounts.create_account, name="hosted_signup"),
    path("u/forgot-password", hosted_accounts.forgot, name="hosted_forgot"),
    path("u/new-reset-link", hosted_accounts.request_new_link, name="hosted_new_link"),
    path("u/password-changed", hosted_accounts.password_changed, name="hosted_password_changed"),
    path("u/second-factor", hosted.second_factor, name="hosted_second_factor"),
    path("u/second-factor/add", hosted.add_second_factor, name="hosted_enrolment"),
    path("u/continue", hosted.continue_as, name="hosted_continue"),
    # Auth0's URL.
    path("continue", hosted.return_from_redirect, name="hosted_return"),
    path("u/consent", hosted.consent, name="hosted_consent"),
    path("u/reset-password", tickets.set_password, name="ticket_password"),
    path("u/email-verification", tickets.confirm_email, name="ticket_email"),
]
