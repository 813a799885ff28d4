"""Text from users is text on the page, wherever it stands."""

from __future__ import annotations

import pytest

from tests.admin.conftest import LIST, delete_path, user_path
from tests.web.pages import Page, open_page
from users.models import Connection

SCRIPT = '"><script>alert(1)</script>'
HOSTILE = [SCRIPT, "<img src=x onerror=alert(1)>", "' onmouseover='alert(1)", "{{ 7|add:7 }}", "%(x)s {0} %s"]


@pytest.fixture(params=HOSTILE)
def mallory(request, make_user):
    """Every field that may hold such text does."""
    text = request.param
    Connection.objects.create(name=text[:128])
    return make_user(
        "mallory",
        name=text,
        given_name=text,
        middle_name=text,
        family_name=text,
        nickname=text,
        picture="https://example.com/?" + text.replace(" ", "+"),
        user_metadata={text.replace(".", "").replace("$", ""): text},
        app_metadata={text.replace(".", "").replace("$", ""): [text]},
    )


def check(page) -> None:
    assert page.status == 200
    assert page.inline == []
    assert "<img src=x" not in page.html


def test_on_the_pages_of_staff(browser, administrator, supporter, mallory):
    for member in (administrator, supporter):
        for path in (LIST, user_path(mallory)):
            page = open_page(browser(member), path)
            check(page)
            assert mallory.name in page.text or path == LIST
    check(open_page(browser(administrator), delete_path(mallory)))


def test_on_the_persons_own_page(browser, mallory, settings):
    settings.PROFILE_APP_METADATA_KEYS = tuple(mallory.app_metadata)

    page = open_page(browser(mallory), "/profile/")

    check(page)
    assert mallory.name in page.text


def test_in_messages_and_in_what_was_typed(visit, administrator, mallory):
    page = visit(administrator, mallory)

    refused = page.press("Save changes", app_metadata=f'{{"a": {SCRIPT}', reason=SCRIPT)
    wrong = page.press("Save profile", email=SCRIPT, name=SCRIPT)

    for answer in (refused, wrong):
        assert answer.status == 422
        assert answer.inline == []
    assert refused.form("Save changes").fields["reason"] == [SCRIPT]


def test_in_the_address(browser, agent):
    answer = browser(agent).get(
        LIST, {"q": SCRIPT, "status": SCRIPT, "connection": SCRIPT, "created": SCRIPT}
    )

    assert Page(answer.client, answer, LIST).inline == []
