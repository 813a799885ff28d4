"""What a list says when there is nothing to list: an icon, a title, a sentence, and what to do next."""

from __future__ import annotations

import re

import pytest

from tests.admin.conftest import user_path
from tests.web.pages import open_page
from users.models import LogEvent, Segment, User

CLEAR = "Clear filters"


def empty_state(html: str) -> tuple[str, str]:
    """The title and the action of the one empty state of a page."""
    [found] = re.findall(r'<div class="empty">(.*?)</div>\s*(?:</div>|$|<)', html, re.DOTALL)
    assert 'class="icon' in found
    title = re.search(r"<b>(.*?)</b>", found)
    action = re.search(r'<(?:a|button) class="button"[^>]*>(.*?)</', found)
    sentence = re.sub(r"<form.*|<div.*|<[^>]+>", "", found.partition("</b>")[2], flags=re.DOTALL)
    assert title
    assert sentence.strip().endswith("."), sentence
    return title[1], action[1] if action else ""


@pytest.mark.parametrize(
    ("path", "title", "action"),
    [
        ("users/user/?q=zzz", "No results", CLEAR),
        ("users/user/?q=plan:(", "No results", CLEAR),
        ("segments/", "No segments yet", "New segment"),
        ("metadata/", "No sample yet", "Take a sample now"),
        ("metadata/?text=zzz", "No results", CLEAR),
        ("indexed-keys/", "No indexed keys yet", "Index a key"),
        ("indexed-keys/?tab=history", "No changes yet", "Index a key"),
        ("changes/?q=zzz", "No results", CLEAR),
        ("changes/?since=soon", "No results", CLEAR),
        ("log/?type=fv", "No results", CLEAR),
        ("jobs/", "No jobs yet", "Go to users"),
        ("webhooks/", "No webhooks yet", "Add a webhook"),
        ("webhooks/?tab=history", "No changes yet", "Add a webhook"),
    ],
)
def test_an_empty_list_says_what_to_do(browser, administrator, path, title, action):
    LogEvent.objects.all().delete()
    Segment.objects.all().delete()

    assert empty_state(open_page(browser(administrator), f"/admin/{path}").html) == (title, action)


def test_the_activity_of_a_user_is_cleared_within_their_page(browser, administrator, jane):
    path = f"{user_path(jane)}?tab=activity&key=never"

    page = open_page(browser(administrator), path)

    assert empty_state(page.html) == ("No results", CLEAR)
    [link] = re.findall(r'<div class="line"><a class="button" href="(\?[^"]*)"', page.html)
    assert link == "?tab=activity"


def test_an_action_that_is_not_permitted_is_not_offered(browser, staff_with):
    clerk = staff_with("unlock_user")

    assert empty_state(open_page(browser(clerk), "/admin/jobs/").html) == ("No jobs of yours yet", "")
    assert not User.objects.filter(pk=clerk.pk, is_superuser=True).exists()
