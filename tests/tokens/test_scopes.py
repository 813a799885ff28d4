"""Which scopes there are, and which no machine ever holds."""

from __future__ import annotations

import pytest

from users.tokens.scopes import CURRENT_USER_SCOPES, MACHINE_SCOPES, explain_refused_scopes


def test_every_scope_of_a_machine_may_be_held_by_one():
    assert explain_refused_scopes([]) is None
    assert explain_refused_scopes(list(MACHINE_SCOPES)) is None


@pytest.mark.parametrize("scope", sorted(CURRENT_USER_SCOPES))
def test_peoples_own_scopes_are_never_a_machines(scope):
    assert ":current_user" in scope
    assert "users' own tokens" in explain_refused_scopes(["read:users", scope])


@pytest.mark.parametrize("scope", ["", "users", "READ:USERS", "read:users ", "administer", "read:everything"])
def test_an_unknown_scope_is_refused_by_name(scope):
    assert explain_refused_scopes([scope]) == f"{scope} is not a scope of the Management API"
