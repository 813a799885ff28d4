"""HTTP requests of rules: which hosts they reach, and what the packages make of the answers."""

from __future__ import annotations

import base64
import json
import socket
import time

import pytest

from tests.javascript.scripts import failure, run_body
from users.javascript.script import ScriptCallRefused
from users.rules.network import send_request

HOSTS = {"api.example.com", "files.example.com:8443", "*.slack.example"}


def send(url, method="GET", *, seconds=3, headers=None, **message):
    return send_request(
        [{"url": url, "method": method, "headers": headers or {}, **message}], seconds=seconds
    )


def refusal(url, **given):
    with pytest.raises(ScriptCallRefused) as refused:
        send(url, **given)
    return str(refused.value)


def host(operation, arguments, *, seconds):
    assert operation == "http"
    return send_request(arguments, seconds=seconds)


def run(body, **given):
    """What the rule with this body passes as `user.found`."""
    outcome = run_body(body, host=host, user={"user_id": "auth0|jane"}, **given)
    return outcome.value["user"]["found"]


class TestAllowList:
    def test_no_host_can_be_reached_by_default(self):
        assert refusal("https://api.example.com/x") == (
            "Scripts may not send requests to api.example.com:443: SCRIPT_HOSTS does not list it."
        )

    @pytest.mark.parametrize(
        "url",
        [
            *(
                "https://api.example.com/",
                "https://API.example.com:443/x?y#z",
                "https://files.example.com:8443/",
            ),
            *("https://hooks.slack.example/", "https://a.b.slack.example/"),
        ],
    )
    def test_listed_hosts_can_be_reached(self, settings, monkeypatch, url):
        settings.SCRIPT_HOSTS = HOSTS
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: pytest.fail("resolved"))

        with pytest.raises(BaseException, match="resolved"):
            send(url)

    @pytest.mark.parametrize(
        "url",
        [
            *("http://api.example.com/", "https://api.example.com:8443/", "https://files.example.com/"),
            *(
                "https://slack.example/",
                "https://evilslack.example/",
                "https://api.example.com.evil.example/",
            ),
            *("https://api.example.com@evil.example/", "https://evil.example/?https://api.example.com"),
            *("https://evil.example\\@api.example.com/", "https://evil.example#@api.example.com/"),
            *("ftp://api.example.com/", "file:///etc/passwd", "//api.example.com/", "", "https://"),
            *("https://api.example.com:0/", "https://api.example.com:99999/", "https://[api.example.com/"),
            *("https://api.example.com/a b", "https://api.example.com/ä", "https://jane:x@api.example.com/"),
            "https://api.example.com/\r\nHost: evil.example",
        ],
    )
    def test_no_other_url_can_be_reached(self, settings, monkeypatch, url):
        settings.SCRIPT_HOSTS = HOSTS
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: pytest.fail("resolved"))

        assert refusal(url)

    @pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "fd00::1"])
    def test_a_listed_host_must_not_lead_into_a_private_network(self, settings, monkeypatch, address):
        settings.SCRIPT_HOSTS = HOSTS
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443))]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("connected"))

        assert refusal("https://api.example.com/") == (
            "api.example.com:443 is in a private network; SCRIPT_PRIVATE_HOSTS would allow it."
        )

    def test_a_private_host_is_reached_by_its_name_and_port_only(self, crm):
        assert send(f"{crm.url}/x")["status"] == 200
        assert "SCRIPT_HOSTS does not list it" in refusal(f"http://localhost:{crm.host.split(':')[1]}/")
        assert "SCRIPT_HOSTS does not list it" in refusal("http://127.0.0.1:1/")


