"""Icons and avatars in templates."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.template import Context, Template
from django.utils import timezone

from users.models import User
from users.web.template_tags import age, icon_names

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
QUOTED = re.compile(r"""["'#]([a-z-]+)["']""")
NAMED = re.compile(r'\{% icon "([^"]+)"')


def draw(source: str, **context) -> str:
    return Template(source).render(Context(context))


def test_an_icon_is_a_reference_into_the_sprite_that_screen_readers_skip():
    drawn = draw('{% icon "users" size="s" %}')

    assert drawn == (
        '<svg class="icon s" aria-hidden="true"><use href="/static/users/img/icons.svg#users"/></svg>'
    )


def test_an_icon_that_is_not_in_the_list_is_refused():
    with pytest.raises(ValueError, match=r"No icon is called 'usres'. Add it to .*icons.json"):
        draw('{% icon "usres" %}')


def test_every_icon_that_a_template_names_is_in_the_list():
    named = {
        (path.name, name) for path in TEMPLATES.rglob("*.html") for name in NAMED.findall(path.read_text())
    }

    assert named
    assert {each for each in named if each[1] not in icon_names()} == set()


def test_every_icon_in_the_list_is_used():
    root = TEMPLATES.parent
    files = [
        *TEMPLATES.rglob("*.html"),
        *root.glob("users/**/*.py"),
        *root.glob("static/users/js/*.js"),
        *root.glob("static/users/js/editor/*.js"),
    ]
    words = {word for path in files for word in QUOTED.findall(path.read_text(encoding="utf-8"))}

    assert icon_names() - words == set()


def test_the_list_of_icons_is_in_order_and_names_each_once():
    pairs = json.loads(
        (TEMPLATES.parent / "static/users/img/icons.json").read_text(), object_pairs_hook=lambda found: found
    )

    names = [name for name, _ in pairs]
    assert names == sorted(set(names))


def test_an_avatar_shows_the_initials_on_the_colour_of_the_id():
    user = User(user_id="auth0|1", name="<b>x</b> Doe")

    drawn = draw("{% avatar user 'l' %}", user=user)

    assert re.fullmatch(r'<span class="avatar colour-\d l" aria-hidden="true">&lt;D</span>', drawn)


@pytest.mark.parametrize(
    ("ago", "text", "short"),
    [
        (timedelta(seconds=50), "now", "now"),
        (timedelta(minutes=4, seconds=10), "4 minutes ago", "4 min"),
        (timedelta(hours=23), "23 hours ago", "23 h"),
        (timedelta(days=6, hours=3), "6 days ago", "6 d"),
        (timedelta(days=11, hours=3), "1 week ago", "1 wk"),
        (timedelta(days=70), "2 months ago", "2 mo"),
        (timedelta(days=800), "2 years ago", "2 y"),
        (timedelta(hours=-3, seconds=-5), "in 3 hours", "3 h"),
    ],
)
def test_an_age_has_one_unit(ago, text, short):
    at = timezone.now() - ago

    assert age(at).replace("\xa0", " ") == text
    assert age(at, "short").replace("\xa0", " ") == short
