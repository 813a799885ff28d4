"""`make bench ARGS="sign-in"`: what signing in to an application costs, by each way.

One worker answers one request at a time, so that CPU time can be attributed: to password hashing, to signing
(and verifying) tokens, and to the rest. Refreshing and `/userinfo` are compared with a plain Django view that
executes the same SQL behind the same middleware.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.bench.databases import at_hand, database
from tests.bench.report import Goal, table
from tests.bench.server import manage, serving
from tests.management.demo_server import free_port, own_environment

CALLBACK = "https://shop.example/callback"
MOST_TIMES_PLAIN = 2.0
HEAD = ("operation", "per second", "CPU ms", "hashing ms", "signing ms", "rest ms", "rest / plain view")
# Creates the application and prints its client_id.
SEED = """
import json
from users.models import Client, Connection
client = Client.objects.create(
    name="Benchmark", secret_hash=Client.hash_secret("s3cret"), callbacks=["{callback}"],
    token_endpoint_auth_method="client_secret_post", app_type="regular_web",
    grant_types=["authorization_code", "refresh_token", "password"],
    refresh_token={{"rotation_type": "rotating", "expiration_type": "non-expiring"}},
)
client.connections.set(Connection.objects.all())
print(json.dumps(client.client_id))
"""


@dataclass(frozen=True)
class Figures:
    """The best round of one operation. CPU times are in milliseconds for each operation."""

    operation: str
    per_second: float
    cpu: float
    hashing: float
    signing: float

    @property
    def rest(self) -> float:
        return self.cpu - self.hashing - self.signing


@dataclass
class Application:
    """An application with one user, over one connection to the server."""

    port: int
    client_id: str
    user: dict[str, str]
    machine: dict[str, str]
    cookies: str = ""
    _line: HTTPConnection | None = None
    _last: dict[str, Any] = field(default_factory=dict)

    def code_flow(self) -> None:
        """A code by the session of single sign-on, and its exchange: two requests."""
        query = {"response_type": "code", "redirect_uri": CALLBACK, "scope": "openid profile email"}
        query |= {"client_id": self.client_id, "state": "s", "prompt": "none"}
        answer, _ = self._request("GET", f"/authorize?{urlencode(query)}", cookies=self.cookies)
        [code] = parse_qs(urlsplit(answer.headers["Location"]).query)["code"]
        self._token(grant_type="authorization_code", code=code, redirect_uri=CALLBACK)

    def password(self) -> None:
        self._last |= self._token(
            grant_type="password",
            username=self.user["email"],
            password=self.user["password"],
            scope="openid profile email offline_access",
        )

    def refresh(self, path: str = "/oauth/token") -> None:
        self._last |= self._token(path, grant_type="refresh_token", refresh_token=self._last["refresh_token"])

    def client_credentials(self) -> None:
        self._token(grant_type="client_credentials", **self.machine)

    def userinfo(self, path: str = "/userinfo") -> None:
        headers = {"Authorization": f"Bearer {self._last['access_token']}"}
        self._request("GET", path, headers=headers)

    def plain_refresh(self) -> None:
        self._token("/replay/refresh", grant_type="refresh_token", refresh_token="x" * 66)

    def plain_userinfo(self) -> None:
        self.userinfo("/replay/userinfo")

    def spent(self) -> dict[str, float]:
        """The CPU seconds of the server's worker so far, by kind."""
        return json.loads(self._request("GET", "/spent")[1])

    def sign_in(self) -> None:
        """Open a session of single sign-on by the hosted page, and record what the plain views execute."""
        query = {"response_type": "code", "redirect_uri": CALLBACK, "client_id": self.client_id}
        page, _ = self._request("GET", f"/authorize?{urlencode(query)}")
        self.cookies = _cookies(page)
        form = {"login": self.user["email"], "password": self.user["password"]}
        signed_in, _ = self._request("POST", page.headers["Location"], form, cookies=self.cookies)
        self.cookies = _cookies(signed_in)
        self.password()
        # The second in a row each: the first finds caches empty.
        for _ in range(2):
            self.refresh("/record/refresh")
            self.userinfo("/record/userinfo")

    def _token(self, path: str = "/oauth/token", **parameters: str) -> dict[str, Any]:
        form = {"client_id": self.client_id, "client_secret": "s3cret", **parameters}
        return json.loads(self._request("POST", path, form)[1])

    def _request(
        self,
        method: str,
        path: str,
        form: dict[str, str] | None = None,
        *,
        headers: dict[str, str] | None = None,
        cookies: str = "",
    ) -> tuple[HTTPResponse, bytes]:
        self._line = self._line or HTTPConnection("127.0.0.1", self.port, timeout=60)
        given = dict(headers or {})
        if cookies:
            given["Cookie"] = cookies
        if form:
            given["Content-Type"] = "application/x-www-form-urlencoded"
        self._line.request(method, path, urlencode(form) if form else None, given)
        answer = self._line.getresponse()
        content = answer.read()
        if answer.status not in (200, 302):
            raise RuntimeError(f"{method} {path}: {answer.status} {content[:500].decode()}")
        return answer, content


