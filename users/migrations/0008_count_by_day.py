"""Triggers that count users and sign-ins by day, and the counts so far.

The triggers come first: on PostgreSQL they hold off other writers until the counts so far are committed,
so that no write falls in between. See `users.models.daily_count_triggers`.
"""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

LOGINS, FAILURES = "('s', 'sepft')", "('f', 'fp', 'fu')"

# SQLite: the triggers add to the row of the day.
ADD_TO = (
    "ON CONFLICT (date) DO UPDATE SET logins = logins + excluded.logins,"
    " failed_logins = failed_logins + excluded.failed_logins, created = created + excluded.created,"
    " blocked = blocked + excluded.blocked, unverified = unverified + excluded.unverified,"
    " last_seen = last_seen + excluded.last_seen,"
    " first_login = min(coalesce(first_login, excluded.first_login),"
    " coalesce(excluded.first_login, first_login)),"
    " latest_login = max(coalesce(latest_login, excluded.latest_login),"
    " coalesce(excluded.latest_login, latest_login));"
)
# By database: the date of a column, the table that the triggers write to, and how a statement ends.
DAY = {"sqlite": "substr({}, 1, 10)", "postgresql": "({} AT TIME ZONE 'UTC')::date"}
TABLE = {"sqlite": "users_dailycount", "postgresql": "users_dailyincrement"}
END = {"sqlite": f" {ADD_TO}", "postgresql": ";"}


def count_state(vendor: str, row: str, sign: str) -> str:
    """Count a user on the day of its creation."""
    return (
        f"INSERT INTO {TABLE[vendor]} (date, created, blocked, unverified)"
        f" SELECT {DAY[vendor].format(f'{row}.created_at')}, {sign}1,"
        f" CASE WHEN {row}.blocked THEN {sign}1 ELSE 0 END,"
        f" CASE WHEN {row}.email_verified THEN 0 ELSE {sign}1 END"
        f" WHERE {row}.linked_to_id IS NULL{END[vendor]}"
    )


def count_last_login(vendor: str, row: str, sign: str) -> str:
    """Count a user on the day of its latest sign-in."""
    return (
        f"INSERT INTO {TABLE[vendor]} (date, last_seen)"
        f" SELECT {DAY[vendor].format(f'{row}.last_login')}, {sign}1"
        f" WHERE {row}.linked_to_id IS NULL AND {row}.last_login IS NOT NULL{END[vendor]}"
    )


SQLITE = {
    "users_count_sign_in": (
        f"AFTER INSERT ON users_logevent WHEN NEW.type IN {LOGINS} OR NEW.type IN {FAILURES} BEGIN"
        " INSERT INTO users_dailycount (date, logins, failed_logins, first_login, latest_login)"
        f" SELECT substr(NEW.at, 1, 10), NEW.type IN {LOGINS}, NEW.type IN {FAILURES},"
        f" CASE WHEN NEW.type IN {LOGINS} THEN NEW.at END, CASE WHEN NEW.type IN {LOGINS} THEN NEW.at END"
        f" WHERE true {ADD_TO} END"
    ),
    "users_count_insert": (
        f"AFTER INSERT ON users_user BEGIN {count_state('sqlite', 'NEW', '')}"
        f" {count_last_login('sqlite', 'NEW', '')} END"
    ),
    "users_count_delete": (
        f"AFTER DELETE ON users_user BEGIN {count_state('sqlite', 'OLD', '-')}"
        f" {count_last_login('sqlite', 'OLD', '-')} END"
    ),
    "users_count_state": (
        "AFTER UPDATE OF created_at, blocked, email_verified, linked_to_id ON users_user"
        " WHEN OLD.created_at IS NOT NEW.created_at OR OLD.blocked IS NOT NEW.blocked"
        " OR OLD.email_verified IS NOT NEW.email_verified OR OLD.linked_to_id IS NOT NEW.linked_to_id"
        f" BEGIN {count_state('sqlite', 'OLD', '-')} {count_state('sqlite', 'NEW', '')} END"
    ),
    "users_count_last_login": (
        "AFTER UPDATE OF last_login, linked_to_id ON users_user"
        " WHEN substr(OLD.last_login, 1, 10) IS NOT substr(NEW.last_login, 1, 10)"
        " OR OLD.linked_to_id IS NOT NEW.linked_to_id"
        f" BEGIN {count_last_login('sqlite', 'OLD', '-')} {count_last_login('sqlite', 'NEW', '')} END"
    ),
}


def function(name: str, body: str) -> str:
    """A trigger function of PostgreSQL."""
    return (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql"
        f" AS $$ BEGIN {body} RETURN NULL; END $$"
    )


def both_rows(count: str) -> str:
    """Take off the row as it was and add it as it is."""
    old, new = count.format(row="OLD", sign="-"), count.format(row="NEW", sign="")
    return f"IF TG_OP <> 'INSERT' THEN {old} END IF; IF TG_OP <> 'DELETE' THEN {new} END IF;"


