"""The pages behind the links of tickets."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from tests.conftest import PASSWORD
from tests.web.pages import Page, open_page
from users.actions.account.block_user import block_user
from users.actions.account.edit_user import Edit, edit_user
from users.actions.account.tickets import create_ticket
from users.models import Change, Connection, Ticket, User
from users.rights.actor import command_actor
from users.sign_in_pages.ticket_results import redirect_url

SHELL = command_actor("tests")
NEW = "quite another secret"
SET, CONFIRM = "Set password", "Confirm"
PAGES = {"password_change": "/u/reset-password", "email_verification": "/u/email-verification"}
APP = "https://shop.example/in"
LEADS_ON = re.compile(r'<meta http-equiv="refresh" content="0; url=([^"]+)">')

both = pytest.mark.parametrize("purpose", list(PAGES), ids=["password", "verification"])


@pytest.fixture
def link(jane):
    """The path of a fresh link for Jane: `link("password_change", result_url=...)`."""

    def make(purpose="password_change", **options) -> str:
        secret = create_ticket(jane, Ticket.Purpose(purpose), actor=SHELL, **options)
        return f"{PAGES[purpose]}?ticket={secret}"

    return make


def secret_of(path: str) -> str:
    return path.partition("=")[2]


def again() -> User:
    return User.objects.get()


def set_password(path: str, new: str = NEW, repeated: str | None = None) -> Page:
    page = open_page(Client(), path)
    return page.press(SET, password1=new, password2=new if repeated is None else repeated)


def confirm(path: str) -> Page:
    return open_page(Client(), path).press(CONFIRM)


def use(path: str) -> Page:
    return set_password(path) if path.startswith(PAGES["password_change"]) else confirm(path)


def leads_on_to(page: Page) -> str:
    """Where the page takes the person, who may press its button, too."""
    [address] = LEADS_ON.findall(page.html)
    assert f'<a class="button primary large full" href="{address}">Continue</a>' in page.html
    return html.unescape(address)


def query_of(address: str) -> dict[str, str]:
    return {name: value for name, [value] in parse_qs(urlsplit(address).query).items()}


def test_the_new_password_holds_and_the_old_one_does_not(link, browser, jane):
    elsewhere = browser(jane)

    page = set_password(link())

    assert page.status == 200
    assert "Your password is changed" in page.text
    assert 'href="/login/"' in page.html
    assert again().check_password(NEW)
    assert not again().check_password(PASSWORD)
    assert elsewhere.get("/profile/").status_code == 302


def test_who_has_tried_too_often_may_sign_in_with_the_new_one(link, jane):
    for _ in range(5):
        open_page(Client(), "/login/").press("Sign in", login=jane.email, password="wrong")

    set_password(link())

    page = open_page(Client(), "/login/").press("Sign in", login=jane.email, password=NEW)
    assert page.path == "/profile/"


def test_it_says_whose_password_it_is(link, jane):
    assert jane.email in open_page(Client(), link()).text


def test_the_address_counts_as_verified_only_if_that_was_asked_for(link):
    set_password(link())
    assert not again().email_verified

    set_password(link(marks_email_as_verified=True), "and one more secret")
    assert again().email_verified


def test_an_address_is_confirmed_by_the_press_of_a_button(link, jane):
    page = open_page(Client(), link("email_verification"))
    assert f"Is {jane.email} your email?" in page.text

    page = page.press(CONFIRM)

    assert "Your email is confirmed" in page.text
    assert again().email_verified


@both
def test_looking_uses_nothing_up(link, purpose):
    path = link(purpose)
    before = User.objects.values().get()

    for _ in range(3):
        assert Client().get(path).status_code == 200
        assert Client().head(path).status_code == 200

    assert User.objects.values().get() == before
    assert Ticket.objects.get().used_at is None


@both
def test_a_link_works_once(link, purpose):
    path = link(purpose)
    use(path)

    page = open_page(Client(), path)

    assert (page.status, page.buttons) == (410, set())
    assert "This link has already been used" in page.text


@both
def test_also_for_who_still_has_the_page_open(link, purpose):
    path = link(purpose)
    pages = [open_page(Client(), path) for _ in range(2)]
    button = SET if purpose == "password_change" else CONFIRM
    typed = {"password1": NEW, "password2": NEW} if button == SET else {}

    first, second = (page.press(button, **typed) for page in pages)

    assert (first.status, second.status) == (200, 410)
    assert Change.objects.exclude(what__in=("created", "ticket")).count() == 1


@both
def test_an_old_link_is_refused(link, purpose):
    path = link(purpose, lifetime=timedelta(seconds=-1))

    page = open_page(Client(), path)

    assert page.status == 410
    assert "This link has expired" in page.text


@both
def test_a_link_to_another_address_is_refused(link, jane, purpose):
    path = link(purpose)
    edit_user(jane, Edit(profile={"email": "moved@example.com"}), actor=SHELL)

    page = open_page(Client(), path)

    assert page.status == 410
    assert "This link is no longer valid" in page.text
    assert "moved@example.com" not in page.html


@both
@pytest.mark.parametrize("query", ["", "?ticket=", "?ticket=x", "?ticket=%00", "?ticket=%ff", "?a=1"])
def test_a_made_up_link_leads_nowhere(db, purpose, query):
    page = open_page(Client(), PAGES[purpose] + query)

    assert (page.status, page.buttons) == (404, set())
    assert "This link is not valid" in page.text


@both
def test_a_link_of_one_kind_is_none_of_the_other(link, purpose):
    other = next(page for name, page in PAGES.items() if name != purpose)

    assert Client().get(f"{other}?ticket={secret_of(link(purpose))}").status_code == 404


@both
@pytest.mark.parametrize("body", [{}, {"ticket": ""}, {"ticket": "x"}, {"password1": NEW, "password2": NEW}])
def test_a_form_without_its_ticket_does_nothing(jane, purpose, body):
    assert Client().post(PAGES[purpose], body).status_code == 404
    assert again().check_password(PASSWORD)


def test_a_form_is_read_by_what_was_posted_not_by_its_address(link):
    assert Client().post(link("email_verification")).status_code == 404
    assert not again().email_verified


@both
@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS"])
def test_no_other_method_does_anything(link, purpose, method):
    assert Client().generic(method, link(purpose)).status_code == 405


@pytest.mark.parametrize(
    ("new", "repeated", "words"),
    [
        ("short", "short", "too short"),
        ("12345678901", "12345678901", "entirely numeric"),
        ("password123", "password123", "too common"),
        ("jane.doe@example", "jane.doe@example", "too similar"),
        (NEW, NEW + "x", "same password each time"),
        ("", "", "This field is required."),
    ],
)
def test_a_refused_password_says_why_and_the_link_stays_good(link, new, repeated, words):
    path = link()

    page = set_password(path, new, repeated)

    assert page.status == 422
    assert words in page.text
    assert page.form(SET).fields["password1"] == [""]
    assert again().check_password(PASSWORD)
    again_pressed = page.press(SET, password1=NEW, password2=NEW)
    assert "Your password is changed" in again_pressed.text


def test_where_there_is_no_password_to_set_any_more_it_says_so(link):
    path = link()
    Connection.objects.update(is_enabled=False)

    page = set_password(path)

    assert page.status == 422
    assert "Cannot change email or password for users in a disabled connection." in page.text


def test_a_blocked_person_gets_no_way_in(link, jane):
    path = link()
    block_user(jane, actor=SHELL)
    visitor = Client()

    open_page(visitor, path).press(SET, password1=NEW, password2=NEW)

    assert visitor.get("/profile/").status_code == 302


def test_nobody_is_signed_in_by_it(link):
    visitor = Client()

    open_page(visitor, link()).press(SET, password1=NEW, password2=NEW)

    assert visitor.get("/profile/").status_code == 302


def test_it_is_the_tickets_account_whoever_is_signed_in(link, browser, make_user):
    agent = make_user("agent", "Support lead", password=PASSWORD)
    page = open_page(browser(agent), link())
    assert "agent@example.com" not in page.html
    assert "Sign out" not in page.buttons

    page.press(SET, password1=NEW, password2=NEW)

    assert User.objects.get(pk=agent.pk).check_password(PASSWORD)


def test_the_record_says_it_was_the_owner_and_holds_no_secret(link, jane):
    path = link(marks_email_as_verified=True)
    set_password(path)

    recorded = Change.objects.filter(what__in=("password", "profile"))
    assert {(line.actor_kind, line.face, line.actor_id) for line in recorded} == {
        ("user", "sign_in", jane.user_id)
    }
    assert all(line.request_id for line in recorded)
    everything = str([*Change.objects.values()])
    assert secret_of(path) not in everything
    assert NEW not in everything


@both
def test_the_secret_stays_here(link, purpose):
    path = link(purpose)
    page = open_page(Client(), path)
    outcome = use(path)

    for seen in (page, outcome, open_page(Client(), path)):
        assert seen.response["Referrer-Policy"] == "no-referrer"
        assert "no-store" in seen.response["Cache-Control"]
        assert "form-action 'self'" in seen.response["Content-Security-Policy"]
    assert "ticket=" not in page.forms[0].action
    assert secret_of(path) not in outcome.html


@both
def test_the_pages_work_without_cookies_and_set_none(link, purpose):
    path = link(purpose)
    visitor = Client(enforce_csrf_checks=True)

    page = open_page(visitor, path)
    typed = {"password1": NEW, "password2": NEW} if purpose == "password_change" else {}
    # As a browser sends it from a page whose policy is no-referrer.
    answer = visitor.post(PAGES[purpose], {"ticket": secret_of(path), **typed}, HTTP_ORIGIN="null")

    assert answer.status_code == 200
    assert not page.response.cookies
    assert not answer.cookies


class TestTheApplication:
    """What the page gets, and where the person goes on."""

    @both
    def test_it_is_told_of_success(self, link, purpose):
        page = use(link(purpose, result_url=APP))

        message = {
            "password_change": "You can now login to the application with the new password.",
            "email_verification": "Your email was verified. You can continue using the application.",
        }[purpose]
        assert page.status == 200
        assert "You are being redirected to shop.example ." in page.text
        assert leads_on_to(page).startswith(f"{APP}?success=true&message=")
        assert query_of(leads_on_to(page)) == {"success": "true", "message": message}

    @both
    def test_the_address_is_named_only_if_that_was_asked_for(self, link, jane, purpose):
        page = use(link(purpose, result_url=APP, names_email_in_redirect=True))

        assert query_of(leads_on_to(page))["email"] == jane.email

    @both
    def test_it_is_told_of_a_second_click(self, link, purpose):
        path = link(purpose, result_url=APP)
        use(path)

        page = open_page(Client(), path)

        message = "This URL can be used only once"
        assert page.status == 410
        assert query_of(leads_on_to(page)) == {"success": "false", "message": message}

    @both
    def test_it_is_told_of_an_old_link(self, link, purpose):
        page = open_page(Client(), link(purpose, result_url=APP, lifetime=timedelta(seconds=-1)))

        assert query_of(leads_on_to(page)) == {"success": "false", "message": "Access expired."}

    @pytest.mark.parametrize(
        ("purpose", "message"),
        [
            ("password_change", "The operation cannot be completed. Please try again."),
            ("email_verification", "Your email address could not be verified."),
        ],
    )
    def test_it_is_told_of_a_link_that_was_overtaken(self, link, jane, purpose, message):
        path = link(purpose, result_url=APP)
        edit_user(jane, Edit(profile={"email": "moved@example.com"}), actor=SHELL)

        page = open_page(Client(), path)

        assert query_of(leads_on_to(page)) == {"success": "false", "message": message}

    @pytest.mark.parametrize(
        ("result_url", "begins", "ends"),
        [
            ("https://shop.example", "https://shop.example?success=true&", "."),
            ("https://shop.example/in?a=1&b=2", "https://shop.example/in?a=1&b=2&success=true&", "."),
            ("https://shop.example/in#/top", "https://shop.example/in?success=true&", ".#/top"),
            ("http://127.0.0.1:3000/in?a=%26", "http://127.0.0.1:3000/in?a=%26&success=true&", "."),
            ("https://shop.example/in?a='\"<;", "https://shop.example/in?a='\"<;&success=true&", "."),
        ],
    )
    def test_its_own_query_and_fragment_stay(self, link, result_url, begins, ends):
        address = leads_on_to(set_password(link(result_url=result_url)))

        assert address.startswith(begins)
        assert address.endswith(ends)

    def test_an_address_is_encoded(self, jane):
        ticket = Ticket(
            purpose="email_verification",
            result_url=APP,
            email="a+b&c=élodie@example.com",
            names_email_in_redirect=True,
            expires_at=timezone.now(),
        )

        assert query_of(redirect_url(ticket))["email"] == "a+b&c=élodie@example.com"

    def test_nobody_is_taken_anywhere_before_it_is_done(self, link):
        path = link(result_url=APP)

        assert not LEADS_ON.search(open_page(Client(), path).html)
        assert not LEADS_ON.search(set_password(path, "short").html)
