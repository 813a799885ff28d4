"""Opened and saved without an edit: the same text, byte for byte, whatever it is."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


NAMES = ("user_metadata", "app_metadata")


def nested(levels):
    return '{"a":' * levels + "1" + "}" * levels


DRAWN = {
    "empty": "{}",
    "empty, spaced": "{ \n }",
    "ordinary": '{\n  "hobby": "surfing",\n  "age": 7\n}',
    "unknown keys": '{"z": {"y": [1, {"x": null}]}, "hobby": "surfing", "b": []}',
    "own order and spacing": '{ "language" :"de" ,\n\n\t"hobby":   "x"}',
    "huge integers": '{"age": 12345678901234567890, "id": 123456789012345678901234567890}',
    "a fraction of nought": '{"height": 1.0, "age": 1.0, "x": 2.50}',
    "exponents": '{"height": 1e2, "x": 1E+2}',
    "null in a text": '{"hobby": null, "motto": null}',
    "number in a text": '{"hobby": 5}',
    "text in an integer": '{"age": "12"}',
    "fraction in an integer": '{"age": 1.5}',
    "null in an object": '{"address": null}',
    "null in a list": '{"links": null, "pets": null, "topics": null}',
    "null among items": '{"links": ["a", null], "pets": [null]}',
    "list for an object": '{"address": [1], "links": {"a": 1}}',
    "a choice of old": '{"language": "other", "topics": ["chess"]}',
    "a choice twice": '{"topics": ["art", "art"]}',
    "no date": '{"birthday": "in spring"}',
    "several lines in one line": '{"hobby": "a\\nb", "bio": "a\\nb"}',
    "blanks": '{"hobby": "  x  ", "bio": "", "links": [""]}',
    "escapes": '{"hobby": "\\u00e9\\/\\ud83c\\udf89", "x": "\\u2028"}',
    "any Unicode": '{"hobby": "Łódź 🎉 \u2028 \u200d نص", "ключ": "値"}',
    "markup": '{"hobby": "</textarea><script>alert(1)</script>", "x": "&amp;"}',
    "JavaScript's own": '{"__proto__": {"x": 1}, "constructor": "c", "toString": 1, "hasOwnProperty": 2}',
    "a name with the library's joint": '{"a§b": "x", "c§d": {"e": 1}}',
    "nested ten levels": nested(10),
    "nested thirty-two levels": nested(32),
    "a list in a list": '{"pets": [{"name": "Rex", "years": 3, "chip": 12345678901234567890}]}',
    "a long list": json.dumps({"links": [str(number) for number in range(500)]}),
    "odd ends": '\n\n{"hobby": "x"}\n\n',
}
NOT_DRAWN = {
    "a list": "[]",
    "null": "null",
    "a text": '"x"',
    "a number": "12345678901234567890",
    "nothing": "",
    "no JSON": '{"hobby": "x",}',
    "a comment": '{"hobby": "x" /* y */}',
    "a key twice": '{"hobby": "x", "hobby": "y"}',
    "NaN": '{"hobby": NaN}',
    "a tab in a text": '{"hobby": "a\tb"}',
    "nested far too deeply": nested(20_000),
}


def two_by_two(texts):
    """Two at a time, one in each document: opening a page costs more than all that is done there."""
    names = list(texts)
    names += names[:1] if len(names) % 2 else []
    for first, second in zip(names[::2], names[1::2], strict=True):
        yield pytest.param([texts[first], texts[second]], id=f"{first}, {second}")


@pytest.mark.parametrize("texts", list(two_by_two(DRAWN)))
def test_form_mode_posts_the_text_unchanged_looked_at_or_not(desk, texts):
    opened = desk(texts[0], app_metadata=texts[1])

    for name, text in zip(NAMES, texts, strict=True):
        assert opened.chosen_mode(name) == "Form"
        assert opened.status(name).startswith("No changes")
        assert opened.text(name) == text
    look_at_both_modes(opened)
    check_sent(opened, texts)


@pytest.mark.parametrize("texts", list(two_by_two(NOT_DRAWN)))
def test_what_no_form_can_hold_opens_in_json(desk, texts):
    opened = desk(texts[0], app_metadata=texts[1])

    for name in NAMES:
        assert opened.chosen_mode(name) == "JSON"
        expect(opened.editor(name).get_by_role("alert")).to_have_text(re.compile("."))
    look_at_both_modes(opened)
    check_sent(opened, texts)


def look_at_both_modes(opened):
    for name in NAMES:
        for mode in ("JSON", "Form"):
            opened.mode(mode, name)


def check_sent(opened, texts):
    sent = opened.save()

    assert [sent[name] for name in NAMES] == texts


def test_only_the_page_s_own_fields_are_posted(desk):
    opened = desk('{"hobby": "x", "links": ["a"], "topics": ["art"]}')
    opened.mode("JSON", "app_metadata")
    opened.editor("app_metadata").locator(".cm-content").click()
    opened.page.keyboard.press("Control+f")

    sent = opened.save()

    documents = {
        f"{name}{suffix}"
        for name in ("user_metadata", "app_metadata")
        for suffix in ("", "_version", "_opened")
    }
    assert sent.keys() == {*documents, "csrfmiddlewaretoken", "reason", "do"}
