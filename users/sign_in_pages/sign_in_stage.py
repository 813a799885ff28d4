"""The sign-in transaction as a step of allauth's login: what comes after the password."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from allauth.mfa.stages import AuthenticateStage
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from users.models import User
from users.representation.enrollments import enrolled_factors
from users.sign_in.outcomes import Outcome, SecondFactorRequired, SignedIn
from users.sign_in.progress import Method, SignIn, SignInRequest
from users.sign_in.transaction import confirm_second_factor, continue_sign_in
from users.web.client_ip import client_ip


class SignInStage(AuthenticateStage):
    """allauth enters the stage once the password is right, and leaves it to open the session.

    The only stage there is. Under the key of allauth's own stage for second factors, whose page asks
    for the code and then calls `exit`.
    """

    def handle(self) -> tuple[HttpResponse | None, bool]:
        """Return the page to go to, if any, and whether the login goes on."""
        match continue_sign_in(self._sign_in()):
            case SignedIn():
                return None, True
            case SecondFactorRequired():
                # True keeps the login pending in the session until the code is given.
                return HttpResponseRedirect(reverse(self.urlname)), True
            case _:
                return self._refuse(), False

    def exit(self) -> HttpResponse:
        """Called when the code was right."""
        outcome: Outcome = confirm_second_factor(self._sign_in())
        if isinstance(outcome, SignedIn):
            response: HttpResponse = super().exit()
            return response
        self.abort()  # forget the password; its own answer would lead to the sign-in page
        return self._refuse()

    def is_resumable(self, request: HttpRequest) -> bool:
        """Not where the account or its second factor has been removed meanwhile: this stage and the
        sign-in page would send the browser to each other for ever."""
        return isinstance(self.login.user, User) and bool(enrolled_factors(self.login.user))

    def _sign_in(self) -> SignIn:
        """The user is freshly read: between two requests allauth stores only the primary key, and not by
        which account the user signed in. Only hooks ask for that connection, and none runs here."""
        user = self.login.user
        assert isinstance(user, User), "without its user the stage is not resumed"
        return SignIn(
            user=user,
            connection=user.connection,
            request=SignInRequest(ip=client_ip(self.request)),
            methods=frozenset({Method.PASSWORD}),
        )

    def _refuse(self) -> HttpResponse:
        """Lead to the page that says that the user is blocked: the one refusal there is after a right
        password, since no hook runs for the dashboard and the own page."""
        user = self.login.user
        assert user is not None, "without its user the stage is not resumed"
        response: HttpResponse = get_adapter().respond_user_inactive(self.request, user)
        return response
