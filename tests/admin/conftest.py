"""Staff of every kind, and the pages they open."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db.models import Max, Sum
from django.utils import timezone

from tests.conftest import again
from tests.web.pages import Page, open_page
from users.models import Change, User
from users.models.user import FOLD_FUNCTIONS
from users.models.write_guard import allow_account_writes

LIST = "/admin/users/user/"


def user_path(user: User) -> str:
    return f"{LIST}{user.pk}/change/"


def delete_path(user: User) -> str:
    return f"{LIST}{user.pk}/delete/"


def found(page: Page) -> list[str]:
    """The local parts of the addresses in the list, in its order; the name where a user has no address."""
    rows = re.findall(r'<a class="person".*?</a>', page.html, re.DOTALL)
    texts = r'class="person-mail" title="([^"@]*)', r'class="person-name"[^>]*>([^<@]*)'
    return [next(match[1] for text in texts if (match := re.search(text, row))) for row in rows]


def written() -> tuple[int, ...]:
    """Another one after whatever anybody wrote: the newest change, and the versions of all users."""
    newest = Change.objects.aggregate(Max("pk"))["pk__max"] or 0
    return newest, User.objects.count(), User.objects.aggregate(Sum("version"))["version__sum"]


def set_moment(user: User, **columns) -> None:
    with allow_account_writes():
        User.objects.filter(pk=user.pk).update(**columns)


@pytest.fixture
def row():
    """Everything stored of an account, and how many changes are recorded: equal before and
    after means that nothing at all was written."""

    def read(user: User) -> tuple:
        stored = User.objects.filter(pk=user.pk).values().get()
        groups = sorted(again(user).groups.values_list("name", flat=True))
        return stored, groups, Change.objects.count()

    return read


@pytest.fixture
def staff_with(make_user):
    """A staff member with these permissions, given directly: `staff_with("view_user")`."""

    def make(*codenames: str) -> User:
        user = make_user()
        with allow_account_writes():
            user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
        return again(user)

    return make


@pytest.fixture
def clerk(staff_with):
    """May change profiles, and is no administrator."""
    return staff_with("view_user", "change_profile")


@pytest.fixture
def visit(browser):
    """Open the page of a user as a staff member: `visit(agent, jane).press("Block")`."""

    def open_as(member: User, user: User) -> Page:
        page = open_page(browser(member), user_path(user))
        read = written()
        page.is_fresh = lambda: read == written()
        return page

    return open_as


@pytest.fixture
def listing(browser):
    """The list as a staff member sees it: `listing(agent, q="jane")`."""

    def open_as(member: User, **parameters: str) -> Page:
        answer = browser(member).get(LIST, parameters)
        return Page(answer.client, answer, LIST)

    return open_as


@pytest.fixture
def crowd(connection):
    """Fill the database with so many people, quickly: `crowd(1000)`."""

    def make(count: int) -> None:
        now = timezone.now()
        people = [
            User(
                connection=connection,
                email=f"person{number}@example.com",
                name=f"Person Number{number}",
                password="!",
                user_metadata={"number": number},
                created_at=now - timedelta(seconds=number),
            )
            for number in range(count)
        ]
        for person in people:
            person.set_search_columns(FOLD_FUNCTIONS)
        with allow_account_writes():
            User.objects.bulk_create(people, batch_size=500)

    return make
