"""One request to one user's page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest

from users.admin.forms import ReasonForm
from users.models import User
from users.rights.actor import Actor

# What a template is given.
Page = dict[str, Any]


@dataclass
class Visit:
    """Who asks, about whom."""

    request: HttpRequest
    actor: Actor
    user: User

    @property
    def reason(self) -> str:
        """Why, if the form asked and the person said."""
        form = ReasonForm(self.request.POST)
        return form.cleaned_data["reason"] if form.is_valid() else ""

    def say(self, text: str) -> None:
        """Tell that it worked."""
        messages.success(self.request, text)

    def warn(self, text: str) -> None:
        """Tell that it did not."""
        messages.error(self.request, text)
