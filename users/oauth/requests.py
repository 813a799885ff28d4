"""The adapter between Django's requests and authlib."""

from __future__ import annotations

from typing import Any

from authlib.oauth2.rfc6749 import OAuth2Request
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from django.http import HttpRequest

from users.metadata.errors import TextError
from users.metadata.text import parse
from users.oauth.clients import RegisteredClient
from users.oauth.errors import TokenError
from users.web.client_ip import client_ip
from users.web.encoding import has_utf8_parameters


class TokenRequest(OAuth2Request):
    """A token request as authlib reads it. `parameters` are the body's, `ip` is the caller's IP address."""

    headers: dict[str, str]
    client: RegisteredClient | None

    def __init__(self, request: HttpRequest) -> None:
        # authlib refuses plain HTTP, which the settings allow for loopback addresses only: whether a
        # request may come so is decided before it gets here.
        super().__init__("POST", f"https://localhost{request.path}", headers=dict(request.headers))
        self.parameters = read_body(request)
        self.payload = BasicOAuth2Payload(self.parameters)
        self.ip = client_ip(request)

    @property
    def args(self) -> dict[str, str | None]:
        """No query parameters: secrets in URLs end up in logs."""
        return {}

    @property
    def form(self) -> dict[str, str]:
        """The parameters of the body."""
        return self.parameters


def read_body(request: HttpRequest) -> dict[str, str]:
    """Return the parameters of a JSON or form body, as `read_object` does.

    Values that are not text are left out, as parameters are text in OAuth.
    """
    # A number or list where text is expected counts as missing, and is reported by its name.
    return {name: value for name, value in read_object(request).items() if isinstance(value, str)}


def read_object(request: HttpRequest) -> dict[str, Any]:
    """Return the members of a JSON or form body: SDKs send either. Raises TokenError for anything else."""
    # RFC 6749 knows forms only, so that a body of any other type is read as one.
    if request.content_type != "application/json":
        if not has_utf8_parameters(request):
            raise TokenError("invalid_request", "The parameters are not valid UTF-8.", 400)
        return {name: _single_value(name, values) for name, values in request.POST.lists()}
    try:
        body = parse(request.body)
    except TextError as error:
        raise TokenError("invalid_request", f"The body is not valid JSON: {error}", 400) from None
    if not isinstance(body, dict):
        raise TokenError("invalid_request", "The body must be a JSON object.", 400)
    return body


def _single_value(name: str, values: list[str]) -> str:
    """Refuse a parameter that is given twice: two readers could take different ones.

    Source: RFC 6749, section 3.2. Raises TokenError."""
    if len(values) > 1:
        # The name is the caller's and may be as long as the body, so the answer quotes its beginning.
        raise TokenError("invalid_request", f"The parameter {name[:100]} is given {len(values)} times.", 400)
    return values[0]
