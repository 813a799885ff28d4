"""Second factors: enrolled on one's own page, asked for by each sign-in."""

from __future__ import annotations

import re
import time
from datetime import timedelta
from types import SimpleNamespace

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.utils import timezone

from tests.conftest import PASSWORD, again
from tests.mailbox import deliver
from tests.second_factor import code, enrol, wrong
from tests.web.pages import Page, open_page
from users.actions.account.block_user import block_user
from users.actions.account.delete_user import delete_user
from users.actions.account.multifactor import remove_multifactor, renew_recovery_code
from users.models import Change, User
from users.rights.actor import command_actor

SHELL = command_actor("tests")
INDEX, ADD = "/profile/security/", "/profile/security/app/add/"
REMOVE = "/profile/security/app/remove/"
CODES, NEW_CODES = "/profile/security/recovery-codes/", "/profile/security/recovery-codes/new/"
DOWNLOAD = "/profile/security/recovery-codes/download/"
ASKED, SIGN_IN = "/login/code/", "Sign in"
INCORRECT, TOO_MANY = "Wrong code.", "Too many failed sign-in attempts."
# allauth tells of what was enrolled once it is committed, which other tests never do.
commits = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def at_home(user: User) -> Client:
    """Signed in, some time ago."""
    visitor = Client()
    visitor.force_login(user)
    return visitor


def confirmed(visitor: Client, path: str) -> Page:
    """A page that asks for the password first."""
    page = open_page(visitor, path)
    assert "Confirm that it is you" in page.text
    return page.press("Continue", password=PASSWORD)


def secret_on(page: Page) -> str:
    return re.search(r'data-copy="([A-Z2-7]{32})"', page.html)[1]


def by_password(user: User, *, to: str = "/login/", **headers: str) -> Page:
    """The first step of signing in, in a browser of one's own."""
    return open_page(Client(**headers), to).press(SIGN_IN, login=user.email, password=PASSWORD)


def sign_in(user: User, typed: str, **options: str) -> Page:
    """Both steps."""
    return by_password(user, **options).press(SIGN_IN, code=typed)


def is_in(page: Page) -> bool:
    return "_auth_user_id" in page.browser.session


def clock(now: float) -> SimpleNamespace:
    """The time module, at another time."""
    return SimpleNamespace(time=lambda: now)


@pytest.fixture
def standing_still(monkeypatch):
    """Our app and the server agree on the moment, which does not pass."""
    now = clock(time.time())
    for module in ("tests.second_factor", "allauth.mfa.totp.internal.auth"):
        monkeypatch.setattr(f"{module}.time", now)


def recovery_codes(user: User) -> list[str]:
    kept = Authenticator.objects.get(user=user, type="recovery_codes")
    return kept.wrap().get_unused_codes()


