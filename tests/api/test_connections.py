"""`/connections`: list, create, read, change, delete."""

from __future__ import annotations

import json
import re
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import Group, Permission

from tests.api.answers import CONNECTION, USERS, at, invalid_body, invalid_query, problem, shown
from users.actions.account.assign_staff_groups import set_staff_groups
from users.actions.account.create_user import create_user
from users.actions.account.edit_user import Edit, edit_user
from users.models import Change, Connection, User
from users.models.write_guard import allow_account_writes
from users.rights.actor import command_actor

CONNECTIONS = "/api/v2/connections"
GONE = (404, "The connection does not exist", "inexistent_connection")
ABOUT_OPTIONS = "(What the connection asks of its users. A change replaces all of it)"
SHELL = command_actor("tests")


def url(connection):
    return f"{CONNECTIONS}/{connection.connection_id}"


@pytest.fixture
def listed(shop):
    def ask(**query):
        return shop.get(f"{CONNECTIONS}?{urlencode(query, doseq=True)}")

    return ask


@pytest.fixture
def names(listed):
    def ask(**query):
        return [item["name"] for item in shown(listed(**query))]

    return ask


@pytest.fixture
def create(shop):
    """POST of a good body with these fields changed; `...` leaves one out."""

    def ask(**fields):
        body = {"name": "Partners", "strategy": "auth0", **fields}
        given = {name: value for name, value in body.items() if value is not ...}
        return shop.post(CONNECTIONS, given)

    return ask


@pytest.fixture
def patch(shop, elsewhere):
    """PATCH of the second connection."""
    return lambda **body: shop.patch(url(elsewhere), body)


@pytest.fixture
def person_elsewhere(elsewhere):
    return create_user(elsewhere, actor=SHELL, profile={"email": "person@example.com"})


# Reading


def test_a_connection_as_it_is_shown(shop, connection):
    assert shown(shop.get(url(connection))) == {
        "id": connection.connection_id,
        "name": CONNECTION,
        "strategy": "auth0",
        "options": {},
        "realms": [CONNECTION],
        "is_domain_connection": False,
        "enabled_clients": [],
        "is_enabled": True,
    }


@pytest.mark.parametrize("connection_id", ["con_0000000000000000", "x", CONNECTION, "con_%21"])
@pytest.mark.parametrize("method", ["GET", "PATCH"])
def test_there_is_no_such_connection(shop, db, connection_id, method):
    body = {"is_enabled": True} if method == "PATCH" else None

    assert problem(shop.call(method, f"{CONNECTIONS}/{connection_id}", body)) == GONE


@pytest.mark.parametrize("connection_id", ["%00", "con_%C3%BC", "a%20b", "x" * 65])
def test_what_can_be_no_id_is_refused(shop, db, connection_id):
    status, message, code = problem(shop.get(f"{CONNECTIONS}/{connection_id}"))

    assert (status, code) == (400, "invalid_uri")
    assert "on property connection_id" in message


def test_the_list_is_a_bare_array_oldest_first(listed, names, elsewhere, shop, connection):
    assert names() == [CONNECTION, "Elsewhere"]
    assert shown(listed())[0] == shown(shop.get(url(connection)))


def test_totals_wrap_the_list_without_a_length(listed, elsewhere):
    page = shown(listed(include_totals="true", page=1, per_page=1))

    assert [item["name"] for item in page.pop("connections")] == ["Elsewhere"]
    assert page == {"start": 1, "limit": 1, "total": 2}


def test_totals_are_of_what_was_asked_for(listed, elsewhere):
    page = shown(listed(include_totals="true", name="Elsewhere", per_page=0))

    assert page == {"connections": [], "start": 0, "limit": 0, "total": 1}


def test_a_walk_by_checkpoint_meets_each_once(listed, connection):
    for number in range(7):
        Connection.objects.create(name=f"Store-{number}")
    met, page = [], shown(listed(take=3))
    while True:
        assert page.keys() <= {"connections", "next"}
        met += [item["name"] for item in page["connections"]]
        if "next" not in page:
            break
        page = shown(listed(**{"from": page["next"], "take": 3}))

    assert met == [CONNECTION, *(f"Store-{number}" for number in range(7))]


