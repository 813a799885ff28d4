"""`make bench ARGS="search"`: what searches cost, beside the best SQL written by hand.

Each class of search is asked for its first page of 50, newest first, as the API does it, and what its
statements take of that is noted; then some written by hand are sent through the same connection, the
best of which counts. Pages in the middle of lists are read beside the first. Then more people come, and
it is done again.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.bench.databases import Database, at_hand, database
from tests.bench.report import table
from tests.bench.search_classes import INDEXES, SEARCHES, Search
from tests.bench.search_depth import Depth, depths
from tests.bench.taken import LEAST, Statements

PAGE = 50
# Both goals of the design: times the best by hand; and times our own among the fewest people, or as
# many times as those by hand where they grow more, since among more people more have to be sorted;
# give or take half, as both are measured.
# The moment of a guess that was wrong does not count.
MOST_TIMES_HAND, MOST_TIMES_SMALL, GIVE_OR_TAKE = 3.0, 3.0, 1.5
# Where the index of SQLite has to be asked how many match.
MOST_TIMES_HAND_IN_FTS5 = 5.0
INDEXED = {"app_metadata.credits": "number", "user_metadata.address.city": "text"}


@dataclass(frozen=True)
class Figure:
    """Medians in milliseconds: of all that a search takes, of its statements alone, and of the best
    ones by hand."""

    people: int
    search: str
    whole: float
    ours: float
    hand: float
    has_goal: bool
    # Of ours: what a guess of PostgreSQL took that came to nothing.
    lost: float
    most_times_hand: float = MOST_TIMES_HAND

    @property
    def ratio(self) -> float:
        return self.ours / max(self.hand, LEAST)

    def meets_goals(self, begun: Figure) -> bool:
        """`begun` is of the fewest people."""
        ours, by_hand = self.ours - self.lost, self.hand / max(begun.hand, LEAST)
        is_near = ours <= self.most_times_hand * max(self.hand, LEAST)
        return is_near and ours < max(MOST_TIMES_SMALL, GIVE_OR_TAKE * by_hand) * max(begun.ours, LEAST)


def main(arguments: list[str]) -> int:
    options = read(arguments)
    with tempfile.TemporaryDirectory() as folder, database(options.database, Path(folder)) as own:
        begin(own, folder)
        found, deep = measure(own, options)
        sys.stdout.write(f"{own.name}; medians of {options.rounds}, in milliseconds\n\n{as_text(found)}\n")
        sys.stdout.write(f"\n{depths_as_text(deep)}\n")
    if options.json:
        figures = {"searches": found, "pages": deep}
        rows = {name: [asdict(figure) for figure in each] for name, each in figures.items()}
        options.json.write_text(json.dumps(rows, indent=2) + "\n")
    return 0


def read(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench ARGS=search", description=__doc__)
    parser.add_argument("--users", type=int, nargs="+", default=[10_000], help="how many, one after another")
    parser.add_argument("--rounds", type=int, default=7, help="of which the median counts (%(default)s)")
    parser.add_argument("--only", default="", help="classes whose name holds this")
    parser.add_argument("--database", default=at_hand(), metavar="URL", help="as for the other benchmarks")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    return parser.parse_args(arguments)


def begin(own: Database, folder: str) -> None:
    """Django on that database, its tables made."""
    os.environ |= {
        "DATABASE_URL": own.url,
        "DATA_DIR": folder,
        "SECRET_KEY": "only for measuring, 50 characters long: " + "x" * 20,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "SEARCH_TIMEOUT": "600",
    }
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def measure(own: Database, options: argparse.Namespace) -> tuple[list[Figure], list[Depth]]:
    from tests.bench.search_people import grow

    found: list[Figure] = []
    deep: list[Depth] = []
    people = 0
    for size in sorted(options.users):
        grow(own, people, size)
        people = size
        _index_keys(own.vendor)
        _settle()
        for search in SEARCHES:
            if options.only in search.name:
                figure = _figure(search, people, own.vendor, options.rounds)
                sys.stderr.write(f"{people:,} {figure.search}: {figure.ours:.2f} / {figure.hand:.2f}\n")
                found.append(figure)
        deep += depths(people, rounds=options.rounds, size=PAGE)
    return found, deep


def _index_keys(vendor: str) -> None:
    """The product's own, and those for the statements by hand."""
    from django.db import connection

    from users.actions.search_setup.indexed_keys import index_key
    from users.jobs.worker import Worker
    from users.rights.actor import command_actor

    for name, kind in INDEXED.items():
        index_key(name, kind, actor=command_actor("bench"))
    while Worker().work():
        pass
    with connection.cursor() as cursor:
        for statement in INDEXES[vendor]:
            cursor.execute(statement)


