"""*Try it* beside the editor, and the Tokens tab of a user: nothing is saved."""

from __future__ import annotations

import pytest

from tests.admin.rules.conftest import SCRIPT
from tests.web.pages import open_page
from users.actions.rules.configs import set_config
from users.models import Change, Client, ConfigurationChange, LogEvent, Rule, RuleRunCount, User
from users.rights.actor import command_actor
from users.rules.starters import starter_script

SHELL = command_actor("tests")
NEW = "/admin/rules/new/empty/"


@pytest.fixture
def shop(make_client):
    client = make_client(name="Shop")
    client.app_type = client.Type.WEB
    client.save()
    return client


def body(text: str) -> str:
    return f"async function (user, context, callback) {{\n{text}\n  callback(null, user, context);\n}}"


@pytest.fixture
def attempt(desk, jane, shop):
    def attempt(script: str, path: str = NEW, **typed):
        form = {"try_user": jane.user_id, "try_client": shop.client_id, "script": script, **typed}
        return desk(path).press("Try it", **form)

    return attempt


def test_claims_changes_console_and_time_are_shown_and_nothing_is_saved(attempt, jane):
    before = jane.app_metadata, Change.objects.count(), LogEvent.objects.count()
    page = attempt(
        body(
            "context.idToken['https://example.com/plan'] = 'pro';\n"
            "context.accessToken['https://example.com/n'] = 7;\n"
            "console.log('hello', user.email);\n"
            "await auth0.users.updateAppMetadata(user.user_id, { plan: 'max' });"
        )
    )

    assert page.status == 200
    assert "Passed" in page.text
    assert "ID token https://example.com/plan pro" in page.text
    assert "Access token https://example.com/n 7" in page.text
    assert "hello jane@example.com" in page.text or "hello jane.doe@example.com" in page.text
    assert "app_metadata.plan" in page.text
    assert " ms" in page.text
    jane = User.objects.get(pk=jane.pk)
    assert (jane.app_metadata, Change.objects.count(), LogEvent.objects.count()) == before
    assert not Rule.objects.exists()
    assert not RuleRunCount.objects.exists()


def test_the_unsaved_text_is_tried_and_stays_in_the_editor(attempt, make_rule):
    rule = make_rule()
    changes = ConfigurationChange.objects.count()

    page = attempt(body("console.log('draft');"), f"/admin/rules/{rule.rule_id}/")

    assert "Console draft" in page.text
    assert "console.log(&#x27;draft&#x27;);" in page.html
    rule.refresh_from_db()
    assert rule.script == SCRIPT
    assert ConfigurationChange.objects.count() == changes


def test_an_error_is_shown_with_its_line(attempt):
    page = attempt(body("user.missing.property;"))

    assert "Denied" in page.text
    assert "Line 2" in page.text
    assert 'data-line="2"' in page.html
    assert "unauthorized Go away" in attempt(body("throw new UnauthorizedError('Go away');")).text
    assert "syntax" in attempt("function (").text


def test_a_script_that_prints_markup_prints_text(attempt):
    page = attempt(body("console.log('<img src=x>'); context.idToken['<b>'] = '</code><script>';"))

    assert "<img src=x>" not in page.html
    assert "</code><script>" not in page.html


def test_values_of_settings_are_masked_in_the_console(attempt):
    set_config("API_KEY", "sk-very-secret", actor=SHELL)

    page = attempt(body("console.log(configuration.API_KEY);"))

    assert "Console" in page.text
    assert ">sk-very-secret" not in page.html


def test_no_request_is_sent_unless_that_is_ticked(attempt, monkeypatch):
    sent = []
    monkeypatch.setattr(
        "users.rules.host.send_request",
        lambda arguments, *, seconds: sent.append(arguments) or {"status": 204},
    )
    script = body("await fetch('https://example.com/');")

    assert "Denied" in attempt(script).text
    assert sent == []
    assert "Passed" in attempt(script, try_network="on").text
    assert len(sent) == 1


@pytest.mark.parametrize("typed", ["", "nobody@example.com", "a\0b", "x" * 300])
def test_a_user_who_does_not_exist_is_refused_at_the_field(attempt, typed):
    page = attempt(SCRIPT, try_user=typed)

    assert "Passed" not in page.text
    assert "field faulty" in page.html


def test_a_user_is_found_by_email(attempt, jane):
    assert "Passed" in attempt(SCRIPT, try_user=jane.email.upper()).text


def test_a_script_that_is_too_large_is_not_run(attempt):
    page = attempt("//" + "x" * 110_000)

    assert "too long" in page.text
    assert "Passed" not in page.text


def test_it_is_explained_which_rule_put_a_claim_into_a_token(desk, make_rule, jane, shop):
    make_rule("Plan to claims", script=starter_script("metadata_to_claims"))
    make_rule("Off", script=body("context.idToken.off = 1;"), is_enabled=False)

    page = desk(f"/admin/users/user/{jane.pk}/change/?tab=tokens&client={shop.client_id}")

    assert "https://example.com/plan" in page.text
    assert "Plan to claims" in page.text
    assert f"sub {jane.user_id} Server" in page.text
    assert not RuleRunCount.objects.exists()


def test_it_is_explained_which_rule_would_deny_the_sign_in(desk, make_rule, jane, shop):
    make_rule("Nobody in", script=body("throw new UnauthorizedError('Closed <today>');"))

    page = desk(f"/admin/users/user/{jane.pk}/change/?tab=tokens&client={shop.client_id}")

    assert "The rule Nobody in would deny the sign-in: Closed <today>" in page.text
    assert "<today>" not in page.html


@pytest.mark.parametrize("who", ["agent", "supporter"])
def test_tokens_are_explained_to_administrators_alone(browser, request, make_rule, jane, shop, who):
    make_rule("Plan to claims", script=starter_script("metadata_to_claims"))
    address = f"/admin/users/user/{jane.pk}/change/"

    page = open_page(browser(request.getfixturevalue(who)), f"{address}?tab=tokens&client={shop.client_id}")

    assert "tab=tokens" not in page.html
    assert "Plan to claims" not in page.text


def test_any_application_is_named_by_its_name_or_id(attempt, make_client, shop, desk, jane):
    """Also one that is not suggested, and one of two that have the same name."""
    other, single, machine = (make_client(name=name) for name in ("Shop", "Single", "Machine"))
    Client.objects.filter(pk__in=(other.pk, single.pk)).update(app_type=Client.Type.SINGLE_PAGE)
    Client.objects.filter(pk=machine.pk).update(app_type=Client.Type.MACHINE)
    script = body("context.idToken.client = context.clientID;")

    assert single.client_id in attempt(script, try_client="Single").text
    assert other.client_id in attempt(script, try_client=f" {other.client_id} ").text
    assert "Several applications have this name" in attempt(script, try_client="Shop").text
    assert "No application has this name" in attempt(script, try_client=machine.client_id).text
    page = desk(f"/admin/users/user/{jane.pk}/change/?tab=tokens&client=Shop")
    assert "Several applications have this name" in page.text
    assert "sub" in desk(f"/admin/users/user/{jane.pk}/change/?tab=tokens&client=Single").text


def test_an_unknown_application_explains_nothing(desk, jane, shop):
    for client in ("", "nothing", "a%00b"):
        page = desk(f"/admin/users/user/{jane.pk}/change/?tab=tokens&client={client}")
        assert page.status == 200
        assert "ID token" not in page.text
