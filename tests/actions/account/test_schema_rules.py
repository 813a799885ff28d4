"""The one write path asks the schema, whoever writes."""

from __future__ import annotations

import json

import pytest

from users.actions.account.documents import Patch, Replace
from users.actions.account.edit_user import Edit, edit_user
from users.metadata.errors import MetadataError
from users.metadata.schema import SchemaError
from users.models import User
from users.rights.actor import bearer_actor, owner_actor, staff_actor

SCHEMA = {
    "properties": {
        "hobby": {"type": "string"},
        "age": {"type": "integer"},
        "number": {"type": "string", "readOnly": True},
    },
    "required": ["hobby"],
}


@pytest.fixture
def schema(settings, tmp_path):
    path = tmp_path / "schema.json"
    path.write_text(json.dumps(SCHEMA))
    settings.USER_METADATA_SCHEMA = str(path)


def replace(user, value, actor):
    return edit_user(
        user, Edit(documents={"user_metadata": Replace(value, user.user_metadata_version)}), actor=actor
    )


def test_staff_cannot_make_a_value_invalid(schema, jane, agent):
    with pytest.raises(SchemaError) as caught:
        replace(jane, {"hobby": "surfing", "age": "old"}, staff_actor(agent))

    assert str(caught.value) == "user_metadata.age: must be a whole number, not text"
    assert User.objects.get(pk=jane.pk).user_metadata == {"hobby": "surfing"}


def test_what_is_invalid_already_blocks_nothing(make_user, settings, tmp_path, agent):
    old = make_user("old", user_metadata={"age": "old", "legacy": 1})
    path = tmp_path / "schema.json"
    path.write_text(json.dumps(SCHEMA))
    settings.USER_METADATA_SCHEMA = str(path)

    fresh = replace(old, {"age": "old", "legacy": 2}, staff_actor(agent))

    assert fresh.user_metadata == {"age": "old", "legacy": 2}


def test_a_patch_by_the_api_is_judged_as_a_whole_document(schema, jane, actor_of):
    edit = Edit(documents={"user_metadata": Patch({"hobby": None})})

    with pytest.raises(SchemaError, match="is required"):
        edit_user(jane, edit, actor=actor_of("update:users"))


def test_the_api_answers_with_the_field(schema, jane, api):
    answer = api().patch(f"/api/v2/users/{jane.user_id}", {"user_metadata": {"age": "x"}})

    assert answer.status_code == 400
    assert answer.json()["message"] == (
        "Payload validation error: 'must be a whole number, not text' on property user_metadata.age."
    )


def test_a_new_account_is_judged_too(schema, api):
    body = {"email": "new@example.com", "connection": "Username-Password-Authentication"}

    answer = api().post("/api/v2/users", {**body, "user_metadata": {"age": "x"}})

    assert answer.status_code == 400
    assert not User.objects.filter(email="new@example.com").exists()


OWN_TOKEN = frozenset({"update:current_user_metadata"})


def test_people_touch_only_named_keys_on_their_own_page(schema, jane):
    after = {"hobby": "surfing", "crm": 1}

    with pytest.raises(MetadataError, match="only by our staff"):
        replace(jane, after, owner_actor(jane))

    assert replace(jane, after, bearer_actor(jane, OWN_TOKEN)).user_metadata == after


@pytest.mark.parametrize(
    "actor", [owner_actor, lambda jane: bearer_actor(jane, OWN_TOKEN)], ids=["page", "token"]
)
def test_a_read_only_key_is_nobodys_to_change_in_their_own_document(schema, jane, actor):
    with pytest.raises(MetadataError, match="only by our staff"):
        replace(jane, {"hobby": "surfing", "number": "C-2"}, actor(jane))


def test_people_change_named_keys_and_keep_the_others(make_user, settings, tmp_path):
    jane = make_user("jane", user_metadata={"hobby": "surfing", "crm": 12345678901234567890})
    path = tmp_path / "schema.json"
    path.write_text(json.dumps(SCHEMA))
    settings.USER_METADATA_SCHEMA = str(path)
    after = {"hobby": "sailing", "crm": 12345678901234567890}

    assert replace(jane, after, owner_actor(jane)).user_metadata == after


def test_without_a_schema_people_change_everything(jane):
    assert replace(jane, {"anything": True}, owner_actor(jane)).user_metadata == {"anything": True}