@commits
class TestEnrolling:
    def test_leads_from_the_own_page_over_the_password_to_codes_for_a_bad_day(self, jane):
        visitor = at_home(jane)
        assert f'href="{INDEX}"' in open_page(visitor, "/profile/").html
        assert f'href="{ADD}"' in open_page(visitor, INDEX).html

        page = confirmed(visitor, ADD)
        secret = secret_on(page)
        done = page.press("Turn on", code=code(secret))

        assert done.path == CODES
        assert "Two-step sign-in is on." in done.text
        shown = re.findall(r"<code>(\d{8})</code>", done.html)
        assert shown == recovery_codes(jane)
        assert len(set(shown)) == 10
        assert is_in(sign_in(jane, code(secret, steps=1)))

    @pytest.mark.parametrize("spelt", ["{0}{1}", "{0} {1}", "{0}.{1}"])
    def test_uses_up_the_code_that_adds_the_app(self, jane, standing_still, spelt):
        page = confirmed(at_home(jane), ADD)
        secret = secret_on(page)
        typed = code(secret)
        page.press("Turn on", code=typed)

        refused = sign_in(jane, spelt.format(typed[:3], typed[3:]))

        assert INCORRECT in refused.text
        assert not is_in(refused)
        assert is_in(sign_in(jane, code(secret, steps=1)))

    @pytest.mark.parametrize("who", ["agent", "administrator"])
    def test_is_for_staff_too(self, request, who):
        member = request.getfixturevalue(who)
        page = confirmed(at_home(member), ADD)

        page.press("Turn on", code=code(secret_on(page)))

        assert again(member).multifactor == ["google-authenticator"]
        assert by_password(member).path == ASKED

    def test_shows_on_the_profile_and_in_the_record(self, jane):
        before = timezone.now()
        page = confirmed(at_home(jane), ADD)
        page.press("Turn on", code=code(secret_on(page)))

        now = again(jane)
        assert now.multifactor == ["google-authenticator"]
        assert before <= now.multifactor_last_modified <= timezone.now()
        assert now.version == jane.version + 1
        change = now.changes.first()
        assert (change.what, change.actor_kind, change.actor_id, change.face) == (
            "multifactor",
            "user",
            jane.user_id,
            "profile",
        )
        assert change.keys == {"multifactor": {"before": None, "after": ["google-authenticator"]}}
        assert change.request_id
        assert now.changes.count() == 2  # with the creation

    def test_takes_no_wrong_password(self, jane):
        page = open_page(at_home(jane), ADD).press("Continue", password="wrong")

        assert "Wrong password." in page.text
        assert not Authenticator.objects.exists()

    def test_asks_for_the_password_again_after_five_minutes(self, jane, monkeypatch):
        visitor = at_home(jane)
        page = confirmed(visitor, ADD)
        soon, late = (time.time() + seconds for seconds in (290, 310))
        monkeypatch.setattr("allauth.account.internal.flows.reauthentication.time", clock(soon))
        assert secret_on(open_page(visitor, ADD))
        monkeypatch.setattr("allauth.account.internal.flows.reauthentication.time", clock(late))

        late = page.press("Turn on", code=code(secret_on(page)))

        assert "Confirm that it is you" in late.text
        assert not Authenticator.objects.exists()

    def test_takes_no_wrong_code_and_keeps_the_secret_that_is_in_the_app(self, jane):
        page = confirmed(at_home(jane), ADD)
        secret = secret_on(page)

        refused = page.press("Turn on", code=wrong(secret))

        assert INCORRECT in refused.text
        assert secret_on(refused) == secret
        assert not Authenticator.objects.exists()
        assert again(jane).multifactor is None
        refused.press("Turn on", code=code(secret))
        assert again(jane).multifactor == ["google-authenticator"]

    def test_limits_the_tries(self, jane):
        page = confirmed(at_home(jane), ADD)
        secret = secret_on(page)
        for _ in range(5):
            page = page.press("Turn on", code=wrong(secret))

        refused = page.press("Turn on", code=code(secret))

        assert f"{TOO_MANY} Try again in 5 minutes." in refused.text
        assert not Authenticator.objects.exists()

    def test_says_the_secret_as_a_picture_and_as_text(self, jane):
        page = confirmed(at_home(jane), ADD)

        assert re.search(
            r'<img class="qr" src="data:image/svg\+xml;base64,[^"]+" [^>]*alt="[^"]{20,}"',
            page.html,
        )
        assert secret_on(page) in page.text.replace(" ", "")
        link = re.search(r'href="(otpauth://totp/[^"]+)"', page.html)[1]
        assert "jane.doe%40example.com" in link
        assert f"secret={secret_on(page)}" in link
        assert "issuer=Profiledesk" in link

    def test_once_is_enough(self, jane):
        enrol(jane)

        assert confirmed(at_home(jane), ADD).path == REMOVE


