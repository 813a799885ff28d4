"""Export as a job: one page of users per step, each appended to the file as a gzip member of its own.

Source: Auth0 docs, "Bulk User Exports". Concatenated gzip members are one valid gzip file (RFC 1952), so
an interrupted job resumes after the last committed page.
"""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from django.utils.translation import gettext

from users.import_export.export_fields import parse_fields, to_row
from users.import_export.export_formats import BYTE_ORDER_MARK, FORMATS
from users.jobs.errors import JobFailed
from users.jobs.files import append_to_file
from users.jobs.run import Run
from users.lucene.errors import QueryError
from users.models import Connection, User
from users.models.user import UserQuerySet
from users.representation.profile import serialize_profile
from users.rights.actor import Actor
from users.rights.may import Verb, check
from users.search.selection import Selection, iterate_keys

PAGE_SIZE = 500
# Users in memory at a time: two documents of a megabyte each are allowed per user.
FETCH_SIZE = 20
AFTER, BEGUN = "after", "begun"


def export_users(run: Run) -> dict[str, Any]:
    """Export the users as the requesting actor may see them now. Raises Denied."""
    _current_actor(run)
    fields = parse_fields(run.parameters.get("fields"), run.parameters["format"])
    titles = [field.title for field in fields]
    head, lines = FORMATS[run.parameters["format"]]
    users = _users(run)
    most = run.parameters.get("limit")
    if run.total is None:
        # Counting over the key alone avoids joining connections and sorting.
        run.total = users.order_by().values("pk")[:most].count()
    if not run.state.get(BEGUN):
        with run.step():
            # An export of no users is still a file with a header.
            mark = BYTE_ORDER_MARK if run.parameters.get("csv_bom") else b""
            append_to_file(run.job, gzip.compress(mark + head(titles)))
            run.state[BEGUN] = True
    # By key, not by OFFSET: users deleted meanwhile must not shift others off the page.
    for keys in _pages(users, run, most):
        with run.step():
            # Read again on every page: rights that were withdrawn meanwhile end the export.
            actor = _current_actor(run)
            page = users.filter(pk__in=keys).iterator(chunk_size=FETCH_SIZE)
            rows = (to_row(serialize_profile(user, actor), fields) for user in page)
            append_to_file(run.job, _compress(lines([one], titles) for one in rows))
            # Committed with the page: a job that was killed goes on where its file ends.
            run.state[AFTER] = keys[-1]
            run.progress(run.done + len(keys))
    return {"exported": run.done}


def _current_actor(run: Run) -> Actor:
    """The actor who asked, with its rights of this moment. Raises Denied where they no longer suffice."""
    actor = run.reload_actor()
    check(actor, Verb.VIEW)
    check(actor, Verb.EXPORT)
    return actor


def _users(run: Run) -> UserQuerySet:
    users = _selected_users(run).with_connection().order_by("pk")
    connection_id = run.parameters.get("connection_id")
    if connection_id is None:
        return users
    connection = Connection.objects.filter(connection_id=connection_id).first()
    if connection is None:
        # The job stores the id, since connections may be deleted while it waits.
        raise JobFailed(gettext("The connection does not exist any more."))
    return users.filter(connection=connection)


def _selected_users(run: Run) -> UserQuerySet:
    """The users that the search of the dashboard found; all users where the export names none."""
    if "selection" not in run.parameters:
        return User.objects.all()
    try:
        return Selection.from_json(run.parameters["selection"]).users(run.actor)
    except QueryError as error:
        raise JobFailed(
            gettext("The search cannot be run any more: %(reason)s.") % {"reason": error.reason}
        ) from None


def _pages(users: UserQuerySet, run: Run, most: int | None) -> Iterator[list[int]]:
    """Yield the primary keys of the users that are left, a page at a time."""
    keys = iterate_keys(users, run.state.get(AFTER, 0))
    left = keys if most is None else islice(keys, max(0, most - run.done))
    while page := list(islice(left, PAGE_SIZE)):
        yield page


def _compress(texts: Iterable[bytes]) -> bytes:
    whole = io.BytesIO()
    with gzip.GzipFile(fileobj=whole, mode="wb", compresslevel=6) as file:
        for text in texts:
            file.write(text)
    return whole.getvalue()
