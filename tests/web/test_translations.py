"""The translations: complete, and right where a program can tell."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils.translation import to_language

ROOT = settings.BASE_DIR
TRANSLATIONS = sorted(settings.LOCALE_DIR.glob("*/LC_MESSAGES/*.po"))
FOR_STAFF = ("admin/", "users/admin/", "users/api/", "users/demo/", "users/desk.html", "users/side.html")
PLACEHOLDER = re.compile(r"%(?:\((\w+)\))?[sd]|</?[a-z]+[^>]*>")

pytestmark = pytest.mark.one_database


@pytest.fixture(scope="module")
def texts(tmp_path_factory) -> dict[str, Catalog]:
    """What `make texts` finds in the code, by domain."""
    folder = tmp_path_factory.mktemp("texts")
    recipe = (ROOT / "Makefile").read_text()
    (keywords,) = re.findall(r'--keywords "([^"]*)"', recipe)
    found = {}
    for domain, mapping in (("django", "babel.cfg"), ("djangojs", "babel_js.cfg")):
        file = folder / f"{domain}.pot"
        options = ["--keywords", keywords.replace("\\\n", " "), "--mapping-file", f"users/locale/{mapping}"]
        extract = [sys.executable, "-m", "babel.messages.frontend", "--quiet", "extract", *options]
        subprocess.run([*extract, "--output-file", file, "."], cwd=ROOT, check=True, capture_output=True)
        found[domain] = read(file)
    return found


def read(file: Path) -> Catalog:
    with file.open("rb") as opened:
        return read_po(opened)


def strings(message: Message) -> tuple[str, ...]:
    return message.string if isinstance(message.string, tuple) else (message.string,)


def identity(message: Message) -> tuple[object, ...]:
    return message.context, message.id


@pytest.mark.parametrize("file", TRANSLATIONS, ids=lambda file: f"{file.parts[-3]}-{file.stem}")
def test_every_text_that_users_read_is_translated(file, texts):
    wanted = {identity(message) for message in texts[file.stem] if message.id}

    whole = [message for message in read(file) if all(strings(message)) and not message.fuzzy]
    translated = {identity(message) for message in whole if message.id}

    assert wanted - translated == set(), "run `make texts`, then translate these"
    assert translated - wanted == set(), "run `make texts`: these are not used any more"


def test_the_texts_of_all_templates_but_those_for_staff_are_looked_for(texts):
    known = {message.id for message in texts["django"]}
    folder = ROOT / "templates"
    templates = [
        file
        for file in folder.rglob("*.*")
        if not str(file.relative_to(folder)).startswith(FOR_STAFF) and "{% translate" in file.read_text()
    ]

    missing = {
        (str(file), text)
        for file in templates
        for text in re.findall(r'\{% translate "([^"]+)"', file.read_text())
        if text not in known
    }

    assert len(templates) > 30
    assert missing == set(), "users/locale/babel.cfg names where texts are"


@pytest.mark.parametrize("file", TRANSLATIONS, ids=lambda file: f"{file.parts[-3]}-{file.stem}")
def test_translations_have_the_placeholders_and_the_elements_of_their_texts(file):
    def parts(text: str) -> list[str]:
        return sorted(found.group() for found in PLACEHOLDER.finditer(text))

    for message in read(file):
        if message.id:
            source = message.id[0] if isinstance(message.id, tuple) else message.id
            for string in strings(message):
                assert parts(string) == parts(source)


def test_every_language_has_both_catalogues_compiled():
    languages = {file.parts[-3] for file in TRANSLATIONS}

    assert {"en", *map(to_language, languages)} == {code for code, _ in settings.LANGUAGES}, (
        "run `make translations`"
    )
    for language in languages:
        for domain in ("django", "djangojs"):
            assert (settings.LOCALE_DIR / language / "LC_MESSAGES" / f"{domain}.mo").is_file()
