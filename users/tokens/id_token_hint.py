"""Read an ID token that an application sends back as a hint of whom it means (`id_token_hint`)."""

from __future__ import annotations

from dataclasses import dataclass

from joserfc import jwt
from joserfc.errors import JoseError

from users.conf import conf
from users.tokens.custom_claims import AUTHORIZATION_CLAIM
from users.tokens.keys import public_keys

MAX_LENGTH = 16 * 1024
# Claims that ID tokens lack: a token that has one is of another kind.
_OF_OTHER_TOKENS = ("azp", "gty", "events", AUTHORIZATION_CLAIM)


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
    # Before any cryptography: hostile input of any length must be cheap.
    if len(token) > MAX_LENGTH or token.count(".") != 2:
        raise InvalidHint
    try:
        # RS256 only, and keys of ours only: what a header says about keys is never followed.
        claims = jwt.decode(token, public_keys(), algorithms=["RS256"]).claims
        subject, client_id, session_id = claims["sub"], claims["aud"], claims.get("sid", "")
        is_ours = claims["iss"] == conf.issuer and not any(name in claims for name in _OF_OTHER_TOKENS)
    except (JoseError, ValueError, TypeError, KeyError, AttributeError):  # hostile tokens raise them all
        raise InvalidHint from None
    if not is_ours or not all(isinstance(each, str) for each in (subject, client_id, session_id)):
        raise InvalidHint
    return IdTokenHint(subject, client_id, session_id)
