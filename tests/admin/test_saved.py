"""Messages that say what was saved, and undo it."""

from __future__ import annotations

import json
import re

import pytest

from tests.admin.conftest import user_path
from tests.conftest import again
from users.actions.account.documents import Patch
from users.actions.account.edit_user import Edit, edit_user
from users.models import Change
from users.rights.actor import command_actor
from users.web.undo_offer import read_offer, tag_offer

UNDO = "/admin/undo/"


def undo(browser, member, offer, **form):
    return browser(member).post(UNDO, {"undo": offer, **form}, follow=True)


def texts(answer):
    return [str(message) for message in answer.context["messages"]]


def patch(user, **keys):
    edit_user(user, Edit(documents={"app_metadata": Patch(keys)}), actor=command_actor("tests"))


def block(browser, member, user):
    return browser(member).post(user_path(user), {"do": "block"}, follow=True)


def offer_in(answer):
    [offer] = [message.extra_tags for message in answer.context["messages"]]
    return offer


def test_the_message_names_what_was_saved_and_undoes_it(browser, agent, jane):
    member = browser(agent)
    form = {
        "user_metadata": '{"hobby": "sailing", "town": "Oslo"}',
        "user_metadata_version": jane.user_metadata_version,
        "app_metadata": '{"plan": "free"}',
        "app_metadata_version": jane.app_metadata_version,
    }
    answer = member.post(user_path(jane), form, follow=True)
    assert texts(answer) == ["Saved hobby, town and plan."]

    answer = member.post(UNDO, {"undo": offer_in(answer), "next": f"{user_path(jane)}?tab=raw"}, follow=True)

    assert texts(answer) == ["Undone."]
    assert answer.redirect_chain == [(f"{user_path(jane)}?tab=raw", 302)]
    now = again(jane)
    assert (now.user_metadata, now.app_metadata) == ({"hobby": "surfing"}, {"plan": "full"})
    assert Change.objects.filter(subject=jane.user_id).exclude(undoes=None).count() == 2


def test_a_block_is_undone_too(browser, agent, jane):
    answer = block(browser, agent, jane)
    assert texts(answer) == ["Blocked. Every session has ended."]

    undo(browser, agent, offer_in(answer))

    assert not again(jane).blocked


def test_what_has_changed_again_since_is_not_undone(browser, agent, jane):
    patch(jane, plan="free")
    number = Change.objects.latest("pk").pk
    patch(jane, plan="pro")

    answer = undo(browser, agent, tag_offer(jane, [number]))

    assert texts(answer)[0].startswith("Not undone: the values have changed again since.")
    assert again(jane).app_metadata == {"plan": "pro"}


def test_all_or_nothing_is_undone(browser, agent, jane):
    patch(jane, plan="free")
    first = Change.objects.latest("pk").pk
    patch(jane, seats=3)
    second = Change.objects.latest("pk").pk
    patch(jane, plan="pro")

    undo(browser, agent, tag_offer(jane, [first, second]))

    assert again(jane).app_metadata == {"plan": "pro", "seats": 3}


def test_without_the_right_nothing_is_undone(browser, supporter, jane):
    patch(jane, plan="free")

    answer = undo(browser, supporter, tag_offer(jane, [Change.objects.latest("pk").pk]))

    assert answer.status_code == 403
    assert again(jane).app_metadata == {"plan": "free"}


def test_a_change_of_another_user_is_not_undone(browser, agent, jane, stranger):
    patch(stranger, plan="free")

    undo(browser, agent, tag_offer(jane, [Change.objects.latest("pk").pk]))

    assert again(stranger).app_metadata == {"plan": "free"}


@pytest.mark.parametrize(
    "text", ["", "undo:", "undo:1", "undo:1:", "undo:1:2,", "undo:1:2 x", "1:2", "undo:-1:2"]
)
def test_a_tampered_offer_is_refused(browser, agent, text):
    assert read_offer(text) is None

    member = browser(agent)
    member.post(UNDO, {"undo": text})

    answer = member.get("/admin/jobs/")
    assert texts(answer) == ["Not undone: the request is incomplete."]


@pytest.mark.parametrize("url", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
def test_it_leads_back_to_a_page_of_ours_only(browser, agent, jane, url):
    answer = block(browser, agent, jane)

    answer = browser(agent).post(UNDO, {"undo": offer_in(answer), "next": url})

    assert answer["Location"] == user_path(jane)


def test_it_takes_a_post(browser, agent):
    assert browser(agent).get(UNDO).status_code == 405


def test_many_and_long_names_are_shortened(browser, agent, jane):
    keys = {f"key{number}": number for number in range(5)} | {"a" * 100: 1}
    form = {
        "user_metadata": '{"hobby": "surfing"}',
        "user_metadata_version": jane.user_metadata_version,
        "app_metadata": json.dumps(keys),
        "app_metadata_version": jane.app_metadata_version,
    }

    answer = browser(agent).post(user_path(jane), form, follow=True)

    [text] = texts(answer)
    assert re.fullmatch(r"Saved a{39}…, key0, key1 and 4 more\.", text)
