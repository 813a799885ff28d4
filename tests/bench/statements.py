"""The SQL of each operation, written by hand as somebody would who knows both databases.

The plain views send it through Django's connection, the raw loop through the driver's.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import orjson

from users.metadata.fold import fold
from users.metadata.words import stored_words

PAGE = 50
# What a profile shows, in the order of the statement below.
COLUMNS = (
    *("id", "user_id", "email", "email_verified", "username", "phone_number", "phone_verified"),
    *("name", "nickname", "given_name", "middle_name", "family_name", "locale", "zoneinfo", "picture"),
    *("user_metadata", "app_metadata"),
    *("blocked", "logins_count", "last_login", "last_ip", "last_password_reset", "created_at", "updated_at"),
)
NAMES = (*COLUMNS, "connection", "strategy")
PERSON = f"""
    SELECT {", ".join(f"u.{name}" for name in COLUMNS)}, c.name, c.strategy
    FROM users_user u JOIN users_connection c ON c.id = u.connection_id
"""
BY_ID = f"{PERSON} WHERE u.linked_to_id IS NULL AND u.user_id = %s"
BY_EMAIL = f"{PERSON} WHERE u.linked_to_id IS NULL AND u.email_folded = %s ORDER BY u.id"
A_PAGE = f"""{PERSON}
    WHERE u.id IN (
        SELECT id FROM users_user WHERE linked_to_id IS NULL ORDER BY created_at, id LIMIT {PAGE} OFFSET %s
    )
    ORDER BY u.created_at, u.id
"""
SET_DOCUMENT = """
    UPDATE users_user SET user_metadata = %s, user_metadata_version = user_metadata_version + 1,
        version = version + 1, updated_at = %s
    WHERE id = %s
"""
CONNECTION = "SELECT id, strategy FROM users_connection WHERE name = %s"
# Values in the order of `create`.
NEW_PERSON = """
    INSERT INTO users_user (
        user_id, connection_id, email, email_folded, name, name_folded, given_name, given_name_folded,
        family_name, family_name_folded, nickname, nickname_folded, user_metadata, app_metadata,
        created_at, updated_at, password, words, is_superuser, email_verified, user_metadata_version,
        app_metadata_version, version, session_epoch, logins_count
    ) VALUES (
        %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, false, false, 1, 1, 1, 0, 0
    )
    RETURNING id
"""
NEW_CHANGE = """
    INSERT INTO users_change (
        user_id, subject, at, what, keys, names, actor_kind, actor_id, actor_name, face, request_id, ip,
        reason
    ) VALUES (%s, %s, %s, %s, %s, %s, 'client', 'bench', 'Bench', 'api', '', '127.0.0.1', '')
"""

Row = dict[str, Any]


class Statements:
    """The statements as `vendor` takes them, with `mark` for each value.

    Each method takes a cursor; writes expect it to be in a transaction.
    """

    def __init__(self, vendor: str, mark: str = "%s") -> None:
        self._vendor = vendor
        self._mark = mark
        # SQLite begins its transactions with the write lock.
        self._locked = f"{BY_ID} FOR UPDATE OF u" if vendor == "postgresql" else BY_ID

    def get(self, cursor: Any, user_id: str) -> Row:
        return next(self._rows(cursor, BY_ID, user_id))

    def by_email(self, cursor: Any, email: str) -> list[Row]:
        return list(self._rows(cursor, BY_EMAIL, fold(email)))

    def page(self, cursor: Any, number: int) -> list[Row]:
        """Oldest first, counted from 0."""
        return list(self._rows(cursor, A_PAGE, number * PAGE))

    def patch(self, cursor: Any, user_id: str, patch: Row, *, history: bool = True) -> Row:
        """Lay `patch` over the first level of `user_metadata`."""
        row = next(self._rows(cursor, self._locked, user_id))
        before, at = document(row["user_metadata"]) or {}, datetime.now(UTC)
        after = {name: value for name, value in {**before, **patch}.items() if value is not None}
        self._execute(cursor, SET_DOCUMENT, text(after), self._moment(at), row["id"])
        if history:
            keys = {name: changed(before, after, name) for name in patch}
            self._note(cursor, row["id"], user_id, at, "user_metadata", keys)
        return {**row, "user_metadata": after, "updated_at": at}

    def create(self, cursor: Any, body: Row) -> Row:
        """A person of `body`, which holds e-mail, names and both documents."""
        self._execute(cursor, CONNECTION, body["connection"])
        connection_id, strategy = cursor.fetchone()
        user_id, at = f"{strategy}|{secrets.token_hex(12)}", datetime.now(UTC)
        shown = {name: body[name] for name in ("email", "name", "given_name", "family_name", "nickname")}
        documents = {name: body[name] for name in ("user_metadata", "app_metadata")}
        values = [
            *(user_id, connection_id),
            *(form for value in shown.values() for form in (value, fold(value))),
            *map(text, documents.values()),
            *[self._moment(at)] * 2,
            f"!{secrets.token_hex(20)}",
            stored_words([*shown.values(), fold(shown["email"])], None),
        ]
        self._execute(cursor, NEW_PERSON, *values)
        (pk,) = cursor.fetchone()
        kept = {"email_verified": False, **shown, **documents}
        keys = {name: {"after": value} for name, value in kept.items() if value is not None}
        self._note(cursor, pk, user_id, at, "created", keys)
        known = {"user_id": user_id, "email_verified": False, "created_at": at, "updated_at": at}
        where = {"connection": body["connection"], "strategy": strategy}
        return {**dict.fromkeys(NAMES), **shown, **documents, **known, **where}

    def _note(self, cursor: Any, pk: int, user_id: str, at: datetime, what: str, keys: Row) -> None:
        values = (pk, user_id, self._moment(at), what, text(keys), names(what, keys))
        self._execute(cursor, NEW_CHANGE, *values)

    def _rows(self, cursor: Any, statement: str, *values: Any) -> Iterable[Row]:
        self._execute(cursor, statement, *values)
        return (dict(zip(NAMES, row, strict=True)) for row in cursor.fetchall())

    def _execute(self, cursor: Any, statement: str, *values: Any) -> None:
        cursor.execute(statement.replace("%s", self._mark), values)

    def _moment(self, at: datetime) -> datetime | str:
        """As Django stores it."""
        return at if self._vendor == "postgresql" else f"{at:%Y-%m-%d %H:%M:%S.%f}"


def document(value: Any) -> Any:
    """A document as one finds it in a row: some drivers parse it, some do not."""
    return orjson.loads(value) if isinstance(value, str) else value


def text(value: Any) -> str:
    return orjson.dumps(value).decode()


def changed(before: Row, after: Row, name: str) -> Row:
    """A key's line of the record."""
    sides = {"before": before, "after": after}
    return {side: state[name] for side, state in sides.items() if name in state}


def names(what: str, keys: Row) -> str:
    """The keys of a line of the record, to be searched."""
    if what != "created":
        return "\n".join(sorted(f"{what}.{name}" for name in keys))
    documents = {name: keys[name]["after"] for name in keys if name.endswith("_metadata")}
    fields = {f"profile.{name}" for name in keys.keys() - documents.keys()}
    return "\n".join(sorted(fields | {f"{name}.{key}" for name, held in documents.items() for key in held}))
