"""Template tags and filters that every template has without `{% load %}`."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django import template
from django.contrib.messages.storage.base import Message
from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince, timeuntil
from django.utils.translation import gettext, ngettext_lazy, npgettext_lazy, pgettext

from users.models import Client, User
from users.representation.branding import Brand, find_brand
from users.web.initials import colour, initials
from users.web.undo_offer import read_offer

register = template.Library()
# Name to the file of Lucide that draws it; `make bundle` builds the sprite from the same list.
ICON_LIST, SPRITE = "users/img/icons.json", "users/img/icons.svg"
# The units of an age, abbreviated, as Django's `timesince` takes them.
SHORT_UNITS: dict[str, Any] = {
    "year": ngettext_lazy("%(num)d y", "%(num)d y", "num"),
    "month": ngettext_lazy("%(num)d mo", "%(num)d mo", "num"),
    "week": ngettext_lazy("%(num)d wk", "%(num)d wk", "num"),
    "day": ngettext_lazy("%(num)d d", "%(num)d d", "num"),
    "hour": ngettext_lazy("%(num)d h", "%(num)d h", "num"),
    "minute": ngettext_lazy("%(num)d min", "%(num)d min", "num"),
}
# The same in full, as they stand after "in" or before "ago": other languages have another case there.
UNITS: dict[str, Any] = {
    "year": npgettext_lazy("age", "%(num)d year", "%(num)d years", "num"),
    "month": npgettext_lazy("age", "%(num)d month", "%(num)d months", "num"),
    "week": npgettext_lazy("age", "%(num)d week", "%(num)d weeks", "num"),
    "day": npgettext_lazy("age", "%(num)d day", "%(num)d days", "num"),
    "hour": npgettext_lazy("age", "%(num)d hour", "%(num)d hours", "num"),
    "minute": npgettext_lazy("age", "%(num)d minute", "%(num)d minutes", "num"),
}


@register.simple_tag
@cache
def icon(name: str, size: str = "") -> SafeString:
    """Return the icon as SVG, hidden from screen readers: it stands beside a word, or its button has a label.

    `size` is "s" (14 px) or "l" (20 px) instead of 16 px. Raises ValueError where icons.json lacks the name.
    """
    if name not in icon_names():
        raise ValueError(f"No icon is called {name!r}. Add it to static/{ICON_LIST} and run `make bundle`.")
    return format_html(
        '<svg class="icon{}" aria-hidden="true"><use href="{}#{}"/></svg>',
        f" {size}" if size else "",
        static(SPRITE),
        name,
    )


@register.simple_tag
def avatar(user: User, size: str = "") -> SafeString:
    """Return the user's initials on the colour of their id, hidden from screen readers.

    `size` is "s" (20 px), "m" (32 px), "l" (52 px) or "xl" (64 px) instead of 28 px.
    """
    return format_html(
        '<span class="avatar colour-{}{}" aria-hidden="true">{}</span>',
        colour(user),
        f" {size}" if size else "",
        initials(user),
    )


@register.simple_tag
def brand_of(client: Client | str) -> Brand:
    """Return the brand of an application; where a page has none, that of the installation."""
    return find_brand(client if isinstance(client, Client) else None)


@register.filter
def age(at: datetime, form: str = "") -> str:
    """Return how long ago that was, in one unit: "now", "4 minutes ago", "5 days ago"; for a moment to come,
    how long until then. In the form "short" the unit is abbreviated: "4 min", "5 d".
    """
    now = timezone.now()
    if abs(now - at) < timedelta(minutes=1):
        return pgettext("age", "now")
    if form == "short":
        earlier, later = sorted((at, now))
        return timesince(earlier, later, depth=1, time_strings=SHORT_UNITS)
    if at > now:
        return gettext("in %(age)s") % {"age": timeuntil(at, now, depth=1, time_strings=UNITS)}
    return gettext("%(age)s ago") % {"age": timesince(at, now, depth=1, time_strings=UNITS)}


@register.simple_tag
def undo_offer(message: Message) -> str:
    """Return what the message offers to undo, as its form posts it; empty where it offers nothing."""
    tags = message.extra_tags or ""
    return tags if read_offer(tags) else ""


@cache
def icon_names() -> frozenset[str]:
    """Return the names of all icons in the sprite."""
    path = finders.find(ICON_LIST)
    assert isinstance(path, str), f"static/{ICON_LIST} is missing"
    return frozenset(json.loads(Path(path).read_text(encoding="utf-8")))
