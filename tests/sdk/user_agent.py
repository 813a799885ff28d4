"""A browser without scripts: follows redirects, and fills in the hosted sign-in page."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import urljoin

import httpx

from tests.sdk.server import Server

HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
REFRESH = re.compile(r'http-equiv="refresh" content="0; url=([^"]+)"')
MOST_PAGES = 10


class UserAgent(httpx.Client):
    """A user's browser, which keeps the cookies of single sign-on."""

    def __init__(self, server: Server) -> None:
        super().__init__(verify=server.trust, timeout=60)
        self._origin = f"https://{server.domain}"

    def visit(self, url: str, *, until: str, email: str = "", password: str = "") -> str:
        """Go on from page to page, and return the first URL that begins with `until`."""
        answer = self.get(url)
        for _ in range(MOST_PAGES):
            found = REFRESH.search(answer.text)
            if answer.is_redirect or found:
                url = urljoin(url, answer.headers["Location"] if answer.is_redirect else unescape(found[1]))
                if url.startswith(until):
                    return url
                answer = self.get(url)
            elif 'name="password"' in answer.text and email:
                fields = {name: unescape(value) for name, value in HIDDEN.findall(answer.text)}
                typed = {"login": email, "password": password}
                email = ""  # typed once: a second time the password was wrong
                answer = self.post(url, data=fields | typed, headers={"Origin": self._origin})
            else:
                raise AssertionError(f"{url} answered {answer.status_code}: {answer.text}")
        raise AssertionError(f"{url} leads on and on")
