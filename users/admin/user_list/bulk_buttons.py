"""The buttons for ticked users."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext

from users.bulk_actions.actions import BLOCK, DELETE, UNBLOCK
from users.rights.actor import Actor
from users.rights.may import Verb, denial_reason

EXPORT = "export"


@dataclass(frozen=True)
class BulkButton:
    """A button that leads to the preview at `url`. `refusal` says why the viewer may not use it."""

    label: str
    url: str
    icon: str
    refusal: str
    is_danger: bool = False


def bulk_buttons(viewer: Actor) -> list[BulkButton]:
    """All of them, also those that the viewer may not use."""
    return [
        BulkButton(label, reverse("admin:bulk", args=[action]), icon, denial_reason(viewer, verb), is_danger)
        for action, label, icon, verb, is_danger in (
            (BLOCK, gettext("Block"), "ban", Verb.BLOCK, False),
            (UNBLOCK, gettext("Unblock"), "check", Verb.BLOCK, False),
            (EXPORT, gettext("Export"), "download", Verb.EXPORT, False),
            (DELETE, gettext("Delete…"), "trash", Verb.DELETE, True),
        )
    ]
