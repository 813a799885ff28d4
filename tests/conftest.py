"""The people every test knows, made through the one write path.

Jane owns the profile, an agent works at the desk (a Support lead), an administrator runs
it, a stranger has no business here, and a client calls the API.
"""

from __future__ import annotations

import json
import secrets
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from types import SimpleNamespace
from typing import Any, TypeVar

import pytest
from django.contrib.auth.models import Group
from django.core.cache import caches
from django.db import connection as database
from django.db.models import Model
from django.test import Client as Browser
from hypothesis import settings as hypothesis
from joserfc.jwk import RSAKey
from pytest_django.plugin import blocking_manager_key

from tests.jobs.nursery import Nursery, url_of
from tests.own_servers import OwnRedis
from tests.suites import DEPTH, ByUnit, needs_one_database, rank
from users.actions.access.roles import add_role_permissions
from users.actions.access.roles import create_role as make_role_row
from users.actions.account.assign_staff_groups import set_staff_groups
from users.actions.account.create_user import create_user
from users.actions.rules.enabled_rules import clear_rules_cache
from users.metadata.fold import fold
from users.models import Client, ClientGrant, Connection, DailyCount, IndexedKey, ResourceServer, Role, User
from users.rights.actor import Actor, Face, Kind, command_actor
from users.search import indexed_keys
from users.search.sql.indexes import index_definitions
from users.tokens import verify
from users.tokens.issue import issue_machine_token
from users.tokens.scopes import MACHINE_SCOPES
from users.web import cors

# A busy machine is no failure.
hypothesis.register_profile("tests", deadline=None, max_examples=50 * DEPTH)
hypothesis.load_profile("tests")

PASSWORD = "correct horse battery"
SHELL = command_actor("tests")
Row = TypeVar("Row", bound=Model)


def again(row: Row) -> Row:
    """The row as it is stored now, that of a linked account too, with nothing remembered on the object."""
    return type(row)._base_manager.get(pk=row.pk)


@cache
def rsa_key() -> RSAKey:
    return RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True)


@cache
def imported(pem: bytes, kid: str) -> RSAKey:
    return RSAKey.import_key(pem, {"kid": kid, "use": "sig", "alg": "RS256"})


@pytest.fixture(autouse=True)
def _one_key(monkeypatch):
    """Making a key, and reading one, takes longer than most tests. Those of keys make their own."""
    made = SimpleNamespace(
        generate_key=lambda *_, **__: rsa_key(),
        import_key=lambda pem, options: imported(pem, options["kid"]),
    )
    monkeypatch.setattr("users.tokens.keys.RSAKey", made)


@pytest.fixture(autouse=True)
def _nothing_remembered(monkeypatch):
    """What a process remembers about keys, clients and the rate of calls must not leak into a test: users of
    two tests have the same number, so that one's lockout would be the other's. Runs of rules are counted at
    once."""
    monkeypatch.setattr("users.rules.statistics.SAVE_SECONDS", 0)
    _clear_caches()
    yield
    _clear_caches()


def _clear_caches() -> None:
    verify.clear_token_caches()
    cors.clear_cache()
    indexed_keys.clear_indexed_keys_cache()
    clear_rules_cache()
    caches["rate_limits"].clear()


@pytest.fixture(scope="module")
def loaded_nursery(django_db_setup):
    nursery = Nursery(url_of(database.settings_dict))
    yield nursery
    nursery.close()


@pytest.fixture
def nursery(loaded_nursery):
    """Worker processes, to be killed."""
    yield loaded_nursery
    loaded_nursery.clear()


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory):
    """Of a real one, where the machine has it."""
    server = OwnRedis(tmp_path_factory.mktemp("redis"))
    yield server.url
    server.stop()


@pytest.fixture
def connection(db) -> Connection:
    return Connection.objects.get()


@pytest.fixture
def make_user(connection):
    def make(mailbox: str = "", /, *groups: str, password: str | None = None, **given) -> User:
        mailbox = mailbox or f"user-{secrets.token_hex(4)}"
        documents = {key: given.pop(key) for key in ("user_metadata", "app_metadata") if key in given}
        options = {key: given.pop(key) for key in ("bare_id", "is_superuser") if key in given}
        profile = {"email": f"{mailbox}@example.com", **given}
        if connection.options.get("requires_username"):
            profile.setdefault("username", mailbox[:15])
        user = create_user(
            connection, actor=SHELL, profile=profile, password=password, **documents, **options
        )
        if groups:
            set_staff_groups(user, Group.objects.filter(name__in=groups), actor=SHELL)
        return User.objects.get(pk=user.pk)

    return make


@pytest.fixture
def jane(make_user) -> User:
    return make_user(
        "jane.doe",
        password=PASSWORD,
        name="Jane Doe",
        user_metadata={"hobby": "surfing"},
        app_metadata={"plan": "full"},
    )


@pytest.fixture
def stranger(make_user) -> User:
    return make_user("stranger", password=PASSWORD)


@pytest.fixture
def agent(make_user) -> User:
    return make_user("agent", "Support lead", password=PASSWORD)


