"""What authlib reads of a request."""

from __future__ import annotations

from authlib.oauth2.rfc6749 import OAuth2Request
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from django.http import HttpRequest

from users.metadata.errors import TextError
from users.metadata.text import parse
from users.oauth.clients import RegisteredClient
from users.oauth.errors import TokenError
from users.web.client_ip import client_ip


class TokenRequest(OAuth2Request):
    """What authlib reads of a request. `parameters` are those of the body."""

    headers: dict[str, str]
    client: RegisteredClient | None

    def __init__(self, request: HttpRequest) -> None:
        # authlib refuses plain http. The settings allow that for this machine only, so the
        # question is settled before a request arrives.
        super().__init__("POST", f"https://localhost{request.path}", headers=dict(request.headers))
        self.parameters = read_body(request)
        self.payload = BasicOAuth2Payload(self.parameters)
        self.ip = client_ip(request)

    @property
    def args(self) -> dict[str, str | None]:
        return {}

    @property
    def form(self) -> dict[str, str]:
        return self.parameters


def read_body(request: HttpRequest) -> dict[str, str]:
    """JSON or form, whichever the SDK sends. Raises TokenError for anything else."""
    if request.content_type != "application/json":
        return {name: _single_value(name, values) for name, values in request.POST.lists()}
    try:
        body = parse(request.body)
    except TextError as error:
        raise TokenError("invalid_request", f"The body is not valid JSON: {error}", 400) from None
    if not isinstance(body, dict):
        raise TokenError("invalid_request", "The body must be a JSON object.", 400)
    return {name: value for name, value in body.items() if isinstance(value, str)}


def _single_value(name: str, values: list[str]) -> str:
    """Source: RFC 6749, section 3.2: parameters must not be included more than once."""
    if len(values) > 1:
        raise TokenError("invalid_request", f"The parameter {name[:100]} is given {len(values)} times.", 400)
    return values[0]
