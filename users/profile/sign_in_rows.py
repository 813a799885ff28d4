"""The rows of "Signing in" on the own page: email, password, second factor, devices and applications."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from users.models import User


@dataclass(frozen=True)
class Row:
    """One way to sign in. `text` is its state, followed by the time `at` if there is one; without `url` there
    is nothing that the user can do. `button_label` is for screen readers: several buttons say "Change"."""

    icon: str
    title: str
    text: str
    at: datetime | None = None
    url: str = ""
    button: str = ""
    button_label: str = ""


def sign_in_rows(user: User) -> list[Row]:
    """Return the rows that fit the user. Costs one query."""
    rows = []
    if user.email:
        text = gettext("Verified") if user.email_verified else gettext("Unverified")
        rows.append(Row("mail", gettext("Email"), f"{user.email} · {text}"))
    if user.has_usable_password():
        rows.append(_password_row(user))
    return [*rows, _second_factor_row(user), _access_row()]


def _access_row() -> Row:
    return Row(
        "device",
        gettext("Devices and applications"),
        gettext("Where you are signed in, and what may act for you"),
        url=reverse("own_access"),
        button=gettext("Review"),
        button_label=gettext("Review devices and applications"),
    )


def _password_row(user: User) -> Row:
    changed_at = user.last_password_reset
    return Row(
        "key",
        gettext("Password"),
        gettext("Changed") if changed_at else gettext("Not changed yet"),
        at=changed_at,
        url=reverse("account_change_password"),
        button=gettext("Change"),
        button_label=gettext("Change password"),
    )


def _second_factor_row(user: User) -> Row:
    factors = {one.type: one for one in Authenticator.objects.filter(user=user)}
    is_on = Authenticator.Type.TOTP in factors
    return Row(
        "phone",
        gettext("Two-step sign-in"),
        _describe_factor(factors) if is_on else gettext("Off"),
        url=reverse("mfa_index"),
        button=gettext("Manage") if is_on else gettext("Set up"),
        button_label=gettext("Manage two-step sign-in") if is_on else gettext("Set up two-step sign-in"),
    )


def _describe_factor(factors: dict[str, Authenticator]) -> str:
    codes = factors.get(Authenticator.Type.RECOVERY_CODES)
    left = len(codes.wrap().get_unused_codes()) if codes else 0
    return ngettext("On, %(count)d recovery code left", "On, %(count)d recovery codes left", left) % {
        "count": left
    }
