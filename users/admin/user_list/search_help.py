"""Help on searching, next to the box and as a page: runnable examples, fields, limits.

docs/search.md has the full description; every example there and here is run by a test.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode

from users.admin.request import TemplateContext
from users.conf import conf
from users.lucene.limits import DEFAULT
from users.lucene.nodes import Name, terms
from users.lucene.parser import parse
from users.lucene.printer import escape
from users.metadata.documents import DOCUMENTS
from users.querying.kinds import Kind
from users.rights.actor import Actor
from users.rights.visible import visible
from users.schemas.current import get_schema
from users.search.searchable_fields import FIELDS
from users.search.visibility import asked_about
from users.web.page_view import PageRequest

EXAMPLES = {
    "jane": "A word of a name, a user name or an email begins with it, or an id. More words narrow.",
    '"Jane Doe"': "In quotes: one of those is exactly this.",
    'email:"jane@example.com"': "A field and its whole value, whatever its case.",
    "name:jan*": "The beginning of a value; a star stands for any characters.",
    "email:*@example.com": "A star in front needs three characters behind it.",
    "email.domain:example.com": "The part of the address after the @.",
    "app_metadata.plan:full": "A key of metadata; case matters there. Deeper keys after a dot.",
    "blocked:true": "Yes or no.",
    "NOT email_verified:true": "All that the term does not find. A minus does the same: -blocked:true.",
    "logins_count:[10 TO *]": "From 10 up. [ ] count their ends in, { } leave them out.",
    "last_login:[2026-01 TO 2026-03]": "All of January to March. Days, months and years work, in UTC.",
    "_exists_:user_metadata.hobby": "There is a value at all.",
    "NOT _exists_:last_login": "Never signed in.",
    "app_metadata.plan:(full OR trial)": "Either of two values.",
    "jane AND (blocked:true OR logins_count:0)": "AND, OR and NOT in capitals; parentheses group.",
}
# Syntax of other search engines, and the equivalent here.
UNSUPPORTED_SYNTAX = {
    "jane~": "Nothing is guessed. Write the beginning: jane",
    "j?ne": "One star for any characters: j*ne",
    "logins_count:>5": "A range: logins_count:{5 TO *]",
    "name:/jan.*/": "A star: name:jan*",
    "jane^2": "Hits have no rank; sort by a heading.",
}
_KIND_LABELS = {**{kind: kind.value for kind in Kind}, Kind.NAME: "text in any case"}


def help_page(request: PageRequest, frame: dict[str, Any]) -> HttpResponse:
    """Show the help on a page of its own."""
    context = {
        **frame,
        "title": "How to search",
        "section": "users",
        "help": search_help_context(request.actor),
    }
    return TemplateResponse(request, "users/admin/search_help_page.html", context)


def search_help_context(viewer: Actor) -> dict[str, Any]:
    """Return the help's template context, without anything that `viewer` may not see."""
    return {
        "examples": _examples(viewer),
        "fields": [{"name": name, "kind": _KIND_LABELS[field.kind]} for name, field in FIELDS.items()],
        "keys": [name for document in DOCUMENTS for name in _schema_keys(document, viewer)],
        "instead": UNSUPPORTED_SYNTAX,
        "limits": DEFAULT,
        "most_stars": DEFAULT.pieces - 1,
        # From the settings, so that the help never contradicts the installation.
        "timeout": conf.search_timeout,
    }


def _examples(viewer: Actor) -> list[TemplateContext]:
    """Those that ask about nothing that `viewer` may not see."""
    address = reverse("admin:users_user_changelist")
    # Each right is asked once, since several examples search the same key.
    sees = {asked: visible(viewer, *asked) for asked in frozenset().union(*map(_asked_about, EXAMPLES))}
    return [
        {"query": query, "means": means, "link": f"{address}?{urlencode({'q': query})}"}
        for query, means in EXAMPLES.items()
        if all(sees[asked] for asked in _asked_about(query))
    ]


@cache
def _asked_about(query: str) -> frozenset[tuple[str, tuple[str, ...]]]:
    """The documents and paths that an example asks about. Each example is parsed once a process."""
    return frozenset(map(asked_about, terms(parse(query))))


def _schema_keys(document: str, viewer: Actor) -> list[str]:
    """Return the keys that the schema names, where there is one."""
    schema = get_schema(document)
    names = schema.properties if schema else ()
    return [escape(str(Name((document, name)))) for name in names if visible(viewer, document, (name,))]
