"""What the search box suggests: to whom, in which order, at which cost. `|` is the caret."""

from __future__ import annotations

import json

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from tests.metadata_map.conftest import count_loaded_keys, survey
from users.actions.search_setup.segments import SegmentData, create_segment
from users.lucene.parser import parse
from users.models import User
from users.querying.errors import SearchTimeout
from users.rights.actor import staff_actor
from users.search import suggestions
from users.search.query import search_users

__all__ = ["survey"]
PATH = "/admin/suggest/"


@pytest.fixture
def ask(browser):
    """`ask(agent, "pl|")`: the answer of the server."""

    def answer(member, written):
        before, _, after = written.partition("|")
        at = len(before.encode("utf-16-le")) // 2
        response = browser(member).get(PATH, {"q": before + after, "at": at})
        assert response.status_code == 200
        return response.json()

    return answer


@pytest.fixture
def complete(ask):
    """`complete(agent, "pl|", "app_metadata.plan")`: what the box holds once that is taken."""

    def taken(member, written, label):
        answer = ask(member, written)
        halves = written.replace("|", "").encode("utf-16-le")
        text = next(one["text"] for one in answer["suggestions"] if one["label"] == label)
        before, after = halves[: 2 * answer["start"]], halves[2 * answer["end"] :]
        return (before + text.encode("utf-16-le") + after).decode("utf-16-le")

    return taken


@pytest.fixture
def people(survey, make_user, agent):
    make_user(app_metadata={"plan": "full", "place": 1, "odd (key)": {"a:b": "AND"}})
    make_user(app_metadata={"plan": "full", "place": "one", "trial": True})
    make_user(
        app_metadata={"plan": "free", "note": "x" * 300},
        user_metadata={"favourite colour": 'dark "red"', "tags": ["a", "b"]},
    )
    survey("metadata_sample")


def labels(answer):
    return [one["label"] for one in answer["suggestions"]]


def test_keys_come_with_their_types_and_how_many_have_them(ask, people, agent):
    answer = ask(agent, "pla|")

    assert answer["suggestions"] == [
        {"text": "app_metadata.plan:", "label": "app_metadata.plan", "detail": "string · 3 users"},
        {
            "text": "app_metadata.place:",
            "label": "app_metadata.place",
            "detail": "number or string · 2 users",
        },
    ]
    assert ask(agent, "user_metadata.t|")["suggestions"][0]["detail"] == "list of strings · 1 user"


def test_fields_come_before_keys_and_operators_where_one_may_stand(ask, people, agent):
    assert labels(ask(agent, "na|"))[0] == "name"
    assert labels(ask(agent, "_ex|")) == ["_exists_"]
    assert labels(ask(agent, "jane |"))[:3] == ["AND", "OR", "NOT"]
    assert labels(ask(agent, "jane A|"))[0] == "AND"
    assert "AND" not in labels(ask(agent, "A|"))
    assert "AND" not in labels(ask(agent, "jane a|"))
    assert labels(ask(agent, "N|"))[0] == "NOT"
    assert labels(ask(agent, "logins_count:[3 |")) == ["TO"]


def test_after_a_key_its_frequent_values(ask, people, agent):
    assert ask(agent, "app_metadata.plan:|")["suggestions"] == [
        {"text": '"full" ', "label": "full", "detail": "67 %"},
        {"text": '"free" ', "label": "free", "detail": "33 %"},
    ]
    assert labels(ask(agent, 'app_metadata.plan:("full" OR "FR|')) == ["free"]
    assert labels(ask(agent, "blocked:|")) == ["true", "false"]
    assert labels(ask(agent, "name:|")) == labels(ask(agent, "app_metadata.nothing:|")) == []


def test_after_segment_the_names_of_those_one_may_use(ask, complete, agent, administrator):
    create_segment(SegmentData("Trial ends", "jane"), actor=staff_actor(agent))
    create_segment(SegmentData('The "big" trial', "jane", is_shared=True), actor=staff_actor(administrator))
    create_segment(SegmentData("Theirs", "jane"), actor=staff_actor(administrator))

    assert complete(agent, "seg|", "segment") == "segment:"
    assert ask(agent, "segment:TRI|")["suggestions"] == [
        {"text": '"Trial ends" ', "label": "Trial ends", "detail": "yours"},
        {"text": '"The \\"big\\" trial" ', "label": 'The "big" trial', "detail": "shared"},
    ]
    assert complete(agent, 'NOT segment:"the|', 'The "big" trial') == 'NOT segment:"The \\"big\\" trial" '
    assert "Theirs" not in labels(ask(agent, "segment:|"))


