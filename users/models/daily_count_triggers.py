"""The triggers that count users and sign-ins by day, whichever statement writes them.

The migration `0008_count_by_day` creates them.
"""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper

from users.models.daily_count import FAILED_LOGIN_TYPES, LOGIN_TYPES

# Triggers and not code beside each write: users are also written by imports, bulk updates and INSERT ...
# SELECT, and linked and deleted by cascades, none of which may be missed.
_LOGINS, _FAILURES = str(LOGIN_TYPES), str(FAILED_LOGIN_TYPES)

_ADD_TO = (
    "ON CONFLICT (date) DO UPDATE SET logins = logins + excluded.logins,"
    " failed_logins = failed_logins + excluded.failed_logins, created = created + excluded.created,"
    " blocked = blocked + excluded.blocked, unverified = unverified + excluded.unverified,"
    " last_seen = last_seen + excluded.last_seen,"
    " first_login = min(coalesce(first_login, excluded.first_login),"
    " coalesce(excluded.first_login, first_login)),"
    " latest_login = max(coalesce(latest_login, excluded.latest_login),"
    " coalesce(excluded.latest_login, latest_login));"
)


def _count_state(row: str, sign: str) -> str:
    """Count the user in `row` ("NEW" or "OLD") on the day of its creation."""
    return (
        "INSERT INTO users_dailycount (date, created, blocked, unverified)"
        f" SELECT substr({row}.created_at, 1, 10), {sign}1,"
        f" CASE WHEN {row}.blocked THEN {sign}1 ELSE 0 END,"
        f" CASE WHEN {row}.email_verified THEN 0 ELSE {sign}1 END"
        f" WHERE {row}.linked_to_id IS NULL {_ADD_TO}"
    )


def _count_last_login(row: str, sign: str) -> str:
    """Count the user in `row` on the day of its latest sign-in."""
    return (
        "INSERT INTO users_dailycount (date, last_seen)"
        f" SELECT substr({row}.last_login, 1, 10), {sign}1"
        f" WHERE {row}.linked_to_id IS NULL AND {row}.last_login IS NOT NULL {_ADD_TO}"
    )


_TRIGGERS = {
    "users_count_sign_in": (
        f"AFTER INSERT ON users_logevent WHEN NEW.type IN {_LOGINS} OR NEW.type IN {_FAILURES} BEGIN"
        " INSERT INTO users_dailycount (date, logins, failed_logins, first_login, latest_login)"
        f" SELECT substr(NEW.at, 1, 10), NEW.type IN {_LOGINS}, NEW.type IN {_FAILURES},"
        f" CASE WHEN NEW.type IN {_LOGINS} THEN NEW.at END, CASE WHEN NEW.type IN {_LOGINS} THEN NEW.at END"
        f" WHERE true {_ADD_TO} END"
    ),
    "users_count_insert": (
        f"AFTER INSERT ON users_user BEGIN {_count_state('NEW', '')} {_count_last_login('NEW', '')} END"
    ),
    "users_count_delete": (
        f"AFTER DELETE ON users_user BEGIN {_count_state('OLD', '-')} {_count_last_login('OLD', '-')} END"
    ),
    "users_count_state": (
        "AFTER UPDATE OF created_at, blocked, email_verified, linked_to_id ON users_user"
        " WHEN OLD.created_at IS NOT NEW.created_at OR OLD.blocked IS NOT NEW.blocked"
        " OR OLD.email_verified IS NOT NEW.email_verified OR OLD.linked_to_id IS NOT NEW.linked_to_id"
        f" BEGIN {_count_state('OLD', '-')} {_count_state('NEW', '')} END"
    ),
    "users_count_last_login": (
        "AFTER UPDATE OF last_login, linked_to_id ON users_user"
        " WHEN substr(OLD.last_login, 1, 10) IS NOT substr(NEW.last_login, 1, 10)"
        " OR OLD.linked_to_id IS NOT NEW.linked_to_id"
        f" BEGIN {_count_last_login('OLD', '-')} {_count_last_login('NEW', '')} END"
    ),
}


def reinstall(connection: BaseDatabaseWrapper) -> None:
    """Recreate the triggers after a migration. To alter a table on SQLite, Django copies it and drops the
    old one, together with its triggers."""
    if connection.vendor == "sqlite" and "users_dailycount" in connection.introspection.table_names():
        with connection.cursor() as cursor:
            for name, rest in _TRIGGERS.items():
                cursor.execute(f"CREATE TRIGGER IF NOT EXISTS {name} {rest}")
