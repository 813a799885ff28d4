"""Route ids whose `/` the client did not encode, as auth0-python 4 sends them.

A `/` normally separates path segments. Only where a path matches no route, and a user (or a resource
server, or a linked identity) exists whose id the segments form together, is the `/` part of that id.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import ResolverMatch, URLPattern
from django.views.decorators.csrf import csrf_exempt

from users.actions.account.identities import possible_ids
from users.api.framework.authentication import InvalidAuthorizationHeader, TokenAuthentication
from users.api.readers.resource_servers import find_by_id_or_identifier
from users.api.views.not_found import NotFoundView
from users.models import User
from users.tokens.verify import Caller, InvalidToken, UserCaller

View = Callable[..., HttpResponse]


def unencoded_ids_view(patterns: Sequence[URLPattern]) -> View:
    """Return a view for paths that no route matches.

    It dispatches to the first of `patterns` whose id exists, else answers 404. `patterns` are the routes with
    ids that may contain `/`.
    """
    not_found = NotFoundView.as_view()

    # As API views are: no cookie authenticates here.
    @csrf_exempt
    def view(request: HttpRequest, path: str) -> HttpResponse:
        # Lazily: the first match answers, and the others are not looked up.
        for match in _matches(patterns, path, request):
            response: HttpResponse = match.func(request, *match.args, **match.kwargs)
            return response
        return not_found(request)

    return view


def _matches(patterns: Sequence[URLPattern], path: str, request: HttpRequest) -> Iterator[ResolverMatch]:
    """Yield the matches whose id exists, only for callers who may use the endpoint.

    Other callers get the same 404 for all ids and cannot find out which exist.
    """
    found = [match for pattern in patterns if (match := pattern.resolve(path))]
    # Unknown paths cost no token verification.
    caller = _caller(request) if found else None
    for match in found:
        view = match.func.cls  # type: ignore[attr-defined]  # REST framework's `as_view` sets it
        operation = view.operation(request.method)
        if caller and operation and operation.is_open_to(caller.scopes) and _exists(match.kwargs, caller):
            yield match


def _caller(request: HttpRequest) -> Caller | None:
    try:
        authenticated = TokenAuthentication().authenticate(request)
    except (
        InvalidAuthorizationHeader,
        InvalidToken,
    ):  # the 404 view reports the invalid token
        return None
    return authenticated[0] if authenticated else None


def _exists(parts: dict[str, Any], caller: Caller) -> bool:
    if "resource_server_id" in parts:
        return find_by_id_or_identifier(parts["resource_server_id"]) is not None
    user_id = parts["user_id"]
    # A user's own token must not learn which other ids exist.
    if isinstance(caller, UserCaller) and user_id != caller.user.user_id:
        return False
    # Both ids may hold a `/`: only a login that is really linked to the user decides where one ends.
    if "identity_id" in parts:
        ids = possible_ids(parts["provider"], parts["identity_id"])
        return User.accounts.filter(user_id__in=ids, linked_to__user_id=user_id).exists()
    return User.objects.filter(user_id=user_id).exists()
