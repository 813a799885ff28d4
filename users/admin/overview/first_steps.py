"""What a new administrator can do first, on an installation without users."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from users.rights.actor import Actor
from users.rights.may import Verb, may

# The anchor of the import in the page of the API.
IMPORT_OPERATION = "post_jobs_users_imports"


@dataclass(frozen=True)
class Step:
    """A step, with the page that does it or explains it, and a command for the server where one is needed."""

    icon: str
    title: str
    detail: str
    label: str
    url: str
    command: str = ""


def first_steps(actor: Actor) -> list[Step]:
    """The steps that this staff member may take."""
    api = reverse("api_docs")
    steps = []
    if may(actor, Verb.CREATE):
        steps.append(
            Step(
                "plus",
                _("Create a user"),
                _("With a password, or with an invitation by email."),
                _("New user"),
                reverse("admin:users_user_add"),
            )
        )
    if actor.is_administrator:
        steps += [
            Step(
                "upload",
                _("Import your users"),
                _("Files that Auth0 exported are imported as they are, with their metadata."),
                _("How to import"),
                f"{api}#{IMPORT_OPERATION}",
            ),
            Step(
                "code",
                _("Connect an application"),
                _("Auth0’s SDKs work unchanged. On the server, this prints their id and secret:"),
                _("Management API"),
                api,
                'manage.py createclient "My application" --scope "read:users update:users"',
            ),
        ]
    return [
        *steps,
        Step(
            "search",
            _("Learn the search"),
            _("By words, or in the search language of Auth0: fields, metadata, ranges, wildcards."),
            _("Search help"),
            reverse("admin:search_help"),
        ),
    ]
