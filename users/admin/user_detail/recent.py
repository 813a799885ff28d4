"""The newest changes and sign-ins in the head of a user's page, each a short sentence."""

from __future__ import annotations

import re

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from users.admin.changes.sentences import Names, bold, change_sentence
from users.admin.request import TemplateContext
from users.log.recent_activity import RecentActivity, recent_activity
from users.log.types import DESCRIPTIONS, FAILURE_TYPES
from users.metadata.documents import DOCUMENTS
from users.models import Change, User
from users.rights.actor import Actor
from users.web.differences import Value

MAX_ROWS = 3
# Of a key, and of a value; longer ones are cut.
MAX_LENGTH = 30
# In this order, since each of them also names those below it.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)


def recent_rows(user: User, viewer: Actor) -> list[TemplateContext]:
    """Return the rows of the template: when, what, and the colour of the dot before it."""
    found = recent_activity(user, viewer, most=MAX_ROWS)
    return [{"at": one.at, "dot": _dot(one), "sentence": _sentence(one)} for one in found]


def _dot(one: RecentActivity) -> str:
    if one.is_change:
        return "accent" if one.actor_kind == Change.ActorKind.STAFF else ""
    return "bad" if one.type in FAILURE_TYPES else "good"


def _sentence(one: RecentActivity) -> SafeString:
    if not one.is_change:
        return _event_sentence(one)
    actor, keys = bold(one.actor_name), one.keys
    if one.type not in DOCUMENTS:
        is_own = one.actor_kind == Change.ActorKind.USER
        change = Change(what=one.type, face=one.face, keys=keys)
        return change_sentence(change, Names(actor, format_html("{}", _("this user")), is_own))
    if len(keys) != 1:
        if not keys:  # too many to be read
            return format_html(_("{actor} changed {document}"), actor=actor, document=_code(one.type))
        text = ngettext("{actor} changed {number} key", "{actor} changed {number} keys", len(keys))
        return format_html(text, actor=actor, number=len(keys))
    [(key, sides)] = keys.items()
    if "after" not in sides:
        return format_html(_("{actor} removed {key}"), actor=actor, key=_code(key))
    value = sides["after"]
    if isinstance(value, dict | list):
        return format_html(_("{actor} changed {key}"), actor=actor, key=_code(key))
    return format_html(
        _("{actor} set {key} to {value}"), actor=actor, key=_code(key), value=_code(Value(value).text)
    )


def _event_sentence(one: RecentActivity) -> SafeString:
    """The event, with the browser, or else the IP address."""
    where = browser_name(one.user_agent) or one.ip
    words = _(DESCRIPTIONS[one.type])
    return format_html("{}, {}", words, where) if where else format_html("{}", words)


def _code(text: str) -> SafeString:
    return format_html("<code>{}</code>", Truncator(text).chars(MAX_LENGTH))


def browser_name(user_agent: str) -> str:
    """Return the name of the browser in a User-Agent header; empty where it names none of the common ones."""
    return next((name for token, name in _BROWSERS if re.search(rf"\b{token}\w*/", user_agent)), "")