def test_a_checkpoint_of_another_list_is_refused(listed, shop, jane, stranger, elsewhere):
    of_users = shown(shop.get(f"{USERS}?take=1"))["next"]
    of_connections = shown(listed(take=1))["next"]

    for answer in (listed(**{"from": of_users}), shop.get(f"{USERS}?from={of_connections}")):
        assert problem(answer)[0::2] == (400, "invalid_query_string")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"name": "Elsewhere"}, ["Elsewhere"]),
        ({"name": "elsewhere"}, []),
        ({"name": "Nowhere"}, []),
        ({"strategy": "auth0"}, [CONNECTION, "Elsewhere"]),
        ({"strategy": "samlp"}, ["Partners"]),
        ({"strategy": ["samlp", "sms", "auth0"]}, [CONNECTION, "Elsewhere", "Partners"]),
        ({"strategy": "samlp,sms"}, ["Partners"]),
        ({"strategy": "sms"}, []),
        ({"strategy": "auth0", "name": "Partners"}, []),
    ],
)
def test_name_and_kind_filter(names, elsewhere, query, expected):
    Connection.objects.create(name="Partners", strategy="samlp")

    assert names(**query) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"fields": "id,name"}, {"id", "name"}),
        ({"fields": "name, shoe_size"}, {"name"}),
        (
            {"fields": "options,realms", "include_fields": "false"},
            {"id", "name", "strategy", "is_domain_connection", "enabled_clients", "is_enabled"},
        ),
    ],
)
def test_fields_are_kept_or_left_out(shop, listed, connection, query, expected):
    assert shown(listed(**query))[0].keys() == expected
    assert shown(listed(**query, take=1))["connections"][0].keys() == expected
    assert shown(shop.get(f"{url(connection)}?{urlencode(query)}")).keys() == expected


@pytest.mark.parametrize(
    ("query", "rule"),
    [
        ({"shoe_size": 44}, "'Additional properties not allowed: shoe_size'."),
        ({"take": 0}, "'Value 0 is less than minimum 1' on property take"),
        ({"name": "\0"}, "'String does not match pattern ^[^\\x00]*$"),
        ({"strategy": ["auth0", "\0"]}, "'String does not match pattern ^[^\\x00]*$"),
    ],
)
def test_a_query_that_breaks_a_rule_is_named(listed, db, query, rule):
    status, message, code = problem(listed(**query))

    assert (status, code) == invalid_query("")[0::2]
    assert message.startswith(f"Query validation error: {rule}")


# Creating


def test_a_new_connection(create, shop):
    answer = create(options={"passwordPolicy": "fair", "disable_signup": True})

    made = shown(answer)
    assert answer.status_code == 201
    assert re.fullmatch(r"con_[A-Za-z0-9]{16}", made["id"])
    assert (made["name"], made["realms"]) == ("Partners", ["Partners"])
    assert made["options"] == {"passwordPolicy": "fair", "disable_signup": True}
    assert made == shown(shop.get(f"{CONNECTIONS}/{made['id']}"))


def test_users_are_created_in_it_by_its_rules(create, shop):
    create(options={"passwordPolicy": "good", "requires_username": True})
    ada = {"connection": "Partners", "email": "ada@example.com", "username": "Ada"}

    weak = problem(shop.post(USERS, {**ada, "password": "weak"}))
    user = shown(shop.post(USERS, {**ada, "password": "Wq7-fits-it"}))

    assert weak[1].startswith("PasswordStrengthError: Password is too weak. At least 8 characters in length.")
    assert (user["username"], user["identities"][0]["connection"]) == ("ada", "Partners")


def test_what_a_new_connection_need_not_be_told(create):
    answer = create(enabled_clients=[], is_domain_connection=False, is_enabled=False)

    assert shown(answer)["is_enabled"] is False
    assert shown(answer)["options"] == {}


def test_a_name_is_taken_once(create, connection):
    taken = (409, "A connection with the same name already exists", "connection_conflict")

    assert problem(create(name=CONNECTION)) == taken
    assert Connection.objects.count() == 1


def test_what_people_call_it_is_shown_where_it_is_said(create, shop):
    made = shown(create(display_name="Our partners, <all> of them"))
    assert made["display_name"] == "Our partners, <all> of them"

    again = shown(shop.patch(f"{CONNECTIONS}/{made['id']}", {"display_name": ""}))
    assert "display_name" not in again


