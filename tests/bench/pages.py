"""`make bench ARGS="pages"`: what pages of the dashboard cost among few users and among many, and beside an
earlier version.

Each number of users has a database and a server of its own, and so has the earlier version, with the smallest
number. An administrator requests one page after another, from the servers in turns, so that a busy machine
slows them all alike.
"""

from __future__ import annotations

import argparse
import itertools
import json
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import httpx

from tests.bench.databases import Database, at_hand, database
from tests.bench.load import load
from tests.bench.report import Goal, table
from tests.bench.rounds import Figures, figures
from tests.bench.search_people import grow
from tests.bench.server import TICKS, Server, manage, serving
from tests.management.demo_server import CHECKOUT, free_port, own_environment

# So many come with the demo, whose actions leave a record; the others are copied into the table.
SEEDED = 1_000
BEFORE = "before"
HEAD = ("page", "users", "p50 ms", "p95 ms", "CPU ms", "p50 / few users", "p50 / before")


@dataclass(frozen=True)
class Page:
    """`{pk}` in the path is a user, another one in each request. The goals: times its time among the fewest
    users, and times that of the earlier version."""

    name: str
    path: str
    most_growth: float | None = None
    most_times_before: float | None = None


PAGES = (
    Page("overview", "/admin/", most_growth=1.5),
    Page("list of users", "/admin/users/user/", most_times_before=1.2),
    Page("search by words", "/admin/users/user/?q=maria"),
    Page("user", "/admin/users/user/{pk}/change/", most_times_before=1.2),
    Page("activity", "/admin/changes/"),
)


@dataclass(frozen=True)
class Site:
    """A version of the product, served with so many users. `name` is the variant in the figures, `keys` are
    those of users."""

    name: str
    database: str
    server: Server
    cookies: str
    keys: list[int]

    def measure(self, page: Page, seconds: float, count: Iterator[int]) -> Figures:
        def make() -> bytes:
            path = page.path.format(pk=self.keys[next(count) * 7919 % len(self.keys)])
            head = (f"GET {path} HTTP/1.1", "Host: 127.0.0.1", f"Cookie: {self.cookies}", "", "")
            return "\r\n".join(head).encode()

        before = self.server.cpu_seconds()
        done = load(self.server.port, make, connections=1, seconds=seconds)
        # A short round may be less than the step of the clock.
        return figures(page.name, self.name, done, max(self.server.cpu_seconds() - before, 1 / TICKS))


def main(arguments: list[str]) -> int:
    """A missed goal is no failure."""
    options = read(arguments)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as running:
        sites = [
            running.enter_context(start(*version, address=options.database, folder=Path(folder, str(number))))
            for number, version in enumerate(versions(options))
        ]
        found = measure(sites, options.rounds, options.seconds)
    reached, kind = goals(found), sites[0].database
    heading = f"{kind}; one request at a time, the best of {options.rounds} rounds of {options.seconds:g} s"
    sys.stdout.write(f"{heading}\n\n{as_text(found, reached)}\n")
    if options.json:
        written = {
            "database": kind,
            "figures": [asdict(row) for row in found],
            "goals": [{**asdict(goal), "is_met": goal.is_met} for goal in reached],
        }
        options.json.write_text(json.dumps(written, indent=2) + "\n")
    return 0


