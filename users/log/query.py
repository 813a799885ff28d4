"""Compile a query in Auth0's language to conditions on one of the two tables."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from functools import reduce
from operator import and_, or_

from django.db.models import Q
from django.utils.translation import gettext

from users.log.searchable_fields import (
    DEFAULT_FIELDS,
    EVENT_FIELDS,
    EVERYTHING,
    PERSONAL_FIELDS,
    Fields,
    Test,
)
from users.lucene.nodes import And, Everything, Exists, Match, Name, Not, Or, Query, terms
from users.querying.errors import SearchError
from users.rights.actor import Actor
from users.rights.errors import Denied
from users.rights.visible import PROFILE, visible


def as_condition(query: Query, fields: Fields) -> Q:
    """Raises SearchError for an unknown field, or a value that it cannot have."""
    match query:
        case Everything():
            return EVERYTHING
        case Not(part):
            return ~as_condition(part, fields)
        case And(parts):
            return reduce(and_, (as_condition(part, fields) for part in parts))
        case Or(parts):
            return _any_of(as_condition(part, fields) for part in parts)
        case Exists(name):
            return _field_test(name, fields)(name, None)
        case Match(name, value):
            if name is None:
                return reduce(or_, (fields[field](Name((field,)), value) for field in DEFAULT_FIELDS))
            return _field_test(name, fields)(name, value)


def _any_of(conditions: Iterable[Q]) -> Q:
    """Any of the conditions. Values for one column become one list: databases limit the number of
    conditions in an OR."""
    values: dict[str, list[str]] = {}
    others = []
    for condition in conditions:
        match condition.children:
            case [(str(column), str(value))] if "__" not in column and not condition.negated:
                values.setdefault(column, []).append(value)
            case _:
                others.append(condition)
    return Q(*others, *(Q((f"{column}__in", found)) for column, found in values.items()), _connector=Q.OR)


def check_visible(query: Query, viewer: Actor) -> None:
    """Raises Denied where it searches by users' names, and `viewer` may not see them."""
    for term in terms(query):
        if (term.name is None or str(term.name) in PERSONAL_FIELDS) and not visible(viewer, PROFILE):
            raise Denied(
                gettext("You may not search by user_name, or without naming a field: you may not see users")
            )


def _field_test(name: Name, fields: Fields) -> Test:
    found = fields.get(str(name))
    if found is not None:
        return found
    # An unknown field is an error: it would otherwise match no line, silently.
    near = get_close_matches(str(name), EVENT_FIELDS, n=1, cutoff=0.6)
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(EVENT_FIELDS)}"
    raise SearchError(name.column, f"the log has no field {name}; {hint}")
