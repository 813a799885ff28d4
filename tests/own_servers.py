"""Databases and Redis servers of a test's own, which it may stop."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from django.core.signals import request_started
from django.db import close_old_connections, connection, connections

# Everything that tests of outages write refers to one of these.
WRITTEN = ("users_user", "users_client", "users_job", "django_session", "django_cache")


class OwnRedis:
    """A redis-server on a socket. Skips the test where the machine has none."""

    def __init__(self, folder: Path) -> None:
        self.binary = shutil.which("redis-server")
        if self.binary is None:
            pytest.skip("there is no redis-server")
        self._folder, self._socket = folder, folder / "redis.sock"
        self.url = f"unix://{self._socket}"
        self.start()

    def start(self) -> None:
        options = ["--port", "0", "--unixsocket", str(self._socket), "--save", "", "--dir", str(self._folder)]
        self._process = subprocess.Popen([self.binary, *options], stdout=subprocess.DEVNULL)
        while not self._socket.exists():
            assert self._process.poll() is None
            time.sleep(0.01)

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait()
        self._socket.unlink(missing_ok=True)


class OwnDatabase(ABC):
    """A copy of the tests' database, in which nothing is rolled back. `settings` lead to it."""

    settings: dict[str, str]

    @abstractmethod
    def stop(self) -> None:
        """As if its server had been stopped."""

    @abstractmethod
    def start(self) -> None:
        """After `stop`, with everything that had been committed."""


class OwnFile(OwnDatabase):
    """SQLite has no server: its file cannot be opened."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "own.sqlite3"
        self._away = folder / "away.sqlite3"
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(self.path)])
        self.settings = {"NAME": str(self.path)}

    def stop(self) -> None:
        connection.close()
        self.path.rename(self._away)
        self.path.mkdir()

    def start(self) -> None:
        self.path.rmdir()
        self._away.rename(self.path)


class OwnServer(OwnDatabase):
    """A PostgreSQL server on a socket, run by a user without privileges, as it demands."""

    def __init__(self, folder: Path) -> None:
        self._bin = _postgresql_programs()
        self._data, self.socket = folder / "data", folder
        self._user = _unprivileged(folder)
        options = ["--no-sync", "--auth=trust", "--username=postgres", "--locale=C.UTF-8"]
        self._run("initdb", *options, "--pgdata", self._data)
        quick = {"fsync": "off", "listen_addresses": "''", "unix_socket_directories": f"'{folder}'"}
        with (self._data / "postgresql.conf").open("a") as conf:
            conf.writelines(f"{name} = {value}\n" for name, value in quick.items())
        self.settings = {"HOST": str(folder), "PORT": "", "USER": "postgres", "NAME": "own"}
        self.start()
        self._copy()

    def renew(self) -> None:
        """Running, and without what a test wrote. Faster than a fresh copy."""
        if not self.is_running:
            self.start()
        with psycopg.connect(host=str(self.socket), user="postgres", dbname="own") as admin:
            admin.execute(f"TRUNCATE {', '.join(WRITTEN)} CASCADE")

    def start(self) -> None:
        self._run(
            "pg_ctl", "start", "--wait", "--silent", "--pgdata", self._data, "--log", self._data / "log"
        )

    def stop(self, mode: str = "fast") -> None:
        """`immediate` is a crash: nothing is flushed, and connections are cut."""
        self._run("pg_ctl", "stop", "--wait", "--silent", "--pgdata", self._data, "--mode", mode)

    @property
    def is_running(self) -> bool:
        return (self._data / "postmaster.pid").exists()

    def _copy(self) -> None:
        of = connection.settings_dict
        source = ["-h", of["HOST"], "-p", str(of["PORT"] or 5432), "-U", of["USER"], of["NAME"]]
        dump = subprocess.run(
            [self._bin / "pg_dump", *source],
            stdout=subprocess.PIPE,
            check=True,
            env={**os.environ, "PGPASSWORD": of["PASSWORD"]},
        )
        target = ["-h", self.socket, "-U", "postgres"]
        subprocess.run([self._bin / "createdb", *target, "own"], check=True)
        load = [self._bin / "psql", "-q", *target, "-d", "own", "-v", "ON_ERROR_STOP=1"]
        subprocess.run(load, input=dump.stdout, stdout=subprocess.DEVNULL, check=True)

    def _run(self, program: str, *arguments: str | Path) -> None:
        # In a folder that the other user may read, and with no pipe that a server would hold open.
        subprocess.run(
            [self._bin / program, *arguments],
            cwd=self.socket,
            stdout=subprocess.DEVNULL,
            check=True,
            **({"user": self._user, "group": self._user, "extra_groups": []} if self._user else {}),
        )


@contextmanager
def own_folder() -> Iterator[Path]:
    """Short, as the name of a socket must be, and open to other users, unlike pytest's."""
    folder = Path(tempfile.mkdtemp(prefix="own-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@contextmanager
def own_default(database: OwnDatabase) -> Iterator[OwnDatabase]:
    """Within, Django's default connection of this thread leads to `database`, and is looked after
    between requests as a server does, which the test client leaves out."""
    shared = connections["default"]
    own = shared.copy()
    own.settings_dict = {**shared.settings_dict, **database.settings}
    connections["default"] = own
    request_started.connect(_look_after_connections)
    try:
        yield database
    finally:
        request_started.disconnect(_look_after_connections)
        own.close()
        connections["default"] = shared


def _look_after_connections(**_: object) -> None:
    close_old_connections()


def _unprivileged(folder: Path) -> str | None:
    """The name of a user to whom `folder` now belongs; None where we are not root ourselves."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    name = "postgres" if "postgres" in names else "nobody"
    entry = pwd.getpwnam(name)
    os.chown(folder, entry.pw_uid, entry.pw_gid)
    return name


def _postgresql_programs() -> Path:
    beside = [Path(found).resolve().parent for found in [shutil.which("initdb")] if found]
    packaged = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
    for folder in (*beside, *reversed(packaged)):
        if (folder / "initdb").exists() and (folder / "pg_dump").exists():
            return folder
    pytest.skip("there are no programs of a PostgreSQL server")