def test_where_a_key_is_named_keys_are_suggested_as_they_stand(browser, people, agent, staff_with):
    def keys(member, text):
        return browser(member).get(PATH, {"of": "keys", "q": text}).json()

    answer = keys(agent, "ODD")
    assert answer["suggestions"] == [
        {"text": "app_metadata.odd (key)", "label": "app_metadata.odd (key)", "detail": "object · 1 user"},
        {
            "text": "app_metadata.odd (key).a:b",
            "label": "app_metadata.odd (key).a:b",
            "detail": "string · 1 user",
        },
    ]
    assert (answer["start"], answer["end"]) == (0, 3)
    assert labels(keys(agent, "name")) == []
    assert labels(keys(agent, "app_metadata.plan")) == []
    assert labels(keys(staff_with("view_user"), "plan")) == []
    assert labels(keys(staff_with("block_user"), "")) == []


def test_what_is_taken_is_a_query_that_finds_them(complete, people, agent):
    """Whatever is special in a key or a value, and whatever stands around."""
    steps = {
        "plan|": ("app_metadata.plan", "app_metadata.plan:"),
        "app_metadata.plan:f|": ("full", 'app_metadata.plan:"full" '),
        "😀 AND plan|:x": ("app_metadata.plan", "😀 AND app_metadata.plan:x"),
        "odd|": ("app_metadata.odd (key)", "app_metadata.odd\\ \\(key\\):"),
        "app_metadata.odd\\ \\(key\\).a\\:b:|": ("AND", 'app_metadata.odd\\ \\(key\\).a\\:b:"AND" '),
        "colour|": ("user_metadata.favourite colour", "user_metadata.favourite\\ colour:"),
        "user_metadata.favourite\\ colour:d|": (
            'dark "red"',
            'user_metadata.favourite\\ colour:"dark \\"red\\"" ',
        ),
        "_exists_:tria|": ("app_metadata.trial", "_exists_:app_metadata.trial "),
        "app_metadata.place:|": ("1", "app_metadata.place:1 "),
        "app_metadata.note:|": ("x" * 100 + "…", "app_metadata.note:" + "x" * 100 + "* "),
        '(app_metadata.plan:"fu|")': ("full", '(app_metadata.plan:"full")'),
    }
    for written, (label, expected) in steps.items():
        taken = complete(agent, written, label)
        assert taken == expected, written
        query = f'{taken}"x"' if taken.endswith(":") else taken
        parse(query)
        if not taken.endswith(":") and "😀" not in taken:
            assert search_users(User.objects.all(), query, viewer=staff_actor(agent)).exists(), written


def test_what_one_may_not_see_is_not_suggested(ask, people, staff_with):
    member = staff_with("view_user")

    for written in ("plan|", "app|", "|", "_exists_:pl|", "x |"):
        assert "app_metadata" not in json.dumps(ask(member, written)), written
    assert labels(ask(member, "app_metadata.plan:|")) == []
    assert labels(ask(staff_with("block_user"), "user|")) == []


def test_it_is_for_staff(browser, jane):
    assert browser().get(PATH).status_code == 302
    assert browser(jane).get(PATH, follow=True).status_code == 403
    assert browser(jane).post(PATH).status_code == 302


@pytest.mark.parametrize("at", ["", "-1", "x", "99999", "99999999999999999999", "1"])
def test_a_caret_that_is_nowhere_is_somewhere(browser, people, agent, at):
    for text in ("😀pl", "", "a" * 5000, "pl\0", 'a"[('):
        answer = browser(agent).get(PATH, {"q": text, "at": at})
        assert answer.status_code == 200
        assert answer.json()["end"] <= len(text.encode("utf-16-le")) // 2