@pytest.mark.parametrize("name", ["a", "A1-b2-C3", "x" * 128])
def test_a_name_may_be(create, name):
    assert shown(create(name=name))["name"] == name


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("", "'String is too short (0 chars), minimum 1'"),
        ("x" * 129, "'String is too long (129 chars), maximum 128'"),
        *(
            (name, f"'String does not match pattern ^[a-zA-Z0-9](-[a-zA-Z0-9]|[a-zA-Z0-9])*$: {shown_as}'")
            for name, shown_as in (
                *((name, name) for name in ("-a", "a-", "a--b", "a b", "a_b", "ä")),
                ("a\n", "a\\n"),
            )
        ),
        (7, "'Expected type string but found type integer'"),
    ],
)
def test_a_name_may_not_be(create, name, rule):
    about = "on property name (The name of the connection: letters, digits and single hyphens between them)."

    assert problem(create(name=name)) == invalid_body(f"{rule} {about}")


@pytest.mark.parametrize("strategy", ["google-oauth2", "samlp", "email", "sms", "Auth0", ""])
def test_a_kind_nobody_could_sign_in_through_is_refused_and_says_so(create, strategy):
    assert problem(create(strategy=strategy)) == invalid_body(
        f"'No enum match for: {strategy}' on property strategy (The kind of connection: auth0, our own"
        ' database. No other can be signed in through yet). Allowed: "auth0".'
    )
    assert not Connection.objects.filter(name="Partners").exists()


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"name": ...}, "'Missing required property: name'."),
        ({"strategy": ...}, "'Missing required property: strategy'."),
        ({"metadata": {"a": "b"}}, "'Additional properties not allowed: metadata'."),
        ({"enabled_clients": ["shop"]}, "'There is no client shop' on property enabled_clients."),
        (
            {"is_domain_connection": True},
            "'No enum match for: true' on property is_domain_connection"
            " (A connection is never chosen by the domain of an email). Allowed: false.",
        ),
        (
            {"display_name": "two\nlines"},
            "'String does not match pattern ^[^\\x00-\\x1f\\x7f]*$: two\\nlines' on property display_name"
            " (Display name, where it differs from the name).",
        ),
        (
            {"options": []},
            f"'Expected type object but found type array' on property options {ABOUT_OPTIONS}.",
        ),
    ],
)
def test_a_body_that_breaks_a_rule_is_named(create, fields, rule):
    assert problem(create(**fields)) == invalid_body(rule)


# Options


TAKEN = [
    {},
    *({"passwordPolicy": policy} for policy in ("none", "low", "fair", "good", "excellent")),
    {"passwordPolicy": "low", "password_complexity_options": {"min_length": 12}},
    {"password_dictionary": {"enable": True, "dictionary": ["acme"]}},
    {"password_no_personal_info": {"enable": True}},
    {"password_history": {"enable": False, "size": 5}},
    {"requires_username": True, "validation": {"username": {"min": 3, "max": 3}}},
    {"disable_signup": True},
    {"brute_force_protection": True, "import_mode": False, "enabledDatabaseCustomization": False},
    {"non_persistent_attrs": ["gender", "https://acme.example/claim"]},
]


@pytest.mark.parametrize("options", TAKEN, ids=str)
def test_options_that_are_kept(create, patch, options):
    assert shown(create(options=options))["options"] == options
    assert shown(patch(options=options))["options"] == options


REFUSED = [
    (
        {"pasword_policy": "good"},
        f"'Additional properties not allowed: pasword_policy' on property options {ABOUT_OPTIONS}.",
    ),
    ({"passwordPolicy": "strong"}, "'No enum match for: strong' on property options.passwordPolicy"),
    (
        {"passwordPolicy": None},
        "'Expected type string but found type null' on property options.passwordPolicy",
    ),
    (
        {"password_complexity_options": {"min_length": 9}},
        f"'Missing required property: passwordPolicy' on property options {ABOUT_OPTIONS}.",
    ),
    (
        {"passwordPolicy": "low", "password_complexity_options": {"min_length": 257}},
        "'Value 257 is greater than maximum 256' on property options.password_complexity_options.min_length",
    ),
    (
        {"password_dictionary": {}},
        "'Missing required property: enable' on property options.password_dictionary",
    ),
    (
        {"password_dictionary": {"enable": True, "dictionary": ["x"] * 201}},
        "'Array is too long (201), maximum 200' on property options.password_dictionary.dictionary",
    ),
    (
        {"password_history": {"enable": True, "size": 5}},
        "'No enum match for: true' on property options.password_history.enable"
        " (Earlier passwords are not stored, not even as hashes).",
    ),
    (
        {"brute_force_protection": False},
        "'No enum match for: false' on property options.brute_force_protection"
        " (Attempts to sign in are always limited).",
    ),
    ({"import_mode": True}, "'No enum match for: true' on property options.import_mode"),
    (
        {"customScripts": {"login": "function login() {}"}},
        "'Not supported' on property options.customScripts (Users are stored in our own database;"
        " scripts for another are not run. Leave it out).",
    ),
    (
        {"mfa": {"active": True}},
        "'Not supported' on property options.mfa (Second factors are a matter of each account.",
    ),
    (
        {"validation": {"username": {"min": 0, "max": 9}}},
        "'Value 0 is less than minimum 1' on property options",
    ),
    (
        {"validation": {"username": {"min": 5, "max": 4}}},
        "'Value 5 is greater than maximum 4' on property options.validation.username.min.",
    ),
    ({"requires_username": "yes"}, "'Expected type boolean but found type string' on property options"),
]


