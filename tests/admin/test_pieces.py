"""The page of all pieces."""

from __future__ import annotations

from tests.web.pages import open_page

PIECES = "/admin/help/pieces/"


def test_administrators_open_it_and_others_do_not(browser, administrator, agent):
    page = open_page(browser(administrator), PIECES)

    assert page.status == 200
    assert page.inline == []
    assert open_page(browser(agent), PIECES).status == 403
