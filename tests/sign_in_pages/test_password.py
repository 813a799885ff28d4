"""Changing a password, and getting a new one by mail."""

from __future__ import annotations

import html
import re

import pytest
from django.test import Client

from tests.conftest import PASSWORD, again
from tests.mailbox import deliver
from tests.web.pages import Page, open_page
from users.actions.account.block_user import block_user
from users.actions.account.edit_user import Edit, edit_user
from users.models import Change, Connection, User
from users.models.write_guard import allow_account_writes
from users.rights.actor import command_actor

SHELL = command_actor("tests")
NEW = "quite another secret"
CHANGE, SET, SEND = "Change password", "Set password", "Send link"
SENT = "If a user with this email exists, we have sent a link to set a new password."


def change(member: Client, old: str = PASSWORD, new: str = NEW, repeated: str | None = None) -> Page:
    page = open_page(member, "/password/change/")
    return page.press(CHANGE, oldpassword=old, password1=new, password2=new if repeated is None else repeated)


def ask(email: str, **headers: str) -> Page:
    return open_page(Client(**headers), "/password/reset/").press(SEND, email=email)


def link() -> str:
    """The address in the last letter, without its host."""
    return re.search(r"https?://[^/\s]+(/\S+)", deliver()[-1].body)[1]


def test_the_new_password_holds_and_the_old_one_does_not(browser, jane):
    page = change(browser(jane))

    assert "Your password is changed." in page.text
    assert again(jane).check_password(NEW)
    assert not again(jane).check_password(PASSWORD)


def test_this_session_goes_on_and_every_other_ends(browser, jane):
    here, elsewhere = browser(jane), browser(jane)

    change(here)

    assert here.get("/profile/").status_code == 200
    assert elsewhere.get("/profile/").status_code == 302


def test_the_record_says_that_and_when_but_holds_no_secret(browser, jane):
    change(browser(jane))

    after = again(jane)
    entry = Change.objects.filter(subject=jane.user_id).first()
    assert (entry.what, entry.keys) == ("password", {})
    assert (entry.actor_kind, entry.face, entry.actor_id) == ("user", "sign_in", jane.user_id)
    assert entry.request_id
    assert after.last_password_reset == entry.at
    recorded = str(list(Change.objects.values()))
    for secret in (NEW, PASSWORD, after.password, jane.password):
        assert secret not in recorded


@pytest.mark.parametrize(
    ("old", "new", "repeated", "words"),
    [
        pytest.param("wrong", NEW, NEW, "This is not your current password.", id="old one wrong"),
        pytest.param("", NEW, NEW, "This field is required.", id="old one missing"),
        pytest.param(PASSWORD, NEW, NEW + "x", "same password each time", id="two different ones"),
        pytest.param(PASSWORD, "short", "short", "too short", id="short"),
        pytest.param(PASSWORD, "12345678901", "12345678901", "entirely numeric", id="numeric"),
        pytest.param(PASSWORD, "password123", "password123", "too common", id="common"),
        pytest.param(PASSWORD, "jane.doe@example", "jane.doe@example", "too similar", id="like the address"),
        pytest.param(PASSWORD, "", "", "This field is required.", id="nothing"),
    ],
)
def test_a_refused_change_says_why_and_changes_nothing(browser, jane, old, new, repeated, words):
    member = browser(jane)
    before = User.objects.filter(pk=jane.pk).values().get()

    page = change(member, old, new, repeated)

    assert words in page.text
    assert User.objects.filter(pk=jane.pk).values().get() == before
    assert Change.objects.filter(what="password").count() == 0
    assert member.get("/profile/").status_code == 200
    for typed in {old, new, repeated} - {""}:
        assert f'value="{typed}"' not in page.html


@pytest.fixture
def policy(jane):
    """Jane's connection has a policy of its own."""
    Connection.objects.update(
        options={
            "passwordPolicy": "good",
            "password_dictionary": {"enable": True},
            "password_no_personal_info": {"enable": True},
        }
    )


ASKED = (
    "At least 8 characters in length. Contain at least 3 of the following 4 types of characters:"
    " lower case letters (a-z), upper case letters (A-Z), numbers (i.e. 0-9),"
    " special characters (e.g. !@#$%^&*)."
)
REFUSED_BY_POLICY = [
    ("short", "At least 8 characters in length."),
    ("quite another secret", "Contain at least 3 of the following 4 types of characters:"),
    ("Password1", "Password is too common."),
    ("Jane.Doe-77", "Password contains user information."),
    ("Aa1-" + "x" * 253, "At most 256 characters in length."),
]


def test_the_page_says_beforehand_what_the_connection_asks(browser, policy, jane):
    assert ASKED in open_page(browser(jane), "/password/change/").text
    ask(jane.email)
    assert ASKED in open_page(Client(), link()).text


def test_without_a_policy_it_says_the_same_as_at_sign_up(browser, jane):
    rule = "At least 8 characters, and not only digits."

    text = open_page(browser(jane), "/password/change/").text
    assert rule in text
    assert "types of characters" not in text
    ask(jane.email)
    assert rule in open_page(Client(), link()).text