@pytest.mark.parametrize(("options", "rule"), REFUSED, ids=lambda value: str(value)[:60])
def test_options_that_are_not_kept_are_refused_in_words(create, patch, elsewhere, options, rule):
    for answer in (create(options=options), patch(options=options)):
        status, message, code = problem(answer)
        assert (status, code) == (400, "invalid_body")
        assert message.startswith(f"Payload validation error: {rule}")
    assert list(Connection.objects.values_list("name", "options")) == [
        ("Elsewhere", {}),
        (CONNECTION, {}),
    ]


@pytest.mark.parametrize("when", ["on_each_login", "on_first_login", "never_on_login"])
def test_when_a_provider_writes_names_is_no_matter_of_our_own_database(create, patch, shop, when):
    text = (
        "options.set_user_root_attributes can be set only for enterprise connections, social connections or"
        " custom database connections (using external users store)"
    )
    for answer in (create, patch):
        refused = problem(answer(options={"set_user_root_attributes": when}))
        assert refused == (400, text, "operation_not_supported")

    partners = Connection.objects.create(name="Partners", strategy="samlp")
    changed = shown(shop.patch(url(partners), {"options": {"set_user_root_attributes": when}}))
    assert changed["options"] == {"set_user_root_attributes": when}


# Changing


def test_options_are_replaced_whole(patch):
    patch(options={"passwordPolicy": "good", "disable_signup": True})

    assert shown(patch(options={"requires_username": True}))["options"] == {"requires_username": True}
    assert shown(patch(is_enabled=True))["options"] == {"requires_username": True}
    assert shown(patch(options={}))["options"] == {}


def test_a_disabled_connection_takes_nobody_in(patch, shop, person_elsewhere):
    assert shown(patch(is_enabled=False))["is_enabled"] is False

    body = {"connection": "Elsewhere", "email": "new@example.com"}
    assert problem(shop.post(USERS, body))[1] == "Connection is disabled."
    assert problem(shop.patch(at(person_elsewhere), {"password": "Wq7!longpass"}))[0] == 400
    assert shown(patch(is_enabled=True))["is_enabled"] is True


@pytest.mark.parametrize("how", ["a group", "a right of their own", "superuser"])
def test_the_connection_of_staff_is_not_disabled_by_a_client(shop, connection, make_user, how):
    ada = make_user("ada", is_superuser=how == "superuser")
    if how == "a group":
        set_staff_groups(ada, [Group.objects.get(name="Support")], actor=SHELL)
    if how == "a right of their own":
        with allow_account_writes():
            ada.user_permissions.add(Permission.objects.get(codename="view_user"))

    refused = problem(shop.patch(url(connection), {"is_enabled": False, "options": {"disable_signup": True}}))

    text = "Accounts with staff rights are in this connection; only an administrator may do this."
    assert refused == (403, text, "protected_account")
    assert Connection.objects.filter(is_enabled=True, options={}).count() == 1
    assert shop.patch(url(connection), {"is_enabled": True}).status_code == 200


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ({}, "'Too few properties defined (0), minimum 1'."),
        ({"name": "New"}, "'Additional properties not allowed: name'."),
        ({"strategy": "auth0"}, "'Additional properties not allowed: strategy'."),
        ({"id": "con_0000000000000000"}, "'Additional properties not allowed: id'."),
        ({"realms": ["x"]}, "'Additional properties not allowed: realms'."),
    ],
)
def test_what_cannot_be_changed_is_refused(patch, body, rule):
    assert problem(patch(**body)) == invalid_body(rule)


# Deleting


