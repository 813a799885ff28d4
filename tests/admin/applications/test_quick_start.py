"""Quick start: each snippet has the values of its application, and does what it says."""

from __future__ import annotations

import ast
import html
import os
import re
import subprocess
from urllib.parse import parse_qs, urlsplit

import pytest
from auth0.authentication.rest import RestClient
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from tests.admin.applications.conftest import SHELL, path
from tests.oauth.sign_in_browser import answer_of, follow, type_password
from users.actions.access.client_grants import create_grant
from users.actions.access.clients import edit_client, rotate_secret
from users.conf import conf
from users.models import Client, ResourceServer

CODE = re.compile(r"<pre [^>]*>(.*?)</pre>", re.DOTALL)
DESK = "https://id.lantern.example"


@pytest.fixture(autouse=True)
def _over_https(settings):
    settings.PUBLIC_URL = DESK


def snippets(desk, client, library="", api="") -> list[str]:
    """The code of the page, as one copies it."""
    page = desk(path(client, f"?tab=quickstart&library={library}&api={api}"))
    assert page.status == 200
    return [html.unescape(code) for code in CODE.findall(page.html)]


def test_each_type_has_the_libraries_that_work_for_it(desk, shop, spa, machine):
    native = Client.objects.create(name="App", app_type="native")

    def libraries(client):
        return re.findall(r"library=([\w-]+)", desk(path(client)).html)

    assert libraries(spa) == ["auth0-spa-js", "auth0-react", "auth0-lock", "curl"]
    assert libraries(shop) == ["nextjs", "auth0-python", "curl"]
    assert libraries(machine) == ["auth0-python", "curl"]
    assert libraries(native) == ["curl"]


@pytest.mark.parametrize(
    ("library", "parts"),
    [
        (
            "auth0-spa-js",
            [
                "npm install @auth0/auth0-spa-js",
                'domain: "id.lantern.example"',
                'clientId: "{client_id}"',
                'redirect_uri: "https://help.example/"',
                'audience: "https://id.lantern.example/api/v2/"',
                "read:current_user update:current_user_metadata",
            ],
        ),
        (
            "auth0-react",
            [
                "npm install @auth0/auth0-react",
                'domain={"id.lantern.example"}',
                'clientId={"{client_id}"}',
                'redirect_uri: "https://help.example/"',
                'audience: "https://id.lantern.example/api/v2/"',
            ],
        ),
        (
            "auth0-lock",
            [
                "npm install auth0-lock@14",
                'new Auth0Lock("{client_id}", "id.lantern.example", ',
                'redirectUrl: "https://help.example/"',
                'audience: "https://id.lantern.example/api/v2/"',
                "avatar: null",
                'languageBaseUrl: "https://id.lantern.example"',
                'theme: { logo: "https://id.lantern.example/favicon.ico" }',
            ],
        ),
    ],
)
def test_snippets_of_a_page_in_a_browser(desk, spa, library, parts):
    text = "\n".join(snippets(desk, spa, library))

    for part in parts:
        assert part.replace("{client_id}", spa.client_id) in text
    assert "secret" not in text.lower()


def test_the_snippet_of_next_js(desk, shop):
    _, environment, client, middleware, page = snippets(desk, shop, "nextjs")

    assert "AUTH0_DOMAIN=id.lantern.example\n" in environment
    assert f"AUTH0_CLIENT_ID={shop.client_id}\n" in environment
    assert "AUTH0_CLIENT_SECRET=\n" in environment
    assert "APP_BASE_URL=https://shop.example\n" in environment
    assert 'audience: "https://id.lantern.example/api/v2/"' in client
    assert "auth0.middleware(request)" in middleware
    assert "auth0.getSession()" in page


def test_urls_that_are_missing_are_named(desk, shop):
    page = desk(path(shop, "?library=nextjs"))
    assert "Add this URL to the callback URLs, or users see an error page" in page.text
    assert "https://shop.example/auth/callback" in page.text

    assert "add this URL to the logout URLs: https://shop.example Settings" in page.text

    urls = {
        "callbacks": ["https://shop.example/auth/callback"],
        "allowed_logout_urls": ["https://shop.example"],
    }
    edit_client(shop, urls, actor=SHELL)

    page = desk(path(shop, "?library=nextjs"))
    assert "https://shop.example/auth/callback is registered." in page.text
    assert "add this URL" not in page.text


@pytest.fixture
def auth0_python(monkeypatch, browser):
    """auth0-python, whose requests reach this server without a network."""
    visitor = browser()

    def post(self, url, data=None, headers=None):
        assert url.startswith(DESK)
        answer = visitor.post(url.removeprefix(DESK), data, content_type="application/json")
        assert answer.status_code == 200, answer.content
        return answer.json()

    monkeypatch.setattr(RestClient, "post", post)


def run(code: str) -> dict:
    """The names that the program defines."""
    names: dict = {}
    exec(compile(ast.parse(code), "snippet", "exec"), names)
    return names


def test_auth0_python_gets_a_token_for_a_machine(desk, machine, monkeypatch, auth0_python):
    create_grant(machine, ResourceServer.objects.management(), ["read:users"], actor=SHELL)
    monkeypatch.setenv("CLIENT_SECRET", rotate_secret(machine, actor=SHELL))

    _, code = snippets(desk, machine, "auth0-python")

    assert run(code)["token"].count(".") == 2