class TestRedirects:
    def test_they_are_followed_to_allowed_hosts(self, crm):
        crm.answer = lambda call: (
            (302, {"Location": "/b#part"}, b"") if call.path == "/a" else (200, {}, b"b")
        )

        answer = send(
            f"{crm.url}/a", "POST", headers={"Content-Type": "text/plain", "X-Own": "1"}, body="hello"
        )

        assert (answer["body"], answer["url"]) == ("b", f"{crm.url}/b")
        assert [(call.method, call.body) for call in crm.calls] == [("POST", b"hello"), ("GET", b"")]
        assert (crm.calls[1].headers.get("content-type"), crm.calls[1].headers["x-own"]) == (None, "1")

    def test_307_keeps_method_and_body(self, crm):
        crm.answer = lambda call: (307, {"Location": "/b"}, b"") if call.path == "/a" else (200, {}, b"b")
        send(f"{crm.url}/a", "PUT", body="hello")

        assert [(call.method, call.body) for call in crm.calls] == [("PUT", b"hello")] * 2

    @pytest.mark.parametrize(
        "location", ["http://127.0.0.1:1/", "https://169.254.169.254/latest", "file:///etc/x"]
    )
    def test_none_leads_where_the_script_may_not_go(self, crm, location):
        crm.answer = lambda call: (302, {"Location": location}, b"")

        assert "may not send requests to" in refusal(f"{crm.url}/a")

    @pytest.mark.parametrize("location", ["https://[x", "//[::1", "https://a]/"])
    def test_one_to_what_is_no_url_is_refused(self, crm, location):
        crm.answer = lambda call: (302, {"Location": location}, b"")

        assert refusal(crm.url) == "The host redirects to what is no URL."

    def test_secrets_are_not_sent_to_another_host(self, crm, settings):
        other = f"localhost:{crm.server.server_port}"
        settings.SCRIPT_PRIVATE_HOSTS = {crm.host, other}
        crm.answer = lambda call: (
            (302, {"Location": f"http://{other}/b"}, b"") if call.path == "/a" else (200, {}, b"")
        )
        send(f"{crm.url}/a", headers={"Authorization": "Bearer x", "Cookie": "a=b", "X-Own": "1"})

        assert [call.headers.get("authorization") for call in crm.calls] == ["Bearer x", None]
        assert [call.headers.get("cookie") for call in crm.calls] == ["a=b", None]
        assert [call.headers.get("x-own") for call in crm.calls] == ["1", "1"]

    def test_they_are_counted(self, crm):
        crm.answer = lambda call: (302, {"Location": "/"}, b"")

        assert refusal(crm.url) == "The host redirects more than 5 times."

    def test_a_script_may_do_without_them(self, crm):
        crm.answer = lambda call: (302, {"Location": "/b"}, b"")

        assert send(crm.url, followRedirects=False)["status"] == 302


