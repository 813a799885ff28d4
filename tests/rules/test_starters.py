"""The starter rules do what their sentence says, in the engine that runs rules."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.javascript.scripts import REFUSED, Parent, run_rule
from users.javascript.script import ScriptError
from users.rules.starters import FOLDER, GROUPS, STARTERS, starter_script

CLAIM = "https://example.com/"
SECRETS = {"SESSION_TOKEN_SECRET": "0123456789abcdef0123456789abcdef"}


def context(**given: Any) -> dict[str, Any]:
    """A login as `users/rules` describes it to rules, as far as the starters read it."""
    return {
        "clientID": "music",
        "clientName": "Music",
        "clientMetadata": {},
        "protocol": "oidc-basic-profile",
        "idToken": {},
        "accessToken": {"scope": ["openid", "read:reports", "delete:reports"]},
        "stats": {"loginsCount": 1},
        "authentication": {"methods": [{"name": "pwd", "timestamp": 1}]},
        "authorization": {"roles": []},
        "request": {"ip": "203.0.113.9", "query": {}, "hostname": "desk.example.com", "geoip": {}},
        **given,
    }


def user(**given: Any) -> dict[str, Any]:
    return {"user_id": "auth0|jane", "email": "jane@example.com", "email_verified": True, **given}


def run(key: str, who: Any = None, where: Any = None, *, host: Any = None, **configuration: str) -> Any:
    """The user and the context that the starter passes on."""
    outcome = run_rule(
        starter_script(key),
        user=who or user(),
        context=where or context(),
        configuration=configuration,
        host=host,
    )
    return outcome.value["user"], outcome.value["context"]


def tokens(key: str, *given: Any, **configuration: str) -> list[Any]:
    """The claims that the starter adds to the ID token and to the access token."""
    _, after = run(key, *given, **configuration)
    return [
        after["idToken"],
        {name: after["accessToken"][name] for name in after["accessToken"] if name != "scope"},
    ]


def denial(key: str, *given: Any, **configuration: str) -> str:
    """With which message it denies the login; empty where it does not."""
    try:
        run(key, *given, **configuration)
    except ScriptError as error:
        return error.message if error.kind == "unauthorized" else ""
    return ""


def test_each_has_a_title_that_can_be_the_name_of_a_rule_and_a_sentence():
    assert len(STARTERS) >= 15
    assert {path.stem for path in FOLDER.glob("*.js")} == {*STARTERS, "empty"}
    for group in GROUPS:
        for starter in group.starters:
            assert re.fullmatch("[a-zA-Z0-9][ a-zA-Z0-9-]*[a-zA-Z0-9]", str(starter.title)), starter.key
            assert str(starter.about).endswith("."), starter.key


@pytest.mark.parametrize("key", [*STARTERS, "empty"])
def test_each_lets_a_new_user_in_who_has_verified_the_email(key):
    settings = SECRETS | {"ALLOWED_NETWORKS": "203.0.113.0/24", "PROFILE_URL": "https://example.com/ask"}
    settings |= {"CONSENT_URL": "https://example.com/terms", "BILLING_URL": "https://billing.example.com"}
    host = Parent(http={"status": 404, "headers": {}, "body": ""})

    # The clock decides about working hours.
    if key != "working_hours":
        run(key, host=host, **settings)


def test_metadata_becomes_claims():
    jane = user(app_metadata={"plan": "pro"}, user_metadata={"preferences": {"color": "blue"}})
    claims = {CLAIM + "plan": "pro", CLAIM + "preferences": {"color": "blue"}}

    assert tokens("metadata_to_claims", jane) == [claims, claims]
    assert tokens("metadata_to_claims")[0] == {CLAIM + "plan": "free", CLAIM + "preferences": {}}


def test_roles_become_claims():
    claims = {CLAIM + "roles": ["editor"]}

    assert tokens("roles_to_claims", None, context(authorization={"roles": ["editor"]})) == [claims, claims]


def test_roles_follow_a_verified_domain_and_are_stored_once():
    host = Parent()
    after, at = run("roles_by_domain", host=host)

    assert host.calls == [["users.updateAppMetadata", "auth0|jane", {"roles": ["employee"]}]]
    assert at["idToken"] == {CLAIM + "roles": ["employee"]}
    host.calls.clear()
    run("roles_by_domain", after, host=host)
    assert host.calls == []
    _, at = run("roles_by_domain", user(email_verified=False))
    assert at["idToken"] == {CLAIM + "roles": []}


def test_the_country_becomes_a_claim():
    at = context(request={"ip": "203.0.113.9", "geoip": {"country_code": "FR", "time_zone": "Europe/Paris"}})

    assert tokens("country_to_claims", None, at)[0] == {
        CLAIM + "country": "FR",
        CLAIM + "time_zone": "Europe/Paris",
    }
    assert tokens("country_to_claims", None, context(request={"ip": "203.0.113.9"}))[0] == {}


def test_scopes_are_limited_to_a_role():
    _, at = run("limit_scopes")
    assert at["accessToken"]["scope"] == ["openid", "read:reports"]
    _, at = run("limit_scopes", None, context(authorization={"roles": ["admin"]}))
    assert at["accessToken"]["scope"] == ["openid", "read:reports", "delete:reports"]


@pytest.mark.parametrize(
    ("key", "who", "where", "configuration"),
    [
        ("require_verified_email", user(email_verified=False), None, {}),
        ("allow_email_domains", user(email="jane@elsewhere.example"), None, {}),
        ("allow_email_domains", user(email_verified=False), None, {}),
        ("deny_disabled_users", user(app_metadata={"disabled": True}), None, {}),
        ("deny_disabled_users", user(app_metadata={"disabled": ["music"]}), None, {}),
        ("require_role", None, context(clientMetadata={"required_roles": "editor, admin"}), {}),
        ("allow_networks", None, None, {"ALLOWED_NETWORKS": "198.51.100.0/24, 2001:db8::/32"}),
        ("allow_networks", None, None, {}),
        ("limit_trial_logins", None, context(stats={"loginsCount": 21}), {}),
        ("ask_for_consent", None, context(protocol="oauth2-password"), SECRETS),
        ("ask_for_consent", None, context(protocol="redirect-callback"), SECRETS),
    ],
)
def test_access_is_denied(key, who, where, configuration):
    assert denial(key, who, where, **configuration)


@pytest.mark.parametrize(
    ("key", "who", "where", "configuration"),
    [
        ("deny_disabled_users", user(app_metadata={"disabled": ["other"]}), None, {}),
        (
            "require_role",
            None,
            context(clientMetadata={"required_roles": "editor"}, authorization={"roles": ["editor"]}),
            {},
        ),
        ("allow_networks", None, None, {"ALLOWED_NETWORKS": "2001:db8::/32, 203.0.113.0/24"}),
        ("limit_trial_logins", user(app_metadata={"plan": "pro"}), context(stats={"loginsCount": 21}), {}),
        ("ask_for_consent", user(user_metadata={"terms": {"version": "2026-12"}}), None, SECRETS),
    ],
)
def test_access_is_granted(key, who, where, configuration):
    assert denial(key, who, where, **configuration) == ""


def test_working_hours_are_those_of_the_time_zone():
    # The engine has no clock to set: that of the script is replaced.
    def at(now: str) -> str:
        script = starter_script("working_hours")
        stopped = script.replace("moment().tz", f"moment({json.dumps(now)}).tz")
        try:
            run_rule(stopped, user=user(), context=context())
        except ScriptError as error:
            return error.kind
        return ""

    assert at("2026-12-01T06:30:00Z") == ""  # a Tuesday, 7:30 in Berlin
    assert at("2026-12-01T05:30:00Z") == "unauthorized"
    assert at("2026-12-05T12:00:00Z") == "unauthorized"


def test_a_second_factor_is_asked_for_once_per_session():
    _, at = run("mfa_once_per_session")
    assert at["multifactor"] == {"provider": "any", "allowRememberBrowser": False}
    _, at = run("mfa_once_per_session", None, context(authentication={"methods": [{"name": "mfa"}]}))
    assert "multifactor" not in at


def test_a_second_factor_is_asked_for_in_a_new_country():
    def from_country(code: str, *methods: str, countries: tuple[str, ...] = ()) -> tuple[Any, list[Any]]:
        host = Parent()
        at = context(
            request={"ip": "203.0.113.9", "geoip": {"country_code": code}},
            authentication={"methods": [{"name": name} for name in methods]},
        )
        _, after = run("mfa_in_new_country", user(app_metadata={"countries": list(countries)}), at, host=host)
        return after.get("multifactor"), [call[2] for call in host.calls]

    assert from_country("FR", "pwd") == (None, [{"countries": ["FR"]}])
    assert from_country("FR", "pwd", countries=("FR",)) == (None, [])
    asked, stored = from_country("DE", "pwd", countries=("FR",))
    assert (asked["provider"], stored) == ("any", [])
    assert from_country("DE", "pwd", "mfa", countries=("FR",)) == (None, [{"countries": ["FR", "DE"]}])


def test_new_users_get_defaults_for_what_they_lack():
    host = Parent()
    after, _ = run("sign_up_defaults", user(user_metadata={"theme": "dark"}), host=host)

    assert after["user_metadata"] == {"theme": "dark", "newsletter": False}
    assert after["app_metadata"] == {"plan": "free"}
    assert host.calls == [
        ["users.updateUserMetadata", "auth0|jane", {"newsletter": False}],
        ["users.updateAppMetadata", "auth0|jane", {"plan": "free"}],
    ]
    host.calls.clear()
    run("sign_up_defaults", after, host=host)
    run("sign_up_defaults", None, context(stats={"loginsCount": 2}), host=host)
    assert host.calls == []


def test_a_missing_answer_is_asked_for_from_the_third_login_on():
    url = "https://example.com/ask"

    def redirect(who: Any = None, **given: Any) -> Any:
        _, at = run("progressive_profiling", who, context(**given), PROFILE_URL=url, **SECRETS)
        return at.get("redirect", {}).get("url", "")

    assert redirect(stats={"loginsCount": 3}).startswith(f"{url}?session_token=")
    assert redirect(stats={"loginsCount": 2}) == ""
    assert redirect(user(user_metadata={"company": "Acme"}), stats={"loginsCount": 3}) == ""
    assert redirect(stats={"loginsCount": 3}, protocol="redirect-callback") == ""


def test_consent_is_asked_for_until_it_is_that_to_the_current_terms():
    old = user(user_metadata={"terms": {"version": "2020-01"}})

    _, at = run("ask_for_consent", old, CONSENT_URL="https://example.com/terms", **SECRETS)

    assert at["redirect"]["url"].startswith("https://example.com/terms?session_token=")


def test_the_last_login_is_stored_but_no_refresh():
    host = Parent()
    run("remember_last_login", host=host)
    ((_, _, stored),) = host.calls
    assert {**stored["last_login"], "at": ""} == {"at": "", "ip": "203.0.113.9", "application": "Music"}
    host.calls.clear()
    run("remember_last_login", None, context(protocol="oauth2-refresh-token"), host=host)
    assert host.calls == []


def test_the_customer_is_read_from_the_api_and_its_absence_denies_the_login():
    settings = {"BILLING_URL": "https://billing.example.com", "BILLING_KEY": "k-1"}
    host = Parent(http={"status": 200, "headers": {}, "body": '{"customer_id": "cus_1"}'})

    _, at = run("read_own_api", host=host, **settings)

    assert at["idToken"] == {CLAIM + "customer_id": "cus_1"}
    request, update = host.calls
    assert request[1]["url"] == "https://billing.example.com/customers/auth0%7Cjane"
    assert update[1:] == ["auth0|jane", {"customer_id": "cus_1"}]
    with pytest.raises(ScriptError, match="Billing cannot be reached"):
        run("read_own_api", host=Parent(http={"status": 500, "headers": {}, "body": ""}), **settings)


def test_a_first_login_is_announced_and_a_failure_does_not_deny_it():
    settings = {"NOTIFY_URL": "https://hooks.example.com/x"}
    host = Parent(http={"status": 200, "headers": {}, "body": "ok"})

    run("notify_first_login", host=host, **settings)
    ((_, request),) = host.calls
    assert "New user jane@example.com in Music" in request["body"]
    run("notify_first_login", None, context(stats={"loginsCount": 2}), host=host, **settings)
    assert len(host.calls) == 1
    run("notify_first_login", host=Parent(http=REFUSED), **settings)
