"""The page of indexed keys: state, size and last use of each."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext

from users.actions.errors import AlreadyExists, InvalidIndexedKey
from users.actions.search_setup.indexed_keys import MAX_KEYS, drop_key, index_key, indexed_keys_of
from users.admin.configuration_history import history_context
from users.admin.request import TemplateContext
from users.log.configuration_history import Kind
from users.models import IndexedKey
from users.representation.indexed_keys import build_percentage, failure_reason
from users.rights.actor import Actor
from users.rights.may import Verb, check
from users.rights.visible import visible
from users.search.indexed_keys import parse_key_path
from users.search.sql.indexes import index_sizes
from users.web.page_view import PageRequest


def indexed_keys_page(request: PageRequest, frame: dict[str, Any]) -> HttpResponse:
    """GET lists the keys, POST indexes or drops one and redirects back."""
    actor = request.actor
    check(actor, Verb.INDEX_KEYS)
    if request.method == "POST":
        _handle_post(request, actor)
        return redirect("admin:indexed_keys")
    context = {**frame, "title": gettext("Indexed keys"), "section": "metadata", "tab": "indexed"}
    if request.GET.get("tab") == "history":
        context |= history_context(
            request, actor, Kind.INDEXED_KEY, can_see=lambda change: _can_see(actor, change.name)
        )
        return TemplateResponse(request, "users/admin/indexed_keys.html", {**context, "tab": "history"})
    size_of = index_sizes()
    keys = [_row(key, size_of) for key in indexed_keys_of(actor)]
    context |= {
        "keys": keys,
        "kinds": IndexedKey.Kind.choices,
        "most": MAX_KEYS,
        # The script that reads the page again is loaded only while an index is being built or dropped.
        "is_live": any(row["is_under_way"] for row in keys),
    }
    return TemplateResponse(request, "users/admin/indexed_keys.html", context)


def _can_see(viewer: Actor, name: str) -> bool:
    """Whether the viewer may see the key of that name, as the list of keys asks."""
    place = parse_key_path(name)
    return place is not None and visible(viewer, *place)


def _handle_post(request: PageRequest, actor: Actor) -> None:
    name, kind = request.POST.get("key", ""), request.POST.get("kind", "")
    if request.POST.get("do") == "drop":
        # A key that another administrator has just dropped needs no error.
        key = IndexedKey.objects.filter(key_id=name.replace("\0", "")).first()
        if key is not None:
            drop_key(key, actor=actor)
            messages.success(request, gettext("The indexes of %(key)s are being dropped.") % {"key": key})
        return
    try:
        # An unknown kind means "decide by the values", like the empty choice.
        key = index_key(name, kind if kind in IndexedKey.Kind else None, actor=actor)
    except (InvalidIndexedKey, AlreadyExists) as error:
        messages.error(request, str(error))
    else:
        is_ready = key.state == IndexedKey.Status.READY
        messages.success(
            request,
            gettext("%(key)s is indexed.") % {"key": key}
            if is_ready
            else gettext("%(key)s is being indexed.") % {"key": key},
        )


def _row(key: IndexedKey, size_of: dict[int, int]) -> TemplateContext:
    status = key.state
    return {
        "key": key,
        "status": status,
        "is_under_way": status in (IndexedKey.Status.BUILDING, IndexedKey.Status.DROPPING),
        "failure": failure_reason(key),
        "progress": build_percentage(key),
        "size": size_of.get(key.pk),
    }
