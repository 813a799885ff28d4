"""The demo stores emails in a folder, and shows them on this machine alone."""

from __future__ import annotations

import re

import pytest
from django.core.mail import EmailMultiAlternatives, send_mail
from django.http import Http404
from django.test import Client
from django.urls import resolve

from tests.mailbox import deliver
from users.mail.password_reset import request_password_reset
from users.management.demo import mail_folder
from users.management.demo.mail_folder import list_mails, read_mail

HERE = {"HTTP_HOST": "127.0.0.1:8000"}
ELSEWHERE = {
    "another machine": {"REMOTE_ADDR": "192.0.2.7"},
    "no address": {"REMOTE_ADDR": ""},
    "a proxy on this machine": {"HTTP_X_FORWARDED_FOR": "192.0.2.7"},
    "another kind of proxy": {"HTTP_FORWARDED": "for=192.0.2.7"},
    "a name of another site, by DNS rebinding": {"HTTP_HOST": "evil.example"},
}


def send(subject: str = "Set a new password", html: str = "<html><head></head><p>Hello</p></html>") -> str:
    """Send an email, and return its id."""
    email = EmailMultiAlternatives(
        subject, "Hello\nhttps://desk.example.com/reset/1/", to=["jane@example.com"]
    )
    email.attach_alternative(html, "text/html")
    email.send()
    return list_mails()[0].mail_id


@pytest.fixture
def browser(demo) -> Client:
    """On this machine."""
    return Client(**HERE)


@pytest.fixture
def every_host(settings) -> None:
    settings.ALLOWED_HOSTS = ["*"]


def test_the_logo_is_shown_in_the_email(browser, jane, demo, settings):
    settings.BRAND_LOGO = "data:image/jpeg;base64,/9j/"
    request_password_reset(jane.email)
    deliver()

    answer = browser.get(f"/demo/mail/{list_mails()[0].mail_id}/html/")

    assert 'src="data:image/jpeg;base64,/9j/"' in answer.content.decode()
    assert "img-src data:" in answer["Content-Security-Policy"]


def test_a_user_follows_the_link_of_a_reset(browser, jane, demo):
    request_password_reset(jane.email)
    deliver()
    listed = browser.get("/demo/mail/").content.decode()
    (path,) = re.findall(r'href="(/demo/mail/[^"]+/)"', listed)
    page = browser.get(path).content.decode()

    (link,) = re.findall(r'<a href="http://127.0.0.1:8000(/password/reset/key/[^"]+)"', page)
    assert browser.get(link, follow=True).status_code == 200
    assert link in browser.get(f"{path}html/").content.decode()


def test_the_newest_is_first(browser):
    for subject in ("first", "second", "third"):
        send(subject)

    page = browser.get("/demo/mail/").content.decode()
    assert page.index("third") < page.index("second") < page.index("first")


def test_the_oldest_are_deleted(demo, monkeypatch):
    monkeypatch.setattr(mail_folder, "CAPACITY", 2)
    for subject in ("first", "second", "third"):
        send(subject)

    assert [mail.subject for mail in list_mails()] == ["third", "second"]
    assert len(list(demo.glob("demo_mail/*"))) == 2


def test_an_email_comes_back_as_it_was_sent(demo):
    send("Ein schönes Passwort", f"<html><head></head>{'ü' * 2000}</html>")

    (mail,) = list_mails()
    assert (mail.subject, mail.to) == ("Ein schönes Passwort", "jane@example.com")
    assert mail.text.strip() == "Hello\nhttps://desk.example.com/reset/1/"
    assert "ü" * 2000 in mail.html


def test_an_email_without_html_is_shown_as_text(browser):
    send_mail("Plain", "Only text", None, ["jane@example.com"])

    page = browser.get(f"/demo/mail/{list_mails()[0].mail_id}/").content.decode()
    assert "Only text" in page
    assert "<iframe" not in page


def test_only_the_owner_may_read_the_files(demo):
    send()

    (file,) = demo.glob("demo_mail/*")
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700


def test_without_emails_the_page_says_how_to_get_one(browser):
    assert "No emails yet" in browser.get("/demo/mail/").content.decode()


@pytest.mark.parametrize("mail_id", ["..", "../.secret_key", "1", "%2e%2e"])
def test_an_id_never_leaves_the_folder(browser, demo, mail_id):
    send()
    for path in (demo / ".secret_key.eml", demo / "demo_mail/another file.eml"):
        path.write_text("Subject: secret\n\n")

    assert read_mail(mail_id) is None
    assert "secret" not in browser.get("/demo/mail/").content.decode()
    assert browser.get(f"/demo/mail/{mail_id}/").status_code == 404


def test_the_frame_runs_no_script_and_asks_no_host(browser):
    mail_id = send(html='<html><head></head><script>alert(1)</script><img src="//evil.example/x"></html>')

    frame = browser.get(f"/demo/mail/{mail_id}/html/")
    policy = dict(part.strip().partition(" ")[::2] for part in frame["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert not {"script-src", "connect-src"} & policy.keys()
    assert policy["img-src"] == "data:"  # the logo, a part of the email
    assert policy["sandbox"] == "allow-top-navigation-by-user-activation"
    assert policy["frame-ancestors"] == "'self'"
    assert frame["X-Frame-Options"] == "SAMEORIGIN"


def test_what_a_sender_wrote_is_text_on_our_page(browser):
    mail_id = send(subject="<script>alert(1)</script>")

    for path in ("/demo/mail/", f"/demo/mail/{mail_id}/"):
        page = browser.get(path)
        assert "<script>alert(1)" not in page.content.decode()
        assert "script-src 'self'" in page["Content-Security-Policy"]


@pytest.mark.parametrize("given", ELSEWHERE.values(), ids=ELSEWHERE)
@pytest.mark.parametrize("path", ["/demo/", "/demo/mail/", "/demo/mail/{}/", "/demo/mail/{}/html/"])
def test_others_find_nothing(demo, every_host, path, given):
    mail_id = send()

    assert Client().get(path.format(mail_id), **HERE | given).status_code == 404


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:8000", "a b", "[::1"])
def test_an_unknown_name_is_refused_as_everywhere(demo, host):
    assert Client().get("/demo/mail/", HTTP_HOST=host).status_code == 400


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:8000", "[::1]:8000"])
def test_every_name_of_this_machine_is_fine(demo, every_host, host):
    assert Client().get("/demo/mail/", HTTP_HOST=host).status_code == 200


def test_no_other_installation_has_these_pages():
    for path in ("/demo/", "/demo/mail/", "/demo/mail/1/", "/demo/mail/1/html/"):
        assert Client().get(path, **HERE).status_code == 404
        with pytest.raises(Http404):
            resolve(path)


def test_the_overview_of_the_dashboard_links_to_both_pages(browser, administrator):
    browser.force_login(administrator)

    page = browser.get("/admin/").content.decode()
    assert 'href="/demo/"' in page
    assert 'href="/demo/mail/"' in page


@pytest.mark.parametrize(("given", "has_link"), [({}, True), (ELSEWHERE["a proxy on this machine"], False)])
def test_the_page_that_says_that_an_email_was_sent_leads_to_it(demo, given, has_link):
    page = Client().get("/password/reset/sent/", **HERE | given).content.decode()

    assert ('href="/demo/mail/"' in page) == has_link
