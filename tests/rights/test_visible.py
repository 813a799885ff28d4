"""The one function that decides what anybody may see."""

from __future__ import annotations

import pytest

from users.rights.actor import command_actor, owner_actor
from users.rights.visible import PROFILE, visible, visible_part
from users.tokens.scopes import CURRENT_USER_SCOPES, MACHINE_SCOPES

WRITING = {"create:users", "update:users", "update:users_app_metadata"}
WHOLES = (PROFILE, "user_metadata", "app_metadata")


def seen(viewer, user=None, path=()):
    """Which of the three the viewer sees."""
    return tuple(document for document in WHOLES if visible(viewer, document, path, user=user))


@pytest.mark.parametrize("path", [(), ("plan",), ("plan", "name")], ids=["whole", "a key", "deep inside"])
@pytest.mark.parametrize(
    ("permissions", "sees"),
    [
        pytest.param(["view_user"], WHOLES[:2], id="view_user"),
        pytest.param(["view_user", "view_app_metadata"], WHOLES, id="both"),
        pytest.param(["view_app_metadata"], (), id="app_metadata without its account"),
        pytest.param(["view_user", "change_app_metadata"], WHOLES[:2], id="to change is not to see"),
        pytest.param(["change_profile", "block_user"], (), id="other rights"),
    ],
)
def test_staff_see_by_their_permissions(staff_with, jane, permissions, sees, path):
    agent = staff_with(*permissions)

    assert seen(agent, jane, path) == sees
    assert seen(agent, None, path) == sees


@pytest.mark.parametrize("scope", [*MACHINE_SCOPES, *CURRENT_USER_SCOPES])
def test_a_client_sees_everything_or_nothing(actor_of, jane, scope):
    expected = WHOLES if scope in WRITING | {"read:users"} else ()
    if scope == "read:user_idp_tokens":
        expected = (PROFILE,)

    assert seen(actor_of(scope), jane) == seen(actor_of(scope)) == expected


def test_jane_sees_herself_without_app_metadata(jane):
    assert seen(owner_actor(jane), jane) == WHOLES[:2]
    assert seen(owner_actor(jane), jane, ("plan",)) == WHOLES[:2]


def test_jane_sees_nobody_else(jane, stranger, settings):
    settings.PROFILE_APP_METADATA_KEYS = ("plan",)

    assert seen(owner_actor(jane), stranger) == seen(owner_actor(jane), stranger, ("plan",)) == ()
    assert seen(owner_actor(jane)) == seen(owner_actor(jane), None, ("plan",)) == ()


@pytest.mark.parametrize(
    ("path", "sees"),
    [
        pytest.param(("plan",), True, id="a key that is shown"),
        pytest.param(("plan", "name"), True, id="inside it"),
        pytest.param(("notes",), False, id="another key"),
        pytest.param(("notes", "plan"), False, id="the name inside another key"),
        pytest.param((), False, id="the whole document"),
    ],
)
def test_jane_sees_the_keys_that_a_setting_names(jane, settings, path, sees):
    settings.PROFILE_APP_METADATA_KEYS = ("plan",)

    assert visible(owner_actor(jane), "app_metadata", path, user=jane) == sees


def test_staff_on_their_own_page_see_what_an_owner_sees(administrator):
    assert seen(owner_actor(administrator), administrator) == WHOLES[:2]


def test_who_has_the_shell_sees_everything(jane):
    assert seen(command_actor("tests"), jane) == WHOLES


@pytest.fixture
def annotated(make_user):
    return make_user("annotated", user_metadata={}, app_metadata={"plan": "full", "notes": "secret"})


def test_the_visible_part_is_the_keys_one_may_see(annotated, settings, staff_with):
    assert visible_part(owner_actor(annotated), "app_metadata", annotated) is None
    assert visible_part(staff_with("view_user"), "app_metadata", annotated) is None

    settings.PROFILE_APP_METADATA_KEYS = ("plan", "level")

    assert visible_part(owner_actor(annotated), "app_metadata", annotated) == {"plan": "full"}
    assert visible_part(staff_with("view_user"), "app_metadata", annotated) is None


def test_the_visible_part_of_a_document_one_may_see_is_all_of_it(annotated, staff_with):
    agent = staff_with("view_user", "view_app_metadata")

    assert visible_part(agent, "app_metadata", annotated) == annotated.app_metadata
    assert visible_part(agent, "user_metadata", annotated) == {}


def test_of_an_unset_document_nothing_is_visible(stranger, staff_with):
    assert visible_part(staff_with("view_user", "view_app_metadata"), "app_metadata", stranger) is None
