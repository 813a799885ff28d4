"""The authorization endpoint's one decision: answer the application, or ask its user something first.

`/authorize` begins it with a new request; `/authorize/resume` goes on with a stored one, after a hosted page.
The endpoint itself shows no page: those of signing in and of consent are in `users.sign_in_pages`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from users.actions.authorizations.authorizations import create_authorization
from users.actions.authorizations.codes import issue_code
from users.actions.authorizations.consents import find_consent
from users.actions.authorizations.login_tickets import LoginTicketRefused, redeem_login_ticket
from users.actions.authorizations.requests import (
    await_return,
    store_authorization_request,
    take_authorization_request,
)
from users.conf import conf
from users.log.record import ClientContext, log_event
from users.models import Authorization, AuthorizationRequest, Client, LoginTicket, ResourceServer, User
from users.oauth.authorization_request import AuthorizationError
from users.oauth.grants.scopes import authorized_scopes, changed_scopes
from users.oauth.response_modes import send_answer
from users.representation.sessions import METHODS
from users.sign_in import sso_session
from users.sign_in.account_lookup import primary_user
from users.sign_in.authorization import (
    AuthorizationParameters,
    Page,
    SsoSession,
    is_other_user,
    needs_consent,
    needs_fresh_second_factor,
    page_to_show,
)
from users.sign_in.id_token_claims import claims_of
from users.sign_in.outcomes import (
    Outcome,
    RedirectRequired,
    Refused,
    SecondFactorRequired,
    SignedIn,
    refusal_of,
)
from users.sign_in.progress import Method, SignIn, SignInRequest
from users.sign_in.token_answer import user_access_token
from users.sign_in.transaction import continue_sign_in, sign_in_by_proof
from users.throttling.debounce import is_first_within
from users.tokens.issue import access_token_lifetime, issue_id_token
from users.tokens.keys import signing_key
from users.web.client_ip import client_ip
from users.web.cors import origin_of, origin_of_page
from users.web.redirect_urls import add_parameters
from users.web.sso_sign_in import leave_other_user, open_sso_session

# The names of the URLs of hosted pages.
PAGES = {Page.SIGN_IN: "hosted_login", Page.SIGN_UP: "hosted_signup", Page.CONFIRM_ACCOUNT: "hosted_continue"}


@dataclass(frozen=True, kw_only=True)
class AuthorizationFlow:
    """One authorization request in one browser.

    `asked_at` is when the application asked. `pending` is the stored request, and `state` its name on the
    hosted pages; None and empty while it is not stored. `login_ticket` stands for a password that was typed
    on a page of the application, `realm` is the connection that this page names; empty without one.
    """

    request: HttpRequest
    client: Client
    parameters: AuthorizationParameters
    asked_at: datetime
    pending: AuthorizationRequest | None = None
    state: str = ""
    login_ticket: str = field(default="", repr=False)
    realm: str = ""

    def answer(self) -> HttpResponse:
        """Return the response: the answer to the application, or a redirect to a page for its user.

        Raises RequestNotFound where the stored request was answered meanwhile.
        """
        try:
            return self._proceed()
        except AuthorizationError as error:
            return self._fail(error)

    def _proceed(self) -> HttpResponse:
        if self.login_ticket:
            return self._proceed_from_ticket()
        refusal = self.pending and sso_session.stored_refusal(self.request.session, self.pending)
        if refusal:
            raise AuthorizationError(refusal.error, refusal.description)
        if self.pending and sso_session.stored_redirect_url(self.request.session, self.pending):
            return self._send_elsewhere(self.pending)
        current = self._session()
        page = page_to_show(
            self.parameters,
            current,
            self.client,
            asked_at=self.asked_at,
            now=timezone.now(),
            is_confirmed=bool(self.pending and self._is_confirmed(self.pending)),
        )
        if page or current is None:
            return self._show(page or Page.SIGN_IN)
        if is_other_user(self.parameters, current):
            raise self._other_user()
        return self._follow(self._sign_in(current), current)

    def _proceed_from_ticket(self) -> HttpResponse:
        """Sign in the user whose password was typed on a page of the application.

        Only where the browser says that this page leads here does the user get a session, or a page to go
        on: another site could present a ticket of its own, and sign the user in as another user (login
        CSRF). Otherwise the application alone gets an answer, which it checks by its `state`.
        """
        page = origin_of_page(self.request)
        # Ours posts the ticket (`/login/callback`). A GET from there may follow a link or `next` that another
        # site has made.
        if self.request.method == "GET" and page == origin_of(conf.public_url):
            page = ""
        realms = tuple(name for name in (self.realm, self.parameters.connection) if name)
        try:
            ticket = redeem_login_ticket(self.login_ticket, self.client, origin=page, realms=realms)
        except LoginTicketRefused:
            # Auth0's text.
            raise self._failure("access_denied", "Unknown or invalid login ticket.") from None
        outcome = self._sign_in_by_ticket(ticket, can_redirect=bool(page))
        if isinstance(outcome, SignedIn):
            return self._follow(outcome, self._enter(ticket, outcome, opens_session=bool(page)))
        if isinstance(outcome, SecondFactorRequired) and self.parameters.is_silent:
            # Lock shows the text of this error.
            raise self._failure(
                "unauthorized",
                gettext("This account has a second factor, which this form cannot ask for."),
            )
        if not isinstance(outcome, Refused):
            if not page:
                return self._show(Page.SIGN_IN)
            self._leave_earlier_sign_in(outcome.sign_in.user)
        return self._follow(outcome, None)

    def _sign_in_request(self, **more: Any) -> SignInRequest:
        """Describe this request to the transaction; `more` are further fields."""
        return SignInRequest(
            ip=client_ip(self.request),
            application=self.client,
            audience=self.parameters.audience,
            scope=self.parameters.scope,
            protocol=self.parameters.protocol,
            query=self.parameters.to_query(self.client),
            **more,
        )

    def _sign_in_by_ticket(self, ticket: LoginTicket, *, can_redirect: bool) -> Outcome:
        request = self._sign_in_request(
            refuses_staff=True, can_redirect=can_redirect and not self.parameters.is_silent
        )
        user = primary_user(ticket.user)
        if self.parameters.user_id not in ("", user.user_id):
            raise self._other_user()
        return continue_sign_in(
            SignIn(
                user=user,
                connection=ticket.connection,
                request=request,
                methods=frozenset({Method.PASSWORD}),
            )
        )

    def _enter(self, ticket: LoginTicket, outcome: SignedIn, *, opens_session: bool) -> SsoSession:
        """The session of single sign-on of this sign-in, or one that ends with the request."""
        if opens_session:
            self._leave_earlier_sign_in(outcome.user)
            # Ends with the browser: the user has not asked for more.
            self.request.session.set_expiry(0)
            open_sso_session(self.request, outcome)
            current = self._session()
            assert current, "it is open now"
            return current
        return SsoSession(
            user=outcome.user,
            connection=outcome.connection,
            session_id="",
            authenticated_at=ticket.created_at,
            methods=outcome.methods,
        )

    def _leave_earlier_sign_in(self, user: User) -> None:
        """What was proven in an earlier sign-in of this session counts no longer."""
        leave_other_user(self.request, user)
        self.request.session.pop(METHODS, None)

    def _follow(self, outcome: Outcome, current: SsoSession | None) -> HttpResponse:
        """The response to an outcome of the sign-in transaction. `current` is the session of a success."""
        match outcome:
            case SignedIn():
                assert current, "a user who is signed in has a session"
                return self._grant(outcome, current)
            case SecondFactorRequired() as required:
                return self._ask_second_factor(required)
            case RedirectRequired() as required:
                return self._redirect(required)
            case Refused() as refused:
                refusal = refusal_of(refused)
                raise AuthorizationError(refusal.error, refusal.description)

    def _other_user(self) -> AuthorizationError:
        return AuthorizationError(
            "login_required", "The user signed in with another account than id_token_hint names."
        )

    def _session(self) -> SsoSession | None:
        user = self.request.user if isinstance(self.request.user, User) else None
        return sso_session.read_sso_session(self.request.session, user, application=self.client)

    def _is_confirmed(self, pending: AuthorizationRequest) -> bool:
        return sso_session.is_account_confirmed(self.request.session, pending)

    def _sign_in(self, current: SsoSession) -> Outcome:
        """What signing in for this request has ended in; where the user did not, sign in by the session."""
        session = self.request.session
        outcome = self.pending and sso_session.stored_outcome(session, self.pending, current)
        if outcome:
            return outcome
        methods = current.methods
        if needs_fresh_second_factor(self.parameters, current, now=timezone.now()):
            # Given too long ago, so that the transaction asks for it again.
            methods = methods - {Method.SECOND_FACTOR}
        request = self._sign_in_request(
            success_type="ssa",
            failure_type="fsa",
            counts_login=False,
            can_redirect=not self.parameters.is_silent,
            session_id=current.session_id,
            method_times=current.method_times,
        )
        return sign_in_by_proof(current.user, connection=current.connection, methods=methods, request=request)

    def _show(self, page: Page) -> HttpResponse:
        """Lead to a hosted page, or say that one is needed where none may be shown."""
        if self.parameters.is_silent:
            if page is Page.CONFIRM_ACCOUNT:
                raise self._failure("interaction_required", "User interaction required")
            raise self._failure("login_required", "Login required")
        return self._stored()._lead_to(PAGES[page])

    def _ask_second_factor(self, required: SecondFactorRequired) -> HttpResponse:
        if self.parameters.is_silent:
            # The libraries recognize a missing second factor by this text.
            raise self._failure("login_required", "Multifactor authentication required")
        flow = self._stored()
        assert flow.pending, "it is stored now"
        sso_session.store_progress(self.request.session, flow.pending, required.sign_in)
        return flow._lead_to("hosted_second_factor")

    def _redirect(self, required: RedirectRequired) -> HttpResponse:
        flow = self._stored()
        assert flow.pending, "it is stored now"
        session = self.request.session
        sso_session.store_redirect(session, flow.pending, required.sign_in, state=flow.state)
        return flow._send_elsewhere(flow.pending)

    def _send_elsewhere(self, pending: AuthorizationRequest) -> HttpResponse:
        """Send the user to the site that a hook has named, with the `state` to return with."""
        url = sso_session.stored_redirect_url(self.request.session, pending)
        return HttpResponseRedirect(add_parameters(url, {"state": await_return(pending)}))

    def _grant(self, outcome: SignedIn, current: SsoSession) -> HttpResponse:
        """Answer with what is granted, once the user has consented where that is needed."""
        server = self._server()
        scope = self._granted_scopes(outcome, server)
        if self._needs_consent(outcome.user, scope):
            if self.parameters.is_silent:
                raise self._failure("consent_required", "Consent required")
            # Without a session (`_proceed_from_ticket`), or that page would ask the user of another one.
            if not current.session_id:
                return self._show(Page.SIGN_IN)
            return self._ask_consent(outcome, scope)
        with transaction.atomic():
            # Before anything is issued, so that a stored request is answered once.
            if self.pending:
                take_authorization_request(self.pending)
            authorization = create_authorization(
                outcome.user,
                self.client,
                connection=outcome.connection,
                server=server,
                scope=scope,
                methods=outcome.methods,
                session_id=current.session_id,
                authenticated_at=current.authenticated_at,
                id_token_claims=outcome.claims.id_token,
                access_token_claims=outcome.claims.access_token,
            )
            answer = self._issue(authorization)
        sso_session.finish_request(self.request.session, self.pending)
        # Saved, since each use puts off the end of the session.
        self.request.session.modified = True
        return self._send(answer)

    def _granted_scopes(self, outcome: SignedIn, server: ResourceServer | None) -> list[str]:
        user, client = outcome.user, self.client
        with_refresh = "code" in self.parameters.response_type
        granted = authorized_scopes(user, client, server, self.parameters.scope, with_refresh=with_refresh)
        return changed_scopes(user, client, server, granted, outcome.scope_changes, with_refresh=with_refresh)

    def _server(self) -> ResourceServer | None:
        audience = self.parameters.audience
        server = ResourceServer.objects.for_audience(audience) if audience else None
        if audience and server is None:  # deleted while the user signed in
            raise AuthorizationError("access_denied", f"Service not found: {audience}")
        return server

    def _needs_consent(self, user: User, scope: Iterable[str]) -> bool:
        if self.client.is_first_party and "consent" not in self.parameters.prompt:
            return False  # without a query
        consent = find_consent(user, self.client, audience=self.parameters.audience)
        return needs_consent(
            self.client,
            self.parameters,
            scope,
            consented=consent.scope if consent else (),
            consented_at=consent.updated_at if consent else None,
            asked_at=self.asked_at,
        )

    def _ask_consent(self, outcome: SignedIn, scope: Iterable[str]) -> HttpResponse:
        flow = self._stored()
        assert flow.pending, "it is stored now"
        sso_session.store_outcome(self.request.session, flow.pending, outcome)
        sso_session.store_asked_scope(self.request.session, flow.pending, scope)
        return flow._lead_to("hosted_consent")

    def _issue(self, authorization: Authorization) -> dict[str, str]:
        """The parts of the answer that the response type names."""
        wanted, parameters = self.parameters.response_type, self.parameters
        answer: dict[str, str] = {}
        # Read once for both tokens. A code alone is not signed.
        key = signing_key() if {"token", "id_token"} & set(wanted) else None
        if "code" in wanted:
            answer["code"] = issue_code(
                authorization,
                redirect_uri=parameters.redirect_uri,
                code_challenge=parameters.code_challenge,
                nonce=parameters.nonce,
            )
        if "token" in wanted:
            answer["access_token"] = user_access_token(authorization, authorization.scope, key=key)
            answer["scope"] = " ".join(authorization.scope)
            answer["expires_in"] = str(access_token_lifetime(authorization.resource_server))
            answer["token_type"] = "Bearer"  # noqa: S105 - a type, no token
        if "id_token" in wanted:
            answer["id_token"] = issue_id_token(
                authorization,
                claims_of(authorization.user, authorization.scope),
                nonce=parameters.nonce,
                access_token=answer.get("access_token", ""),
                code=answer.get("code", ""),
                key=key,
            )
        return answer

    def _fail(self, error: AuthorizationError) -> HttpResponse:
        """Answer with an error. The stored request ends with it: the application has to ask again."""
        if self.pending:
            take_authorization_request(self.pending)
            sso_session.finish_request(self.request.session, self.pending)
        return self._send({"error": error.error, "error_description": error.description})

    def _send(self, answer: dict[str, str]) -> HttpResponse:
        parameters = self.parameters
        if parameters.state is not None:
            answer["state"] = parameters.state
        return send_answer(
            self.request, self.client, parameters.redirect_uri, parameters.response_mode, answer
        )

    def _stored(self) -> AuthorizationFlow:
        """This flow with its request stored, bound to this browser."""
        if self.pending:
            return self
        pending, state = store_authorization_request(
            self.client,
            self.parameters.to_json(),
            browser_secret=sso_session.browser_secret(self.request.session),
            asked_at=self.asked_at,
        )
        return replace(self, pending=pending, state=state)

    def _lead_to(self, name: str) -> HttpResponse:
        return HttpResponseRedirect(f"{reverse(name)}?{urlencode({'state': self.state})}")

    def _failure(self, error: str, description: str) -> AuthorizationError:
        """The error, logged at most once a second for each client and IP address: applications ask with
        every page that they load."""
        ip = client_ip(self.request)
        if is_first_within(1, "silent", self.client.client_id, ip):
            through = ClientContext.of(self.client, self.parameters.audience)
            log_event("fsa", through=through, ip=ip or "", description=description)
        return AuthorizationError(error, description)