class TestSigningIn:
    def test_without_a_second_factor_asks_for_none(self, jane):
        assert is_in(by_password(jane))

    @pytest.mark.parametrize("who", ["jane", "agent", "administrator"])
    def test_asks_for_the_code_after_the_password(self, request, who):
        user = request.getfixturevalue(who)
        secret = enrol(user)

        asked = by_password(user)

        assert (asked.path, is_in(asked)) == (ASKED, False)
        assert is_in(asked.press(SIGN_IN, code=code(secret)))

    @pytest.mark.parametrize("path", ["/profile/", "/admin/users/user/", INDEX, CODES, "/password/change/"])
    def test_opens_nothing_before_the_code(self, agent, path):
        enrol(agent)
        visitor = by_password(agent).browser

        assert open_page(visitor, path).path == ASKED

    def test_leads_where_one_wanted_to_go(self, agent):
        secret = enrol(agent)

        done = sign_in(agent, code(secret), to="/login/?next=/admin/users/user/%3Fq%3Djane")

        assert done.path == "/admin/users/user/?q=jane"

    def test_is_counted_once_the_code_was_right(self, jane):
        secret = enrol(jane)

        asked = by_password(jane)

        assert again(jane).logins_count == 0
        asked.press(SIGN_IN, code=code(secret))
        assert again(jane).logins_count == 1

    @pytest.mark.parametrize("typed", ["", "1", "x", "😀", "1" * 64, "1" * 65, "\u0661\u0662\u0663"])
    def test_takes_no_other_code(self, jane, typed):
        enrol(jane)

        refused = sign_in(jane, typed)

        assert (refused.status, is_in(refused)) == (200, False)

    def test_takes_no_code_of_another_person(self, jane, stranger):
        enrol(jane)

        refused = sign_in(jane, code(enrol(stranger)))

        assert INCORRECT in refused.text
        assert not is_in(refused)

    @pytest.mark.parametrize("steps", [-1, 0, 1])
    def test_takes_the_code_a_little_early_or_late(self, jane, standing_still, steps):
        secret = enrol(jane)

        assert is_in(sign_in(jane, code(secret, steps=steps)))

    @pytest.mark.parametrize("steps", [-2, 2])
    def test_takes_no_code_of_another_time(self, jane, standing_still, steps):
        secret = enrol(jane)

        assert not is_in(sign_in(jane, code(secret, steps=steps)))

    def test_takes_the_code_as_apps_show_it(self, jane):
        secret = enrol(jane)
        shown = code(secret)

        assert is_in(sign_in(jane, f" {shown[:3]} {shown[3:]} "))

    @pytest.mark.parametrize("spelt", ["{0}{1}", "{0} {1}", "{0}.{1}"])
    def test_takes_each_code_once_for_as_long_as_it_is_right(self, jane, monkeypatch, spelt):
        secret = enrol(jane)
        typed = code(secret, steps=1)
        assert is_in(sign_in(jane, typed))
        later = time.time() + 40
        monkeypatch.setattr("allauth.mfa.totp.internal.auth.time", clock(later))
        monkeypatch.setattr(
            "django.core.cache.backends.db.tz_now", lambda: timezone.now() + timedelta(seconds=40)
        )

        refused = sign_in(jane, spelt.format(typed[:3], typed[3:]))

        assert INCORRECT in refused.text
        assert not is_in(refused)

    def test_takes_each_recovery_code_once(self, jane):
        enrol(jane)
        first, second = recovery_codes(jane)[:2]

        assert is_in(sign_in(jane, first))
        assert INCORRECT in sign_in(jane, first).text
        assert is_in(sign_in(jane, f"{second[:4]}-{second[4:]}"))
        assert len(recovery_codes(jane)) == 8

    def test_takes_a_recovery_code_that_support_made(self, jane):
        enrol(jane)
        old = recovery_codes(jane)[0]
        made = renew_recovery_code(jane, actor=SHELL)

        assert INCORRECT in sign_in(jane, old).text
        assert is_in(sign_in(jane, f"{made[:8]} {made[8:]}".lower()))
        assert INCORRECT in sign_in(jane, made).text

    def test_can_be_given_up_for_another_account(self, jane, stranger):
        enrol(jane)

        page = by_password(jane).press("Back to sign-in")

        assert page.path == "/login/"
        assert is_in(page.press(SIGN_IN, login=stranger.email, password=PASSWORD))

    def test_without_the_password_there_is_nothing_to_type_a_code_into(self, jane):
        secret = enrol(jane)
        visitor = Client()

        assert visitor.get(ASKED)["Location"] == "/login/"
        visitor.post(ASKED, {"code": code(secret)})
        assert "_auth_user_id" not in visitor.session

    def test_a_new_password_by_mail_does_not_go_around_it(self, jane):
        secret = enrol(jane)
        visitor = Client()
        open_page(visitor, "/password/reset/").press("Send link", email=jane.email)
        link = re.search(r"https?://[^/\s]+(/\S+)", deliver()[0].body)[1]
        new = "quite another secret"
        open_page(visitor, link).press("Set password", password1=new, password2=new)

        asked = open_page(visitor, "/login/").press(SIGN_IN, login=jane.email, password=new)

        assert (asked.path, is_in(asked)) == (ASKED, False)
        assert is_in(asked.press(SIGN_IN, code=code(secret)))


