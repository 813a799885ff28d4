"""Revoke what users have allowed applications to do: by staff, by the API, and by users themselves."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_noop as _

from users.actions.account.end_sessions import end_session
from users.actions.authorizations.authorizations import revoke_authorizations
from users.log.record import log_event
from users.log.types import API_WRITE
from users.models import Authorization, Client, Consent, RefreshToken, ResourceServer, Session, User
from users.rights.actor import Actor, Face
from users.rights.may import Verb, check


def revoke_access(
    user: User, *, actor: Actor, session: Session | None = None, preserves_refresh_tokens: bool = False
) -> None:
    """End the sessions of the user, or this one alone, and revoke the authorizations that came from them;
    those with a refresh token stay where `preserves_refresh_tokens` is true. Raises Denied or Protected.

    Source: Auth0's published OpenAPI document, POST /users/{id}/revoke-access.
    """
    check(actor, Verb.END_SESSIONS, user)
    check(actor, Verb.REVOKE_TOKENS, user)
    found = Authorization.objects.filter(user=user)
    if session is not None:
        found = found.filter(session_id=session.session_id)
    if preserves_refresh_tokens:
        found = found.filter(refresh_token=None)
    with transaction.atomic():
        revoke_authorizations(found)
        sessions = Session.objects.filter(user=user)
        (sessions if session is None else sessions.filter(pk=session.pk)).delete()
        _log(user, actor, _("Revoke the sessions and refresh tokens of a user"))


def revoke_session(session: Session, *, actor: Actor) -> None:
    """End this session, and revoke the authorizations that came from it, with their refresh tokens. Raises
    Denied or Protected."""
    assert session.user is not None, "only sessions of users are revoked"
    check(actor, Verb.REVOKE_TOKENS, session.user)
    with transaction.atomic():
        revoke_authorizations(Authorization.objects.filter(user=session.user, session_id=session.session_id))
        end_session(session, actor=actor)
        _log(session.user, actor, _("Revoke a session"))


def revoke_refresh_tokens(user: User, tokens: QuerySet[RefreshToken], *, actor: Actor) -> int:
    """Revoke these refresh tokens of the user, with the authorizations that they belong to, and return how
    many there were. Raises Denied or Protected."""
    check(actor, Verb.REVOKE_TOKENS, user)
    with transaction.atomic():
        _log(user, actor, _("Revoke refresh tokens of a user"))
        return revoke_authorizations(Authorization.objects.filter(user=user, refresh_token__in=tokens))


def revoke_consents(user: User, consents: QuerySet[Consent], *, actor: Actor) -> int:
    """Delete these consents of the user, and revoke the authorizations of the same applications for the same
    APIs. Returns how many consents there were. Raises Denied or Protected."""
    check(actor, Verb.REVOKE_CONSENTS, user)
    with transaction.atomic():
        found = list(consents.filter(user=user).select_related("client"))
        for consent in found:
            revoke_authorizations(_authorizations_of(consent))
        _log(user, actor, _("Delete grants of a user"))
        return Consent.objects.filter(pk__in=[consent.pk for consent in found]).delete()[0]


def revoke_application(user: User, client: Client, *, actor: Actor) -> None:
    """Take the application's access to the user away: consents, authorizations and refresh tokens. Sessions
    stay. Raises Denied or Protected."""
    check(actor, Verb.REVOKE_TOKENS, user)
    with transaction.atomic():
        revoke_authorizations(Authorization.objects.filter(user=user, client=client))
        Consent.objects.filter(user=user, client=client).delete()
        _log(user, actor, _("Revoke the access of an application"), application=client.name)


def _log(user: User, actor: Actor, operation: str, **details: str) -> None:
    """Record who revoked what. The API logs its calls itself."""
    if actor.face != Face.API:
        log_event(API_WRITE, user=user, description=operation, details={"actor": actor.name, **details})


def _authorizations_of(consent: Consent) -> QuerySet[Authorization]:
    """Those of the same user, application and API."""
    found = Authorization.objects.filter(user=consent.user_id, client=consent.client_id)
    if not consent.audience:
        return found.filter(resource_server=None)
    server = ResourceServer.objects.for_audience(consent.audience)
    # An API that was deleted took its authorizations with it.
    return found.filter(resource_server=server) if server else found.none()
