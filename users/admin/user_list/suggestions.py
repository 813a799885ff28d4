"""Suggestions for the search box and key fields, as JSON: users first, then fields, keys and values."""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from users.admin.metadata import key_descriptions
from users.admin.request import TemplateContext
from users.models import User
from users.querying.errors import SearchTimeout
from users.search.suggestions import Suggestion, suggest, suggest_keys, suggest_users
from users.web.page_view import PageRequest


@require_GET
def suggestions(request: PageRequest) -> HttpResponse:
    """Return suggestions.

    Users have the `url` of their page, all others a `text` that replaces what is typed. `?q=` is the content
    of the box and `at` the position of the caret; with `of=keys` it is the name of a key only, and with
    `of=users` only users are suggested. Positions count UTF-16 code units, as JavaScript does.
    """
    text, viewer = request.GET.get("q", ""), request.actor
    users: list[User] = []
    is_complete = True
    # Key fields take one name, so neither users nor operators are suggested.
    if request.GET.get("of") == "keys":
        start, end, found = 0, len(text), suggest_keys(text.strip(), viewer)
    else:
        if request.GET.get("of") == "users":
            start, end, found = 0, len(text), []
        else:
            here, found = suggest(text, _from_utf16(text, request.GET.get("at", "")), viewer)
            start, end = here.start, here.end
        # Suggestions are a convenience: those that take long are left out.
        try:
            users = suggest_users(text, viewer)
        except SearchTimeout:
            is_complete = False
    return JsonResponse(
        {
            "start": _to_utf16(text, start),
            "end": _to_utf16(text, end),
            # Whether the script may remember the answer.
            "is_complete": is_complete,
            "suggestions": [*map(_user_suggestion, users), *map(_term_suggestion, found)],
        },
        # What may be suggested depends on the rights of the staff member.
        headers={"Cache-Control": "no-store"},
    )


def _user_suggestion(user: User) -> TemplateContext:
    """Return a suggestion that opens the user's page."""
    name, *others = filter(None, (user.name, user.email, user.username, user.user_id))
    return {
        "label": name,
        "detail": " · ".join(other for other in others if other != user.user_id),
        "id": user.user_id,
        "url": reverse("admin:users_user_change", args=[user.pk]),
    }


def _term_suggestion(one: Suggestion) -> TemplateContext:
    detail = one.detail
    if one.counts is not None:
        detail = (
            f"{key_descriptions.describe_kinds(one.counts)} · {key_descriptions.describe_users(one.counts)}"
        )
    elif one.share is not None:
        detail = key_descriptions.format_percent(one.share)
    return {"text": one.text, "label": one.label, "detail": detail}


def _from_utf16(text: str, given: str) -> int:
    """Return the caret as an offset into `text`; the end where the parameter is invalid."""
    if not (given.isascii() and given.isdigit() and len(given) < 10):
        return len(text)
    halves = text.encode("utf-16-le", "surrogatepass")[: 2 * int(given)]
    # "ignore" drops half a surrogate pair: the caret may be inside one.
    return len(halves.decode("utf-16-le", "ignore"))


def _to_utf16(text: str, at: int) -> int:
    return len(text[:at].encode("utf-16-le", "surrogatepass")) // 2
