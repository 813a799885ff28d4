"""Plain words in the dashboard's box."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.api.answers import at
from tests.metadata.values import with_database
from users.actions.account.edit_user import Edit, edit_user
from users.actions.account.identities import link, unlink
from users.actions.account.restore import restore
from users.actions.account.undo import undo
from users.import_export.import_record import Existing, import_record
from users.lucene.errors import QueryError
from users.lucene.parser import parse
from users.lucene.printer import unparse
from users.models import User
from users.querying.values import MAX_CHARACTER
from users.rights.actor import command_actor
from users.search.query import search_users as found_by_query
from users.search.search_box import collapse_words, filter_by_search_box, parse_search_box

SHELL = command_actor("tests")


@pytest.fixture
def found():
    """The addresses of those whom a text in the box finds, and by what it says as a query of the API."""

    def ask(text):
        by_box = sorted(user.email for user in filter_by_search_box(User.objects.all(), text, viewer=SHELL))
        users = found_by_query(User.objects.all(), unparse(parse_search_box(text)), viewer=SHELL)
        assert sorted(user.email for user in users) == by_box
        return by_box

    return ask


@pytest.fixture
def people(connection, make_user):
    connection.options = {"requires_username": True}
    connection.save()
    make_user("jane", name="Jane Doe", given_name="Jane", family_name="Doe", bare_id="abc123")
    make_user(
        "john",
        name="John Doe",
        nickname="Surfer",
        username="jd_1",
        bare_id="ABC",
        app_metadata={"plan": "full"},
    )
    make_user("rene", name="René Éluard", family_name="Éluard")
    make_user("mary", name="Mary Ann van der Berg")


JANE, JOHN, MARY, RENE = (f"{name}@example.com" for name in ("jane", "john", "mary", "rene"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("jane@example.com", [JANE], id="an address"),
        pytest.param("ja", [JANE], id="the beginning of one"),
        pytest.param("j", [JANE, JOHN], id="a letter"),
        pytest.param("ane", [], id="the middle of one"),
        pytest.param("example.com", [JANE, JOHN, MARY, RENE], id="a domain"),
        pytest.param("doe", [JANE, JOHN], id="a family name"),
        pytest.param("surf", [JOHN], id="a nickname"),
        pytest.param("jd_1", [JOHN], id="a user name"),
        pytest.param("JD_1", [JOHN], id="a user name in capitals"),
        pytest.param("jdx1", [], id="an underscore is no letter"),
        pytest.param("Jane Doe", [JANE], id="a whole name"),
        pytest.param("John D", [JOHN], id="the beginning of a whole name"),
        pytest.param("Mary Ann van der", [MARY], id="a name of many words"),
        pytest.param("doe jane", [JANE], id="words in another order"),
        pytest.param("jane surf", [], id="words of two people"),
        pytest.param("john surf", [JOHN], id="each word narrows"),
        pytest.param("  jane \t\n ", [JANE], id="spaces around"),
        pytest.param("JANE DOE", [JANE], id="capitals"),
        pytest.param("éluard", [RENE], id="an accent in lower case"),
        pytest.param("ÉLUARD", [RENE], id="an accent in upper case"),
        pytest.param("e\u0301luard", [RENE], id="an accent written apart"),
        pytest.param("eluard", [RENE], id="an accent left out"),
        pytest.param("élu", [RENE], id="the beginning of a word with an accent"),
        pytest.param("René É", [RENE], id="accents in a whole name"),
        pytest.param("auth0|abc123", [JANE], id="an id"),
        pytest.param("auth0|abc1", [JANE], id="the beginning of an id"),
        pytest.param("abc1", [JANE], id="an id without its provider"),
        pytest.param("ABC", [JOHN], id="an id in its own case"),
        pytest.param("auth0|", [], id="the provider alone, which everybody has"),
        pytest.param("auth0", [], id="the provider without its pipe"),
        pytest.param("jane abc1", [JANE], id="a name and an id"),
        pytest.param("john@example.com doe", [JOHN], id="an address and a name"),
        pytest.param("van & berg", [MARY], id="punctuation by itself asks for nothing"),
        pytest.param("&", [], id="punctuation alone"),
        pytest.param("words:do -words:ja", [JOHN], id="the field of the API"),
        pytest.param("", [JANE, JOHN, MARY, RENE], id="nothing"),
        pytest.param(" \t", [JANE, JOHN, MARY, RENE], id="only spaces"),
        pytest.param("doe app_metadata.plan:full", [JOHN], id="a word and a term narrow each other"),
        pytest.param("rene app_metadata.plan:full", [], id="and may leave nobody"),
        pytest.param("john app_metadata.plan:full d", [JOHN], id="words are together wherever they stand"),
        pytest.param("app_metadata.plan:full joh", [JOHN], id="a term and a word"),
        pytest.param("(mary ann van) name:*erg", [MARY], id="a name of many words in parentheses"),
        pytest.param("rene OR mary m", [MARY], id="OR binds closer than what stands side by side"),
        pytest.param("joh OR ren", [JOHN, RENE], id="either of two words"),
        pytest.param("j -surf", [JANE], id="without whom a word finds"),
        pytest.param("NOT (john OR rene) m*", [MARY], id="words in parentheses"),
        pytest.param('"doe"', [JANE], id="in quotes a whole value"),
        pytest.param('"do"', [], id="in quotes not a beginning"),
        pytest.param("*urfe*", [JOHN], id="stars as in the language"),
        pytest.param("family_name:do", [], id="a field has whole values"),
    ],
)
def test_a_text_finds(people, found, text, expected):
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        *(
            "%",
            "_",
            "'",
            "' OR 11=11",
            "zz%",
            "$11",
            "%zs",
            r"\*",
            "é" * 500,
            MAX_CHARACTER,
            "#",
            "#17",
            "\\'\\'",
        ),
        *("'zz'*", "zz|jane", "zz&jane", "\\!zz", "zz\\*", 'jane\\"zz', "ann-" * 60 + "zz", "ann-" * 101),
    ],
    ids=ascii,
)
def test_hostile_text_finds_nobody(people, found, text):
    assert found(text) == []


def test_a_word_more_finds_nobody_more(people, found):
    assert set(found("j doe")) <= set(found("j"))


@pytest.mark.parametrize(
    "rest", ["", "a", "z", "é", "\uffff", "🏄", "\U0010fffd", "\U0010fffd\U0010fffd"], ids=ascii
)
def test_a_prefix_finds_whatever_follows_it(make_user, found, rest):
    make_user("jane", name=f"Zoe{rest}")
    make_user("john", name="Zof")

    assert found("zoe") == [JANE]


def rename_by_api(user, api):
    api("update:users").patch(at(user), {"name": "Jo Müller"})


def rename_by_import(user, api):
    record = {"email": user.email, "name": "Jo Müller"}
    import_record(record, user.connection, actor=replace(SHELL, request_id="1"), existing=Existing.REPLACE)


def rename_by_undo(user, api):
    edit_user(user, Edit(profile={"name": "Jo Müller"}), actor=SHELL)
    edit_user(user, Edit(profile={"name": "Jane Doe"}), actor=SHELL)
    undo(user, user.changes.order_by("pk").last().pk, actor=SHELL)


def rename_by_restore(user, api):
    edited = edit_user(user, Edit(profile={"name": "Jo Müller"}), actor=SHELL)
    edit_user(user, Edit(profile={"name": "Jane Doe"}), actor=SHELL)
    restore(user, edited.updated_at, document="profile", actor=SHELL)


@pytest.mark.parametrize("rename", [rename_by_api, rename_by_import, rename_by_undo, rename_by_restore])
def test_a_user_is_found_by_the_new_name_whatever_wrote_it(make_user, found, api, rename):
    rename(make_user("j", name="Jane Doe"), api)

    assert found("mueller") == ["j@example.com"]
    assert found("doe") == []


def test_a_user_who_was_linked_is_found_again_after_unlinking(make_user, found):
    jane, jo = make_user("jane", name="Jane Doe"), make_user("jo", name="Jo Müller")
    link(jane, jo, actor=SHELL)
    assert found("mueller") == []

    unlink(jane, "auth0", jo.bare_id, actor=SHELL)

    assert found("mueller") == ["jo@example.com"]


def test_a_list_that_is_already_narrow_is_narrowed_further(people):
    surfers = User.objects.filter(nickname="Surfer")

    assert [user.email for user in filter_by_search_box(surfers, "j", viewer=SHELL)] == [JOHN]


def test_nobody_is_found_twice(people):
    assert filter_by_search_box(User.objects.all(), "j", viewer=SHELL).count() == 2


@with_database
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_any_text_is_answered(db, text):
    with suppress(QueryError):
        assert list(filter_by_search_box(User.objects.all(), text, viewer=SHELL)) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("jane", "jane"),
        ("jane doe", "jane AND doe"),
        ("auth0|1 Jürgen\\*", "auth0|1 AND Jürgen\\*"),
        ("a blocked:true b", "a AND b AND blocked:true"),
        ("a OR -(b c) OR name:d*", "a OR NOT (b AND c) OR name:d*"),
        ("email:a* OR name:a*", "email:a* OR name:a*"),
        ('"jane" jan*', '"jane" AND jan*'),
        ("jane 42", "jane AND 42"),
        ("jane@example.com smith", "jane@example.com AND smith"),
        ("words:jane", "words:jane"),
    ],
)
def test_what_words_mean_is_read_as_those_words_again(text, expected):
    meant = parse(unparse(parse_search_box(text)))

    assert unparse(collapse_words(meant)) == expected
    assert parse_search_box(unparse(collapse_words(meant))) == meant