def test_users_are_suggested_by_name_email_and_id_before_all_else(ask, people, make_user, agent):
    jane = make_user("jane.doe", name="Jane Müller", app_metadata={"plaice": 1})
    nameless = make_user("placido", bare_id="5f7c8ec7")
    page = f"/admin/users/user/{jane.pk}/change/"
    shown = {"label": "Jane Müller", "detail": "jane.doe@example.com", "id": jane.user_id, "url": page}

    for written in ("muel|", "jane mü|", "Jane| Müller", "<jane.doe@example.com>|", f"{jane.bare_id}|"):
        assert ask(agent, written)["suggestions"][:1] == [shown], written
    found = ask(agent, "pla|")["suggestions"]
    assert [one["label"] for one in found] == [nameless.email, "app_metadata.plan", "app_metadata.place"]
    assert found[0]["detail"] == ""
    assert found[0]["id"] == nameless.user_id


def test_at_most_five_users_the_newest_first(ask, make_user, agent):
    made = [make_user(f"zoe{number}", name=f"Zoë {number}") for number in range(7)]

    assert labels(ask(agent, "zoe|")) == [user.name for user in made[:1:-1]]


def test_no_users_where_more_than_words_is_asked(ask, people, make_user, agent, browser):
    make_user("planet", name="Plan Et")

    for written in (
        *("|", " |", "app_metadata.plan:full plan|", '"plan et"|'),
        *("plan* |", "plan OR|", "plan (|", "-plan|", "_ex|"),
    ):
        assert not any("url" in one for one in ask(agent, written)["suggestions"]), written
    named = browser(agent).get(PATH, {"of": "keys", "q": "plan"}).json()
    assert not any("url" in one for one in named["suggestions"])


def test_who_may_not_see_users_gets_none_suggested(ask, make_user, staff_with):
    make_user("jane")

    assert ask(staff_with("block_user"), "jane|")["suggestions"] == []
    assert labels(ask(staff_with("view_user"), "jane|")) == ["jane@example.com"]


def test_users_that_are_not_found_soon_are_left_out(ask, people, make_user, agent, monkeypatch):
    make_user("plan")

    def give_up(*args, **options):
        raise SearchTimeout

    monkeypatch.setattr(suggestions, "read_in_order", give_up)

    answer = ask(agent, "pla|")

    assert labels(answer) == ["app_metadata.plan", "app_metadata.place"]
    assert answer["is_complete"] is False  # the script asks again instead of remembering it


def test_it_reads_the_map_and_of_the_users_a_few_by_their_words(browser, people, agent):
    at_work = browser(agent)
    # SQLite is asked first how many there are.
    for text, most in (("pla", 6), ("", 0), ("app_metadata.plan:f", 0)):
        with CaptureQueriesContext(database) as captured:
            at_work.get(PATH, {"q": text, "at": len(text)})
        asked = [query["sql"] for query in captured if "users_metadata" in query["sql"]]
        others = [
            query["sql"]
            for query in captured
            if query["sql"] not in asked
            and "LIMIT 21" not in query["sql"]
            and "auth_permission" not in query["sql"]
        ]
        assert len(asked) == 2
        of_users = [sql for sql in others if "users_user" in sql or "users_words" in sql]
        assert len(of_users) <= most
        assert all("words" in sql or "word_beginnings" in sql for sql in of_users)
        read = [sql for sql in of_users if "ORDER BY" in sql]
        assert all("LIMIT 5" in sql and "app_metadata" not in sql for sql in read)


@pytest.mark.parametrize("typed", ["k|", "ke|", "key|", "EY1|", "app_metadata.|"])
def test_of_many_keys_only_those_suggested_are_loaded(ask, survey, make_user, agent, monkeypatch, typed):
    make_user(app_metadata={f"key{number:02}": 1 for number in range(40)})
    make_user(app_metadata={"key17": 1})
    survey("metadata_sample")
    loaded = count_loaded_keys(monkeypatch)

    found = labels(ask(agent, typed))

    assert len(loaded) <= suggestions.MAX_SUGGESTIONS + 1
    assert ([label for label in found if ".key" in label] or [None])[0] == (
        "app_metadata.key17" if typed != "k|" else None
    )
