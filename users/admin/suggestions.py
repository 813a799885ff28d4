"""What may come next in the search box, as JSON for the script that shows it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET

from users.admin import key_words
from users.admin.visit import Page
from users.search.suggest import Suggestion, suggest
from users.web.actors import staff


@require_GET
def suggestions(request: HttpRequest) -> HttpResponse:
    """`?q=` is what stands in the box, and `at` where the caret is. Places are counted as JavaScript
    does: in halves of UTF-16, of which some characters have two."""
    text = request.GET.get("q", "")
    here, found = suggest(text, _of_utf16(text, request.GET.get("at", "")), staff(request))
    return JsonResponse(
        {
            "start": _to_utf16(text, here.start),
            "end": _to_utf16(text, here.end),
            "suggestions": [_shown(one) for one in found],
        },
        headers={"Cache-Control": "no-store"},
    )


def _shown(one: Suggestion) -> Page:
    detail = one.detail
    if one.counts is not None:
        detail = f"{key_words.kinds(one.counts)} · {key_words.people(one.counts)}"
    elif one.share is not None:
        detail = key_words.percent(one.share)
    return {"text": one.text, "label": one.label, "detail": detail}


def _of_utf16(text: str, given: str) -> int:
    """The caret as an offset into `text`; its end where it makes no sense."""
    if not (given.isascii() and given.isdigit() and len(given) < 10):
        return len(text)
    halves = text.encode("utf-16-le", "surrogatepass")[: 2 * int(given)]
    return len(halves.decode("utf-16-le", "ignore"))


def _to_utf16(text: str, at: int) -> int:
    return len(text[:at].encode("utf-16-le", "surrogatepass")) // 2