class TestTries:
    def test_after_five_wrong_codes_the_right_one_is_refused(self, jane):
        secret = enrol(jane)
        for _ in range(5):
            assert INCORRECT in sign_in(jane, wrong(secret)).text

        refused = sign_in(jane, code(secret))

        assert TOO_MANY in refused.text
        assert not is_in(refused)

    def test_count_together_wherever_they_come_from(self, jane):
        secret = enrol(jane)
        for number in range(5):
            sign_in(jane, wrong(secret), REMOTE_ADDR=f"192.0.2.{number}")

        assert TOO_MANY in sign_in(jane, code(secret), REMOTE_ADDR="192.0.2.99").text

    def test_keep_nobody_else_out(self, jane, stranger):
        secret, other = enrol(jane), enrol(stranger)
        for number in range(6):
            sign_in(jane, wrong(secret), REMOTE_ADDR=f"192.0.2.{number}")

        assert is_in(sign_in(stranger, code(other)))

    def test_at_recovery_codes_count_alike(self, jane):
        enrol(jane)
        for _ in range(5):
            sign_in(jane, "00000000")

        assert TOO_MANY in sign_in(jane, recovery_codes(jane)[0]).text

    def test_are_cleared_by_a_right_one(self, jane):
        secret = enrol(jane)
        for _ in range(4):
            sign_in(jane, wrong(secret))
        assert is_in(sign_in(jane, code(secret)))

        assert INCORRECT in sign_in(jane, wrong(secret)).text


class TestMeanwhile:
    """Something happens between password and code."""

    def test_the_second_factor_is_removed_and_the_password_is_enough(self, jane):
        enrol(jane)
        asked = by_password(jane)
        remove_multifactor(jane, actor=SHELL)

        page = open_page(asked.browser, ASKED)

        assert page.path == "/login/"
        assert is_in(page.press(SIGN_IN, login=jane.email, password=PASSWORD))

    def test_the_person_is_blocked_and_told_so(self, jane):
        secret = enrol(jane)
        asked = by_password(jane)
        block_user(jane, actor=SHELL)

        page = asked.press(SIGN_IN, code=code(secret))

        assert "This account is blocked" in page.text
        assert not is_in(page)
        assert again(jane).logins_count == 1  # refused, and counted all the same

    def test_a_blocked_person_has_to_begin_again_with_the_password(self, jane):
        secret = enrol(jane)
        asked = by_password(jane)
        block_user(jane, actor=SHELL)
        asked.press(SIGN_IN, code=code(secret))

        assert open_page(asked.browser, ASKED).path == "/login/"

    def test_the_account_is_deleted(self, jane):
        secret = enrol(jane)
        asked = by_password(jane)
        delete_user(jane, actor=SHELL)

        page = asked.press(SIGN_IN, code=code(secret))

        assert (page.status, page.path, is_in(page)) == (200, "/login/", False)
        assert not Authenticator.objects.exists()


class TestRemoving:
    def test_asks_for_the_password_and_is_done_with_all_of_it(self, jane):
        enrol(jane)
        visitor = at_home(jane)
        assert f'href="{REMOVE}"' in open_page(visitor, INDEX).html

        page = confirmed(visitor, REMOVE).press("Remove app")

        assert "Two-step sign-in is off." in page.text
        assert not Authenticator.objects.exists()
        assert is_in(by_password(jane))
        now = again(jane)
        assert now.multifactor == []
        change = now.changes.first()
        assert (change.actor_kind, change.face) == ("user", "profile")
        assert change.keys == {"multifactor": {"before": ["google-authenticator"], "after": []}}
        assert now.changes.count() == 3  # created, enrolled, removed

    def test_may_be_confirmed_by_a_code_instead(self, jane):
        secret = enrol(jane)
        page = open_page(at_home(jane), REMOVE)
        other = re.search(r'href="(/login/again/code/[^"]+)"', page.html)[1]

        done = open_page(page.browser, other.replace("&amp;", "&")).press("Continue", code=code(secret))

        assert done.path == REMOVE
        done.press("Remove app")
        assert again(jane).multifactor == []

    def test_is_not_done_by_looking_at_it(self, jane):
        enrol(jane)

        confirmed(at_home(jane), REMOVE)

        assert Authenticator.objects.count() == 2

    def test_needs_something_to_remove(self, jane):
        assert at_home(jane).get(REMOVE).status_code == 404

    def test_is_for_staff_on_their_own_page_too(self, supporter_enrolled):
        confirmed(at_home(supporter_enrolled), REMOVE).press("Remove app")

        assert again(supporter_enrolled).multifactor == []


