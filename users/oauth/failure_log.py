"""Log failed token requests."""

from __future__ import annotations

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749.util import extract_basic_authorization

from users.log.record import ClientContext, log_event
from users.models import Client
from users.oauth.errors import MfaRequired, SignInRefused
from users.oauth.grants.authorization_code import AuthorizationCodeGrant
from users.oauth.grants.client_credentials import MachineGrant
from users.oauth.grants.mfa import OtpGrant, RecoveryCodeGrant
from users.oauth.grants.password import PasswordGrant, RealmGrant
from users.oauth.grants.refresh_token import RefreshTokenGrant
from users.oauth.requests import TokenRequest
from users.throttling.debounce import is_first_within

# Auth0's types of log events: a failed exchange of something for an access token.
LOG_TYPES = {
    AuthorizationCodeGrant.GRANT_TYPE: "feacft",
    MachineGrant.GRANT_TYPE: "feccft",
    PasswordGrant.GRANT_TYPE: "fepft",
    RealmGrant.GRANT_TYPE: "fepft",
    RefreshTokenGrant.GRANT_TYPE: "fertft",
    OtpGrant.GRANT_TYPE: "feotpft",
    RecoveryCodeGrant.GRANT_TYPE: "fercft",
}


def log_failed_request(request: TokenRequest, error: OAuth2Error) -> None:
    """Log a failed request of a known client, at most once a second for each client and IP address.

    Anyone can send such requests without a secret: logging each would let them fill the table.
    """
    parameters = request.parameters
    type_, client_id = LOG_TYPES.get(parameters.get("grant_type", "")), _client_id(request)
    # PostgreSQL refuses a text with NUL, so looking it up would turn a bad request into a 500.
    if type_ is None or isinstance(error, SignInRefused | MfaRequired) or not client_id or "\0" in client_id:
        return
    # Asked before the database, which is the expensive part.
    if not is_first_within(1, "token", client_id, request.ip):
        return
    client = Client.objects.filter(client_id=client_id).first()
    if client is not None:
        through = ClientContext.of(client, parameters.get("audience", ""))
        log_event(type_, through=through, ip=request.ip or "", description=error.description)


def _client_id(request: TokenRequest) -> str:
    """The client id that the request claims, in the header or the body; the secret may be wrong."""
    try:
        in_header, _ = extract_basic_authorization(request.headers)
    except ValueError:  # the header is not UTF-8
        in_header = None
    return in_header or request.parameters.get("client_id", "")
