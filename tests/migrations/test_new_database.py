"""What `migrate` puts into a new database."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.db import connection as database

from users.actions.account.delete_user import delete_user
from users.actions.account.edit_user import Edit, edit_user
from users.conf import conf
from users.models import Connection, DeletedUser, ResourceServer
from users.rights.actor import command_actor

pytestmark = pytest.mark.django_db

SUPPORT = {
    "view_user",
    "view_app_metadata",
    "change_user_metadata",
    "send_links",
    "unlock_user",
    "write_notes",
}
LEAD = SUPPORT | {
    *("change_app_metadata", "change_profile", "block_user", "view_changes", "share_segment"),
    *("create_user", "export_users"),
}


def permissions_of_models() -> dict[str, str]:
    return {
        codename: name
        for model in apps.get_app_config("users").get_models()
        for codename, name in model._meta.permissions
    }


def test_the_staff_groups_hold_their_rights():
    held = {
        group.name: set(group.permissions.values_list("codename", flat=True)) for group in Group.objects.all()
    }

    assert held == {
        "Support": SUPPORT,
        "Support lead": LEAD,
        "Administrator": permissions_of_models().keys(),
    }


def test_rights_have_the_names_that_the_models_give_them():
    made = Permission.objects.filter(content_type__app_label="users").values_list("codename", "name")

    assert dict(made) == permissions_of_models()


def test_there_is_one_connection_and_the_two_apis_of_the_product():
    assert Connection.objects.get().name == "Username-Password-Authentication"
    assert [server.audience for server in ResourceServer.objects.order_by("pk")] == [
        conf.management_audience,
        conf.mfa_audience,
    ]
    assert not ResourceServer.objects.custom().exists()


def test_the_database_has_the_triggers_that_models_cannot_declare():
    names = {"change_is_final", "change_loses_user_only", "change_names_are_final", "users_change_told"}
    tables = {"postgresql": ("tgname", "pg_trigger"), "sqlite": ("name", "sqlite_master")}
    column, table = tables[database.vendor]
    with database.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table}")

        assert names <= {row[0] for row in cursor.fetchall()}


def test_users_deleted_by_an_earlier_release_are_found_by_email(jane, stranger):
    edit_user(jane, Edit(profile={"email": "Jane@Example.org"}), actor=command_actor("tests"))
    delete_user(jane, actor=command_actor("tests"))
    DeletedUser.objects.all().delete()

    import_module("users.migrations.0004_note_rights_and_deleted_emails").store_deleted_emails(apps, None)

    row = DeletedUser.objects.get()
    assert (row.subject, row.email_folded) == (jane.user_id, "jane@example.org")