def test_auth0_python_signs_a_user_in(desk, shop, jane, browser, monkeypatch, auth0_python, songs_api):
    monkeypatch.setenv("CLIENT_SECRET", rotate_secret(shop, actor=SHELL))
    _, code = snippets(desk, shop, "auth0-python", songs_api.identifier)
    program = run(code)
    url = program["sign_in_url"]("s-1")
    assert url.startswith(f"{DESK}/authorize?")

    visitor = browser()
    left = follow(visitor, type_password(visitor, visitor.get(url.removeprefix(DESK)), jane))

    answer = answer_of(left)
    assert left["Location"].startswith("https://shop.example/callback?")
    assert answer["state"] == "s-1"
    tokens = program["get_tokens"](answer["code"])
    assert {"access_token", "id_token"} <= tokens.keys()
    assert songs_api.scope_values[0] in tokens["scope"]


def shell(code: str, **variables: str) -> list[str]:
    """Run commands in which curl only says what it was given; the last arguments are returned."""
    said = subprocess.run(
        ["/bin/bash", "-ec", f'curl() {{ printf "%s\\n" "$@"; }}\n{code}'],
        env={"PATH": os.environ["PATH"], **variables},
        capture_output=True,
        check=True,
        text=True,
    )
    return said.stdout.splitlines()


def body_of(arguments: list[str]) -> dict[str, str]:
    return dict(each.split("=", 1) for each in arguments if "=" in each and not each.startswith("--"))


@pytest.mark.parametrize("name", ["shop", "spa"])
def test_curl_signs_a_user_in(desk, request, name, jane, browser):
    client = request.getfixturevalue(name)
    begin, exchange, userinfo = snippets(desk, client, "curl")
    keep = '\nprintf "%s\\n" "$VERIFIER"'
    url, verifier = shell(begin + keep)
    assert parse_qs(urlsplit(url).query)["client_id"] == [client.client_id]

    visitor = browser()
    left = follow(visitor, type_password(visitor, visitor.get(url.removeprefix(DESK)), jane))
    code = answer_of(left)["code"]
    secret = {} if client.is_public else {"CLIENT_SECRET": rotate_secret(client, actor=SHELL)}
    given = shell(exchange, CODE=code, VERIFIER=verifier, **secret)

    assert given[0] == f"{DESK}/oauth/token"
    answer = visitor.post("/oauth/token", body_of(given))
    assert answer.status_code == 200, answer.content
    where, _, header = shell(userinfo, ACCESS_TOKEN=answer.json()["access_token"])
    assert where == f"{DESK}/userinfo"
    name, value = header.split(": ", 1)
    about = visitor.get("/userinfo", headers={name: value})
    assert about.json()["email"] == jane.email


def test_curl_gets_a_token_for_a_machine(desk, machine, browser, songs_api):
    create_grant(machine, songs_api, [songs_api.scope_values[0]], actor=SHELL)
    # The API that it is authorized for comes first.
    [code] = snippets(desk, machine, "curl")

    given = shell(code, CLIENT_SECRET=rotate_secret(machine, actor=SHELL))

    assert body_of(given)["audience"] == songs_api.identifier
    assert browser().post("/oauth/token", body_of(given)).status_code == 200


def test_a_machine_without_authorization_is_led_to_it(desk, machine, spa, songs_api):
    warning = "not authorized for Songs"
    chosen = f"?tab=quickstart&api={songs_api.identifier}"

    page = desk(path(machine, chosen))
    assert warning in page.text
    assert 'href="?tab=apis"' in page.html
    assert "not authorized" not in desk(path(spa, chosen)).text

    create_grant(machine, songs_api, [songs_api.scope_values[0]], actor=SHELL)
    assert "not authorized" not in desk(path(machine, chosen)).text


def test_hostile_values_stay_text(desk, spa):
    evil = "https://help.example/'\"`$(id);</pre><script>"
    Client.objects.update(callbacks=[evil])

    begin, *_ = snippets(desk, spa, "curl")
    [url] = shell(begin)
    assert parse_qs(urlsplit(url).query)["redirect_uri"] == [evil]
    [_, code] = snippets(desk, spa, "auth0-spa-js")
    assert 'redirect_uri: "https://help.example/\'\\"`$(id);</pre><script>"' in code
    assert desk(path(spa)).inline == []


def test_over_plain_http_the_page_says_which_library_needs_https(desk, shop, spa, settings):
    settings.PUBLIC_URL = "http://127.0.0.1:8000"

    assert "connects by HTTPS alone" in desk(path(shop, "?library=auth0-python")).text
    assert "a host name and no port" in desk(path(shop, "?library=nextjs")).text
    # auth0-spa-js also takes a URL.
    assert 'domain: "http://127.0.0.1:8000"' in "".join(snippets(desk, spa))


def test_the_endpoints_are_listed(desk, spa):
    text = desk(path(spa)).text

    assert f"Issuer {conf.issuer}" in text
    assert f"{DESK}/.well-known/openid-configuration" in text


def test_an_unknown_library_or_api_shows_the_first(desk, spa):
    assert snippets(desk, spa, "cobol", "https://evil.example") == snippets(desk, spa)


def test_more_apis_take_no_more_queries(browser, administrator, machine):
    at_work = browser(administrator)

    def count(tab: str) -> int:
        with CaptureQueriesContext(database) as captured:
            assert at_work.get(path(machine, f"?tab={tab}")).status_code == 200
        return len(captured)

    count("apis")
    before = [count("quickstart"), count("apis")]
    for number in range(5):
        ResourceServer.objects.create(name=f"API {number}", identifier=f"https://api{number}.example")

    assert [count("quickstart"), count("apis")] == before


def test_lock_says_that_it_needs_the_implicit_grant(desk, spa):
    def page():
        return desk(path(spa, "?tab=quickstart&library=auth0-lock")).html

    edit_client(spa, {"grant_types": ["authorization_code"]}, actor=SHELL)
    assert "needs the implicit grant" in page()

    edit_client(spa, {"grant_types": ["authorization_code", "implicit"]}, actor=SHELL)
    assert "needs the implicit grant" not in page()
