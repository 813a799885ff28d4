"""Every verb that writes configuration asks for the right and records what it did, or does nothing."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import Permission as StaffPermission
from django.core.management import call_command
from django.db import DatabaseError, transaction
from django.utils import timezone
from joserfc.jwk import RSAKey

from tests.conftest import rsa_key
from users.actions.access.client_grants import create_grant, delete_grant, edit_grant
from users.actions.access.clients import delete_client, edit_client, make_client, rotate_secret
from users.actions.access.connections import create_connection, delete_connection, edit_connection
from users.actions.access.resource_servers import create_server, delete_server, edit_server
from users.actions.access.roles import (
    add_role_permissions,
    create_role,
    delete_role,
    edit_role,
    remove_role_permissions,
)
from users.actions.access.signing_keys import revoke_signing_key, rotate_signing_key
from users.actions.rules.configs import delete_config, set_config
from users.actions.rules.rules import create_rule, delete_rule, edit_rule, reorder_rules, roll_back_rule
from users.actions.search_setup.indexed_keys import drop_key, index_key
from users.actions.search_setup.segments import SegmentData, create_segment, delete_segment, edit_segment
from users.actions.webhooks import (
    create_webhook,
    delete_webhook,
    edit_webhook,
    replay,
    send_test,
)
from users.actions.webhooks import rotate_secret as rotate_webhook_secret
from users.crypto.key_ring import Purpose
from users.housekeeping.reencrypt_secrets import reencrypt
from users.models import (
    Client,
    ClientGrant,
    ConfigurationChange,
    Connection,
    Delivery,
    IndexedKey,
    Job,
    LogEvent,
    Permission,
    ResourceServer,
    Role,
    Rule,
    RuleConfig,
    RuleVersion,
    Segment,
    SigningKey,
    User,
    Webhook,
)
from users.models.write_guard import allow_account_writes
from users.rights.actor import Actor, Face, Kind, command_actor, owner_actor, staff_actor
from users.rights.errors import Denied
from users.tokens.keys import create_key, signing_key
from users.tokens.scopes import MACHINE_SCOPES

SHELL = command_actor("tests")
TABLES = (
    *(Client, ClientGrant, ResourceServer, Role, Permission, Connection, Webhook, Delivery),
    *(IndexedKey, Job, Segment, SigningKey, ConfigurationChange, LogEvent),
    *(Rule, RuleVersion, RuleConfig),
)
SCRIPT, NEW_SCRIPT = "function (u, c, done) { done(null, u, c); }", "(u, c, done) => done(null, u, c)"
SONGS, READ = "https://songs.example/", "read:songs"
URL = "https://example.com/hook/t0ken?key=t0ken"


@dataclass(frozen=True)
class Row:
    """`run` is the verb, called with the objects below and an actor. `permissions` are those that staff
    need, each of them; `scope` is what a client needs, empty where none may. `before` and `after` are
    what has to be in the history."""

    run: Callable[[Any, Actor], Any]
    kind: str
    action: str
    description: str
    scope: str = ""
    permissions: tuple[str, ...] = ("administer",)
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None


RIGHTS = ("administer", "view_user", "view_app_metadata", "share_segment")
WEBHOOKS = ("administer", "view_user", "view_app_metadata")
SHARED = ("view_user", "share_segment")
VERBS: dict[Callable[..., Any], Row] = {
    make_client: Row(
        lambda o, actor: make_client(actor=actor, name="Till", client_metadata={"api_key": "t0ken"}),
        *("client", "created", "Create a client", "create:clients"),
        after={"name": "Till", "client_metadata": {"api_key": "(secret)"}},
    ),
    edit_client: Row(
        lambda o, actor: edit_client(o.client, {"name": "Cash desk"}, actor=actor),
        *("client", "updated", "Update a client", "update:clients"),
        before={"name": "Shop"},
        after={"name": "Cash desk"},
    ),
    rotate_secret: Row(
        lambda o, actor: rotate_secret(o.client, actor=actor),
        *("client", "secret_rotated", "Rotate the secret of a client", "update:client_keys"),
    ),
    delete_client: Row(
        lambda o, actor: delete_client(o.client.client_id, actor=actor),
        *("client", "deleted", "Delete a client", "delete:clients"),
        before={"name": "Shop", "grants": {SONGS: [READ]}},
    ),
    create_grant: Row(
        lambda o, actor: create_grant(o.other_client, o.server, [READ], actor=actor),
        *("client", "grant_created", "Create client grant", "create:client_grants"),
        after={"grants": {SONGS: [READ]}},
    ),
    edit_grant: Row(
        lambda o, actor: edit_grant(o.grant, [], actor=actor),
        *("client", "grant_updated", "Update client grant", "update:client_grants"),
        before={"grants": {SONGS: [READ]}},
        after={"grants": {SONGS: []}},
    ),
    delete_grant: Row(
        lambda o, actor: delete_grant(o.grant.grant_id, actor=actor),
        *("client", "grant_deleted", "Delete client grant", "delete:client_grants"),
        before={"grants": {SONGS: [READ]}},
    ),
    create_server: Row(
        lambda o, actor: create_server(actor=actor, identifier="https://films.example/"),
        *("resource_server", "created", "Create a resource server", "create:resource_servers"),
        after={"identifier": "https://films.example/", "scopes": {}},
    ),
    edit_server: Row(
        lambda o, actor: edit_server(o.server, {"token_lifetime": 60}, actor=actor),
        *("resource_server", "updated", "Update a resource server", "update:resource_servers"),
        before={"token_lifetime": 86_400},
        after={"token_lifetime": 60},
    ),
    delete_server: Row(
        lambda o, actor: delete_server(o.server, actor=actor),
        *("resource_server", "deleted", "Delete a resource server", "delete:resource_servers"),
        before={"identifier": SONGS},
    ),
    create_role: Row(
        lambda o, actor: create_role(actor=actor, name="Viewer", name_folded="viewer"),
        *("role", "created", "Create a role", "create:roles"),
        after={"name": "Viewer", "description": None},
    ),
    edit_role: Row(
        lambda o, actor: edit_role(o.role, {"description": "Edits lists"}, actor=actor),
        *("role", "updated", "Update a role", "update:roles"),
        before={"description": None},
        after={"description": "Edits lists"},
    ),
    delete_role: Row(
        lambda o, actor: delete_role(o.role, actor=actor),
        *("role", "deleted", "Delete a role", "delete:roles"),
        before={"name": "Editor", "permissions": {SONGS: [READ]}},
    ),
    add_role_permissions: Row(
        lambda o, actor: add_role_permissions(o.role, frozenset({(SONGS, "write:songs")}), actor=actor),
        *("role", "permissions_added", "Add permissions to a role", "update:roles"),
        after={"permissions": {SONGS: ["write:songs"]}},
    ),
    remove_role_permissions: Row(
        lambda o, actor: remove_role_permissions(o.role, frozenset({(SONGS, READ)}), actor=actor),
        *("role", "permissions_removed", "Remove permissions from a role", "update:roles"),
        before={"permissions": {SONGS: [READ]}},
    ),
    create_connection: Row(
        lambda o, actor: create_connection(actor=actor, name="Staff"),
        *("connection", "created", "Create a connection", "create:connections"),
        after={"name": "Staff"},
    ),
    edit_connection: Row(
        lambda o, actor: edit_connection(o.connection, {"options": {"passwordPolicy": "low"}}, actor=actor),
        *("connection", "updated", "Update a connection", "update:connections"),
        before={"options": {"passwordPolicy": "good"}},
        after={"options": {"passwordPolicy": "low"}},
    ),
    delete_connection: Row(
        lambda o, actor: delete_connection(o.connection, actor=actor),
        *("connection", "deleted", "Delete a connection", "delete:connections"),
        before={"name": "Partners"},
    ),
    create_webhook: Row(
        lambda o, actor: create_webhook(actor=actor, url=URL, types=["user.created"]),
        *("webhook", "created", "Create a webhook"),
        permissions=WEBHOOKS,
        after={"url": "https://example.com/(secret)", "types": ["user.created"]},
    ),
    edit_webhook: Row(
        lambda o, actor: edit_webhook(o.hook, {"url": f"{URL}2"}, actor=actor),
        *("webhook", "updated", "Update a webhook"),
        permissions=WEBHOOKS,
        before={"url": "https://example.com/(secret)"},
        after={"url": "https://example.com/(new secret)"},
    ),
    rotate_webhook_secret: Row(
        lambda o, actor: rotate_webhook_secret(o.hook, actor=actor),
        *("webhook", "secret_rotated", "Rotate the secret of a webhook"),
        permissions=WEBHOOKS,
    ),
    delete_webhook: Row(
        lambda o, actor: delete_webhook(o.hook, actor=actor),
        *("webhook", "deleted", "Delete a webhook"),
        permissions=WEBHOOKS,
        before={"url": "https://example.com/(secret)"},
    ),
    send_test: Row(
        lambda o, actor: send_test(o.hook, actor=actor),
        *("webhook", "test_sent", "Send a test event to a webhook"),
        permissions=WEBHOOKS,
    ),
    replay: Row(
        lambda o, actor: replay(o.hook, actor=actor),
        *("webhook", "deliveries_replayed", "Send deliveries of a webhook again"),
        permissions=WEBHOOKS,
        after={"deliveries": 1},
    ),
    index_key: Row(
        lambda o, actor: index_key("app_metadata.plan", "text", actor=actor),
        *("indexed_key", "created", "Create an indexed key", "update:metadata_keys"),
        after={"key": "app_metadata.plan", "type": "text"},
    ),
    drop_key: Row(
        lambda o, actor: drop_key(o.key, actor=actor),
        *("indexed_key", "deleted", "Delete an indexed key", "update:metadata_keys"),
        before={"key": "app_metadata.credits", "type": "number"},
    ),
    create_segment: Row(
        lambda o, actor: create_segment(SegmentData("Trial", "name:a"), actor=actor),
        *("segment", "created", "Create a segment", "read:users"),
        permissions=("view_user",),
        after={"name": "Trial", "query": "name:a", "is_shared": False},
    ),
    edit_segment: Row(
        lambda o, actor: edit_segment(o.segment, SegmentData("Paid", "name:b", is_shared=True), actor=actor),
        *("segment", "updated", "Update a segment"),
        permissions=SHARED,
        before={"query": "name:a"},
        after={"query": "name:b"},
    ),
    delete_segment: Row(
        lambda o, actor: delete_segment(o.segment, actor=actor),
        *("segment", "deleted", "Delete a segment"),
        permissions=SHARED,
        before={"name": "Paid"},
    ),
    create_rule: Row(
        lambda o, actor: create_rule(name="Plan", script=SCRIPT, actor=actor),
        *("rule", "created", "Create a rule", "create:rules"),
        after={"name": "Plan", "script": SCRIPT, "order": 6, "enabled": True},
    ),
    edit_rule: Row(
        lambda o, actor: edit_rule(o.rule, {"is_enabled": False}, actor=actor),
        *("rule", "updated", "Update a rule", "update:rules"),
        before={"enabled": True},
        after={"enabled": False},
    ),
    roll_back_rule: Row(
        lambda o, actor: roll_back_rule(o.rule, 1, actor=actor),
        *("rule", "rolled_back", "Roll back a rule", "update:rules"),
        before={"script": NEW_SCRIPT},
        after={"script": SCRIPT},
    ),
    reorder_rules: Row(
        lambda o, actor: reorder_rules([o.rule.rule_id, o.last_rule.rule_id], actor=actor),
        *("rule", "updated", "Update a rule", "update:rules"),
        before={"order": 5},
        after={"order": 2},
    ),
    delete_rule: Row(
        lambda o, actor: delete_rule(o.rule.rule_id, actor=actor),
        *("rule", "deleted", "Delete a rule", "delete:rules"),
        before={"name": "Roles", "script": NEW_SCRIPT},
    ),
    set_config: Row(
        lambda o, actor: set_config("API_KEY", "t0ken", actor=actor),
        *("rule_config", "created", "Create rules config", "update:rules_configs"),
        after={"key": "API_KEY"},
    ),
    delete_config: Row(
        lambda o, actor: delete_config("SLACK_URL", actor=actor),
        *("rule_config", "deleted", "Delete rules config", "delete:rules_configs"),
        before={"key": "SLACK_URL"},
    ),
    rotate_signing_key: Row(
        lambda o, actor: rotate_signing_key(actor=actor), *("signing_key", "created", "Create a signing key")
    ),
    revoke_signing_key: Row(
        lambda o, actor: revoke_signing_key(o.kid, actor=actor),
        *("signing_key", "revoked", "Revoke a signing key"),
    ),
    reencrypt: Row(
        lambda o, actor: o.renew_key_ring() or reencrypt(Purpose.WEBHOOK_SECRETS, actor=actor),
        *("encryption", "reencrypted", "Re-encrypt stored secrets"),
    ),
}


@pytest.fixture
def objects(jane, agent, administrator, songs_api, settings, monkeypatch):
    """One of each kind."""
    made = {"generate_key": _key, "import_key": RSAKey.import_key}
    monkeypatch.setattr("users.tokens.keys.RSAKey", SimpleNamespace(**made))
    client, _ = make_client(actor=SHELL, name="Shop")
    role = create_role(actor=SHELL, name="Editor", name_folded="editor")
    add_role_permissions(role, frozenset({(SONGS, READ)}), actor=SHELL)
    hook, _ = create_webhook(actor=SHELL, url=URL, types=["user.created"])
    Delivery.objects.create(webhook=hook, number=1, type="user.created", status="failed")
    other_client, _ = make_client(actor=SHELL, client_id="client-1", name="Terraform")
    create_grant(other_client, ResourceServer.objects.management(), list(MACHINE_SCOPES), actor=SHELL)
    create_key()
    rule = create_rule(name="Roles", script=SCRIPT, actor=SHELL)
    set_config("SLACK_URL", "https://example.com/t0ken", actor=SHELL)
    return SimpleNamespace(
        rule=edit_rule(rule, {"script": NEW_SCRIPT}, actor=SHELL),
        last_rule=create_rule(name="Last", script=SCRIPT, order=5, actor=SHELL),
        client=client,
        other_client=other_client,
        server=songs_api,
        grant=create_grant(client, songs_api, [READ], actor=SHELL),
        role=role,
        connection=create_connection(actor=SHELL, name="Partners", options={"passwordPolicy": "good"}),
        hook=hook,
        key=index_key("app_metadata.credits", "number", actor=SHELL),
        segment=create_segment(SegmentData("Paid", "name:a", is_shared=True), actor=SHELL),
        kid=create_key().kid,
        renew_key_ring=lambda: setattr(settings, "ENCRYPTION_KEYS", ("n" * 40,)),
        keep_key_ring=lambda: setattr(settings, "ENCRYPTION_KEYS", ()),
    )


def _key(size: int, options: dict[str, str]) -> RSAKey:
    """Another key, as far as its id tells."""
    return RSAKey.import_key(rsa_key().as_pem(private=True), options)


@pytest.fixture
def each_verb(objects, subtests):
    """Calls a check with every row of the table, each time in a transaction that is rolled back."""

    def run(check: Callable[[Row], None]) -> None:
        for verb, row in VERBS.items():
            with subtests.test(verb=f"{verb.__module__}.{verb.__name__}"), transaction.atomic():
                objects.keep_key_ring()
                check(row)
                transaction.set_rollback(True)

    return run


@pytest.fixture
def staff_with(make_user):
    @cache
    def make(*codenames: str) -> Actor:
        user = make_user()
        with allow_account_writes():
            user.user_permissions.set(StaffPermission.objects.filter(codename__in=codenames))
        return staff_actor(User.objects.get(pk=user.pk), request_id="r-1", ip="192.0.2.7")

    return make


def client_with(*scopes: str) -> Actor:
    return Actor(
        kind=Kind.CLIENT,
        face=Face.API,
        id="client-1",
        name="Terraform",
        scopes=frozenset(scopes),
        request_id="r-1",
        ip="192.0.2.7",
    )


def state() -> dict[Any, list[dict[str, Any]]]:
    """All that a verb could have changed."""
    return {table: list(table.objects.order_by("pk").values()) for table in TABLES}


def latest_of(kind: str) -> ConfigurationChange:
    return ConfigurationChange.objects.filter(kind=kind).latest("pk")


def latest(row: Row) -> ConfigurationChange:
    return latest_of(row.kind)


def test_a_verb_records_who_did_what_to_which_object(objects, each_verb, administrator):
    actor = staff_actor(administrator, request_id="r-1", ip="192.0.2.7")

    @each_verb
    def check(row):
        count = LogEvent.objects.count()
        row.run(objects, actor)

        change = latest(row)
        assert (change.action, change.actor_kind, change.face) == (row.action, "staff", "dashboard")
        assert (change.actor_id, change.actor_name) == (administrator.user_id, str(administrator))
        assert (change.request_id, change.ip) == ("r-1", "192.0.2.7")
        assert change.object_id
        assert change.name
        for side, expected in ((change.before, row.before), (change.after, row.after)):
            assert (side or {}).items() >= (expected or {}).items()
        if row.action == "updated":
            assert change.before.keys() == change.after.keys() == row.before.keys()
        # The log has the operation once, and neither values nor names.
        assert LogEvent.objects.count() == count + 1
        event = LogEvent.objects.latest("pk")
        assert (event.type, event.description) == ("sapi", row.description)
        assert event.user_id == administrator.user_id
        assert event.details == {
            "request": {"id": "r-1", "channel": "dashboard"},
            "actor": {"kind": "staff", "id": administrator.user_id},
            "object": {"kind": row.kind, "id": change.object_id},
        }


def test_a_command_is_named_as_the_one_who_did_it(objects, each_verb):

    @each_verb
    def check(row):
        row.run(objects, command_actor("createclient"))

        change = latest(row)
        assert (change.actor_kind, change.actor_id, change.face) == ("command", "createclient", "command")
        named = {"kind": "command", "id": "createclient", "name": "createclient"}
        assert LogEvent.objects.latest("pk").details["actor"] == named


def test_secrets_are_recorded_nowhere(objects, each_verb):

    @each_verb
    def check(row):
        shown = row.run(objects, SHELL)

        recorded = str([list(ConfigurationChange.objects.values()), list(LogEvent.objects.values())])
        secrets = ["t0ken", *_texts(Webhook, "secret_encrypted"), *_texts(Client, "secret_hash")]
        secrets += _texts(SigningKey, "private_encrypted") + _texts(RuleConfig, "value_encrypted")
        secrets += [
            part for part in (shown if isinstance(shown, tuple) else (shown,)) if isinstance(part, str)
        ]
        assert [secret for secret in secrets if secret and secret in recorded] == []


def _texts(model: Any, column: str) -> list[str]:
    return list(model.objects.values_list(column, flat=True))


@pytest.mark.parametrize(
    "broken",
    ["users.log.configuration_history.ConfigurationChange", "users.log.configuration_history.log_event"],
)
def test_a_verb_that_cannot_be_recorded_has_done_nothing(objects, each_verb, monkeypatch, broken):
    class FullDisk:
        def __call__(self, *args: Any, **options: Any) -> None:
            raise DatabaseError("disk full")

        def __getattr__(self, name: str) -> FullDisk:
            return self

    monkeypatch.setattr(broken, FullDisk())
    before = state()

    @each_verb
    def check(row):
        with pytest.raises(DatabaseError):
            row.run(objects, SHELL)

        assert state() == before


def test_without_its_right_a_verb_does_nothing(objects, each_verb, staff_with, jane):
    every = set(StaffPermission.objects.values_list("codename", flat=True))
    without = {missing: staff_with(*sorted(every - {missing})) for missing in RIGHTS}
    before = state()

    @each_verb
    def check(row):
        colleagues = [without[permission] for permission in row.permissions]
        for actor in (
            *colleagues,
            staff_actor(jane),
            owner_actor(jane),
            client_with(*MACHINE_SCOPES.keys() - {row.scope}),
        ):
            with pytest.raises(Denied):
                row.run(objects, actor)

        assert state() == before


def test_with_its_right_alone_a_verb_works(objects, each_verb, staff_with):

    @each_verb
    def check(row):
        row.run(objects, staff_with(*row.permissions))

        assert latest(row).action == row.action


def test_a_client_with_the_scope_is_recorded_as_such(objects, each_verb):

    @each_verb
    def check(row):
        if row.scope:
            # Whoever may grant scopes of the songs' API may take over a client that holds one.
            row.run(objects, client_with(row.scope, "update:client_grants"))

            change = latest(row)
            assert (change.action, change.actor_kind, change.face) == (row.action, "client", "api")
            assert (change.actor_id, change.actor_name) == ("client-1", "Terraform")
            event = LogEvent.objects.latest("pk")
            assert (event.client_id, event.client_name) == ("client-1", "Terraform")


def test_what_an_operation_does_to_others_is_in_their_histories(objects):
    edit_server(objects.server, {"scopes": [{"value": "burn:songs"}]}, actor=SHELL)
    grant, permissions = (latest_of(kind) for kind in ("client", "role"))

    assert (grant.action, grant.object_id) == ("grant_updated", objects.client.client_id)
    assert (grant.before, grant.after) == ({"grants": {SONGS: [READ]}}, {"grants": {SONGS: []}})
    assert (permissions.action, permissions.object_id) == ("permissions_removed", objects.role.role_id)
    assert permissions.before == {"permissions": {SONGS: [READ]}}
    assert grant.reason == permissions.reason == "The API no longer has these scopes."
    event = LogEvent.objects.latest("pk")
    assert event.description == "Update a resource server"


def test_a_deleted_api_ends_the_grants_for_it(objects):
    delete_server(objects.server, actor=SHELL)

    grant, permissions = (latest_of(kind) for kind in ("client", "role"))
    assert (grant.action, grant.before, grant.after) == ("grant_deleted", {"grants": {SONGS: [READ]}}, None)
    assert permissions.action == "permissions_removed"
    assert grant.reason == permissions.reason == "The API was deleted."
    assert not ClientGrant.objects.filter(client=objects.client).exists()


def test_a_key_that_was_made_because_none_could_sign_is_in_the_history_alone(db):
    signing_key()

    change = ConfigurationChange.objects.get()
    assert (change.kind, change.action, change.actor_name) == ("signing_key", "created", "Profiledesk")
    assert change.reason == "There was no key that could sign."
    assert not LogEvent.objects.exists()


def test_a_key_whose_tokens_have_expired_is_recorded_when_it_goes(objects):
    SigningKey.objects.filter(kid=objects.kid).update(signs_from=timezone.now() - timedelta(days=300))
    SigningKey.objects.exclude(kid=objects.kid).update(signs_from=timezone.now() - timedelta(days=200))

    _, removed = rotate_signing_key(actor=SHELL)

    change = ConfigurationChange.objects.get(kind="signing_key", action="deleted")
    assert removed == [change.object_id] == [objects.kid]
    assert change.reason == "All tokens that it signed have expired."


COMMANDS = {
    "createclient": (
        ["Till", "--scope", "read:users"],
        ["client created", *["connection updated"] * 2, "client grant_created"],
    ),
    "index_key": (["app_metadata.plan", "--as", "text"], ["indexed_key created"]),
    "rotatekeys": (["--now"], ["signing_key created"]),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_records_what_it_did(objects, name):
    arguments, expected = COMMANDS[name]
    before = ConfigurationChange.objects.latest("pk").pk

    call_command(name, *arguments, stdout=io.StringIO())

    changes = ConfigurationChange.objects.filter(pk__gt=before).order_by("pk")
    assert [f"{change.kind} {change.action}" for change in changes] == expected
    for change in changes:
        assert (change.actor_kind, change.actor_id, change.face) == ("command", name, "command")
