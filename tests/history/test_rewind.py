from __future__ import annotations

from users.actions.documents import Patch
from users.actions.edit_user import Edit, edit_user
from users.history.rewind import document_at
from users.metadata.equal import same
from users.models import Change
from users.models.guard import forgetting
from users.rights.actor import command

PATCHES = ({"plan": "free"}, {"seats": 3}, {"plan": None}, {"seats": 3.0, "x": [1]}, {})


def test_each_version_comes_back_as_it_was(jane):
    states = [(jane.app_metadata_version, dict(jane.app_metadata))]
    for patch in PATCHES:
        jane = edit_user(jane, Edit(documents={"app_metadata": Patch(patch)}), actor=command("tests"))
        states.append((jane.app_metadata_version, dict(jane.app_metadata or {})))

    assert all(same(document_at(jane, "app_metadata", version), state) for version, state in states)


def test_beyond_the_record_and_beyond_the_present_nothing_is_known(jane):
    edit_user(jane, Edit(documents={"app_metadata": Patch({"seats": 1})}), actor=command("tests"))
    jane.refresh_from_db()
    with forgetting():
        Change.objects.filter(what="app_metadata").delete()

    assert document_at(jane, "app_metadata", 1) is None
    assert document_at(jane, "app_metadata", 9) is None
