"""Rules, and the pages of an administrator."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.web.pages import Page, open_page
from users.actions.rules.rules import create_rule
from users.models import Rule
from users.rights.actor import command_actor

SCRIPT = "function (user, context, callback) {\n  callback(null, user, context);\n}\n"


@pytest.fixture
def make_rule(db) -> Callable[..., Rule]:
    def make(name: str = "First", script: str = SCRIPT, **columns) -> Rule:
        return create_rule(actor=command_actor("tests"), name=name, script=script, **columns)

    return make


@pytest.fixture
def desk(browser, administrator) -> Callable[..., Page]:
    return lambda path="/admin/rules/": open_page(browser(administrator), path)
