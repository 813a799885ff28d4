"""The encoding of parameters."""

from __future__ import annotations

from urllib.parse import unquote_to_bytes

from django.http import HttpRequest

FORM = "application/x-www-form-urlencoded"


def has_utf8_parameters(request: HttpRequest) -> bool:
    """Whether the parameters in the query or, for a POST, in the form are UTF-8. Django replaces what it
    cannot read, so that another text would be stored or sent back than was given."""
    if request.method != "POST":
        encoded = request.META.get("QUERY_STRING", "").encode("latin-1")  # as WSGI passes bytes
    elif request.content_type == FORM:
        encoded = request.body
    else:
        return True  # not percent-encoded
    try:
        unquote_to_bytes(encoded).decode()
    except UnicodeDecodeError:
        return False
    return True