def _settle() -> None:
    """What the load left to the database's own housekeeping is done before, not while measuring."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE users_user" if connection.vendor == "postgresql" else "ANALYZE")


def _figure(search: Search, people: int, vendor: str, rounds: int) -> Figure:
    from users.listing.ordered_fetch import PLANNER_BUDGET_SECONDS

    whole, ours = _ours(search), Statements()
    order = (search.sqlite_order if vendor == "sqlite" else "") or search.order
    phrasings = getattr(search, vendor)
    hands = [_by_hand(where, order, fetches) for where in phrasings for fetches in (False, True)]
    counts = [_count_by_hand(where) for where in phrasings] if search.is_box else []
    times: dict[Callable[[], object], list[float]] = {work: [] for work in (whole, *hands, *counts)}
    for work in times:
        work()
    for _ in range(rounds):
        for work, taken in times.items():
            # What takes long is not as much in need of rounds.
            if taken and sum(taken) > 5:
                continue
            before = time.perf_counter()
            with ours if work is whole else nullcontext():
                work()
            taken.append(time.perf_counter() - before)
    medians = {work: statistics.median(taken) * 1000 for work, taken in times.items()}
    best = min(medians[work] for work in hands) + min((medians[work] for work in counts), default=0)
    guess = PLANNER_BUDGET_SECONDS * 1000
    lost = guess if search.is_trap and ours.median > guess else 0
    most = MOST_TIMES_HAND_IN_FTS5 if search.is_box and vendor == "sqlite" else MOST_TIMES_HAND
    return Figure(people, search.name, medians[whole], ours.median, best, search.has_goal, lost, most)


def _ours(search: Search) -> Callable[[], int]:
    from users.listing.keyset import Keyset
    from users.listing.ordered_fetch import SMALL_RESULT, count_up_to, read_in_order
    from users.listing.pages import read_page
    from users.models import User
    from users.rights.actor import command_actor
    from users.search.query import search_users
    from users.search.search_box import filter_by_search_box
    from users.search.user_list import paginate_users

    def run() -> int:
        if search.is_box:
            users = filter_by_search_box(User.objects.all(), search.q, viewer=command_actor("bench"))
            newest = Keyset(("created_at", "id"), is_descending=True)
            count = count_up_to(users, SMALL_RESULT)
            return len(
                read_in_order(users, lambda rows: read_page(rows, newest, size=PAGE), count=count).rows
            )
        users = search_users(User.objects.all(), search.q, viewer=command_actor("bench"))
        page = read_in_order(users, lambda rows: paginate_users(rows, number=0, size=PAGE, sort=search.sort))
        return len(page)

    return run


def _by_hand(where: str, order: str, fetches: bool) -> Callable[[], None]:
    """A statement that walks the order, or one that fetches what matches and sorts it."""
    from django.db import connection

    found = f"SELECT id FROM users_user WHERE linked_to_id IS NULL AND ({where})"
    text = f"WITH found AS MATERIALIZED ({found}) SELECT * FROM users_user WHERE id IN (SELECT id FROM found)"
    if not fetches:
        text = f"SELECT * FROM users_user WHERE linked_to_id IS NULL AND ({where})"
    text = f"{text} ORDER BY {order} LIMIT {PAGE}".replace("%", "%%")

    def run() -> None:
        with connection.cursor() as cursor:
            cursor.execute(text, ())
            cursor.fetchall()

    return run


def _count_by_hand(where: str) -> Callable[[], None]:
    """As far as the box counts."""
    from django.db import connection

    from users.listing.ordered_fetch import SMALL_RESULT

    rows = f"SELECT 1 FROM users_user WHERE linked_to_id IS NULL AND ({where}) LIMIT {SMALL_RESULT + 1}"
    text = f"SELECT count(*) FROM ({rows}) AS found".replace("%", "%%")

    def run() -> None:
        with connection.cursor() as cursor:
            cursor.execute(text, ())
            cursor.fetchall()

    return run


def as_text(found: list[Figure]) -> str:
    sizes = sorted({figure.people for figure in found})
    small = {figure.search: figure for figure in found if figure.people == sizes[0]}
    rows = [("people", "search", "in all", "its SQL", "by hand", "SQL / hand", f"SQL / {sizes[0]:,}", "")]
    for figure in found:
        begun = small[figure.search]
        growth = figure.ours / max(begun.ours, LEAST)
        is_judged = figure.has_goal and figure.people == sizes[-1]
        verdict = "" if not is_judged else "ok" if figure.meets_goals(begun) else "MISSED"
        numbers = (figure.whole, figure.ours, figure.hand, figure.ratio, growth)
        rows.append((f"{figure.people:,}", figure.search, *(f"{n:.2f}" for n in numbers), verdict))
    return table(rows)


def depths_as_text(deep: list[Depth]) -> str:
    rows = [("people", "list", "first page", "in the middle", "middle / first", "")]
    for each in deep:
        verdict = "ok" if each.meets_goal else "MISSED"
        numbers = (each.first, each.deep, each.deep / each.first)
        rows.append((f"{each.people:,}", each.list, *(f"{n:.2f}" for n in numbers), verdict))
    return table(rows)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
