"""Pages are compressed for browsers that accept it."""

from __future__ import annotations

import gzip


def test_a_page_is_compressed(browser, agent):
    answer = browser(agent).get("/admin/users/user/", HTTP_ACCEPT_ENCODING="gzip, br")

    assert answer["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in answer["Vary"]
    assert b"Profiledesk" in gzip.decompress(answer.content)


def test_other_clients_and_other_content_get_it_as_it_is(browser, agent):
    assert "Content-Encoding" not in browser(agent).get("/admin/users/user/")
    hints = browser(agent).get("/admin/suggest/?q=j", HTTP_ACCEPT_ENCODING="gzip")
    assert "Content-Encoding" not in hints
