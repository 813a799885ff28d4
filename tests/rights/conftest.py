"""Actors of every kind, with exactly the rights a test names."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission

from users.models import User
from users.models.write_guard import allow_account_writes
from users.rights.actor import staff_actor


@pytest.fixture
def staff_with(make_user):
    """A staff member with these permissions, given directly: `staff_with("view_user")`."""

    def make(*codenames: str):
        user = make_user()
        with allow_account_writes():
            user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
        return staff_actor(User.objects.get(pk=user.pk))

    return make


@pytest.fixture
def root(make_user):
    """A superuser at the dashboard."""
    return staff_actor(make_user("root", is_superuser=True))
