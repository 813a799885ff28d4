"""Error responses, as a page or as JSON, for what goes wrong outside any view."""

from __future__ import annotations

import sys
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.exceptions import TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.csrf import requires_csrf_token

from users.availability.outage import Outage, outage_of
from users.availability.report import report
from users.web.envelope import envelope, oauth_envelope
from users.web.json_paths import is_api, is_oauth
from users.web.request import Request

TEXTS = {
    400: (gettext_lazy("Bad request"), gettext_lazy("Go back and try again.")),
    403: (
        gettext_lazy("You do not have access to this page"),
        gettext_lazy("Ask an administrator if you need access."),
    ),
    404: (gettext_lazy("Page not found"), gettext_lazy("The URL is wrong, or the page no longer exists.")),
    405: (gettext_lazy("Method not allowed"), gettext_lazy("Open the page from a link instead.")),
    411: (gettext_lazy("Length required"), gettext_lazy("Send a Content-Length header.")),
    413: (gettext_lazy("Request too large"), gettext_lazy("Send a smaller request.")),
    429: (
        gettext_lazy("Too many attempts"),
        gettext_lazy("There were too many attempts in a short time. Wait one minute, then try again."),
    ),
    500: (
        gettext_lazy("Something went wrong on our side"),
        gettext_lazy("It has been logged. Try again in a moment."),
    ),
    503: (gettext_lazy("Temporarily unavailable"), gettext_lazy("Try again in a few seconds.")),
}


def error_page(request: HttpRequest, status: int, advice: str = "", message: str = "") -> HttpResponse:
    """Return an error page, or JSON with `message` under the API's paths; both carry the request id.

    Staff who asked for a page of the dashboard keep its frame, unless the server failed.
    """
    title, default_advice = TEXTS[status]
    if is_api(request.path_info):
        return error_json(request, status, message or HTTPStatus(status).phrase)
    context = {
        "title": title,
        "advice": advice or default_advice,
        "request_id": getattr(request, "request_id", ""),
    }
    if status >= 500:
        # Without the request no context processor runs: they read the session and the user from the
        # database, which may be what failed.
        return render(None, "users/web/error.html", context, status=status)
    frame = _frame(request)
    template = "users/web/error.html" if frame is None else "users/admin/error.html"
    return render(request, template, {**(frame or {}), **context}, status=status)


def _frame(request: HttpRequest) -> dict[str, Any] | None:
    """Return the context of the dashboard's frame if staff asked for a page of the dashboard."""
    view = request.resolver_match.func if request.resolver_match else None
    # Django sets one of these on each view of an admin site.
    site = getattr(getattr(view, "model_admin", view), "admin_site", None)
    return site.each_context(request) if site and site.has_permission(request) else None


def error_json(request: HttpRequest, status: int, message: str, code: str | None = None) -> JsonResponse:
    """Return a JSON error in the form that clients of this path expect: OAuth's or Auth0's."""
    if is_oauth(request.path_info):
        return JsonResponse(oauth_envelope(message, status), status=status)
    body = envelope(status, message, code)
    return JsonResponse(body, status=status, content_type="application/json; charset=utf-8")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler400, which also answers what its body parsers refuse."""
    reason = parser_error_message(exception)
    return error_page(request, 400, advice=reason, message=reason)


def parser_error_message(exception: Exception) -> str:
    """Return why Django's form parser refused a body and how to fix it; empty for any other exception."""
    match exception:
        case TooManyFieldsSent():
            return gettext("A form may have at most %(count)d fields. Send fewer.") % {
                "count": settings.DATA_UPLOAD_MAX_NUMBER_FIELDS
            }
        case TooManyFilesSent():
            return gettext("A form may have at most %(count)d files. Send fewer.") % {
                "count": settings.DATA_UPLOAD_MAX_NUMBER_FILES
            }
        case MultiPartParserError():
            return gettext("The body is not valid multipart/form-data. Check its boundary.")
    return ""


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler403. A reason given to PermissionDenied is shown."""
    return error_page(request, 403, advice=str(exception))


@requires_csrf_token
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler404."""
    return error_page(request, 404)


@requires_csrf_token
def server_error(request: Request) -> HttpResponse:
    """Django's handler500, for exceptions of views and of middleware. Never shows a stack trace."""
    # A database that is away raises in any view; clients should retry a 503, and alert on a 500.
    outage = outage_of(sys.exception())
    return error_page(request, 500) if outage is None else unavailable(request, outage)


def unavailable(request: Request, outage: Outage) -> HttpResponse:
    """Return 503 with `Retry-After`, as a page or as JSON by path, and write one line to the log.

    Reads neither the database nor the session.
    """
    request.outage = outage
    report(outage)
    if is_api(request.path_info):
        response: HttpResponse = error_json(request, 503, outage.text, outage.kind.value)
    else:
        # A connection lost during COMMIT leaves open whether the write took place.
        advice = gettext("%(text)s If you were saving something, check afterwards that it was saved.") % {
            "text": outage.text
        }
        response = error_page(request, 503, advice=advice)
    response["Retry-After"] = str(outage.retry_after)
    # A proxy that caches the 503 would prolong the outage.
    response["Cache-Control"] = "no-store"
    return response


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """The handler429 that allauth looks up by name. All its limits on pages are per minute."""
    response = error_page(request, 429)
    response["Retry-After"] = "60"
    return response


class MethodNotAllowedMiddleware:
    """Give the 405 of a page, whose body Django leaves empty, the page of an error."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._get_response(request)
        if not isinstance(response, HttpResponseNotAllowed) or is_api(request.path_info):
            return response
        page = error_page(request, 405)
        page["Allow"] = response["Allow"]
        return page


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Refuse a form without a valid CSRF token: mostly a page left open across a sign-out."""
    return error_page(
        request, 403, advice=gettext("This page was out of date. Reload it, then send the form again.")
    )


def length_required(request: HttpRequest) -> HttpResponse:
    """Return 411 for a chunked body that the WSGI server did not assemble."""
    message = gettext("Send the length of the body (Content-Length); chunked bodies are not accepted.")
    if is_api(request.path_info) or is_oauth(request.path_info):
        return error_json(request, 411, message, "length_required")
    return error_page(request, 411, advice=message)


def too_large(request: HttpRequest, limit: int) -> HttpResponse:
    """Return 413, in Auth0's words where Auth0 states them."""
    message = f"Payload content length greater than maximum allowed: {limit}"
    if is_api(request.path_info):
        return error_json(request, 413, message, "payload_too_large")
    most = (
        gettext("%(limit)s MiB") % {"limit": f"{limit / 1024 / 1024:g}"}
        if limit % (1024 * 1024) == 0
        else gettext("%(limit)s KiB") % {"limit": f"{limit // 1024:,}"}
    )
    return error_page(request, 413, advice=gettext("The limit is %(most)s.") % {"most": most})
