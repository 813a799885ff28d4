"""Name an application in a form: by its client ID or by its name, whatever the number of applications."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext

from users.metadata.text import bad_characters
from users.models import Client

# Most applications that are suggested, by name. Others can be typed.
MAX_SUGGESTED = 200
# The id of the list of suggestions on the page.
LIST_ID = "applications"


class ApplicationField(forms.CharField):
    """Cleans to the application with this client ID or name, among those that users sign in to."""

    def __init__(self, **options: Any) -> None:
        attributes = {"list": LIST_ID, "autocomplete": "off", "spellcheck": "false"}
        super().__init__(max_length=255, widget=forms.TextInput(attrs=attributes), **options)

    def clean(self, value: Any) -> Client:
        typed = super().clean(value)
        found = find_applications(typed)
        if not found:
            raise forms.ValidationError(gettext("No application has this name or client ID."))
        if len(found) > 1:
            raise forms.ValidationError(gettext("Several applications have this name. Enter the client ID."))
        return found[0]


def find_applications(typed: str) -> list[Client]:
    """The application with this client ID or, where there is none, at most two with this name."""
    typed = typed.strip()
    if not typed or bad_characters(typed):
        return []
    return list(_applications().filter(client_id=typed)) or list(_applications().filter(name=typed)[:2])


def suggested_applications() -> list[tuple[str, str]]:
    """What to type for each of the first applications, with its client ID as a label: the name, where no
    other has it."""
    clients = list(_applications().order_by("name", "id").values_list("client_id", "name")[:MAX_SUGGESTED])
    names = Counter(name for _, name in clients)
    return [(name if names[name] == 1 else client_id, client_id) for client_id, name in clients]


def _applications() -> QuerySet[Client]:
    return Client.objects.filter(is_revoked=False).exclude(app_type=Client.Type.MACHINE)
