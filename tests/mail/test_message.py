"""Each email has a text part and an HTML part, which say the same and load nothing from any host."""

from __future__ import annotations

import base64
import re
from email import message_from_bytes, policy
from html.parser import HTMLParser

import pytest
from django.core.mail import EmailMultiAlternatives
from django.test import Client as Browser

from tests.mailbox import deliver
from tests.second_factor import enrol
from users.actions.account.edit_user import Edit, edit_user
from users.actions.account.multifactor import remove_multifactor
from users.mail.invitation import request_invitation
from users.mail.message import Link, Message, one_line
from users.mail.password_reset import request_password_reset, send_password_reset
from users.mail.verification import request_verification
from users.models import DEFAULT_CONNECTION, Client
from users.representation.logos import encode_logo
from users.rights.actor import command_actor

SHELL = command_actor("tests")
HOSTILE = 'Shop</title><img src=//evil.example onerror=x> & "\r\nBcc: all@evil.example‮'


class Page(HTMLParser):
    """What a mail client makes of the HTML part: its text, and each element with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self._texts: list[str] = []
        self._is_style = False
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self._is_style = tag in ("style", "title")

    def handle_endtag(self, tag):
        self._is_style = False

    def handle_data(self, data):
        if not self._is_style:
            self._texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self._texts).split())

    @property
    def links(self) -> list[str | None]:
        return [attributes.get("href") for tag, attributes in self.elements if tag == "a"]


def html_of(email: EmailMultiAlternatives) -> str:
    ((html, kind),) = email.alternatives
    assert kind == "text/html"
    return html


def written(**texts) -> Message:
    given = {"subject": "Hello", "sender": "Shop", "opening": "First.", "closing": "Last.", "reason": "Why."}
    return Message(**given | texts)


ASKS = {
    "a reset": lambda user: send_password_reset(user, actor=SHELL),
    "a verification": lambda user: request_verification(user, actor=SHELL),
    "an invitation": lambda user: request_invitation(user, actor=SHELL),
    "a changed email": lambda user: edit_user(user, Edit(profile={"email": "new@example.com"}), actor=SHELL),
    "a removed factor": lambda user: (enrol(user), remove_multifactor(user, actor=SHELL)),
}


@pytest.mark.parametrize("ask", ASKS.values(), ids=ASKS)
def test_both_parts_say_the_same_and_lead_to_the_same_page(jane, ask):
    ask(jane)
    (email,) = deliver()

    sent = message_from_bytes(email.message().as_bytes(), policy=policy.default)
    assert sent.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in sent.iter_parts()] == ["text/plain", "text/html"]
    page = Page(html_of(email))
    urls = re.findall(r"https?://\S+", email.body)
    # Twice: as a button, and as text that can be copied.
    assert page.links == [url for url in urls for _ in range(2)]
    body, _, signature = email.body.partition("\n-- \n")
    for paragraph in [*body.split("\n\n"), *signature.strip().split("\n")]:
        assert " ".join(paragraph.split()) in page.text
    assert "You received this email because" in signature


@pytest.mark.parametrize("ask", ASKS.values(), ids=ASKS)
def test_the_html_loads_nothing_and_runs_nothing(jane, ask):
    ask(jane)
    (email,) = deliver()

    html = html_of(email)
    assert not re.search(r"url\(|@import", html)
    loads = {"img", "script", "link", "iframe", "object", "video", "audio", "form", "base"}
    assert not loads & {tag for tag, _ in Page(html).elements}
    assert not {"src", "srcset", "background"} & {name for _, found in Page(html).elements for name in found}


PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
)


def email_of(client, user):
    client.connections.set([user.connection])
    request_verification(user, actor=SHELL, client_id=client.client_id)
    (email,) = deliver()
    return message_from_bytes(email.message().as_bytes(), policy=policy.default)


def test_it_has_the_logo_and_the_accent_of_the_application(jane):
    branding = {"logo": encode_logo(PIXEL), "accent_color": "#ffdd00"}
    sent = email_of(Client.objects.create(name="Shop", client_id="shop", branding=branding), jane)

    assert sent.get_content_type() == "multipart/related"
    alternatives, logo = sent.iter_parts()
    assert [part.get_content_type() for part in alternatives.iter_parts()] == ["text/plain", "text/html"]
    assert (logo.get_content_type(), logo.get_content()) == ("image/png", PIXEL)
    assert (logo["Content-ID"], logo.get_content_disposition()) == ("<logo>", "inline")
    html = sent.get_body(("html",)).get_content()
    assert [found["src"] for tag, found in Page(html).elements if tag == "img"] == ["cid:logo"]
    # A black label on yellow, and a link that can be read on white.
    assert "background:#ffdd00;color:#000000" in html
    assert "color:#ffdd00" not in html


def test_a_logo_that_mail_clients_do_not_show_is_left_out(jane, settings):
    settings.BRAND_LOGO, settings.BRAND_ACCENT = encode_logo(b"<svg/>"), "#b0005e"
    sent = email_of(Client.objects.create(name="Shop", client_id="shop"), jane)

    assert sent.get_content_type() == "multipart/alternative"
    html = sent.get_body(("html",)).get_content()
    assert "<img" not in html
    assert "background:#b0005e;color:#ffffff" in html


def test_a_hostile_name_of_an_application_stays_text(jane, connection):
    client = Client.objects.create(name=HOSTILE, client_id="shop")
    client.connections.set([connection])
    request_verification(jane, actor=SHELL, client_id="shop")
    (email,) = deliver()

    page = Page(html_of(email))
    assert not {"img", "script"} & {tag for tag, _ in page.elements}
    assert 'Shop</title><img src=//evil.example onerror=x> & " Bcc: all@evil.example' in page.text
    for part in (email.body, html_of(email)):
        assert not {"\r", "‮"} & set(part)
    assert not re.search(r"^Bcc:", email.body, re.MULTILINE)


def test_a_subject_is_one_line():
    message = written(subject="Your account at Shop\r\nBcc: all@evil.example")

    assert message.subject_line == "Your account at Shop Bcc: all@evil.example"


def test_a_link_cannot_leave_its_attribute():
    message = written(link=Link(url='https://desk.example.com/"onclick="x', label="<b>Open</b>"))

    page = Page(message.render_html())
    assert page.links == ['https://desk.example.com/"onclick="x'] * 2
    assert "<b>Open</b>" in page.text
    assert not [attributes for _, attributes in page.elements if "onclick" in attributes]


def test_a_name_has_no_control_characters_and_is_cut_where_it_is_long():
    assert one_line("a\x00b\r\n\tc\u202e") == "a b c"
    assert one_line("x" * 500) == "x" * 79 + "…"


def test_an_email_names_the_application_where_the_user_asked(jane, connection):
    client = Client.objects.create(name="Lantern Shop", client_id="shop")
    client.connections.set([connection])
    request_verification(jane, actor=SHELL, client_id="shop")
    (email,) = deliver()

    assert "an account at Lantern Shop" in email.body
    assert "\n-- \nLantern Shop\n" in email.body


def test_an_email_of_no_application_names_the_installation(jane, settings):
    settings.BRAND_NAME = "Lantern"
    send_password_reset(jane, actor=SHELL)
    (email,) = deliver()

    assert "\n-- \nLantern\n" in email.body
    assert "your account at 127.0.0.1:8000" in email.body


@pytest.mark.parametrize(
    ("path", "given"),
    [("/password/reset/", {}), ("/dbconnections/change_password", {"connection": DEFAULT_CONNECTION})],
)
def test_who_asks_in_german_is_answered_in_german(jane, path, given):
    Browser().post(path, {"email": jane.email, **given}, headers={"Accept-Language": "de"})
    (email,) = deliver()

    assert email.subject == "Neues Passwort festlegen"
    assert '<html lang="de"' in html_of(email)


def test_an_application_deleted_meanwhile_is_not_missed(jane):
    request_verification(jane, actor=SHELL, client_id="gone")
    (email,) = deliver()

    assert "an account at 127.0.0.1:8000" in email.body


@pytest.mark.parametrize(
    ("asked_in", "locale", "language"),
    [("ar", "he", "ar"), ("", "he", "he"), ("", "he-IL", "he"), ("xx", "not a tag", "en"), ("", None, "en")],
)
def test_an_email_is_in_the_language_of_the_page_or_of_the_profile(
    jane, settings, asked_in, locale, language
):
    settings.LANGUAGES = [("en", "English"), ("ar", "Arabic"), ("he", "Hebrew")]
    if locale and " " not in locale:
        edit_user(jane, Edit(profile={"locale": locale}), actor=SHELL)
    request_password_reset(jane.email, language=asked_in)
    (email,) = deliver()

    direction = "ltr" if language == "en" else "rtl"
    assert f'<html lang="{language}" dir="{direction}">' in html_of(email)