Operation = tuple[str, Callable[[Application], None]]
PLAIN = "plain view: "
OPERATIONS: tuple[Operation, ...] = (
    ("code flow with session", Application.code_flow),
    ("password", Application.password),
    ("refresh", Application.refresh),
    (f"{PLAIN}refresh", Application.plain_refresh),
    ("client credentials", Application.client_credentials),
    ("userinfo", Application.userinfo),
    (f"{PLAIN}userinfo", Application.plain_userinfo),
)


def main(arguments: list[str]) -> int:
    """A missed goal is no failure."""
    options = read(arguments)
    with tempfile.TemporaryDirectory() as folder, database(options.database, Path(folder)) as own:
        found = measure(own.url, Path(folder), options)
    reached = goals(found)
    heading = (
        f"{own.name}; one request at a time, the best of {options.rounds} rounds of {options.seconds:g} s"
    )
    sys.stdout.write(f"{heading}\n\n{as_text(found, reached)}\n")
    if options.json:
        written = {
            "database": own.name,
            "figures": [{**asdict(row), "rest": row.rest} for row in found],
            "goals": [{**asdict(goal), "is_met": goal.is_met} for goal in reached],
        }
        options.json.write_text(json.dumps(written, indent=2) + "\n")
    return 0


def read(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench ARGS=sign-in", description=__doc__)
    parser.add_argument("--users", type=int, default=1_000, help="in the database (%(default)s)")
    parser.add_argument("--seconds", type=float, default=1, help="of each measurement (%(default)s)")
    parser.add_argument("--rounds", type=int, default=6, help="of which the best counts (%(default)s)")
    parser.add_argument("--database", default=at_hand(), metavar="URL", help="as for the other benchmarks")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    return parser.parse_args(arguments)


def measure(url: str, folder: Path, options: argparse.Namespace) -> list[Figures]:
    """The cheapest round of each operation."""
    port = free_port()
    environment = own_environment(
        DATABASE_URL=url,
        DATA_DIR=str(folder),
        PORT=str(port),
        PUBLIC_URL=f"http://127.0.0.1:{port}",
        SECRET_KEY="only for measuring, 50 characters long: " + "x" * 20,
        DJANGO_SETTINGS_MODULE="tests.bench.sign_in_settings",
        WEB_CONCURRENCY="1",
        API_RATE_LIMIT="1000000",  # counted, never reached
    )
    for command in (["migrate", "--verbosity=0"], ["collectstatic", "--noinput", "--verbosity=0"]):
        manage(*command, environment=environment)
    demo = json.loads(manage("seed_demo", f"--users={options.users}", "--json", environment=environment))
    client_id = json.loads(
        manage("shell", "--no-imports", "-c", SEED.format(callback=CALLBACK), environment=environment)
    )
    with serving(environment) as server:
        machine = {"audience": demo["audience"], **demo["client"]}
        application = Application(server.port, client_id, demo["user"], machine)
        application.sign_in()
        best: dict[str, Figures] = {}
        for number in range(options.rounds + 1):
            for name, operation in OPERATIONS:
                # The first round only warms up.
                seconds = options.seconds if number else 0
                found = run(name, operation, application, seconds)
                if number and (name not in best or found.rest < best[name].rest):
                    best[name] = found
        return list(best.values())


def run(
    name: str, operation: Callable[[Application], None], application: Application, seconds: float
) -> Figures:
    """One round, of at least one operation."""
    before, begun, done = application.spent(), time.perf_counter(), 0
    while not done or time.perf_counter() < begun + seconds:
        operation(application)
        done += 1
    taken, after = time.perf_counter() - begun, application.spent()
    cpu, hashing, signing = (
        (after[kind] - before[kind]) * 1000 / done for kind in ("all", "hashing", "signing")
    )
    return Figures(name, done / taken, cpu, hashing, signing)


def goals(found: list[Figures]) -> list[Goal]:
    """What the figures say of each."""
    by = {row.operation: row for row in found}
    return [
        Goal(f"{name}: CPU without hashing and signing / of a plain view", times(row, by), MOST_TIMES_PLAIN)
        for name, row in by.items()
        if f"{PLAIN}{name}" in by
    ]


def times(row: Figures, by: dict[str, Figures]) -> float:
    """How many times as much CPU as the plain view this operation takes beside hashing and signing."""
    return row.rest / by[f"{PLAIN}{row.operation}"].rest


def as_text(found: list[Figures], reached: list[Goal]) -> str:
    by = {row.operation: row for row in found}
    rows = [HEAD]
    for row in found:
        numbers = (f"{number:.2f}" for number in (row.cpu, row.hashing, row.signing, row.rest))
        ratio = f"{times(row, by):.2f}" if f"{PLAIN}{row.operation}" in by else ""
        rows.append((row.operation, f"{row.per_second:.0f}", *numbers, ratio))
    verdicts = [
        (goal.what, f"{goal.ratio:.2f}", f"at most {goal.most:g}", "ok" if goal.is_met else "MISSED")
        for goal in reached
    ]
    return f"{table(rows)}\n\n{table([('goal', 'ratio', '', ''), *verdicts])}"


def _cookies(answer: HTTPResponse) -> str:
    """The cookies that the answer sets, as a request sends them."""
    return "; ".join(line.partition(";")[0] for line in answer.headers.get_all("Set-Cookie", []))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
