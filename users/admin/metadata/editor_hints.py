"""Hints for the metadata editor, as JSON: the types and values that other users have in a key."""

from __future__ import annotations

import json

from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_GET

from users.admin.metadata.key_descriptions import describe_kinds, describe_users
from users.admin.request import TemplateContext
from users.metadata.tally import TEXT_PREFIX
from users.metadata_map.key_hints import child_counts, counts_by_name
from users.metadata_map.keys import KeyCounts
from users.rights.may import Verb, check
from users.web.page_view import PageRequest


@require_GET
def editor_hints(request: PageRequest) -> HttpResponse:
    """Return `keys`, with the hints of each `?key=` (such as "app_metadata.plan"), and `children`, the keys
    below `?under=`. Only names of keys are sent here, never what is typed as their value.

    Of a key: `types` and `items`, the number of users by JSON type of the value and of its list items;
    `users` in words; and `values`, the frequent ones, each as JSON text, since JavaScript would round long
    integers.
    """
    check(request.actor, Verb.VIEW)
    keys = counts_by_name(request.GET.getlist("key"), request.actor)
    under = request.GET.get("under", "")
    document, *parent = under.split(".")
    children = child_counts(document, tuple(parent), request.actor) if under else {}
    return JsonResponse(
        {
            "keys": {name: _hint(counts) for name, counts in keys.items()},
            "children": [
                {"key": key, "detail": f"{describe_kinds(counts)} · {describe_users(counts)}"}
                for key, counts in children.items()
            ],
        }
    )


def _hint(counts: KeyCounts) -> TemplateContext:
    return {
        "types": counts.types,
        "items": counts.items,
        "users": describe_users(counts),
        "values": [
            json.dumps(value, ensure_ascii=False)
            for kind, value, _ in counts.values
            # Only the beginning of a longer text is known, which would be a wrong value.
            if kind != TEXT_PREFIX
        ],
    }
