"""The texts of pages, emails, commands and messages: all go through gettext, in plain words."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.one_database

CHECKOUT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted(path for path in CHECKOUT.glob("templates/**/*") if path.suffix in (".html", ".txt"))
MODULES = sorted([*CHECKOUT.glob("users/**/*.py"), *CHECKOUT.glob("config/**/*.py")])
SCRIPTS = sorted(
    path
    for path in CHECKOUT.glob("static/users/js/**/*.js")
    if "bundle" not in path.relative_to(CHECKOUT).parts
)
# Those that docs/glossary.md names.
AVOIDED = re.compile(
    r"\b(e-mails?|user names?|logins?|people|everybody|anybody|nobody|whoever|anew|besides|told|mend(ed)?"
    r"|kept|please|oops|successfully)\b",
    re.IGNORECASE,
)
# Left out is the page that shows samples of all pieces.
TEMPLATES = [path for path in TEMPLATES if path.name != "pieces.html"]
FILES = [*TEMPLATES, *MODULES, *SCRIPTS]
# Names, units and keys, which no language translates.
CONSTANT = re.compile(r"(\W|v|Profiledesk|UTC|ms|POST|openapi\.json|[a-z_]+(\.[a-z_]+)+)*")
CODE = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
SKIPPED = (
    re.compile(r"\{#.*?#\}"),
    re.compile(r"\{% blocktranslate\b.*?%\}.*?\{% endblocktranslate %\}", re.DOTALL),
    re.compile(r"\{% block (body|main)_class %\}.*?\{% endblock %\}"),
    re.compile(r"<(script|style|code|pre|svg|kbd)\b[^>]*>.*?</\1>", re.DOTALL),
)
SHOWN_ATTRIBUTE = re.compile(r'\b(?:aria-label|title|placeholder|alt|data-label)="([^"]*)"')
# What a template passes to another as a text, and the label of a button of type "submit".
PASSED_TEXT = re.compile(r'\b(?:empty|label|parent|value)="([A-Z][^"]*)"')
# In JavaScript, what is left out are comments, texts given to gettext, and strings that users never see:
# class names, selectors, keys of the keyboard and of objects.
JS_STRING = r'"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`'
JS_TOKEN = re.compile(rf"{JS_STRING}|//[^\n]*|/\*.*?\*/", re.DOTALL)
JS_SKIPPED = re.compile(
    rf"\bn?gettext\(\s*(?:{JS_STRING})(?:\s*,\s*(?:{JS_STRING}))?"
    rf"|(?:\bclassName\s*[:=]\s*|[!=]== |\bcase |new Error\()(?:{JS_STRING})"
    rf"|(?:{JS_STRING})\s*:|new Set\(\s*\[[^\]]*\]"
)
JS_TEXT = re.compile(r"[A-Za-z]{2,} [A-Za-z(]|^[A-Z][a-z]+$")
SELECTOR = re.compile(r"[#\[>]|(^|[\s,])\.[a-z]|\b(tbody|tr)\b|use strict|^(Enter|Tab|Home|End)$")
FUNCTIONS = {"gettext", "gettext_lazy", "gettext_noop", "ngettext", "_"}
# Exceptions whose text pages show.
SHOWN_ERRORS = {
    *("Denied", "Protected", "StaleSignIn", "JobFailed", "MailDisabled"),
    *("InvalidIndexedKey", "InvalidNote", "InvalidSelection", "PermissionDenied"),
}
# The rights of clients, which only the Management API checks: its texts are English, as Auth0's are.
OF_THE_API = ("users/api/", "users/oauth/", "users/rights/client_rights.py", "users/rights/own_metadata.py")


def untranslated(source: str) -> Iterator[str]:
    """The texts of a template that no tag translates: between tags, and in attributes that users perceive."""
    for pattern in SKIPPED:
        source = pattern.sub("", source)
    yield from PASSED_TEXT.findall(source)
    source = CODE.sub(" ", source)
    texts = [*SHOWN_ATTRIBUTE.findall(source), *re.sub(r"<[^>]*>", "\n", source).splitlines()]
    for text in texts:
        text = re.sub(r"&\w+;", "", text).strip()
        if not CONSTANT.fullmatch(text):
            yield text


def untranslated_in_script(source: str) -> Iterator[str]:
    """The strings of a script that look like words, and that it does not give to gettext."""
    source = JS_TOKEN.sub(lambda found: "" if found[0].startswith("/") else found[0], source)
    for found in re.finditer(JS_STRING, JS_SKIPPED.sub("", source), re.DOTALL):
        text = re.sub(r"\$\{.*?\}", "", found[0][1:-1])
        if JS_TEXT.search(text) and not SELECTOR.search(text):
            yield text


def untranslated_errors(source: str) -> Iterator[str]:
    """The texts of a module that it gives to an exception of SHOWN_ERRORS without gettext."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SHOWN_ERRORS:
            yield from (ast.unparse(one) for one in node.args[:1] if is_literal(one))


