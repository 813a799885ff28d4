"""The answer of `/authorize`: a redirect, a form that submits itself, or a message to another window.

Source: OAuth 2.0 Multiple Response Type Encoding Practices; OAuth 2.0 Form Post Response Mode; the draft
"OAuth 2.0 Web Message Response Mode" as Auth0's libraries implement it; RFC 9207 for `iss`.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote, urlencode, urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.encoding import iri_to_uri

from users.conf import conf
from users.models import Client
from users.oauth.redirect_uris import message_origin
from users.web.redirect_urls import add_parameters

Answer = Mapping[str, str]


def send_answer(
    request: HttpRequest, client: Client, redirect_uri: str, mode: str, answer: Answer
) -> HttpResponse:
    """Return the response that carries `answer` to the application."""
    if conf.authorization_response_iss:
        answer = {**answer, "iss": conf.issuer}
    match mode:
        case "form_post":
            return _form_post(request, client, redirect_uri, answer)
        case "web_message":
            return _web_message(request, client, redirect_uri, answer)
        case "fragment":
            # `%20` for spaces: a fragment is no form, and some libraries do not decode `+` there.
            return RegisteredRedirect(f"{redirect_uri}#{urlencode(answer, quote_via=quote)}")
    return RegisteredRedirect(add_parameters(redirect_uri, answer))


class RegisteredRedirect(HttpResponse):
    """A redirect to a URI that is registered. Django's own refuses the schemes of native applications, and
    URLs as long as two tokens."""

    def __init__(self, address: str) -> None:
        super().__init__(status=302, headers={"Location": iri_to_uri(address)})


def _form_post(request: HttpRequest, client: Client, redirect_uri: str, answer: Answer) -> HttpResponse:
    """A page whose form a script submits, or the user where scripts are off."""
    # The scheme of a native application has no host.
    host = urlsplit(redirect_uri).netloc or client.name
    context = {"address": redirect_uri, "fields": answer.items(), "host": host}
    response = render(request, "users/hosted/form_post.html", context)
    # No `form-action`: browsers apply it to redirects of the application's answer too, which lead anywhere.
    response._csp_replace = {"form-action": None}  # type: ignore[attr-defined]  # read by django-csp
    return response


def _web_message(request: HttpRequest, client: Client, redirect_uri: str, answer: Answer) -> HttpResponse:
    """A page that posts the answer to the window that opened it, or whose frame it is: the one page of ours
    that may be framed, by the origin that receives the message."""
    origin = message_origin(client, redirect_uri)
    assert origin, "read_destination accepts no other"
    message = {"type": "authorization_response", "response": dict(answer)}
    response = render(request, "users/hosted/web_message.html", {"message": message, "origin": origin})
    response._csp_replace = {"frame-ancestors": [origin]}  # type: ignore[attr-defined]  # read by django-csp
    response.xframe_options_exempt = True  # the header can name no single origin
    return response