class TestLimits:
    def test_an_answer_has_at_most_256_kb(self, crm):
        crm.answer = lambda call: (200, {}, b"x" * (256 * 1024 + int(call.path[1:])))

        assert len(send(f"{crm.url}/0")["body"]) == 256 * 1024
        assert refusal(f"{crm.url}/1") == "The answer has more than 262144 bytes."

    def test_a_request_has_at_most_256_kb(self, crm):
        assert (
            refusal(crm.url, method="POST", body="x" * 262145) == "The body must have at most 262144 bytes."
        )
        assert not crm.calls

    def test_an_answer_that_does_not_come_in_time_is_none(self, crm):
        crm.answer = lambda call: time.sleep(0.3) or (200, {}, b"")

        assert refusal(crm.url, seconds=0.1) == "No answer in time."

    def test_a_name_server_that_does_not_answer_takes_no_longer_either(self, settings, monkeypatch):
        settings.SCRIPT_HOSTS = HOSTS
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: time.sleep(1) or [])
        began = time.monotonic()

        assert refusal("https://api.example.com/", seconds=0.05) == "No answer in time."
        assert time.monotonic() - began < 0.8

    @pytest.mark.parametrize(
        "message",
        [
            *(
                None,
                "https://api.example.com/",
                {},
                {"method": "GET"},
                {"method": "GET", "url": 1, "headers": {}},
            ),
            {"method": "CONNECT", "url": "https://api.example.com/", "headers": {}},
            {"method": "GET\r\nX: y", "url": "https://api.example.com/", "headers": {}},
            {"method": "GET", "url": "https://api.example.com/", "headers": {str(n): "" for n in range(51)}},
            {"method": "POST", "url": "https://api.example.com/", "headers": {}, "base64": "%"},
            {"method": "POST", "url": "https://api.example.com/", "headers": {}, "base64": "\xe9"},
        ],
    )
    def test_what_is_no_request_is_refused(self, message):
        with pytest.raises(ScriptCallRefused):
            send_request([message], seconds=1)

    @pytest.mark.parametrize(
        "headers", [{"X-Own": "a\r\nX-Other: b"}, {"X-Own\r\nX-Other": "b"}, {"X-Ö": "b"}]
    )
    def test_headers_cannot_be_smuggled(self, crm, headers):
        assert refusal(crm.url, headers=headers).startswith("HTTP does not permit the header X-")
        assert not crm.calls

    @pytest.mark.parametrize(
        "name", ["Transfer-Encoding ", "Content-Length\t", "Host\x0b", "Host\xa0", "", ":a"]
    )
    def test_a_name_that_only_looks_like_another_is_refused(self, crm, name):
        assert refusal(crm.url, headers={name: "chunked"}).startswith("HTTP does not permit the header")
        assert not crm.calls

    @pytest.mark.parametrize("value", ["a\r\n Transfer-Encoding: chunked", "a\n\tb", "a\0b", "\x7f"])
    def test_a_value_is_one_line(self, crm, value):
        assert refusal(crm.url, headers={"X-Own": value}).startswith("HTTP does not permit the header X-Own")
        assert not crm.calls

    def test_a_value_has_what_http_permits(self, crm):
        send(crm.url, headers={"X-Own": 'Bearer a.b-c~d+/=; "\t\xe9'})

        assert crm.calls[0].headers["x-own"] == 'Bearer a.b-c~d+/=; "\t\xe9'

    def test_headers_of_the_connection_are_ours(self, crm):
        send(crm.url, headers={"Host": "evil.example", "Accept-Encoding": "gzip", "Connection": "upgrade"})

        assert crm.calls[0].headers == {"host": crm.host, "accept-encoding": "identity"}


def test_what_is_no_text_is_base64(crm):
    crm.answer = lambda call: (200, {"X-A": "1"}, b"\xff\x00")
    answer = send(crm.url, "POST", base64=base64.b64encode(b"\xfe").decode())

    assert base64.b64decode(answer["base64"]) == b"\xff\x00"
    assert (answer["status"], answer["statusText"], answer["headers"]["x-a"]) == (200, "OK", "1")
    assert crm.calls[0].body == b"\xfe"


