"""`make bench`: what requests cost, beside a plain Django view and the raw SQL of the same work.

`make bench ARGS=pages` measures pages of the dashboard instead, `make bench ARGS=search` searches, `make
bench ARGS=sign-in` sign-ins to applications, `make bench ARGS=rules` scripts, and `make bench ARGS=slow` what
slow clients do to others.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.bench import pages, rules, search, sign_in, slow
from tests.bench.databases import Database, at_hand, database
from tests.bench.operations import Crowd, Person
from tests.bench.report import as_text, goals
from tests.bench.rounds import Bench, Figures
from tests.bench.server import manage, serving
from tests.management.demo_server import free_port, own_environment

SECRET_KEY = "only for measuring, 50 characters long: " + "x" * 20
NOTE = (
    "CPU is that of the server's workers (of this process for raw SQL), never the database's own.\n"
    "Raw SQL is one connection in a loop."
)


def main(arguments: list[str]) -> int:
    """Returns what the process is to end with; a missed goal is no failure."""
    others = {
        "pages": pages.main,
        "rules": rules.main,
        "search": search.main,
        "sign-in": sign_in.main,
        "slow": slow.main,
    }
    if arguments and arguments[0] in others:
        return others[arguments[0]](arguments[1:])
    if not Path("/proc/self/stat").exists():
        sys.stderr.write("The CPU of the server's workers is read from /proc, which only Linux has.\n")
        return 1
    options = read(arguments)
    with tempfile.TemporaryDirectory() as folder, database(options.database, Path(folder)) as own:
        found = measure(own, Path(folder), options)
    sys.stdout.write(f"{heading(own, options)}\n\n{as_text(found, goals(found, own))}\n\n{NOTE}\n")
    if options.json:
        options.json.write_text(json.dumps(as_json(own, options, found), indent=2) + "\n")
    return 0


def read(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--users", type=int, default=10_000, help="people in the database (%(default)s)")
    parser.add_argument("--seconds", type=float, default=1, help="of each measurement (%(default)s)")
    parser.add_argument("--rounds", type=int, default=6, help="of which the best counts (%(default)s)")
    parser.add_argument("--connections", type=int, default=8, help="to the server at once (%(default)s)")
    parser.add_argument(
        "--database",
        default=at_hand(),
        metavar="URL",
        help="a PostgreSQL database, beside which one is made and dropped again; else SQLite."
        " The default is DATABASE_URL, then what PGHOST and the like name.",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    return parser.parse_args(arguments)


def measure(own: Database, folder: Path, options: argparse.Namespace) -> list[Figures]:
    environment = own_environment(
        DATABASE_URL=own.url,
        DATA_DIR=str(folder),
        PORT=str(free_port()),
        SECRET_KEY=SECRET_KEY,
        DJANGO_SETTINGS_MODULE="tests.bench.settings",
        WEB_CONCURRENCY="2",
        API_RATE_LIMIT="1000000",  # counted, never reached
    )
    (folder / "staticfiles").mkdir()
    manage("migrate", "--verbosity=0", environment=environment)
    demo = json.loads(manage("seed_demo", f"--users={options.users}", "--json", environment=environment))
    with serving(environment) as server:
        credentials = {
            "grant_type": "client_credentials",
            "audience": demo["audience"],
            **demo["client"],
        }
        bench = Bench(
            server=server,
            database=own,
            crowd=crowd(own),
            token=server.token(credentials),
            connections=options.connections,
            seconds=options.seconds,
        )
        return bench.measure(options.rounds)


def crowd(own: Database) -> Crowd:
    """Everybody but the demo's own accounts, which hold rights."""
    connection = own.connect()
    rows = connection.execute("SELECT user_id, email FROM users_user WHERE password LIKE '!%' ORDER BY id")
    people = [Person(*row) for row in rows.fetchall()]
    connection.close()
    return Crowd(people)


def heading(own: Database, options: argparse.Namespace) -> str:
    return (
        f"{own.name}, {options.users:,} people, {options.connections} connections;"
        f" the best of {options.rounds} rounds of {options.seconds:g} s"
    )


def as_json(own: Database, options: argparse.Namespace, found: list[Figures]) -> dict[str, Any]:
    return {
        "database": own.name,
        **{name: getattr(options, name) for name in ("users", "connections", "rounds", "seconds")},
        "figures": [asdict(row) for row in found],
        "goals": [{**asdict(goal), "is_met": goal.is_met} for goal in goals(found, own)],
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
