"""Read an ID token that an application sends back as a hint of whom it means (`id_token_hint`)."""

from __future__ import annotations

from dataclasses import dataclass

from users.conf import conf
from users.tokens.id_tokens import InvalidIdToken, is_of_other_kind, signed_claims


class InvalidHint(ValueError):
    """The hint is no ID token of ours."""


@dataclass(frozen=True)
class IdTokenHint:
    """The user `subject` has signed in to the client `client_id`; `session_id` is the public id of the
    browser session, empty where there was none."""

    subject: str
    client_id: str
    session_id: str


def read_id_token_hint(token: str) -> IdTokenHint:
    """Return what the ID token says. It may have expired: a user also signs out the day after.

    Source: OpenID Connect RP-Initiated Logout 1.0, section 4. Raises InvalidHint.
    """
    try:
        claims = signed_claims(token)
    except InvalidIdToken:
        raise InvalidHint from None
    if claims.get("iss") != conf.issuer or is_of_other_kind(claims):
        raise InvalidHint
    subject, client_id, session_id = claims.get("sub"), claims.get("aud"), claims.get("sid", "")
    if not (isinstance(subject, str) and isinstance(client_id, str) and isinstance(session_id, str)):
        raise InvalidHint
    return IdTokenHint(subject, client_id, session_id)