class TestPackages:
    """Each with its own manners."""

    def test_request(self, crm):
        body = f"""
        const request = require('request@2.88.0');
        request.post({{
          url: '{crm.url}/users', qs: {{ a: 'x y' }}, json: {{ id: 1 }}, auth: {{ user: 'me', pass: 'pw' }},
        }}, (error, response, body) => {{
          callback(error, {{ found: [response.statusCode, body.plan, response.headers] }});
        }});
        """
        status, plan, headers = run(body)
        [call] = crm.calls

        assert (status, plan, headers["content-type"]) == (200, "gold", "application/json")
        assert (call.method, call.path, json.loads(call.body)) == ("POST", "/users?a=x%20y", {"id": 1})
        assert call.headers["content-type"] == "application/json"
        assert call.headers["authorization"] == f"Basic {base64.b64encode(b'me:pw').decode()}"

    def test_request_sends_forms_and_returns_text(self, crm):
        body = f"""
        const defaults = {{ baseUrl: '{crm.url}/v1', headers: {{ 'X-Key': 'k' }} }};
        const request = require('request').defaults(defaults);
        request({{ uri: '/token', method: 'PUT', form: {{ a: 1 }} }}, (error, response, body) => {{
          callback(error, {{ found: body }});
        }});
        """
        assert run(body) == '{"plan": "gold"}'
        [call] = crm.calls
        assert (call.method, call.path, call.body, call.headers["x-key"]) == ("PUT", "/v1/token", b"a=1", "k")

    def test_an_error_of_request_is_the_first_argument_of_its_callback(self):
        error = failure(
            "require('request')('https://api.example.com/', (error) => callback(error));", host=host
        )

        assert "SCRIPT_HOSTS does not list it" in error.message

    def test_what_the_callback_of_request_throws_denies(self, crm):
        body = f"require('request').get('{crm.url}', () => {{ throw new Error('mine') }});"

        assert failure(body, host=host).message == "mine"

    def test_axios(self, crm):
        body = f"""
        const axios = require('axios@0.21.1');
        axios.post('{crm.url}/users', {{ id: 1 }}, {{ params: {{ a: 'b' }}, headers: {{ 'X-Key': 'k' }} }})
          .then((r) => callback(null, {{ found: [r.status, r.data.plan, r.headers['content-type']] }}))
          .catch(callback);
        """
        assert run(body) == [200, "gold", "application/json"]
        [call] = crm.calls
        assert (call.path, json.loads(call.body), call.headers["x-key"]) == ("/users?a=b", {"id": 1}, "k")

    def test_axios_rejects_for_errors_of_the_host(self, crm):
        crm.answer = lambda call: (404, {"Content-Type": "application/json"}, b'{"error": "no such user"}')
        body = f"""
        require('axios').get('{crm.url}').catch((e) => {{
          callback(null, {{ found: [e.message, e.response.status, e.response.data.error, e.isAxiosError] }});
        }});
        """
        assert run(body) == ["Request failed with status code 404", 404, "no such user", True]

    def test_axios_names_a_failed_connection(self):
        body = (
            "require('axios').get('https://api.example.com').catch((e) => callback(null, { found: e.code }));"
        )

        assert run(body) == "ERR_NETWORK"

    @pytest.mark.parametrize(
        "name", ["fetch", "require('node-fetch@2.6.1')", "require('node-fetch').default"]
    )
    def test_fetch(self, crm, name):
        body = f"""
        const fetchIt = {name};
        const body = new URLSearchParams({{ a: 'b c' }});
        fetchIt('{crm.url}/users', {{ method: 'POST', body, headers: {{ 'X-Key': 'k' }} }})
          .then(async (r) => {{
            const {{ plan }} = await r.json();
            callback(null, {{ found: [r.ok, r.status, r.headers.get('Content-Type'), plan] }});
          }})
          .catch(callback);
        """
        assert run(body) == [True, 200, "application/json", "gold"]
        [call] = crm.calls
        assert (call.method, call.body, call.headers["x-key"]) == ("POST", b"a=b+c", "k")

    def test_a_timeout_of_the_script_itself(self, crm):
        crm.answer = lambda call: time.sleep(0.2) or (200, {}, b"")
        body = f"""
        const options = {{ url: '{crm.url}', timeout: 20 }};
        require('request')(options, (error) => callback(null, {{ found: error.code }}));
        """

        assert run(body) == "ETIMEDOUT"

    def test_requests_of_an_async_rule_one_after_the_other(self, crm):
        body = f"""
        (async () => {{
          const plans = [];
          for (const path of ['a', 'b']) plans.push((await (await fetch('{crm.url}/' + path)).json()).plan);
          callback(null, {{ found: plans }});
        }})().catch(callback);
        """
        assert run(body) == ["gold", "gold"]
        assert [call.path for call in crm.calls] == ["/a", "/b"]

    @pytest.mark.parametrize(
        "send",
        ["fetch(new URL(url))", "require('axios').get(url)", "require('request')(url, () => callback(null))"],
    )
    def test_a_login_in_the_url_is_sent_as_a_header(self, crm, send):
        url = f"http://me:p%40w@{crm.host}/a@b"
        run_body(f"const url = '{url}'; Promise.resolve({send}).then(() => callback(null));", host=host)

        [call] = crm.calls
        assert call.path == "/a@b"
        assert call.headers["authorization"] == f"Basic {base64.b64encode(b'me:p@w').decode()}"

    def test_a_login_in_the_url_is_no_way_to_another_host(self):
        error = failure("fetch('https://api.example.com@evil.example/').catch(callback);", host=host)

        assert error.message.startswith("Scripts may not send requests to evil.example:443")
