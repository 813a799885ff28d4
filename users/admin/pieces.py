"""The page of all pieces of the pages, for administrators who change or extend them."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext

from users.rights.errors import Denied
from users.web.page_view import PageRequest


def pieces_page(request: PageRequest, frame: dict[str, Any]) -> HttpResponse:
    """Show each piece in each state. The browser tests measure its sizes and contrast."""
    if not request.actor.is_administrator:
        raise Denied(gettext("Only administrators may open this page."))
    return TemplateResponse(request, "users/admin/pieces.html", {**frame, "title": gettext("Pieces")})
