"""A request to the page of one user."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages

from users.models import User
from users.rights.actor import Actor
from users.web.page_view import PageRequest

# The context of a template.
TemplateContext = dict[str, Any]


@dataclass
class UserPageRequest:
    """A request together with its actor and the user that the page shows."""

    request: PageRequest
    actor: Actor
    user: User

    @property
    def reason(self) -> str:
        """The reason that staff gave, shortened to the length of its column."""
        # The browser limits the field too; a script may not.
        return self.request.POST.get("reason", "").replace("\0", "").strip()[:500]

    def show_success(self, text: str) -> None:
        """Show a success message on the next page."""
        messages.success(self.request, text)

    def show_error(self, text: str) -> None:
        """Show an error message on the next page."""
        messages.error(self.request, text)
