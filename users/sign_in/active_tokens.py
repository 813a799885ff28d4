"""Which refresh tokens and authorizations of a user are still good."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils import timezone

from users.models import Authorization, RefreshToken, User


def active_authorizations(user: User) -> QuerySet[Authorization]:
    """Return the authorizations whose tokens are still accepted: not revoked, not expired, and not ended by
    a new password or a block."""
    if not user.is_active:
        return Authorization.objects.none()
    return Authorization.objects.filter(_is_active(user), user=user)


def active_refresh_tokens(user: User) -> QuerySet[RefreshToken]:
    """Return the refresh tokens of the user that can still be exchanged, apart from their idle lifetime,
    which depends on the settings of the client."""
    if not user.is_active:
        return RefreshToken.objects.none()
    unexpired = Q(expires_at=None) | Q(expires_at__gt=timezone.now())
    active = _is_active(user, prefix="authorization__")
    return RefreshToken.objects.filter(unexpired, active, authorization__user=user)


def active_refresh_token(token_id: str) -> RefreshToken | None:
    """Return the refresh token of that public id, with its authorization and user, if it is active."""
    related = ("authorization__user", "authorization__client", "authorization__resource_server")
    found = RefreshToken.objects.filter(token_id=token_id).select_related(*related).first()
    if found is None or not active_refresh_tokens(found.authorization.user).filter(pk=found.pk).exists():
        return None
    return found


def _is_active(user: User, *, prefix: str = "") -> Q:
    expires = f"{prefix}expires_at"
    is_unexpired = Q(**{expires: None}) | Q(**{f"{expires}__gt": timezone.now()})
    conditions = {f"{prefix}revoked_at": None, f"{prefix}token_generation": user.token_generation}
    return is_unexpired & Q(**conditions)
