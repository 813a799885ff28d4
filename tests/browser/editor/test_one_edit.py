"""One field edited: the text changes at that place and nowhere else."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

ODD = """{ "z": 12345678901234567890,
   "hobby" : "surfing", "height": 1.0,"language":"en",
   "address": {"street": "1 High St", "floor": 3.0}, "links": ["a",  "b", "c"],
   "pets": [{"name": "Rex", "chip": 98765432109876543210}, {"name": "Tom", "years": 2}],
   "topics": [ "food","art" ],
   "motto": "Go", "newsletter": true, "age": 30, "x": null
}"""


def fill(label, value):
    return lambda editor: editor.get_by_label(label, exact=True).fill(value)


def pick(label, value):
    return lambda editor: editor.get_by_label(label, exact=True).select_option(value)


def press(name):
    return lambda editor: editor.get_by_role("button", name=name, exact=True).click()


def tick(label):
    return lambda editor: editor.get_by_label(label, exact=True).click()


EDITS = [
    (fill("Hobby", "sailing"), '"surfing"', '"sailing"', "text"),
    (fill("Hobby", 'a "b" \\ é 🎉'), '"surfing"', '"a \\"b\\" \\\\ é 🎉"', "text with quotes"),
    (fill("Hobby", ""), '\n   "hobby" : "surfing", "height"', ' "height"', "emptied: the key goes"),
    (fill("Motto", ""), '"Go"', "null", "emptied, where the schema allows null"),
    (pick("Language", "de"), '"en"', '"de"', "choice"),
    (pick("Language", ""), ',"language":"en"', "", "choice taken back"),
    (fill("Age", "31"), '"age": 30', '"age": 31', "integer"),
    (fill("Age", "12345678901234567890"), "30", "12345678901234567890", "an integer browsers round"),
    (fill("Height", "1.50"), "1.0", "1.50", "a number as it is typed"),
    (tick("Send me news"), "true", "false", "boolean"),
    (fill("Street", "2 Low St"), "1 High St", "2 Low St", "nested text"),
    (fill("City", "Oslo"), '"floor": 3.0}', '"floor": 3.0, "city": "Oslo"}', "nested key added"),
    (fill("Street", ""), '{"street": "1 High St", "floor"', '{"floor"', "nested key emptied"),
    (fill("Links 2", "B"), '"b"', '"B"', "item"),
    (press("Remove Links 1"), '["a",  "b"', '["b"', "first item removed"),
    (press("Remove Links 2"), '"a",  "b", "c"', '"a", "c"', "middle item removed"),
    (press("Remove Links 3"), '"b", "c"', '"b"', "last item removed"),
    (press("Move down Links 1"), '"a",  "b"', '"b",  "a"', "item moved"),
    (tick("sport"), '[ "food","art" ]', '[ "food","art","sport" ]', "choice ticked"),
    (tick("food"), '[ "food","art" ]', '[ "art" ]', "choice cleared"),
    (
        press("Remove Pets 1"),
        '{"name": "Rex", "chip": 98765432109876543210}, ',
        "",
        "object item removed",
    ),
    (
        press("Move down Pets 1"),
        '[{"name": "Rex", "chip": 98765432109876543210}, {"name": "Tom", "years": 2}]',
        '[{"name": "Tom", "years": 2}, {"name": "Rex", "chip": 98765432109876543210}]',
        "object item moved with all it holds",
    ),
]


def test_changes_that_place_only(desk):
    opened = desk(ODD)
    for act, old, new, name in EDITS:
        assert ODD.count(old) == 1
        act(opened.editor())
        opened.settle()

        assert (name, opened.text()) == (name, ODD.replace(old, new))
        assert (name, opened.status().partition(" ·")[0]) == (name, "1 change")
        # The next one begins with the stored text again.
        opened.page.get_by_role("link", name="Discard").click()
        assert (name, opened.text()) == (name, ODD)


@pytest.mark.parametrize(
    ("text", "act", "expected"),
    [
        pytest.param("{}", fill("Hobby", "x"), '{\n  "hobby": "x"\n}', id="first key"),
        pytest.param("{}", fill("City", "x"), '{\n  "address": {\n    "city": "x"\n  }\n}', id="nested key"),
        pytest.param('{"x":1}', fill("Hobby", "y"), '{"x":1,"hobby":"y"}', id="in a line"),
        pytest.param('{"x": 1}', fill("City", "y"), '{"x": 1, "address": {"city": "y"}}', id="nested, flat"),
        pytest.param(
            '{\n\t"x": 1\n}',
            fill("City", "y"),
            '{\n\t"x": 1,\n\t"address": {\n\t\t"city": "y"\n\t}\n}',
            id="tabs",
        ),
        pytest.param(
            '{\n    "address": {}\n}',
            fill("City", "y"),
            '{\n    "address": {\n        "city": "y"\n    }\n}',
            id="four blanks",
        ),
        pytest.param('{\n  "hobby": "x"\n}', fill("Hobby", ""), "{}", id="the last key"),
        pytest.param(
            '{"address": {"city": "x"}}', fill("City", ""), '{"address": {}}', id="a stored object stays"
        ),
        pytest.param('{"x": 1}', tick("sport"), '{"x": 1, "topics": ["sport"]}', id="first choice"),
        pytest.param(
            '{"constructor": "a"}',
            fill("Constructor", "b"),
            '{"constructor": "b"}',
            id="a name of JavaScript's",
        ),
        pytest.param(
            '{"__proto__": 1}',
            fill("Constructor", "b"),
            '{"__proto__": 1, "constructor": "b"}',
            id="beside __proto__",
        ),
        pytest.param('{"hobby": null}', fill("Hobby", "x"), '{"hobby": "x"}', id="over null"),
        pytest.param(
            '{"hobby": "\\u00e9", "age": 1}',
            fill("Age", "2"),
            '{"hobby": "\\u00e9", "age": 2}',
            id="escapes stay",
        ),
    ],
)
def test_added_keys_look_like_their_neighbours(desk, text, act, expected):
    opened = desk(text)

    act(opened.editor())

    assert opened.save()["user_metadata"] == expected


@pytest.mark.parametrize(
    ("text", "act", "undo"),
    [
        pytest.param('{"x": 1.0}', fill("City", "Oslo"), fill("City", ""), id="a nested key"),
        pytest.param('{"x": 1.0}', tick("Send me news"), tick("Send me news"), id="a tick"),
        pytest.param('{"x": 1.0}', tick("sport"), tick("sport"), id="a choice"),
        pytest.param('{"x": 1.0}', press("Add item to Links"), press("Remove Links 1"), id="an item"),
        pytest.param('{"age": 1.0, "x": 1}', fill("Age", "7"), fill("Age", "1"), id="a number"),
        pytest.param('{"hobby": "\\u00e9"}', fill("Hobby", ""), fill("Hobby", "é"), id="a text"),
    ],
)
def test_what_is_taken_back_leaves_no_trace(desk, text, act, undo):
    opened = desk(text)

    act(opened.editor())
    undo(opened.editor())
    opened.settle()

    assert opened.save()["user_metadata"] == text


def test_an_object_the_form_made_goes_when_it_is_emptied(desk):
    opened = desk('{"x": 1}')
    opened.editor().get_by_label("City").fill("Oslo")
    opened.mode("JSON")
    opened.page.keyboard.press("Control+End")
    opened.editor().locator(".cm-content").click()
    opened.page.keyboard.press("Control+End")
    opened.page.keyboard.press("Enter")
    opened.mode("Form")

    opened.editor().get_by_label("City").fill("")

    assert opened.save()["user_metadata"].strip() == '{"x": 1}'


def test_an_item_that_is_added_and_left_blank_is_not_written(desk):
    opened = desk('{"links": ["a"]}')

    opened.editor().get_by_role("button", name="Add item to Links").click()

    assert opened.text() == '{"links": ["a"]}'


def test_a_list_grows_item_by_item(desk):
    opened = desk('{"links": ["a"], "height": 1.0}')
    for value in ("b", "c"):
        opened.editor().get_by_role("button", name="Add item to Links").click()
        opened.page.keyboard.type(value)

    assert opened.save()["user_metadata"] == '{"links": ["a", "b", "c"], "height": 1.0}'


def test_objects_are_added_and_edited_beside_their_unknown_keys(desk):
    opened = desk('{"pets": [{"name": "Rex", "chip": 1.0}]}')
    editor = opened.editor()
    editor.get_by_role("button", name="Add item to Pets").click()
    editor.get_by_role("group", name="Pets 2").get_by_label("Name").fill("Tom")
    editor.get_by_role("group", name="Pets 1").get_by_label("Years").fill("3")

    assert (
        opened.save()["user_metadata"]
        == '{"pets": [{"name": "Rex", "chip": 1.0, "years": 3}, {"name": "Tom"}]}'
    )


def test_half_a_number_removes_nothing(desk):
    opened = desk('{"age": 30}')
    opened.editor().get_by_label("Age", exact=True).press("End")
    opened.page.keyboard.type("e")

    assert opened.text() == '{"age": 30}'


def test_a_value_that_does_not_fit_is_named_and_the_rest_can_be_edited(desk):
    opened = desk('{"age": "old", "language": "fr", "address": [1], "hobby": "x"}')
    notes = opened.editor().locator(".editor-notes")
    opened.editor().get_by_label("Hobby").fill("y")

    expect(notes).to_contain_text("age holds text; the form can't show it.")
    expect(notes).to_contain_text("language holds a choice that is not offered")
    expect(notes).to_contain_text("address holds a list")
    expect(opened.editor().get_by_label("City")).to_have_count(0)
    assert opened.save()["user_metadata"] == '{"age": "old", "language": "fr", "address": [1], "hobby": "y"}'


def test_other_keys_are_named_and_lead_to_their_place(desk):
    opened = desk('{\n  "hobby": "x",\n  "crm": 1,\n  "a§b": "y"\n}')

    notes = opened.editor().locator(".editor-notes")
    expect(notes.locator(".others")).to_have_text('crm 1 a§b "y"', use_inner_text=True)
    expect(notes).to_contain_text("2, stay as they are")
    notes.get_by_role("button", name="Edit in JSON").click()
    opened.editor().locator(".cm-content").wait_for()
    opened.page.keyboard.press("Delete")
    opened.page.keyboard.type("2")

    assert opened.text() == '{\n  "hobby": "x",\n  "crm": 2,\n  "a§b": "y"\n}'
