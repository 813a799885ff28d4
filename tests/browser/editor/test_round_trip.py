"""Opened and saved without an edit: the same text, byte for byte, whatever it is."""

from __future__ import annotations

import json

import pytest

pytestmark = pytest.mark.browser


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


@pytest.mark.parametrize("text", DRAWN.values(), ids=DRAWN.keys())
def test_form_mode_posts_the_text_unchanged_looked_at_or_not(desk, text):
    opened = desk(text, app_metadata=text)

    assert opened.chosen_mode() == "Form"
    assert opened.status().startswith("No changes")
    look_at_both_modes(opened)
    check_sent(opened, text)


@pytest.mark.parametrize("text", NOT_DRAWN.values(), ids=NOT_DRAWN.keys())
def test_what_no_form_can_hold_opens_in_json(desk, text):
    opened = desk(text, app_metadata=text)

    assert opened.chosen_mode() == "JSON"
    assert opened.editor().get_by_role("alert").inner_text()
    look_at_both_modes(opened)
    check_sent(opened, text)


def look_at_both_modes(opened):
    """Of one of the two documents."""
    for mode in ("JSON", "Form", "JSON"):
        opened.mode(mode, "app_metadata")


def check_sent(opened, text):
    sent = opened.save()

    assert sent["user_metadata"] == text
    assert sent["app_metadata"] == text


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
