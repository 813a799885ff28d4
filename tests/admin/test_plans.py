"""How the database runs what the pages of the dashboard ask: by indexes, however many rows there are."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection as database
from django.utils import timezone

from tests.admin.conftest import LIST, user_path
from users.actions.account.documents import Patch
from users.actions.account.edit_user import Edit, edit_user
from users.actions.account.identities import link
from users.actions.search_setup.segments import SegmentData, create_segment
from users.listing.ordered_fetch import SMALL_RESULT
from users.log.record import log_event
from users.rights.actor import command_actor, staff_actor

# They grow with the users and with what these do.
LARGE_TABLES = ("users_user", "users_change", "users_logevent", "users_job", "users_note", "users_session")
# A partial index that has few rows, whatever the table has.
SMALL_INDEX = "user_superuser"
_SEQ_SCAN = re.compile(r"Seq Scan on (\w+)")
TABS = ("metadata", "profile", "activity", "security", "roles", "notes", "raw")
PAGES = (
    "/admin/",
    "/admin/?days=90",
    LIST,
    f"{LIST}?q=person",
    f"{LIST}?q=person+number12",
    f"{LIST}?q=person12@example.com",
    f"{LIST}?q=auth0|abc",
    f"{LIST}?status=blocked",
    f"{LIST}?status=unverified",
    f"{LIST}?status=active&created=7",
    f"{LIST}?last_login=30",
    f"{LIST}?last_login=never",
    f"{LIST}?sort=last_login:-1",
    f"{LIST}?sort=logins_count:-1",
    f"{LIST}bulk/block/?all=1&q=jane",
    "/admin/changes/",
    "/admin/changes/?part=app_metadata&key=plan",
    "/admin/changes/?part=sign_ins",
    "/admin/changes/?user=jane.doe@example.com",
    "/admin/log/",
    "/admin/log/?type=s",
    "/admin/log/?user=jane.doe@example.com",
    "/admin/jobs/",
    "/admin/metadata/",
    "/admin/palette/",
    "/admin/suggest/?q=per&of=users",
    "/profile/",
)


@pytest.fixture
def desk(jane, stranger, administrator):
    """A user with a linked account, a change and a sign-in, and a segment. Which index serves a statement
    does not depend on the number of rows here."""
    create_segment(SegmentData("Blocked", "blocked:true"), actor=staff_actor(administrator))
    edit_user(jane, Edit(documents={"app_metadata": Patch({"plan": "pro"})}), actor=command_actor("tests"))
    log_event("s", user=jane, at=timezone.now())
    link(jane, stranger, actor=command_actor("tests"))


@pytest.fixture
def statements(browser, administrator):
    """The statements of a page, each with its parameters: `statements(path)`."""
    member = browser(administrator)
    member.get(LIST)

    def capture(path: str) -> list[tuple[str, Any]]:
        found = []

        def note(execute, sql, parameters, is_many, context):
            found.append((sql, parameters))
            return execute(sql, parameters, is_many, context)

        with database.execute_wrapper(note):
            assert member.get(path).status_code == 200
        return found

    return capture


def test_no_page_reads_all_rows_of_a_large_table(desk, statements):
    for path in PAGES:
        check(path, statements(path))


def test_the_page_of_a_user_reads_no_rows_of_all_others(desk, statements, jane, stranger):
    for tab in TABS:
        path = f"{user_path(jane)}?tab={tab}"
        check(path, statements(path))


def check(path: str, statements: list[tuple[str, Any]]) -> None:
    unbounded = _unbounded_on_postgresql if database.vendor == "postgresql" else _unbounded_on_sqlite
    read = [(sql, given) for sql, given in statements if sql.lstrip().startswith("SELECT")]
    assert read
    for sql, given in read:
        # The count of a list ends at 10,000.
        if f"LIMIT {SMALL_RESULT + 1}" not in sql:
            assert not unbounded(sql, given), (path, sql)


def _unbounded_on_sqlite(sql: str, given: Any) -> list[str]:
    """The scans of large tables that do not end early: without an index, sorted, or without a limit."""
    with database.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}", given)
        steps = cursor.fetchall()
    sorted_parts = {parent for _, parent, _, step in steps if step.startswith("USE TEMP B-TREE")}
    # A plan names an alias and not its table.
    aliases = {alias: table for table, alias in re.findall(r'"(users_\w+)" (\w+)', sql)}
    scans = [(parent, step) for _, parent, _, step in steps if step.startswith("SCAN ")]
    return [
        step
        for parent, step in scans
        if aliases.get(step.split()[1], step.split()[1]) in LARGE_TABLES
        and SMALL_INDEX not in step
        and ("USING" not in step or "LIMIT" not in sql or parent in sorted_parts)
    ]


def _unbounded_on_postgresql(sql: str, given: Any) -> list[str]:
    """The scans of large tables for which there is no index: few rows are scanned where there is one."""
    with database.cursor() as cursor:
        cursor.execute("SELECT set_config('enable_seqscan', 'off', true)")
        cursor.execute(f"EXPLAIN {sql}", given)
        steps = [step for (step,) in cursor.fetchall()]
        cursor.execute("SELECT set_config('enable_seqscan', 'on', true)")
    return [step for step in steps if (scan := _SEQ_SCAN.search(step)) and scan[1] in LARGE_TABLES]
