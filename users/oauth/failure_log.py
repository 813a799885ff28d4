"""Log token requests that came to nothing."""

from __future__ import annotations

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749.util import extract_basic_authorization

from users.log.debounce import is_first_within
from users.log.record import ClientContext, log_event
from users.models import Client
from users.oauth.errors import SignInRefused
from users.oauth.grants.machine import MachineGrant
from users.oauth.grants.password import PasswordGrant, RealmGrant
from users.oauth.requests import TokenRequest

LOG_TYPES = {
    MachineGrant.GRANT_TYPE: "feccft",
    PasswordGrant.GRANT_TYPE: "fepft",
    RealmGrant.GRANT_TYPE: "fepft",
}


def log_failed_request(request: TokenRequest, error: OAuth2Error) -> None:
    """Of clients that are known, once a second from one address: anybody may send them."""
    given = request.parameters
    type_, client_id = LOG_TYPES.get(given.get("grant_type", "")), _client_id(request)
    if type_ is None or isinstance(error, SignInRefused) or not client_id or "\0" in client_id:
        return
    if not is_first_within(1, "token", client_id, request.ip):
        return
    client = Client.objects.filter(client_id=client_id).first()
    if client is not None:
        through = ClientContext.of(client, given.get("audience", ""))
        log_event(type_, through=through, ip=request.ip or "", description=error.description)


def _client_id(request: TokenRequest) -> str:
    """The one that is claimed, in the header or the body."""
    try:
        in_header, _ = extract_basic_authorization(request.headers)
    except ValueError:  # no text
        in_header = None
    return in_header or request.parameters.get("client_id", "")
