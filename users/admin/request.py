"""One request to one user's page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages

from users.models import User
from users.rights.actor import Actor
from users.web.page_view import PageRequest

# What a template is given.
TemplateContext = dict[str, Any]


@dataclass
class UserPageRequest:
    """Who asks, about whom."""

    request: PageRequest
    actor: Actor
    user: User

    @property
    def reason(self) -> str:
        """Why, if the person said; as much as the record holds."""
        return self.request.POST.get("reason", "").replace("\0", "").strip()[:500]

    def show_success(self, text: str) -> None:
        """Tell that it worked."""
        messages.success(self.request, text)

    def show_error(self, text: str) -> None:
        """Tell that it did not."""
        messages.error(self.request, text)
