"""The registry of root fields: equal to the columns of users, and to every list that is derived from it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import models
from django.utils import translation
from django.utils.translation import gettext

from tests.conftest import SHELL
from tests.web.pages import open_page
from users.api.schemas.identities import IDENTITY
from users.api.schemas.users import CREATE_USER, UPDATE_USER, USER
from users.history.point_in_time import LAST_CHANGE_FIELDS, NOT_RECORDED
from users.import_export.export_fields import (
    DEFAULT_FIELDS,
    DEFAULT_JSON_FIELDS,
    parse_fields,
    parse_path,
    to_row,
)
from users.import_export.import_record import Existing, import_record
from users.import_export.record_schema import READ_ONLY as IGNORED_BY_IMPORTS
from users.import_export.record_schema import SCHEMA as RECORD
from users.metadata.documents import DOCUMENTS
from users.models import User
from users.models.user import FOLD_FUNCTIONS, NAMED_BY
from users.models.write_guard import allow_account_writes
from users.querying.kinds import Kind
from users.representation.fields import FIELD_VERBS, FIELDS, NAMES, READ_ONLY, TEXT_FIELDS, WRITABLE
from users.representation.profile import PROFILE_DATA, serialize_profile
from users.rights.actor import command_actor
from users.rights.may import Verb
from users.search.query import search_users
from users.search.searchable_fields import CONTAINERS, UNSEARCHABLE
from users.search.searchable_fields import DEFAULT_FIELDS as DEFAULT_SEARCH_FIELDS
from users.search.searchable_fields import FIELDS as SEARCHABLE
from users.search.sort_fields import SORT_COLUMNS
from users.sign_in.id_token_claims import CLAIMS, claims_of

# Columns of users that are no root fields.
OTHER_COLUMNS = {
    *("id", "password", "is_superuser", "connection_id", "words", "linked_to_id", "linked_identities"),
    *("user_metadata", "app_metadata", "user_metadata_version", "app_metadata_version", "version"),
    *("session_epoch", "tokens_valid_from"),
}
KINDS = {
    models.BooleanField: {Kind.FLAG},
    models.DateTimeField: {Kind.DATETIME},
    models.PositiveIntegerField: {Kind.NUMBER},
    models.CharField: {Kind.TEXT, Kind.NAME},
    models.GenericIPAddressField: {Kind.TEXT},
}
# A value for each field that an import overwrites.
VALUES = {
    **{name: schema["examples"][0] for name, schema in WRITABLE.items() if "examples" in schema},
    **{"email_verified": True, "phone_verified": True, "picture": "https://pictures.example.com/jane.png"},
}
UPSERTABLE = [name for name, field in FIELDS.items() if field.is_upsertable]


def column(name: str) -> models.Field:
    return User._meta.get_field(name)


def names_where(condition) -> set[str]:
    return {name for name, field in FIELDS.items() if condition(field)}


class TestColumns:
    def test_each_holds_a_root_field_or_is_named_here(self):
        columns = {field.attname for field in User._meta.concrete_fields}
        folded = {f"{name}_folded" for name in names_where(lambda field: field.fold)}

        # Identities are made of several columns.
        assert columns == FIELDS.keys() - {"identities"} | folded | OTHER_COLUMNS

    @pytest.mark.parametrize("name", TEXT_FIELDS)
    def test_of_text_are_null_without_the_field_and_as_long_as_its_schema_allows(self, name):
        schema = FIELDS[name].schema

        assert column(name).null
        assert schema["type"] == ["string", "null"]
        assert column(name).max_length >= schema.get("maxLength", 0)

    @pytest.mark.parametrize("name", sorted(WRITABLE.keys() - set(TEXT_FIELDS)))
    def test_of_booleans_are_boolean(self, name):
        assert isinstance(column(name), models.BooleanField)

    @pytest.mark.parametrize("name", sorted(names_where(lambda field: field.kind)))
    def test_hold_what_their_kind_of_search_compares(self, name):
        classes = [kind for kind in KINDS if isinstance(column(name), kind)]

        assert FIELDS[name].kind in KINDS[classes[0]]

    def test_for_comparisons_hold_the_form_of_the_registry(self):
        assert {name: field.fold for name, field in FIELDS.items() if field.fold} == FOLD_FUNCTIONS

    def test_for_the_words_of_users_hold_those_of_every_name(self):
        assert {*NAMES, "email", "username", "phone_number"} == NAMED_BY

    @pytest.mark.parametrize("name", sorted(names_where(lambda field: field.kind is Kind.NAME)))
    def test_compared_without_regard_to_case_are_indexed(self, name):
        indexed = {index.fields[0] for index in User._meta.indexes}

        assert f"{name}_folded" in indexed


class TestRegistry:
    @pytest.mark.parametrize("name", FIELDS)
    def test_has_a_name_for_each_page(self, name):
        assert FIELDS[name].label

    def test_says_who_may_set_what(self):
        assert FIELD_VERBS.keys() == WRITABLE.keys() == FIELDS.keys() - READ_ONLY
        assert set(FIELD_VERBS.values()) == {Verb.CHANGE_SIGN_IN, Verb.CHANGE_PROFILE, Verb.BLOCK}

    def test_lets_imports_overwrite_what_describes_users_and_verified_flags(self):
        allowed = {"email_verified", "phone_verified"}

        assert names_where(lambda field: field.is_upsertable) <= WRITABLE.keys()
        assert {name for name in UPSERTABLE if FIELD_VERBS[name] is not Verb.CHANGE_PROFILE} == allowed

    def test_names_a_sort_column_that_there_is(self):
        for field in FIELDS.values():
            assert not field.is_sortable or column(field.sort_column)


class TestDerivedLists:
    def test_bodies_take_what_can_be_set(self):
        create, update = CREATE_USER["properties"], UPDATE_USER["properties"]

        assert create.keys() & FIELDS.keys() == WRITABLE.keys() | {"user_id"}
        assert update.keys() & FIELDS.keys() == WRITABLE.keys()

    def test_answers_show_all(self):
        assert USER["properties"].keys() == FIELDS.keys() | set(DOCUMENTS)

    def test_an_identity_shows_what_describes_it(self):
        assert set(PROFILE_DATA) == WRITABLE.keys() - {"blocked"}
        assert IDENTITY["properties"]["profileData"]["properties"].keys() == set(PROFILE_DATA)

    def test_searches_find_what_they_are_meant_to(self):
        kinds = {name: field.kind for name, field in FIELDS.items() if field.kind}

        assert {name: SEARCHABLE[name].kind for name in kinds} == kinds
        assert {name for name in SEARCHABLE if "." not in name} - {"organization_id", "words"} == kinds.keys()
        assert FIELDS.keys() - kinds.keys() == UNSEARCHABLE - {"guardian_authenticators"} | (
            FIELDS.keys() & set(CONTAINERS)
        )

    def test_words_without_a_field_are_looked_for_in_every_name(self):
        assert set(DEFAULT_SEARCH_FIELDS) == {*NAMES, "email", "username", "user_id"}

    def test_lists_are_sorted_by_what_they_are_meant_to(self):
        assert SORT_COLUMNS.keys() == names_where(lambda field: field.is_sortable)

    def test_imports_take_what_can_be_set_and_ignore_the_rest(self):
        assert RECORD["properties"].keys() == WRITABLE.keys() | {"user_id", *DOCUMENTS}
        assert READ_ONLY - {"user_id"} == IGNORED_BY_IMPORTS

    def test_exports_have_what_they_are_meant_to(self):
        exported = names_where(lambda field: field.is_exported) | {"identities"}

        assert {parse_path(name)[0] for name in DEFAULT_JSON_FIELDS} == exported
        # Auth0's columns, in its order.
        assert DEFAULT_JSON_FIELDS[: len(DEFAULT_FIELDS)] == DEFAULT_FIELDS

    def test_id_tokens_have_what_their_scopes_are_meant_to(self):
        scopes = {field.claim_scope for field in FIELDS.values() if field.claim_scope}

        assert {scope: set(CLAIMS[scope]) for scope in scopes} == {
            scope: names_where(lambda field, scope=scope: field.claim_scope == scope) for scope in scopes
        }
        assert CLAIMS.keys() == scopes | {"openid"}

    def test_the_past_of_each_field_is_known_or_it_is_said_that_it_is_not(self):
        never_changes = {"user_id", "created_at"}
        recorded = {"identities", "multifactor", "updated_at"}

        assert {*never_changes, *recorded, *NOT_RECORDED, *LAST_CHANGE_FIELDS} == READ_ONLY

    def test_staff_edit_texts_and_see_those_that_they_may_not_edit(self, browser, jane, supporter, agent):
        fill(jane)
        path = f"/admin/users/user/{jane.pk}/change/?tab=profile"
        edited, seen = (open_page(browser(who), path) for who in (agent, supporter))

        assert edited.form("Save profile").fields.keys() >= set(TEXT_FIELDS) - {"username"}
        for name in set(TEXT_FIELDS) - {"username"}:
            assert f"<dt>{FIELDS[name].label}</dt><dd>{VALUES[name]}</dd>" in seen.html

    def test_users_see_the_texts_of_their_own(self, browser, jane):
        fill(jane)
        page = open_page(browser(jane), "/profile/")

        # Those are shown in ways of their own; the picture is not loaded from another host.
        for name in set(TEXT_FIELDS) - {"email", "name", "picture"}:
            # In the language of her locale.
            with translation.override(VALUES["locale"]):
                label = gettext(FIELDS[name].label)
            assert f"<dt>{label}</dt><dd><bdi>{VALUES[name]}</bdi></dd>" in page.html


def fill(user: User) -> None:
    """Set every text but the email."""
    with allow_account_writes():
        for name in TEXT_FIELDS:
            setattr(user, name, VALUES.setdefault("email", user.email) if name == "email" else VALUES[name])
        user.save()


@pytest.mark.parametrize("name", UPSERTABLE)
def test_a_field_that_is_set_through_one_face_is_there_on_all(api, jane, connection, name):
    shop, field, value = api(), FIELDS[name], VALUES[name]
    needed = {"phone_number": "+4915112345678"} if name == "phone_verified" else {}
    path = f"/api/v2/users/{jane.user_id}"

    answer = shop.patch(path, {**needed, name: value})

    assert answer.status_code == 200, answer.content
    assert answer.json()[name] == shop.get(path).json()[name] == value
    user = User.objects.with_connection().get(pk=jane.pk)
    if field.kind:
        query = f'{name}:"{value}"' if isinstance(value, str) else f"{name}:true"
        assert list(search_users(User.objects.all(), query, viewer=SHELL)) == [jane]
    if field.is_sortable:
        assert shop.get(f"/api/v2/users?sort={name}:-1").json()[0][name] == value
    if field.claim_scope:
        assert claims_of(user, [field.claim_scope])[name] == value
    if field.is_exported:
        assert to_row(serialize_profile(user, SHELL), parse_fields(None, "json"))[name] == value
    if not field.is_boolean:
        assert shop.patch(path, {name: None}).status_code == 200
        assert getattr(User.objects.get(pk=jane.pk), name) is None
    record = {"email": jane.email, **needed, name: value}
    actor = replace(command_actor("import"), request_id="job_1")
    import_record(record, connection, actor=actor, existing=Existing.REPLACE)
    assert getattr(User.objects.get(pk=jane.pk), name) == value


@pytest.mark.parametrize("name", sorted(FIELD_VERBS))
def test_a_field_is_not_set_without_the_right(api, jane, name):
    shop = api("read:users", "create:users", "update:users_app_metadata")

    answer = shop.patch(f"/api/v2/users/{jane.user_id}", {name: VALUES.get(name, False)})

    assert answer.status_code == 403
