"""`/authorize`: an application asks to have its user signed in; and how that goes on after a page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from users.actions.authorizations.requests import ForeignRequest, RequestNotFound, find_authorization_request
from users.oauth.authorization_flow import AuthorizationFlow
from users.oauth.authorization_request import (
    AuthorizationError,
    PageError,
    read_destination,
    read_parameters,
)
from users.oauth.response_modes import send_answer
from users.sign_in.authorization import AuthorizationParameters
from users.sign_in.sso_session import ended_client, known_browser_secret
from users.web.encoding import FORM, has_utf8_parameters
from users.web.hosted_errors import expired_page, foreign_page
from users.web.language import use_language


@csrf_exempt  # applications send their users here by POST as well (OpenID Connect Core, section 3.1.2.1)
@require_http_methods(["GET", "POST"])
@sensitive_variables("query")
def authorize(request: HttpRequest) -> HttpResponse:
    """Begin an authorization request. A request without a valid client and redirect URI gets a page that
    says what is wrong; any other error goes to the application."""
    try:
        query = _read_query(request)
    except PageError as error:
        return _error_page(request, error)
    return _answer(request, query)


@csrf_exempt  # the ticket says who signs in, and `Origin` whose page it is
@require_POST
@sensitive_post_parameters()
@sensitive_variables("query")
def login_callback(request: HttpRequest) -> HttpResponse:
    """Go on from the form in the answer of `/usernamepassword/login`: `wctx` has the parameters of an
    authorization request, `wresult` a login ticket."""
    if not (has_utf8_parameters(request) and request.POST.get("wresult")):
        return _error_page(request, PageError("The parameter wresult is missing."))
    query = QueryDict(request.POST.get("wctx", ""), mutable=True)
    query["login_ticket"] = request.POST["wresult"]
    return _answer(request, query)


def _answer(request: HttpRequest, query: QueryDict) -> HttpResponse:
    try:
        use_language(request, query.get("ui_locales", ""))
        destination = read_destination(query)
    except PageError as error:
        return _error_page(request, error)
    try:
        parameters = read_parameters(query, destination)
    except AuthorizationError as error:
        answer = {"error": error.error, "error_description": error.description}
        if destination.state is not None:
            answer["state"] = destination.state
        return send_answer(
            request, destination.client, destination.redirect_uri, destination.response_mode, answer
        )
    flow = AuthorizationFlow(
        request=request,
        client=destination.client,
        parameters=parameters,
        asked_at=timezone.now(),
        login_ticket=query.get("login_ticket", ""),
        realm=query.get("realm", ""),
    )
    return flow.answer()


@require_GET
def resume(request: HttpRequest) -> HttpResponse:
    """Go on with the stored request that `state` names, after the user has done what a page asked for."""
    state = request.GET.get("state", "")
    try:
        pending = find_authorization_request(state, browser_secret=known_browser_secret(request.session))
        parameters = AuthorizationParameters.from_json(pending.parameters)
        use_language(request, parameters.ui_locales)
        flow = AuthorizationFlow(
            request=request,
            client=pending.client,
            parameters=parameters,
            asked_at=pending.created_at,
            pending=pending,
            state=state,
        )
        return flow.answer()
    except RequestNotFound:
        return expired_page(request, ended_client(request.session, state))
    except ForeignRequest:
        return foreign_page(request)


def _read_query(request: HttpRequest) -> QueryDict:
    """The parameters. Raises PageError where they cannot be read."""
    if request.method == "POST" and request.content_type not in (FORM, "multipart/form-data"):
        raise PageError(f"Send the parameters in the query, or as a form ({FORM}).")
    if not has_utf8_parameters(request):
        raise PageError("The parameters are not valid UTF-8.")
    return request.POST if request.method == "POST" else request.GET


def _error_page(request: HttpRequest, error: PageError) -> HttpResponse:
    context = {
        "title": gettext("The application sent a wrong request"),
        "text": gettext("You cannot sign in this way. Contact the support of the application."),
        "details": error.text,
        "client": error.client,
    }
    return render(request, "users/hosted/error.html", context, status=error.status)
