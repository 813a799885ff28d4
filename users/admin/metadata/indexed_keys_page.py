"""The page of the indexed keys: what there is, what each costs and whether it is of use."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from users.actions.errors import CannotIndex, Exists
from users.actions.search_setup.indexed_keys import MOST, drop_key, index_key, indexed_keys_of
from users.admin.request import Page
from users.models import IndexedKey
from users.representation.indexed_keys import failure, progress
from users.rights.actor import Actor
from users.rights.errors import Denied
from users.rights.may import Verb, check
from users.search.sql.indexes import sizes
from users.web.actors import staff


def indexed_keys_page(request: HttpRequest, frame: dict[str, Any]) -> HttpResponse:
    """GET shows, POST indexes or drops a key and leads back."""
    actor = staff(request)
    try:
        check(actor, Verb.INDEX_KEYS)
        if request.method == "POST":
            _do(request, actor)
            return redirect("admin:indexed_keys")
    except Denied as denied:
        raise PermissionDenied(denied.reason) from None
    size_of = sizes()
    keys = [_row(key, size_of) for key in indexed_keys_of(actor)]
    context = {
        **frame,
        "title": "Indexed keys",
        "section": "indexed_keys",
        "keys": keys,
        "kinds": IndexedKey.Kind.choices,
        "most": MOST,
        "is_live": any(row["is_under_way"] for row in keys),
    }
    return TemplateResponse(request, "users/admin/indexed_keys.html", context)


def _do(request: HttpRequest, actor: Actor) -> None:
    name, kind = request.POST.get("key", ""), request.POST.get("kind", "")
    if request.POST.get("do") == "drop":
        key = IndexedKey.objects.filter(key_id=name.replace("\0", "")).first()
        if key is not None:
            drop_key(key, actor=actor)
            messages.success(request, f"The indexes of {key} are being dropped.")
        return
    try:
        key = index_key(name, kind if kind in IndexedKey.Kind else None, actor=actor)
    except (CannotIndex, Exists) as error:
        messages.error(request, str(error))
    else:
        is_ready = key.state == IndexedKey.Status.READY
        messages.success(request, f"{key} is indexed." if is_ready else f"{key} is being indexed.")


def _row(key: IndexedKey, size_of: dict[int, int]) -> Page:
    status = key.state
    return {
        "key": key,
        "status": status,
        "is_under_way": status in (IndexedKey.Status.BUILDING, IndexedKey.Status.DROPPING),
        "failure": failure(key),
        "progress": progress(key),
        "size": size_of.get(key.pk),
    }