@pytest.fixture
def supporter_enrolled(supporter):
    enrol(supporter)
    return supporter


@commits
class TestRecoveryCodes:
    def test_are_shown_after_the_password_and_may_be_kept_as_a_file(self, jane):
        enrol(jane)
        visitor = at_home(jane)

        page = confirmed(visitor, CODES)

        assert re.findall(r"<code>(\d{8})</code>", page.html) == recovery_codes(jane)
        file = visitor.get(DOWNLOAD)
        assert file.content.decode().split() == recovery_codes(jane)
        assert "attachment" in file["Content-Disposition"]

    def test_made_again_void_the_old_ones(self, jane):
        enrol(jane)
        old = recovery_codes(jane)

        page = confirmed(at_home(jane), NEW_CODES).press("Create codes")

        assert page.path == CODES
        assert not set(old) & set(recovery_codes(jane))
        assert INCORRECT in sign_in(jane, old[0]).text
        change = again(jane).changes.first()
        assert (change.what, change.keys) == ("multifactor", {"recovery_codes": {"after": "new"}})
        assert again(jane).multifactor == ["google-authenticator"]

    def test_are_not_made_for_whoever_is_not_enrolled(self, jane):
        page = confirmed(at_home(jane), NEW_CODES).press("Create codes")

        assert "Set up an authenticator app first" in page.text
        assert not Authenticator.objects.exists()

    def test_show_the_one_that_support_made(self, jane):
        enrol(jane)
        made = renew_recovery_code(jane, actor=SHELL)

        assert f"<code>{made}</code>" in confirmed(at_home(jane), CODES).html


class TestAtRest:
    def test_neither_secret_nor_codes_are_readable(self, jane):
        secret = enrol(jane)
        made = renew_recovery_code(jane, actor=SHELL)

        stored = str(list(Authenticator.objects.values_list("data", flat=True)))

        assert secret not in stored
        assert made not in stored

    def test_nothing_secret_is_in_the_record_of_changes(self, jane):
        secret = enrol(jane)
        made = renew_recovery_code(jane, actor=SHELL)

        recorded = str(list(Change.objects.values()))

        assert secret not in recorded
        assert made not in recorded

    def test_under_another_key_no_code_is_right_and_nothing_breaks(self, jane, settings):
        secret = enrol(jane)
        made = renew_recovery_code(jane, actor=SHELL)
        settings.SECRET_KEY = "another key, long enough to please: " + "y" * 20

        for typed in (code(secret), made, ""):
            assert not is_in(sign_in(jane, typed))

        remove_multifactor(jane, actor=SHELL)
        assert is_in(by_password(jane))


PAGES = (INDEX, ADD, REMOVE, CODES, NEW_CODES, DOWNLOAD, "/login/again/", "/login/again/code/")


@pytest.mark.parametrize("path", PAGES)
def test_a_visitor_is_led_to_the_sign_in(db, path):
    assert open_page(Client(), path).path.startswith("/login/?next=")


@pytest.mark.parametrize("path", [ADD, CODES, DOWNLOAD, NEW_CODES, INDEX])
def test_no_browser_keeps_what_is_secret(jane, path):
    visitor = at_home(jane)
    if path != ADD:
        enrol(jane)
    confirmed(visitor, ADD if path == ADD else CODES)

    answer = visitor.get(path)

    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]


@commits
def test_the_pages_keep_to_the_strict_policy(jane):
    visitor = at_home(jane)
    adding = confirmed(visitor, ADD)
    done = adding.press("Turn on", code=code(secret_on(adding)))
    others = [open_page(visitor, path) for path in (INDEX, REMOVE, NEW_CODES)]
    asked = by_password(jane)

    for page in (adding, done, *others, asked):
        assert page.status == 200
        assert page.inline == []
        assert "unsafe" not in page.response["Content-Security-Policy"]
        assert page.html.count("<h1") == 1


@pytest.mark.parametrize("path", ["/profile/security/webauthn/", "/login/trust/", "/accounts/2fa/"])
def test_what_is_not_offered_is_not_there(jane, path):
    assert at_home(jane).get(path).status_code == 404


def test_another_site_can_remove_nothing(jane):
    enrol(jane)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(jane)

    assert strict.post(REMOVE).status_code in (302, 403)
    assert Authenticator.objects.count() == 2