@pytest.mark.parametrize(("new", "words"), REFUSED_BY_POLICY)
def test_what_the_connection_refuses_is_refused_with_its_reason(browser, policy, jane, new, words):
    page = change(browser(jane), new=new)

    assert words in errors_of(page)
    assert again(jane).check_password(PASSWORD)


@pytest.mark.parametrize(("new", "words"), REFUSED_BY_POLICY)
def test_also_behind_the_link_from_the_mail(policy, jane, new, words):
    ask(jane.email)

    page = open_page(Client(), link()).press(SET, password1=new, password2=new)

    assert words in errors_of(page)
    assert again(jane).check_password(PASSWORD)


def test_what_the_connection_takes_is_taken_though_django_would_not(browser, policy, jane):
    change(browser(jane), new="Aa1-aaaa")

    assert again(jane).check_password("Aa1-aaaa")


def errors_of(page: Page) -> str:
    """What stands below the new password."""
    [found] = re.findall(r'<ul class="errors" id="id_password1_error">(.*?)</ul>', page.html, re.DOTALL)
    return html.unescape(found)


def test_guessing_at_the_old_password_is_limited(browser, jane):
    member = browser(jane)
    for _ in range(5):
        change(member, old="wrong")

    change(member)

    assert again(jane).check_password(PASSWORD)


def test_a_visitor_has_no_password_to_change(db):
    answer = Client().get("/password/change/")

    assert (answer.status_code, answer["Location"]) == (302, "/login/?next=/password/change/")


def test_it_is_ones_own_password_whoever_is_named(browser, jane, stranger):
    page = open_page(browser(jane), "/password/change/")

    page.press(
        CHANGE,
        oldpassword=PASSWORD,
        password1=NEW,
        password2=NEW,
        forged={"user": stranger.pk, "user_id": stranger.user_id, "email": stranger.email, "id": stranger.pk},
    )

    assert again(stranger).check_password(PASSWORD)
    assert again(jane).check_password(NEW)


@pytest.mark.parametrize("who", ["agent", "administrator"])
def test_staff_change_their_own(browser, request, who):
    member = request.getfixturevalue(who)

    change(browser(member))

    assert again(member).check_password(NEW)


def test_the_whole_way_by_mail(browser, jane):
    elsewhere = browser(jane)

    asked = ask("jane.doe@example.com")
    assert SENT in asked.text
    (letter,) = deliver()
    assert letter.to == ["jane.doe@example.com"]
    assert "Set a new password" in letter.subject
    form = open_page(Client(), link())
    done = form.press(SET, password1=NEW, password2=NEW)

    assert "Your password is changed" in done.text
    assert again(jane).check_password(NEW)
    assert elsewhere.get("/profile/").status_code == 302
    verified, entry = Change.objects.filter(subject=jane.user_id)[:2]
    assert (entry.what, entry.actor_kind, entry.face, entry.keys) == ("password", "user", "sign_in", {})
    # The link was in the mailbox.
    assert verified.keys == {"email_verified": {"before": False, "after": True}}


def test_who_has_tried_too_often_may_sign_in_once_the_password_is_reset(jane):
    for _ in range(5):
        open_page(Client(), "/login/").press("Sign in", login=jane.email, password="wrong")
    ask(jane.email)

    open_page(Client(), link()).press(SET, password1=NEW, password2=NEW)

    page = open_page(Client(), "/login/").press("Sign in", login=jane.email, password=NEW)
    assert page.path == "/profile/"


def test_the_page_with_the_form_does_not_hold_the_links_secret(jane):
    ask(jane.email)
    address = link()
    secret = address.rstrip("/").partition("-")[2]

    page = open_page(Client(), address)

    assert secret not in page.path
    assert secret not in page.html
    assert page.response["Referrer-Policy"] == "same-origin"


def test_a_used_link_is_refused(jane):
    ask(jane.email)
    address = link()
    open_page(Client(), address).press(SET, password1=NEW, password2=NEW)

    page = open_page(Client(), address)

    assert "This link has already been used or has expired." in page.text
    assert SET not in page.buttons


@pytest.mark.parametrize("after", ["a sign-in", "a new address", "another password"])
def test_a_link_dies_with_what_it_was_made_for(jane, after):
    ask(jane.email)
    address = link()
    if after == "a sign-in":
        open_page(Client(), "/login/").press("Sign in", login=jane.email, password=PASSWORD)
    elif after == "a new address":
        edit_user(jane, Edit(profile={"email": "moved@example.com"}), actor=SHELL)
    else:
        edit_user(jane, Edit(password=NEW), actor=SHELL)

    assert "already been used or has expired" in open_page(Client(), address).text


def test_a_link_for_one_does_not_open_another(jane, stranger):
    ask(stranger.email)
    strangers = link()
    ask(jane.email)
    uid = re.search(r"/key/(\w+)-", link())[1]

    page = open_page(Client(), re.sub(r"/key/\w+-", f"/key/{uid}-", strangers))

    assert "already been used or has expired" in page.text


