"""Build and drop the indexes of a key, as a job: with a million users it takes minutes.

On PostgreSQL CONCURRENTLY, which does not block writers but cannot run in a transaction. So the job
inspects what an earlier, killed run left behind: an invalid index is dropped and built again, or dropped
if the job is given up, since it would slow every write and serve no search.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial
from typing import Any

from django.db import connection
from django.utils.translation import gettext

from users.actions.search_setup.maintenance_thread import MaintenanceThread
from users.jobs.errors import ClaimLost, JobFailed, Released
from users.jobs.run import Run
from users.models import IndexedKey, User
from users.rights.may import Verb, check
from users.search.indexed_keys import clear_indexed_keys_cache
from users.search.sql.indexes import index_definitions

USER_TABLE = User._meta.db_table
# Per cent of an index that are done when a phase begins and when it ends, by PostgreSQL's names of the
# phases.
PHASES = {
    "building index: scanning table": (0, 50),
    "building index: sorting live tuples": (50, 50),
    "building index: loading tuples in tree": (50, 60),
    "index validation: scanning index": (60, 70),
    "index validation: sorting tuples": (70, 70),
    "index validation: scanning table": (70, 100),
}


def build_or_drop_indexes(run: Run) -> None:
    """Reach the state that the row asks for: indexes built, or dropped."""
    check(run.actor, Verb.INDEX_KEYS)
    # Only the latest job of a key may act: an older one could drop what a newer request wants built.
    mine = IndexedKey.objects.filter(pk=run.parameters["id"], job=run.job)
    key = mine.first()
    # The request was replaced, and a later job is responsible.
    if key is None:
        return
    is_wanted = key.status != IndexedKey.Status.DROPPING
    if connection.vendor == "postgresql":
        _run_in_thread(run, key, _build if is_wanted else _drop, mine.exists)
    with run.step():
        if connection.vendor != "postgresql":
            _run_on_sqlite(key, is_wanted)
        if is_wanted:
            mine.update(status=IndexedKey.Status.READY)
        else:
            mine.delete()
    # Other processes notice within the lifetime of their caches.
    clear_indexed_keys_cache()


def _run_on_sqlite(key: IndexedKey, is_wanted: bool) -> None:
    """SQLite builds it in the transaction of the step, while other writers wait."""
    with connection.cursor() as cursor:
        for name, index in index_definitions(key).items():
            create = f"CREATE INDEX IF NOT EXISTS {name} {index}"
            cursor.execute(create if is_wanted else f"DROP INDEX IF EXISTS {name}", ())
        cursor.execute(f"ANALYZE {USER_TABLE}")


# On PostgreSQL


def _run_in_thread(run: Run, key: IndexedKey, work: Callable[..., None], is_mine: Callable[[], bool]) -> None:
    """Run the work in a thread, store its progress, and stop it where the job should end."""
    names = list(index_definitions(key))
    begun: list[str] = []
    done = 0
    thread = MaintenanceThread(partial(work, indexes=index_definitions(key), begun=begun))
    try:
        with thread:
            while thread.is_running(seconds=1):
                run.check_interrupted()
                if not is_mine():
                    raise JobFailed(gettext("It was requested again, or is to be dropped."))
                done = max(done, 100 * max(len(begun) - 1, 0) + _index_progress(thread.pid))
                run.tell(done, 100 * len(names))
    except (Released, ClaimLost):
        # Another worker will continue, so what is built stays.
        raise
    except Exception:
        if begun and is_mine():
            _drop_invalid(names)
        raise
    for name in begun:
        run.log(name)
    run.progress(100 * len(names), 100 * len(names))


def _build(alone: MaintenanceThread, indexes: dict[str, str], begun: list[str]) -> None:
    for name, index in indexes.items():
        begun.append(f"{name} made.")
        is_valid = _is_valid(alone, name)
        if is_valid is False:
            alone.execute(f"DROP INDEX CONCURRENTLY {name}")
        if not is_valid:
            alone.execute(f"CREATE INDEX CONCURRENTLY {name} {index}")
    # Without statistics of the new expression the planner would guess, and often scan.
    alone.execute(f"ANALYZE {USER_TABLE}")


def _drop(alone: MaintenanceThread, indexes: dict[str, str], begun: list[str]) -> None:
    for name in indexes:
        begun.append(f"{name} dropped.")
        alone.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")


def drop_failed_indexes(look_up: Callable[[], None]) -> None:
    """Drop what is left of indexes whose job was given up before it could do so. `look_up` is called from
    time to time, and may raise."""
    if connection.vendor == "postgresql":
        keys = IndexedKey.objects.select_related("job")
        failed = [key for key in keys if key.state == IndexedKey.Status.FAILED]
        _drop_invalid([name for key in failed for name in index_definitions(key)], look_up)


def _drop_invalid(names: Collection[str], look_up: Callable[[], None] = lambda: None) -> None:
    def work(alone: MaintenanceThread) -> None:
        for name in names:
            if _is_valid(alone, name) is False:
                alone.execute(f"DROP INDEX CONCURRENTLY {name}")

    if names:
        with MaintenanceThread(work) as thread:
            while thread.is_running(seconds=1):
                look_up()


def _is_valid(alone: MaintenanceThread, name: str) -> bool | None:
    """Whether the index is complete; None where there is none. A failed concurrent build leaves an invalid
    one."""
    found = alone.execute("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)", name)
    return found[0] if found else None


def _index_progress(pid: int | None) -> int:
    """Per cent of the current index that are done."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT phase, blocks_done, blocks_total FROM pg_stat_progress_create_index WHERE pid = %s", [pid]
        )
        row: Any = cursor.fetchone()
    if row is None:
        return 0
    phase, done, total = row
    begin, end = PHASES.get(phase, (0, 0))
    return begin + (end - begin) * done // total if total else begin