@pytest.fixture
def supporter(make_user) -> User:
    return make_user("supporter", "Support", password=PASSWORD)


@pytest.fixture
def administrator(make_user) -> User:
    return make_user("admin", "Administrator", password=PASSWORD)


@pytest.fixture
def browser():
    """Signs a person in: `browser(jane).get("/profile/")`. Nobody: a visitor."""

    def open_as(user: User | None = None) -> Browser:
        visitor = Browser()
        if user is not None:
            visitor.force_login(user)
        return visitor

    return open_as


@pytest.fixture
def make_client(db):
    def make(*scopes: str, name: str = "Shop") -> Client:
        client = Client.objects.create(
            name=name, secret_hash=Client.hash_secret("s3cret"), grant_types=["client_credentials"]
        )
        server = ResourceServer.objects.management()
        ClientGrant.objects.create(
            client=client, resource_server=server, scope=list(scopes or MACHINE_SCOPES)
        )
        return client

    return make


@dataclass
class Api:
    """Calls the Management API with a token of the given scopes."""

    browser: Browser
    token: str | None

    def call(self, method: str, path: str, body=None, **headers):
        given = {"HTTP_" + name.upper().replace("-", "_"): value for name, value in headers.items()}
        if self.token is not None:
            given["HTTP_AUTHORIZATION"] = f"Bearer {self.token}"
        if body is not None:
            text = body if isinstance(body, str | bytes) else json.dumps(body)
            given |= {"data": text, "content_type": "application/json"}
        # As gunicorn passes it: the path still encoded.
        return self.browser.generic(method, path, RAW_URI=path, **given)

    def get(self, path, **headers):
        return self.call("GET", path, **headers)

    def post(self, path, body, **headers):
        return self.call("POST", path, body, **headers)

    def patch(self, path, body, **headers):
        return self.call("PATCH", path, body, **headers)

    def put(self, path, body, **headers):
        return self.call("PUT", path, body, **headers)

    def delete(self, path, **headers):
        return self.call("DELETE", path, **headers)


@pytest.fixture
def api(make_client):
    """`api()` holds every scope; `api("read:users")` that one."""

    def with_scopes(*scopes: str) -> Api:
        client = make_client(*scopes)
        return Api(Browser(), issue_machine_token(client, client.grants.get().scope))

    return with_scopes


@pytest.fixture
def songs_api(db) -> ResourceServer:
    """An API of which people can be permitted something."""
    scopes = [
        {"value": f"{verb}:songs", "description": f"{verb} songs"} for verb in ("read", "write", "burn")
    ]
    return ResourceServer.objects.create(name="Songs", identifier="https://songs.example/", scopes=scopes)


@pytest.fixture
def make_role(db):
    """`create_role("Editor", "read:songs", description="Edits")`: names of scopes of the songs' API."""

    def make(name: str, /, *scopes: str, **columns: str) -> Role:
        role = make_role_row(actor=SHELL, name=name, name_folded=fold(name), **columns)
        add_role_permissions(
            role, frozenset(("https://songs.example/", scope) for scope in scopes), actor=SHELL
        )
        return role

    return make


@pytest.fixture
def index_key(db):
    """`index_key("app_metadata", ("credits",), "number")`: its indexes, and the row that says so."""

    def make(document, path, kind):
        columns = {"document": document, "path": list(path), "kind": kind, "made_by": "tests"}
        key = IndexedKey.objects.create(status="ready", **columns)
        # PostgreSQL makes no index of a table of which checks are still to be made.
        database.check_constraints()
        with database.cursor() as cursor:
            for name, definition in index_definitions(key).items():
                cursor.execute(f"CREATE INDEX {name} {definition}", ())
        indexed_keys.clear_indexed_keys_cache()
        return key

    return make


@pytest.fixture
def actor_of():
    """A client as an action sees it: `actor_of("update:users")`."""

    def make(*scopes: str) -> Actor:
        return Actor(kind=Kind.CLIENT, face=Face.API, id="client-1", name="Shop", scopes=frozenset(scopes))

    return make


def pytest_configure() -> None:
    """Print no traceback for each temporary file that garbage collection closes: it names no test, since the
    file is collected during a later one."""
    report = sys.unraisablehook

    def report_others(unraisable: Any) -> None:
        if not isinstance(unraisable.exc_value, ResourceWarning):
            report(unraisable)

    sys.unraisablehook = report_others


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark it before `-m` chooses among the marked ones."""
    if needs_one_database(item.path):
        item.add_marker("one_database")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: rank(item.path))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByUnit:
    return ByUnit(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """A test that commits leaves the tables empty. Put back what the migrations put there."""
    try:
        return (yield)
    finally:
        marker = item.get_closest_marker("django_db")
        if marker is not None and marker.kwargs.get("transaction") and nextitem is not None:
            with item.config.stash[blocking_manager_key].unblock():
                database.creation.deserialize_db_from_string(database._test_serialized_contents)
                # SQLite empties tables one by one, so that a trigger counted the deleted users as negative.
                DailyCount.objects.all().delete()
                # The table of the cache is no model's, so nothing empties it.
                caches["default"].clear()
