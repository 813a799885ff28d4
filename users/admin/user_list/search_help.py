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
from django.utils.translation import gettext, gettext_noop

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
    "jane": gettext_noop(
        "A name, username, email or id starts with this word. More words narrow the search."
    ),
    '"Jane Doe"': gettext_noop("In quotes: a name, username, email or id is exactly this."),
    'email:"jane@example.com"': gettext_noop("A field and its whole value. Case is ignored."),
    "name:jan*": gettext_noop("The start of a value; * matches any characters."),
    "email:*@example.com": gettext_noop("A * at the start needs three characters after it."),
    "email.domain:example.com": gettext_noop("The part of the email after the @."),
    "app_metadata.plan:full": gettext_noop("A metadata key. Case matters. Nested keys follow a dot."),
    "blocked:true": gettext_noop("True or false."),
    "NOT email_verified:true": gettext_noop(
        "Users that do not match the term. A minus does the same: -blocked:true."
    ),
    "logins_count:[10 TO *]": gettext_noop("10 or more. [ ] include the limits, { } exclude them."),
    "last_login:[2026-01 TO 2026-03]": gettext_noop(
        "From January to March. Takes days, months and years, in UTC."
    ),
    "_exists_:user_metadata.hobby": gettext_noop("The field has a value."),
    "NOT _exists_:last_login": gettext_noop("Never signed in."),
    "app_metadata.plan:(full OR trial)": gettext_noop("One of two values."),
    "jane AND (blocked:true OR logins_count:0)": gettext_noop(
        "AND, OR and NOT in capitals; parentheses group."
    ),
}
# Syntax of other search engines, and the equivalent here.
UNSUPPORTED_SYNTAX = {
    "jane~": gettext_noop("Fuzzy search is not supported. Write the start: jane"),
    "j?ne": gettext_noop("Use * for any characters: j*ne"),
    "logins_count:>5": gettext_noop("A range: logins_count:{5 TO *]"),
    "name:/jan.*/": gettext_noop("A star: name:jan*"),
    "jane^2": gettext_noop("Results are not ranked; sort by a column."),
}
_KIND_LABELS = {**{kind: kind.value for kind in Kind}, Kind.NAME: gettext_noop("text in any case")}


def help_page(request: PageRequest, frame: dict[str, Any]) -> HttpResponse:
    """Show the help on a page of its own."""
    context = {
        **frame,
        "title": gettext("How to search"),
        "section": "users",
        "help": search_help_context(request.actor),
    }
    return TemplateResponse(request, "users/admin/search_help_page.html", context)


def search_help_context(viewer: Actor) -> dict[str, Any]:
    """Return the help's template context, without anything that `viewer` may not see."""
    return {
        "examples": _examples(viewer),
        "fields": [
            {"name": name, "kind": gettext(_KIND_LABELS[field.kind])} for name, field in FIELDS.items()
        ],
        "keys": [name for document in DOCUMENTS for name in _schema_keys(document, viewer)],
        "instead": {syntax: gettext(advice) for syntax, advice in UNSUPPORTED_SYNTAX.items()},
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
        {"query": query, "means": gettext(means), "link": f"{address}?{urlencode({'q': query})}"}
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
