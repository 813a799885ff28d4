"""Translate errors of searches into API errors, and advise which keys to index."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

from users.api.framework.problem import Problem
from users.conf import conf
from users.listing.timeout import time_limit
from users.lucene.errors import QueryError
from users.querying.errors import SearchTimeout
from users.rights.actor import Actor
from users.rights.errors import Denied
from users.rights.may import Verb, may
from users.search.conditions import Condition
from users.search.full_scans import SlowKey, find_slow_keys, find_slow_keys_in_condition

# Source: Auth0's published OpenAPI document.
TIMEOUT = (
    "The query exceeded the timeout. Please try refining your search criteria."
    " See https://auth0.com/docs/best-practices/search-best-practices"
)
# Characters of advice in a header.
MAX_WARNING_LENGTH = 500
# Characters of a query that an error repeats.
MAX_QUERY_SHOWN = 200


@contextmanager
def translate_search_errors(text: str, viewer: Actor) -> Iterator[None]:
    """Raise Problem 400 for an invalid query, and 503 for one that exceeds the time limit."""
    try:
        # Two seconds by default, as at Auth0.
        with time_limit(conf.search_timeout):
            yield
    except QueryError as error:
        shown = text if len(text) <= MAX_QUERY_SHOWN else f"{text[:MAX_QUERY_SHOWN]}..."
        raise Problem(400, f"Failed to parse query [{shown}]: {error}", "invalid_query_string") from None
    except SearchTimeout:
        raise Problem(
            503, ". ".join(filter(None, (TIMEOUT, index_advice(text, viewer)))), "query_timeout"
        ) from None


def index_advice(text: str, viewer: Actor) -> str:
    """Return which metadata keys make a search scan all users, and how to index them if the viewer may.

    Empty where indexes serve the search, or none could.
    """
    try:
        return _format_advice(find_slow_keys(text, viewer, strict=conf.strict_limits), viewer)
    except (QueryError, Denied):  # a search of the log, say, which has other fields
        return ""


def warning_header(condition: Condition, viewer: Actor) -> dict[str, str]:
    """Return the advice on slow keys as a `Warning` header, for a search that was compiled."""
    # 199 is a miscellaneous warning, and `-` stands for an unnamed server (RFC 7234, section 5.5).
    advised = _format_advice(find_slow_keys_in_condition(condition), viewer)
    # Key names may contain any character, and header values must be ASCII: JSON escapes the rest.
    return {"Warning": f"199 - {json.dumps(advised[:MAX_WARNING_LENGTH])}"} if advised else {}


def _format_advice(keys: tuple[SlowKey, ...], viewer: Actor) -> str:
    if not keys:
        return ""
    read = f"This search scans all users: no index covers {', '.join(map(str, keys))}"
    helped = ", ".join(str(key) for key in keys if key.is_indexable)
    if not helped or not may(viewer, Verb.INDEX_KEYS):
        return read
    return f"{read}; POST /api/v2/metadata/indexes makes {helped} fast"