@pytest.mark.parametrize(
    "path",
    [
        "/password/reset/key/1-set-password/",
        "/password/reset/key/zzzzzzzzzzzzzz-x/",
        "/password/reset/key/0-0/",
    ],
)
def test_a_made_up_link_is_refused(jane, path):
    page = open_page(Client(), path)

    assert page.status == 200
    assert SET not in page.buttons


def test_an_old_link_is_refused(jane, settings):
    ask(jane.email)
    settings.PASSWORD_RESET_TIMEOUT = -1

    assert "has expired" in open_page(Client(), link()).text


@pytest.mark.parametrize("new", ["short", "12345678901", "password123"])
def test_a_weak_password_is_refused_there_too(jane, new):
    ask(jane.email)

    page = open_page(Client(), link()).press(SET, password1=new, password2=new)

    assert again(jane).check_password(PASSWORD)
    assert SET in page.buttons
    assert page.form(SET).fields["password1"] == [""]


def test_case_and_accents_do_not_matter_and_the_letter_goes_to_the_account(make_user):
    make_user("x", email="Élodie@example.com", password=PASSWORD)

    ask("ÉLODIE@EXAMPLE.COM")

    assert deliver()[-1].to == ["élodie@example.com"]


@pytest.mark.parametrize(
    ("email", "typed", "delivered"),
    [
        ("jane@straße.example", "JANE@xn--strae-oqa.example", "jane@xn--strae-oqa.example"),
        ("jane@xn--strae-oqa.example", "jane@STRAßE.example", "jane@xn--strae-oqa.example"),
    ],
)
def test_the_letter_goes_to_the_domain_by_idna_2008(make_user, email, typed, delivered):
    make_user("x", email=email, password=PASSWORD)

    ask(typed)

    assert [letter.to for letter in deliver()] == [[delivered]]


@pytest.mark.parametrize(
    ("email", "typed"),
    [
        ("fix@example.com", "ﬁx@example.com"),
        ("strasse@example.com", "straße@example.com"),
        ("jane@strasse.example", "jane@straße.example"),
        ("jane@fix.example", "jane@ﬁx.example"),
    ],
)
def test_no_letter_leaves_for_an_email_that_only_looks_alike(make_user, email, typed):
    make_user("x", email=email, password=PASSWORD)

    ask(typed)

    assert deliver() == []


def test_an_unknown_address_is_answered_alike_and_gets_no_letter(jane):
    known, unknown = ask(jane.email), ask("nobody@example.com")

    assert (unknown.status, unknown.path, unknown.text) == (known.status, known.path, known.text)
    assert [letter.to for letter in deliver()] == [[jane.email]]


@pytest.mark.parametrize("why", ["blocked", "of another connection"])
def test_who_could_not_sign_in_gets_no_link_and_the_page_does_not_tell(jane, why):
    if why == "blocked":
        block_user(jane, actor=SHELL)
    else:
        other = Connection.objects.create(name="Partners", strategy="samlp")
        with allow_account_writes():
            User.objects.filter(pk=jane.pk).update(connection=other)

    page = ask(jane.email)

    assert SENT in page.text
    assert not [letter for letter in deliver() if "/password/reset/key/" in letter.body]


def test_a_link_from_before_the_block_gives_no_way_in(jane):
    ask(jane.email)
    address = link()
    block_user(jane, actor=SHELL)

    visitor = Client()
    page = open_page(visitor, address)
    if SET in page.buttons:
        page.press(SET, password1=NEW, password2=NEW)

    assert visitor.get("/profile/").status_code == 302


@pytest.mark.parametrize("typed", ["not an address", "jane@localhost", "", "a@b@c.example"])
def test_what_is_no_address_is_said_beside_the_field(db, typed):
    page = ask(typed)

    assert 'id="id_email_error"' in page.html
    assert page.form(SEND).fields["email"] == [typed]
    assert deliver() == []


def test_without_mail_the_page_says_whom_to_ask(jane, settings):
    settings.IS_EMAIL_CONFIGURED = False

    page = ask(jane.email)

    assert "This site cannot send email yet. Ask an administrator to set your password." in page.text
    assert deliver() == []


def test_letters_to_one_address_are_limited(jane):
    for _ in range(8):
        ask(jane.email)

    assert len(deliver()) == 5


def test_the_letter_leads_to_this_site_whatever_port_the_host_header_names(jane, settings):
    settings.PUBLIC_URL = "http://testserver"

    ask(jane.email, HTTP_HOST="testserver:6666")

    assert ":6666" not in deliver()[-1].body


def test_the_record_of_a_reset_holds_no_secret(jane):
    ask(jane.email)
    secret = link().rstrip("/").partition("-")[2]
    open_page(Client(), link()).press(SET, password1=NEW, password2=NEW)

    recorded = str(list(Change.objects.values()))
    for text in (NEW, secret, again(jane).password):
        assert text not in recorded