def test_an_empty_connection_is_deleted(shop, elsewhere, connection):
    answer = shop.delete(url(elsewhere))

    assert answer.status_code == 202
    body = json.loads(answer.content)
    assert body.keys() == {"deleted_at"}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", body["deleted_at"])
    assert list(Connection.objects.all()) == [connection]


def test_what_is_gone_already_is_no_error(shop, elsewhere):
    shop.delete(url(elsewhere))

    again = shop.delete(url(elsewhere))

    assert (again.status_code, again.content) == (204, b"")


@pytest.mark.parametrize(
    ("count", "spelt"),
    [
        (1, "1 user"),
        (3, "3 users"),
        (100, "100 users"),
        (101, "more than 100 users"),
        (105, "more than 100 users"),
    ],
)
def test_a_connection_with_users_stays_and_says_what_to_do(shop, elsewhere, count, spelt):
    for number in range(count):
        create_user(elsewhere, actor=SHELL, profile={"email": f"user-{number}@example.com"})

    assert problem(shop.delete(url(elsewhere))) == (
        409,
        f"The connection still has {spelt}. Delete them first, or set is_enabled to false:"
        " users can then no longer sign in through it.",
        "connection_in_use",
    )
    assert User.objects.filter(connection=elsewhere).count() == count


def test_the_installations_own_connection_stays(shop, connection):
    assert problem(shop.delete(url(connection))) == (
        409,
        f"{CONNECTION} is the connection in which this installation creates its own users;"
        " it cannot be deleted.",
        "connection_in_use",
    )
    assert Connection.objects.count() == 1


# Deleting a user by address


def by_email(shop, connection, email):
    return shop.delete(f"{url(connection)}/users?{urlencode({'email': email})}")


def test_a_user_is_deleted_by_address(shop, elsewhere, person_elsewhere, make_user):
    namesake = make_user("person")

    answer = by_email(shop, elsewhere, "Person@Example.com")

    assert (answer.status_code, answer.content) == (204, b"")
    assert list(User.objects.all()) == [namesake]
    line = Change.objects.filter(subject=person_elsewhere.user_id).first()
    assert (line.what, line.face, line.actor_kind) == ("deleted", "api", "client")


@pytest.mark.parametrize("email", ["nobody@example.com", "\0", "x"])
def test_nobody_of_that_address_is_no_error(shop, elsewhere, person_elsewhere, email):
    assert by_email(shop, elsewhere, email).status_code == 204
    assert User.objects.count() == 1


def test_a_protected_account_is_not_deleted_by_address(shop, connection, agent):
    status, _, code = problem(by_email(shop, connection, agent.email))

    assert (status, code) == (403, "protected_account")
    assert User.objects.get() == agent


def test_the_address_must_be_given(shop, elsewhere):
    assert problem(shop.delete(f"{url(elsewhere)}/users")) == invalid_query(
        "'Missing required property: email'."
    )


def test_users_of_another_kind_of_connection_are_not_ours_to_delete_so(shop, elsewhere, person_elsewhere):
    Connection.objects.filter(pk=elsewhere.pk).update(strategy="samlp")

    assert problem(by_email(shop, elsewhere, person_elsewhere.email)) == (
        400,
        "Connection must be a database connection.",
        "operation_not_supported",
    )
    assert User.objects.count() == 1


def test_there_are_no_users_where_there_is_no_connection(shop, db):
    assert problem(shop.delete(f"{CONNECTIONS}/con_0000000000000000/users?email=a@b.de")) == GONE


# Names and logins


@pytest.mark.parametrize("name", ["PARTNERS", "partners", "Partners"])
def test_a_name_that_differs_only_by_case_is_taken(create, name):
    create(name="Partners")

    answer = create(name=name)

    text = "A connection with the same name already exists"
    assert problem(answer) == (409, text, "connection_conflict")
    assert Connection.objects.filter(name__iexact="partners").count() == 1


def test_user_names_stay_while_somebody_signs_in_by_nothing_else(patch, elsewhere):
    patch(options={"requires_username": True})
    elsewhere.refresh_from_db()
    user = create_user(elsewhere, actor=SHELL, profile={"email": None, "username": "jd"})

    assert problem(patch(options={}))[0::2] == (400, "operation_not_supported")
    assert Connection.objects.get(pk=elsewhere.pk).options == {"requires_username": True}

    edit_user(user, Edit(profile={"email": "jd@example.com"}), actor=SHELL)
    assert shown(patch(options={}))["options"] == {}
