"""A page as a person meets it: what it says, and forms that are typed into and sent.

`press` sends what a browser without JavaScript would send: hidden fields and all, line ends
as browsers make them. So a test breaks when a field leaves the form, not only when the view
forgets how to read it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

from django.test import Client

SILENT = ("script", "style", "title", "template")


@dataclass
class Form:
    """One form: where it goes, what stands in its fields, shown and hidden, and its buttons by
    their words."""

    action: str
    method: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    hidden: dict[str, list[str]] = field(default_factory=dict)
    buttons: dict[str, tuple[str, str]] = field(default_factory=dict)


class Page:
    """An answer, read. `html` is its source, `text` what a person reads of it."""

    def __init__(self, browser: Client, response: Any, path: str) -> None:
        self.browser = browser
        self.response = response
        self.status = response.status_code
        self.path = path
        self.html = response.content.decode()
        reader = _Reader()
        reader.feed(self.html)
        self.text = re.sub(r"\s+", " ", " ".join(reader.words))
        self.forms = reader.forms
        # What a strict CSP forbids: scripts and styles that stand in the page itself.
        self.inline = reader.inline
        # The words of buttons that cannot be pressed.
        self.disabled = reader.disabled
        self._links = re.findall(r'<a href="(\?tab=[a-z]+)">', self.html)
        self._opened = [self]
        # Whether what stands behind the tabs is still what it was when this page was read.
        self.is_fresh: Callable[[], bool] = lambda: True

    @property
    def tabs(self) -> list[Page]:
        """This page and those behind its tabs, which a person clicks through."""
        return list(self._clicked())

    def _clicked(self) -> Iterator[Page]:
        """The same, of which only those are opened that are asked for."""
        for number in range(1 + len(self._links)):
            if number == len(self._opened):
                assert self.is_fresh(), "something was written since: say `.all_opened()` before"
                path = urljoin(self.path, self._links[number - 1])
                self._opened.append(open_page(self.browser, path))
            yield self._opened[number]

    def all_opened(self) -> Page:
        """With every tab open, as somebody has them who then goes for a coffee."""
        assert self.tabs
        return self

    @property
    def html_everywhere(self) -> str:
        """The source of this page and of all its tabs."""
        return "".join(page.html for page in self.tabs)

    @property
    def text_everywhere(self) -> str:
        """What a person reads who clicks through all tabs."""
        return " ".join(page.text for page in self.tabs)

    @property
    def buttons(self) -> set[str]:
        return {label for page in self.tabs for form in page.forms for label in form.buttons}

    def behind(self, button: str) -> Page:
        """The tab with that button; this very page, if it has it."""
        for page in self._clicked():
            if any(button in form.buttons for form in page.forms):
                return page
        raise AssertionError(f"no button {button!r}, only {sorted(self.buttons)}")

    def form(self, button: str) -> Form:
        return next(form for form in self.behind(button).forms if button in form.buttons)

    def data(self, button: str, **typed: Any) -> dict[str, Any]:
        """What pressing the button sends. A field that the form lacks, or hides, cannot be
        typed into; where a name stands on a field and hidden beside it, both are sent."""
        form = self.form(button)
        unknown = typed.keys() - form.fields.keys()
        assert not unknown, f"no field {unknown}, only {sorted(form.fields)}"
        shown = {**form.fields, **{name: _listed(value) for name, value in typed.items()}}
        data: dict[str, Any] = {
            name: [*shown.get(name, []), *form.hidden.get(name, [])]
            for name in shown.keys() | form.hidden.keys()
        }
        name, value = form.buttons[button]
        if name:
            data[name] = value
        return {name: _as_sent(value) for name, value in data.items()}

    def press(self, button: str, *, forged: dict[str, Any] | None = None, **typed: Any) -> Page:
        """Type, press, and read the answer; a redirect is followed. `forged` is sent besides
        what the page's fields allow."""
        path = self.behind(button).path
        target = urljoin(path, self.form(button).action or path)
        data = {**self.data(button, **typed), **(forged or {})}
        return read(self.browser, self.browser.post(target, data, follow=True), target)


def open_page(browser: Client, path: str, **headers: str) -> Page:
    """Visit an address, wherever it leads."""
    return read(browser, browser.get(path, follow=True, **headers), path)


def read(browser: Client, response: Any, path: str) -> Page:
    chain = getattr(response, "redirect_chain", [])
    return Page(browser, response, chain[-1][0] if chain else path)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _as_sent(value: Any) -> Any:
    if isinstance(value, list):
        return [_as_sent(item) for item in value]
    return str(value).replace("\r\n", "\n").replace("\n", "\r\n")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self.words: list[str] = []
        self.inline: list[str] = []
        self.disabled: list[str] = []
        self._form: Form | None = None
        self._area: str | None = None
        self._choice: list[str] = []
        self._button: tuple[str, str] | None = None
        self._is_disabled = False
        self._typed: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in SILENT:
            self._silent += 1
        self.inline += [
            f"{name}={value}" for name, value in attrs if name == "style" or name.startswith("on")
        ]
        self.inline += [f"{name}={value}" for name, value in attrs if (value or "").startswith("javascript:")]
        if tag == "style" or (tag == "script" and "src" not in given):
            self.inline.append(f"<{tag}>")
        if tag == "button" and "disabled" in given:
            self._is_disabled, self._typed = True, []
        elif tag == "form":
            self._form = Form(given.get("action", ""), given.get("method", "get").lower())
            self.forms.append(self._form)
        elif self._form is None or "disabled" in given:
            return
        elif tag == "input":
            self._input(given, "checked" in given)
        elif tag == "textarea":
            self._area, self._typed = given.get("name", ""), []
        elif tag == "select":
            self._choice = self._form.fields.setdefault(given.get("name", ""), [])
        elif tag == "option" and (not self._choice or "selected" in given):
            self._choice[:] = [given.get("value", "")]
        elif tag == "button":
            self._button, self._typed = (given.get("name", ""), given.get("value", "")), []

    def _input(self, given: dict[str, str], is_checked: bool) -> None:
        name, kind = given.get("name", ""), given.get("type", "text")
        if kind == "submit":
            self._form.buttons[given.get("value", "")] = (name, given.get("value", ""))
        elif name:
            fields = self._form.hidden if kind == "hidden" else self._form.fields
            values = fields.setdefault(name, [])
            if kind not in ("checkbox", "radio") or is_checked:
                values.append(given.get("value", "on" if kind == "checkbox" else ""))

    def handle_endtag(self, tag: str) -> None:
        if tag in SILENT:
            self._silent -= 1
        if tag == "form":
            self._form = None
        elif tag == "textarea" and self._area is not None:
            # HTML drops one line break right after the tag.
            self._form.fields.setdefault(self._area, []).append("".join(self._typed).removeprefix("\n"))
            self._area = None
        elif tag == "button" and self._is_disabled:
            self.disabled.append(" ".join("".join(self._typed).split()))
            self._is_disabled = False
        elif tag == "button" and self._button is not None:
            self._form.buttons[" ".join("".join(self._typed).split())] = self._button
            self._button = None

    def handle_data(self, data: str) -> None:
        if self._area is not None or self._button is not None or self._is_disabled:
            self._typed.append(data)
        if not self._silent:
            self.words.append(data)
