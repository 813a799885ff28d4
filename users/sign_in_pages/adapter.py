"""allauth's hooks for accounts: sign-in goes through the transaction, writes through the actions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from users.actions.account.edit_user import Edit, edit_user
from users.actions.account.email_ownership import reset_password
from users.actions.account.passwords import check_strength
from users.actions.errors import NotSupported, WeakPassword
from users.models import User
from users.rights.actor import Actor, Face, owner_actor
from users.sign_in import lockout
from users.sign_in.account_lookup import logins_of, primary_user
from users.sign_in.outcomes import Reason, Refused
from users.sign_in.progress import Credentials, SignInRequest
from users.sign_in.transaction import check_password
from users.sign_in_pages.lockout_messages import lockout_error
from users.web.client_ip import client_ip, recorded_ip
from users.web.language import translate
from users.web.request import request_id_of


class AccountAdapter(DefaultAccountAdapter):
    """Named in the settings as `ACCOUNT_ADAPTER`."""

    # One message for an unknown email and a wrong password: two would disclose which emails have an account.
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": gettext_lazy("Wrong email or password."),
        "enter_current_password": gettext_lazy("This is not your current password."),
        "incorrect_password": gettext_lazy("Wrong password."),
        "incorrect_code": gettext_lazy("Wrong code."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Refuse: users sign up on the hosted page (`users.sign_in.sign_up`)."""
        return False

    def clean_password(self, password: str, user: AbstractBaseUser | None = None) -> str:
        """Check a new password by the connection's policy, and show what is wrong beside the field."""
        assert isinstance(user, User), "allauth asks without a user at sign-up only, which is closed"
        try:
            check_strength(password, user)
        except WeakPassword as error:
            raise ValidationError([translate(message) for message in error.messages]) from None
        return password

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """Set a new password, once allauth has checked the old one."""
        assert isinstance(user, User), "there are no other users"
        with _refuse_unsupported():
            edited = edit_user(user, Edit(password=password), actor=self._owner(user))
        lockout.reset_failures([lockout.lockout_key(edited)])  # the failures concerned the old password
        # allauth renews the session's hash with the object it holds.
        user.password, user.session_epoch = edited.password, edited.session_epoch

    def reset_password(self, account: User, password: str) -> None:
        """Set a new password, once allauth has checked the link from the email. The account may be a linked
        one, where the link was requested with its email."""
        with _refuse_unsupported():
            user = reset_password(account, password, owner=self._owner)
        lockout.reset_failures([lockout.lockout_key(user)])

    def _owner(self, user: User) -> Actor:
        request = self.request
        return owner_actor(
            user, face=Face.SIGN_IN, request_id=request_id_of(request), ip=recorded_ip(request)
        )

    def get_login_stages(self) -> list[str]:
        """Our one stage replaces allauth's, so that the transaction alone decides."""
        # Replaces allauth's stages, among them email verification and its own second factor.
        return ["users.sign_in_pages.sign_in_stage.SignInStage"]

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Check login and password, the first half of the sign-in transaction; `SignInStage` is the rest.

        Raises ValidationError during a lockout. Replaces allauth's own, which counts failures by
        what was typed."""
        # allauth names what was typed `email`; `LoginForm.user_credentials` puts usernames there as well.
        typed = Credentials(login=credentials.get("email", ""), password=credentials.get("password", ""))
        match check_password(typed, SignInRequest(ip=client_ip(request))):
            case Refused(Reason.LOCKED_OUT, seconds=seconds):
                raise lockout_error(seconds)
            case User() as account:
                return primary_user(account)
        # The same for an unknown login and a wrong password.
        return None

    def reauthenticate(self, user: AbstractBaseUser, password: str) -> bool:
        """Verify the password by any login of the user: allauth would use the email, which may be missing."""
        assert isinstance(user, User), "there are no other users"
        # An empty login matches no account, so the password is refused.
        login = next(iter(logins_of(user)), "")
        return self.authenticate(self.request, email=login, password=password) == user

    def pre_login(self, request: HttpRequest, user: AbstractBaseUser, **_: Any) -> None:
        """Leave blocked users to `SignInStage`, which counts and logs them."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Refuse to send: email leaves by jobs (`users.mail`), and only to emails that are stored."""
        raise NotImplementedError(template_prefix)


@contextmanager
def _refuse_unsupported() -> Iterator[None]:
    """Answer 403 where no password can be set, as in a connection that was disabled meanwhile."""
    try:
        yield
    except NotSupported as error:
        raise PermissionDenied(str(error)) from None
