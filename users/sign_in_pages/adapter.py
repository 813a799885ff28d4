"""Where allauth touches accounts, it goes through the one write path."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from django.contrib.auth import authenticate
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse

from users.actions.account.edit_user import Edit, edit_user
from users.actions.account.passwords import check_strength
from users.actions.account.record_sign_in import record_sign_in
from users.actions.errors import NotSupported, WeakPassword
from users.models import User
from users.rights.actor import Face, owner_actor
from users.sign_in import lockout
from users.sign_in.account_lookup import find_by_login, logins_of, primary_user
from users.sign_in.failure_log import log_failed_sign_in, log_lockout
from users.sign_in_pages.lockout_messages import lockout_error
from users.web.client_ip import client_ip, recorded_ip


class AccountAdapter(DefaultAccountAdapter):
    """allauth's hooks, as this product means them."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def clean_password(self, password: str, user: User) -> str:
        """As every other door judges it, and beside the field."""
        try:
            check_strength(password, user)
        except WeakPassword as error:
            raise ValidationError(error.messages) from None
        return password

    def set_password(self, user: User, password: str) -> None:
        """Called after the old password, or the link from the mail, has been checked. `user` may
        be a linked account, of which the link was made."""
        person = primary_user(user)
        told = {"request_id": self.request.request_id, "ip": recorded_ip(self.request)}
        actor = owner_actor(person, face=Face.SIGN_IN, **told)
        edit = Edit(password=password, identity=None if person == user else user.user_id)
        try:
            edited = edit_user(person, edit, actor=actor)
        except NotSupported as error:
            raise PermissionDenied(str(error)) from None
        lockout.reset_failures([lockout.lockout_key(person)])  # the failures concerned the old password
        if edited == user:
            # allauth signs the session anew with the object it holds.
            user.password, user.session_epoch = edited.password, edited.session_epoch

    def get_login_stages(self) -> list[str]:
        return ["users.sign_in_pages.second_factor.SecondFactorStage"]

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """As `users.sign_in.transaction` does it for programs: the accounts are looked up once, for
        the counters, the password and the log. Raises ValidationError where there were too many
        failures; allauth's own way would count by what was typed."""
        login, ip = credentials.get("email", ""), client_ip(request)
        accounts = find_by_login(login)
        try:
            attempt = lockout.start_attempt(lockout.lockout_keys(login, accounts), ip=ip)
        except lockout.TooManyAttempts as error:
            log_lockout(login, accounts, ip=ip)
            raise lockout_error(error.seconds) from None
        user = authenticate(request, accounts=accounts, **credentials)
        if user is None:
            log_failed_sign_in(login, accounts, ip=ip)
        else:
            attempt.mark_succeeded()
        return user

    def reauthenticate(self, user: User, password: str) -> bool:
        """Verify the password by any login of the user: allauth would use the email, which may be missing."""
        login = next(iter(logins_of(user)), "")
        return self.authenticate(self.request, email=login, password=password) == user

    def login(self, request: HttpRequest, user: User) -> None:
        """Whoever was blocked between password and code is told so, and not let in."""
        if not user.is_active:
            raise ImmediateHttpResponse(self.respond_user_inactive(request, user))
        super().login(request, user)

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        record_sign_in(user, ip=client_ip(request))
        return super().respond_user_inactive(request, user)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Never called: mail leaves by jobs (`users.mail`), and only to emails that are stored."""
        raise NotImplementedError(template_prefix)