def read(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench ARGS=pages", description=__doc__)
    parser.add_argument("--users", type=int, nargs="+", default=[1_000, 1_000_000], help="how many")
    parser.add_argument("--seconds", type=float, default=1, help="of each measurement (%(default)s)")
    parser.add_argument("--rounds", type=int, default=6, help="of which the best counts (%(default)s)")
    parser.add_argument(
        "--against",
        type=Path,
        metavar="FOLDER",
        help="a checkout of an earlier version, in which `make bundle` has been run",
    )
    parser.add_argument("--database", default=at_hand(), metavar="URL", help="as for the other benchmarks")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    return parser.parse_args(arguments)


def versions(options: argparse.Namespace) -> Iterator[tuple[str, int, Path]]:
    """Of each site its name, its number of users and the checkout it is served from, the fewest users first
    and the earlier version last."""
    sizes = sorted(set(options.users))
    for users in sizes:
        yield f"{users:,}", users, CHECKOUT
    if options.against:
        yield BEFORE, sizes[0], options.against.resolve()


@contextmanager
def start(name: str, users: int, checkout: Path, *, address: str, folder: Path) -> Iterator[Site]:
    """Fill a database beside that of `address`, or in `folder`, and serve it."""
    folder.mkdir()
    environment = own_environment(
        DATA_DIR=str(folder),
        PORT=str(free_port()),
        SECRET_KEY="only for measuring, 50 characters long: " + "x" * 20,
        WEB_CONCURRENCY="1",
    )
    with database(address, folder) as own:
        environment["DATABASE_URL"] = own.url
        for command in (["migrate", "--verbosity=0"], ["collectstatic", "--noinput", "--verbosity=0"]):
            manage(*command, environment=environment, checkout=checkout)
        seeded = min(users, SEEDED)
        seed = ("seed_demo", f"--users={seeded}", "--json")
        demo = json.loads(manage(*seed, environment=environment, checkout=checkout))
        if users > seeded:
            grow(own, seeded, users)
            # Folds what the triggers have counted, which a worker does within a minute.
            manage("recount", environment=environment, checkout=checkout)
        keys = _prepare(own)
        with serving(environment, checkout) as server:
            yield Site(name, own.name, server, sign_in(server.port, **demo["admin"]), keys)


def _prepare(own: Database) -> list[int]:
    """Returns the keys of users; what the load left to the database's own housekeeping is done before."""
    connection = own.connect()
    connection.execute("VACUUM ANALYZE" if own.is_server else "ANALYZE")
    found = connection.execute("SELECT id FROM users_user WHERE password LIKE '!%' ORDER BY id").fetchall()
    connection.close()
    return [key for (key,) in found]


def sign_in(port: int, email: str, password: str) -> str:
    """The value of the Cookie header of this account's session."""
    with httpx.Client(base_url=f"http://127.0.0.1:{port}") as browser:
        form = browser.get("/login/").raise_for_status().text
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)[1]
        data = {"csrfmiddlewaretoken": token, "login": email, "password": password}
        answer = browser.post("/login/", data=data)
        assert answer.status_code == 302, answer.text
        return "; ".join(f"{name}={value}" for name, value in browser.cookies.items())


def measure(sites: list[Site], rounds: int, seconds: float) -> list[Figures]:
    """The fastest round of each page of each site."""
    count = itertools.count()
    best: dict[tuple[str, str], Figures] = {}
    for number in range(rounds + 1):
        for page, site in itertools.product(PAGES, sites):
            # Of the earlier version only what is compared with it; it may lack other pages.
            if site.name == BEFORE and page.most_times_before is None:
                continue
            found = site.measure(page, seconds, count)
            key = page.name, site.name
            # The first round only warms up.
            if number == 1 or (number > 1 and found.p50 < best[key].p50):
                best[key] = found
    return list(best.values())


def goals(found: list[Figures]) -> list[Goal]:
    """What the figures say of each."""
    reached = []
    for page in PAGES:
        few, *more = (row for row in found if row.operation == page.name)
        many = [row for row in more if row.variant != BEFORE]
        if page.most_growth and many:
            what = f"{page.name}: time with {many[-1].variant} users / with {few.variant}"
            reached.append(Goal(what, many[-1].p50 / few.p50, page.most_growth))
        if page.most_times_before and len(many) < len(more):
            what = f"{page.name}: time / before"
            reached.append(Goal(what, few.p50 / more[-1].p50, page.most_times_before))
    return reached


def as_text(found: list[Figures], reached: list[Goal]) -> str:
    few: dict[str, Figures] = {}
    before = {row.operation: row for row in found if row.variant == BEFORE}
    rows = [HEAD]
    for row in found:
        first = few.setdefault(row.operation, row)
        numbers = (f"{row.p50:.1f}", f"{row.p95:.1f}", f"{row.cpu:.1f}")
        growth = f"{row.p50 / first.p50:.2f}" if row.variant != BEFORE else ""
        is_compared = row is first and row.operation in before
        ratio = f"{row.p50 / before[row.operation].p50:.2f}" if is_compared else ""
        rows.append((row.operation, row.variant, *numbers, growth, ratio))
    verdicts = [
        (goal.what, f"{goal.ratio:.2f}", f"at most {goal.most:g}", "ok" if goal.is_met else "MISSED")
        for goal in reached
    ]
    found_goals = f"\n\n{table([('goal', 'ratio', '', ''), *verdicts])}" if verdicts else ""
    return f"{table(rows)}{found_goals}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
