"""Setting one value of a document, with a lock on that value alone."""

from __future__ import annotations

import pytest

from tests.conftest import again
from users.actions.account.documents import Patch
from users.actions.account.edit_user import Edit, edit_user
from users.actions.account.set_metadata_value import set_metadata_value
from users.actions.errors import ChangedSince
from users.metadata.errors import MetadataError
from users.metadata.three_way import ABSENT
from users.models import Change
from users.rights.actor import command_actor, staff_actor
from users.rights.errors import Denied

SHELL = command_actor("tests")
PLAN = ("plan",)


def test_it_changes_that_key_alone_and_records_who_did_it(jane, agent):
    edit_user(jane, Edit(documents={"app_metadata": Patch({"credits": 1})}), actor=SHELL)

    set_metadata_value(
        jane, "app_metadata", PLAN, "free", opened="full", actor=staff_actor(agent), reason="Asked for it"
    )

    assert again(jane).app_metadata == {"plan": "free", "credits": 1}
    line = Change.objects.latest("pk")
    assert (line.keys, line.reason) == ({"plan": {"before": "full", "after": "free"}}, "Asked for it")


@pytest.mark.parametrize(
    ("path", "value", "opened", "after"),
    [
        (PLAN, ABSENT, "full", {}),
        (("credits",), 5, ABSENT, {"plan": "full", "credits": 5}),
        (("billing", "city"), "Oslo", ABSENT, {"plan": "full", "billing": {"city": "Oslo"}}),
        (("billing", "city"), ABSENT, ABSENT, {"plan": "full"}),
        (PLAN, None, "full", {"plan": None}),
    ],
)
def test_values_are_set_removed_and_nested(jane, path, value, opened, after):
    set_metadata_value(jane, "app_metadata", path, value, opened=opened, actor=SHELL)

    assert again(jane).app_metadata == after


def test_a_value_that_changed_meanwhile_is_not_overwritten(jane):
    edit_user(jane, Edit(documents={"app_metadata": Patch({"plan": "pro"})}), actor=SHELL)

    with pytest.raises(ChangedSince) as caught:
        set_metadata_value(jane, "app_metadata", PLAN, "free", opened="full", actor=SHELL)

    assert caught.value.keys == {"plan": {"now": "pro", "then": "free"}}
    assert again(jane).app_metadata == {"plan": "pro"}


def test_another_key_that_changed_meanwhile_is_no_conflict(jane):
    edit_user(jane, Edit(documents={"app_metadata": Patch({"credits": 3})}), actor=SHELL)

    set_metadata_value(jane, "app_metadata", PLAN, "free", opened="full", actor=SHELL)

    assert again(jane).app_metadata == {"plan": "free", "credits": 3}


def test_a_list_or_a_text_on_the_way_is_not_replaced_by_an_object(jane):
    with pytest.raises(MetadataError, match="edit it on the user's page"):
        set_metadata_value(jane, "app_metadata", ("plan", "name"), "x", opened=ABSENT, actor=SHELL)


def test_the_same_value_writes_nothing(jane):
    set_metadata_value(jane, "app_metadata", PLAN, "full", opened="full", actor=SHELL)

    assert again(jane).version == jane.version


def test_without_the_right_nothing_is_written_or_disclosed(jane, supporter):
    with pytest.raises(Denied):
        set_metadata_value(jane, "app_metadata", PLAN, "free", opened="wrong", actor=staff_actor(supporter))

    assert again(jane).app_metadata == {"plan": "full"}