STATE = both_rows(count_state("postgresql", "{row}", "{sign}"))
LAST_LOGIN = both_rows(count_last_login("postgresql", "{row}", "{sign}"))
SIGN_IN = (
    "INSERT INTO users_dailyincrement (date, logins, failed_logins, first_login, latest_login)"
    f" SELECT (NEW.at AT TIME ZONE 'UTC')::date, (NEW.type IN {LOGINS})::int, (NEW.type IN {FAILURES})::int,"
    f" CASE WHEN NEW.type IN {LOGINS} THEN NEW.at END, CASE WHEN NEW.type IN {LOGINS} THEN NEW.at END;"
)
# Triggers by the function that they run. Those on columns fire only where a statement sets one of them.
POSTGRESQL = {
    "users_count_sign_in": {
        "users_count_sign_in": (
            "AFTER INSERT ON users_logevent FOR EACH ROW"
            f" WHEN (NEW.type IN {LOGINS} OR NEW.type IN {FAILURES})"
        )
    },
    "users_count_state": {
        "users_count_state_row": "AFTER INSERT OR DELETE ON users_user FOR EACH ROW",
        "users_count_state": (
            "AFTER UPDATE OF created_at, blocked, email_verified, linked_to_id ON users_user FOR EACH ROW"
            " WHEN ((OLD.created_at, OLD.blocked, OLD.email_verified, OLD.linked_to_id) IS DISTINCT FROM"
            " (NEW.created_at, NEW.blocked, NEW.email_verified, NEW.linked_to_id))"
        ),
    },
    "users_count_last_login": {
        "users_count_last_login_row": "AFTER INSERT OR DELETE ON users_user FOR EACH ROW",
        "users_count_last_login": (
            "AFTER UPDATE OF last_login, linked_to_id ON users_user FOR EACH ROW WHEN ("
            "((OLD.last_login AT TIME ZONE 'UTC')::date, OLD.linked_to_id) IS DISTINCT FROM"
            " ((NEW.last_login AT TIME ZONE 'UTC')::date, NEW.linked_to_id))"
        ),
    },
}
FUNCTIONS = {"users_count_sign_in": SIGN_IN, "users_count_state": STATE, "users_count_last_login": LAST_LOGIN}


def create_triggers(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for statement in trigger_statements(schema_editor.connection.vendor):
        schema_editor.execute(statement, params=None)


def trigger_statements(vendor: str) -> list[str]:
    if vendor == "sqlite":
        return [f"CREATE TRIGGER {name} {rest}" for name, rest in SQLITE.items()]
    statements = [function(name, body) for name, body in FUNCTIONS.items()]
    for name, triggers in POSTGRESQL.items():
        statements += [
            f"CREATE TRIGGER {trigger} {when} EXECUTE FUNCTION {name}()" for trigger, when in triggers.items()
        ]
    return statements


def drop_triggers(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "sqlite":
        statements = [f"DROP TRIGGER {name}" for name in SQLITE]
    else:
        statements = [f"DROP FUNCTION {name}() CASCADE" for name in FUNCTIONS]
    for statement in statements:
        schema_editor.execute(statement, params=None)


def count_so_far(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Sign-ins are taken from the table of the previous release, which goes back further than the log."""
    day = DAY[schema_editor.connection.vendor]
    schema_editor.execute(
        f"""
        INSERT INTO users_dailycount
            (date, logins, failed_logins, first_login, latest_login, created, blocked, unverified, last_seen)
        SELECT date, sum(logins), sum(failed_logins), min(first_login), max(latest_login),
            sum(created), sum(blocked), sum(unverified), sum(last_seen)
        FROM (
            SELECT date, logins, 0 AS failed_logins, created_at AS first_login, updated_at AS latest_login,
                0 AS created, 0 AS blocked, 0 AS unverified, 0 AS last_seen
            FROM users_day
            UNION ALL
            SELECT {day.format("created_at")}, 0, 0, NULL, NULL, 1, CASE WHEN blocked THEN 1 ELSE 0 END,
                CASE WHEN email_verified THEN 0 ELSE 1 END, 0
            FROM users_user WHERE linked_to_id IS NULL
            UNION ALL
            SELECT {day.format("last_login")}, 0, 0, NULL, NULL, 0, 0, 0, 1
            FROM users_user WHERE linked_to_id IS NULL AND last_login IS NOT NULL
            UNION ALL
            SELECT {day.format("at")}, 0, 1, NULL, NULL, 0, 0, 0, 0
            FROM users_logevent WHERE type IN {FAILURES}
        ) AS numbers GROUP BY date
        """,  # noqa: S608  # only names and expressions of this file
        params=None,
    )


class Migration(migrations.Migration):
    dependencies = [("users", "0007_daily_counts")]
    operations = [
        migrations.RunPython(create_triggers, drop_triggers),
        migrations.RunPython(count_so_far, migrations.RunPython.noop),
    ]
