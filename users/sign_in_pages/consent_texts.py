"""What the scopes of an application let it do, in words for its users."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext, gettext_lazy

from users.models import ResourceServer
from users.tokens.scopes import CURRENT_USER_SCOPES

# Those of OpenID Connect. `openid` alone says no more than that the user has signed in.
_TEXTS: dict[str, object] = {
    "profile": gettext_lazy("See your name, nickname and picture"),
    "email": gettext_lazy("See your email address"),
    "offline_access": gettext_lazy("Keep this access while you are not using the application"),
}


def describe_scopes(scope: Iterable[str], server: ResourceServer | None) -> list[str]:
    """Return a line for each scope: ours, the description that the API gives it, or else its name."""
    texts = dict(_TEXTS)
    if server is not None:
        given = CURRENT_USER_SCOPES.items() if server.is_management else _stored_texts(server)
        texts |= {name: text for name, text in given if text and name not in _TEXTS}
    lines = [str(texts.get(name, name)) for name in scope if name != "openid"]
    return lines or [gettext("Recognize you when you come back")]


def _stored_texts(server: ResourceServer) -> list[tuple[str, str]]:
    return [(scope["value"], scope.get("description", "")) for scope in server.scopes]