def is_literal(node: ast.expr) -> bool:
    """Whether it is a string of the source, or put together from one."""
    if isinstance(node, ast.BinOp):
        return is_literal(node.left)
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def messages(path: Path) -> Iterator[str]:
    """The texts that a file gives to gettext."""
    source = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FUNCTIONS:
                yield from (one.value for one in node.args if isinstance(one, ast.Constant))
    elif path.suffix == ".js":
        yield from (found[1] for found in re.finditer(r'\bn?gettext\(\s*"([^"]*)"', source))
    else:
        yield from (found[1] for found in re.finditer(r'\{% translate "([^"]*)"', source))
        yield from (found[1] for found in re.finditer(r'=_\("([^"]*)"\)', source))
        pattern = r"\{% blocktranslate\b.*?%\}(.*?)\{% endblocktranslate %\}"
        for found in re.finditer(pattern, source, re.DOTALL):
            yield re.sub(r"\{.*?\}", "", found[1])


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(CHECKOUT / "templates")))
def test_every_text_of_a_template_can_be_translated(path):
    assert list(untranslated(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    "path", SCRIPTS, ids=lambda path: str(path.relative_to(CHECKOUT / "static/users/js"))
)
def test_every_text_of_a_script_can_be_translated(path):
    assert list(untranslated_in_script(path.read_text(encoding="utf-8"))) == []


def test_every_error_that_pages_show_can_be_translated():
    modules = {path.relative_to(CHECKOUT).as_posix(): path for path in MODULES}
    found = {
        name: texts
        for name, path in modules.items()
        if not name.startswith(OF_THE_API)
        and (texts := list(untranslated_errors(path.read_text(encoding="utf-8"))))
    }

    assert found == {}


def test_texts_outside_gettext_are_noticed():
    assert list(untranslated_errors('raise Denied("No.")')) == ["'No.'"]
    assert list(untranslated_errors('raise JobFailed(f"No {x}.")')) == ["f'No {x}.'"]
    assert list(untranslated_errors('raise Denied("No %s." % x)')) == ["'No %s.' % x"]
    assert list(untranslated_errors('raise Denied(gettext("No %s.") % x)')) == []
    assert list(untranslated("<p>Jane</p>")) == ["Jane"]
    assert list(untranslated('<input placeholder="A name">')) == ["A name"]
    assert list(untranslated("<p>{% if a %}Saved{% endif %}</p>")) == ["Saved"]
    assert list(untranslated('{% include "a.html" with empty="Not yet" %}')) == ["Not yet"]
    assert list(untranslated_in_script('say("no users"); // a "quoted word"')) == ["no users"]
    assert list(untranslated_in_script('say("No users.")')) == ["No users."]
    assert list(untranslated_in_script("note(`${count} users left`)")) == [" users left"]
    assert list(untranslated_in_script('say(gettext("no users")); list.className = "a b"')) == []


def test_texts_have_plain_words():
    texts = {text: path for path in FILES for text in messages(path) if text}

    assert len(texts) > 500
    assert {text: path.name for text, path in texts.items() if AVOIDED.search(text)} == {}
