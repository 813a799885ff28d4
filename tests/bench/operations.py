"""What is measured: each operation as a request and as statements."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from tests.bench.statements import PAGE, Statements
from users.management.demo.user_records import generate_user

CONNECTION = "Username-Password-Authentication"
# Method, path below `/api/v2` or `/plain`, body.
Request = tuple[str, str, dict[str, Any] | None]


@dataclass(frozen=True)
class Person:
    """One of those in the database."""

    user_id: str
    email: str


@dataclass(frozen=True)
class Crowd:
    """Whom the operations are about. `n` counts the operations of a run, so none comes twice."""

    people: list[Person]

    def pick(self, n: int) -> Person:
        """Somebody else each time, in no order that an index or a cache might like."""
        return self.people[n * 7919 % len(self.people)]

    def page(self, n: int) -> int:
        """A page within the first thousand people."""
        return n * 7919 % max(1, min(len(self.people), 1000) // PAGE)


@dataclass(frozen=True)
class Operation:
    """`case` chooses whom and what; `request` asks a server for that, `run` does the same by
    statements and a cursor."""

    name: str
    case: Callable[[Crowd, int], Any]
    request: Callable[[Any], Request]
    run: Callable[[Statements, Any, Any], Any]
    writes: bool = False


def patched(crowd: Crowd, n: int) -> tuple[str, dict[str, Any]]:
    """An id with a patch that is never what is there already: then nothing would be written."""
    return crowd.pick(n).user_id, {"hobby": f"hobby {n}"}


def somebody_new(crowd: Crowd, n: int) -> dict[str, Any]:
    """A body for POST /users."""
    made = generate_user(n)
    names = ("name", "given_name", "family_name", "nickname", "user_metadata", "app_metadata")
    fields = {name: made[name] for name in names}
    return {"connection": CONNECTION, "email": f"new.{n}@example.com", **fields}


OPERATIONS = (
    Operation(
        "get",
        case=lambda crowd, n: crowd.pick(n).user_id,
        request=lambda user_id: ("GET", f"/users/{quote(user_id)}", None),
        run=lambda sql, cursor, user_id: sql.get(cursor, user_id),
    ),
    Operation(
        "patch",
        case=patched,
        request=lambda case: ("PATCH", f"/users/{quote(case[0])}", {"user_metadata": case[1]}),
        run=lambda sql, cursor, case: sql.patch(cursor, *case),
        writes=True,
    ),
    Operation(
        "patch, no history",
        case=patched,
        request=lambda case: ("PATCH", f"/unrecorded/users/{quote(case[0])}", {"user_metadata": case[1]}),
        run=lambda sql, cursor, case: sql.patch(cursor, *case, history=False),
        writes=True,
    ),
    Operation(
        "create",
        case=somebody_new,
        request=lambda body: ("POST", "/users", body),
        run=lambda sql, cursor, body: sql.create(cursor, body),
        writes=True,
    ),
    Operation(
        "by e-mail",
        case=lambda crowd, n: crowd.pick(n).email,
        request=lambda email: ("GET", f"/users-by-email?email={quote(email)}", None),
        run=lambda sql, cursor, email: sql.by_email(cursor, email),
    ),
    Operation(
        "list page",
        case=lambda crowd, n: crowd.page(n),
        request=lambda page: ("GET", f"/users?page={page}&per_page={PAGE}", None),
        run=lambda sql, cursor, page: sql.page(cursor, page),
    ),
)
