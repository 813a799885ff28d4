"""The entries of the command palette, as JSON: what this staff member may open and do from a page.

Users are not among them: the palette asks for those while one types (`users.admin.user_list.suggestions`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import urlencode

from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from users.admin.request import TemplateContext
from users.admin.user_detail.header import action_buttons
from users.admin.user_detail.tabs import tabs_of
from users.admin.user_lookup import get_user_or_404
from users.lucene.printer import quote
from users.models import User
from users.rights.actor import Actor
from users.rights.may import Verb, may
from users.rights.protected_accounts import is_protected
from users.rights.visible import PROFILE, visible
from users.search.segment_expansion import usable_segments
from users.web.page_view import PageRequest

# Further segments are found on their page.
MAX_SEGMENTS = 50


@require_GET
def palette_entries(request: PageRequest, frame: TemplateContext) -> HttpResponse:
    """Return `groups`, each with a `label` and `entries`.

    An entry has a `label`, an `icon`, a `detail` that may be empty, and the `url` that it opens; with `do`
    it posts that value to the URL, like the button of the page; one that `asks` is to be chosen twice.
    `?user=` is the user whose page is open.
    """
    actor = request.actor
    groups: list[tuple[str, Iterable[TemplateContext]]] = []
    if "user" in request.GET:
        user = get_user_or_404(request, request.GET["user"])
        groups.append((str(user), _user_entries(actor, user)))
    groups += [(_("Go to"), _pages(actor, frame)), (_("Segments"), _segments(actor))]
    listed = [{"label": label, "entries": list(entries)} for label, entries in groups]
    return JsonResponse(
        {"groups": [group for group in listed if group["entries"]]},
        # The entries depend on the rights of the staff member.
        headers={"Cache-Control": "no-store"},
    )


def _user_entries(actor: Actor, user: User) -> Iterator[TemplateContext]:
    """The actions that are not refused, then the tabs."""
    page = reverse("admin:users_user_change", args=[user.pk])
    for button in action_buttons(actor, user, has_staff_rights=is_protected(user)):
        if button.refusal:
            continue
        # Deleting has a page that asks first.
        if button.do == "delete":
            yield _entry(button.label, button.icon, reverse("admin:users_user_delete", args=[user.pk]))
        else:
            yield {**_entry(button.label, button.icon, page), "do": button.do, "asks": button.is_danger}
    for tab in tabs_of(actor):
        yield _entry(tab.label, "right", f"{page}?tab={tab.name}")


def _pages(actor: Actor, frame: TemplateContext) -> Iterator[TemplateContext]:
    """The entries of the sidebar, and pages that have none there."""
    for group in frame.get("navigation", ()):
        yield from (_entry(str(one.label), one.icon, one.url) for one in group["entries"])
    if may(actor, Verb.CREATE):
        yield _entry(_("New user"), "user-plus", reverse("admin:users_user_add"))
    if may(actor, Verb.CREATE_CLIENT):
        yield _entry(_("New application"), "apps", reverse("admin:new_application"))
    if may(actor, Verb.CREATE_RESOURCE_SERVER):
        yield _entry(_("New API"), "server", reverse("admin:new_api"))
    if may(actor, Verb.CREATE_RULE):
        yield _entry(_("New rule"), "scroll", reverse("admin:rule_starters"))
    if visible(actor, PROFILE):
        yield _entry(_("New segment"), "plus", reverse("admin:new_segment"))
        yield _entry(_("Search help"), "help", reverse("admin:search_help"))
    yield _entry(_("Your profile"), "user", reverse("profile"))


def _segments(actor: Actor) -> Iterable[TemplateContext]:
    if not visible(actor, PROFILE):
        return
    address = reverse("admin:users_user_changelist")
    for segment in usable_segments(actor).order_by("name_folded", "id")[:MAX_SEGMENTS]:
        query = urlencode({"q": f"segment:{quote(segment.name)}"})
        yield _entry(segment.name, "segments", f"{address}?{query}", detail=segment.description)


def _entry(label: str, icon: str, url: str, *, detail: str = "") -> TemplateContext:
    return {"label": label, "icon": icon, "url": url, "detail": detail}
