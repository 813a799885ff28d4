"""Who may not see app_metadata meets it nowhere: a walk over everything that can be read.

The pages come from the URL configuration and from the links on them, the operations from the table
of endpoints: what is added later is walked, too, or the test says what it needs to know.
"""

from __future__ import annotations

import re
from collections import Counter

import pytest
from django.contrib.auth.models import Permission
from django.db import transaction
from django.utils import timezone

from tests.api.test_rights import EXAMPLES, filled
from tests.rights.read_paths import (
    address,
    content,
    everything,
    links,
    questions,
    routes,
    texts,
    with_query,
    without,
)
from tests.suites import DEPTH
from tests.user_tokens import issue_user_token
from users.actions.account.documents import Patch
from users.actions.account.edit_user import Edit, edit_user
from users.actions.rules.rules import create_rule
from users.actions.search_setup.segments import SegmentData, create_segment
from users.actions.webhooks import create_webhook
from users.api.endpoints import ENDPOINTS
from users.jobs.enqueue import enqueue
from users.jobs.schedule import enqueue_due_jobs
from users.jobs.worker import Worker
from users.models import Change, ResourceServer, User
from users.models.write_guard import allow_account_writes
from users.rights.actor import command_actor, staff_actor
from users.rights.visible import USER_SCOPES
from users.rules.starters import starter_script
from users.tokens.scopes import MACHINE_SCOPES

SHELL = command_actor("tests")
KEY, MARK = "zebrakey", "okapimark"
# Alike but for their beginning, and nobody has them: no answer may tell the two apart.
NO_KEY, NO_MARK = "qaxrakey", "quopimark"
SECRET, INVENTED = "secretly", "inverted"
# Tabs of a user's page on which app_metadata stands.
TELLING = ("metadata", "activity", "raw")
# Under these names any page is asked; what its forms have is asked besides, one by one.
NAMES = ("q", "sort", "o", "column", "columns", "path", "key", "prefix", "text", "document", "query", "name")
ASKED = (
    f"app_metadata.{KEY}:{MARK}",
    f"NOT app_metadata.{KEY}:{MARK}",
    f"app_metadata.{KEY}:1",
    f"app_metadata.{KEY}",
    f"app_metadata.{KEY[:3]}",
    KEY[:3],
    f'segment:"{SECRET}"',
)
# What `make test` asks each field of a page; the others of ASKED take the same path through the code.
ASKED_OF_PAGES = ASKED if DEPTH > 1 else (ASKED[0], ASKED[1], ASKED[4], ASKED[-1])
NUMBERED = re.compile(r"/\d+/")
# How often a walk opens one page with other parameters: a list leads to more of itself without end.
VARIANTS = 12


@pytest.fixture
def marked(make_user):
    """A person whose app_metadata nobody without the right may meet, in the record neither."""
    user = make_user("marked", user_metadata={"hobby": "chess"}, app_metadata={KEY: MARK})
    for value in ({"deep": [{KEY: MARK}]}, MARK):
        edit_user(user, Edit(documents={"app_metadata": Patch({KEY: value})}), actor=SHELL)
    return User.objects.get(pk=user.pk)


@pytest.fixture
def product(marked, agent, settings, index_key):
    """Everything that comes of such a person: segments and a webhook that name it, an index, and
    whatever jobs write."""
    settings.API_RATE_LIMIT = 0
    for name, query in ((SECRET, f"app_metadata.{KEY}:{MARK}"), (INVENTED, f"app_metadata.{NO_KEY}:x")):
        segment = create_segment(SegmentData(name, query, is_shared=True), actor=staff_actor(agent))
    hook, _ = create_webhook(actor=SHELL, url="https://example.com/", types=[], only=[f"app_metadata.{KEY}"])
    rule = create_rule(actor=SHELL, name="Plan", script=starter_script("metadata_to_claims"))
    index_key("app_metadata", (KEY,), "text")
    enqueue_due_jobs()
    worker = Worker()
    while worker.work():
        pass
    job = enqueue("housekeeping", actor=staff_actor(agent))
    return {
        "object_id": str(marked.pk),
        "segment_id": segment.segment_id,
        "job_id": job.job_id,
        "number": str(Change.objects.filter(user=marked).latest("pk").pk),
        "part": "app_metadata",
        "action": "block",
        "webhook_id": hook.webhook_id,
        "user_key": str(marked.pk),
        "signed": "x",
        "name": "x",
        "content_type_id": "1",
        "app_label": "users",
        "url": "nowhere/",
        "uidb36": "1",
        "method_id": "totp|dev_1",
        "key": "x",
        "language": "de",
        "connection_id": marked.connection.connection_id,
        "rule_id": rule.rule_id,
        "starter": "metadata_to_claims",
        "resource_server_id": ResourceServer.objects.management().resource_server_id,
    }


@pytest.fixture
def walk(browser, product, make_client):
    """The pages that somebody can open, each with its answer: `walk(agent)`."""

    names = {**product, "client_id": make_client().client_id}

    def pages(member):
        visitor = browser(member)
        visitor.raise_request_exception = False
        waiting = [opened(route, names) for route in routes()]
        answers, variants = {}, Counter()
        while waiting:
            page = waiting.pop(0)
            path = page.partition("?")[0]
            if page not in answers and variants[path] < VARIANTS:
                variants[path] += 1
                answers[page] = visitor.get(page, follow=True)
                waiting += sorted(links(page, content(answers[page])))
        return answers

    return pages


def opened(route, names):
    try:
        return address(route, names)
    except KeyError as missing:
        pytest.fail(f"the walk does not know what {missing} stands for in {route}: say so in `product`")


@pytest.fixture
def viewer(make_user):
    """A staff member with every right but the one."""
    user = make_user("viewer")
    with allow_account_writes():
        ours = Permission.objects.filter(content_type__app_label="users")
        user.user_permissions.set(ours.exclude(codename="view_app_metadata"))
    return User.objects.get(pk=user.pk)


def telling(answers):
    """Which of them hold what they should not."""
    texts = {where: everything(answer) for where, answer in answers.items()}
    return sorted(where for where, text in texts.items() if KEY in text or MARK in text)


def test_staff_without_the_right_meet_it_on_no_page_whatever_they_ask(walk, viewer, browser, marked):
    answers, visitor = walk(viewer), browser(viewer)
    assert telling(answers) == []

    fields = {field for answer in answers.values() for field in questions(answer)}
    # The pages of two people ask the same: that of the one who has something to hide is asked.
    fields = {(page, name) for page, name in fields if not NUMBERED.search(page) or f"/{marked.pk}/" in page}
    asked = [(page, {name: text}) for page, name in sorted(fields) for text in ASKED_OF_PAGES]
    lists = {page for page, _ in fields}
    for page in [page for page in answers if page.startswith("/admin/") and "?" not in page]:
        # A list refuses what it does not know, and all of it.
        queries = [(name,) for name in NAMES if (page, name) not in fields] if page in lists else [NAMES]
        asked += [(page, dict.fromkeys(names, text)) for names in queries for text in (ASKED[0], KEY[:3])]
    assert ("/admin/users/user/", "q") in fields
    assert [
        (page, query)
        for page, query in asked
        if not same(lambda query: visitor.get(with_query(page, **query), follow=True), query)  # noqa: B023
    ] == []


def same(ask, query):
    """Whether the answer is that to the same question about what there is not, and completes nothing."""
    real, unreal = ask(query), ask({name: invented(text) for name, text in query.items()})
    completed = [word for word in (KEY, MARK) if word in content(real) and word not in str(query)]
    words = (KEY, NO_KEY, MARK, NO_MARK, KEY[:3], NO_KEY[:3], SECRET, INVENTED)
    return not completed and without(real, *words) == without(unreal, *words)


def invented(asked):
    for word, other in ((KEY, NO_KEY), (MARK, NO_MARK), (KEY[:3], NO_KEY[:3]), (SECRET, INVENTED)):
        asked = asked.replace(word, other)
    return asked


@pytest.mark.parametrize("who", ["visitor", "the person"])
def test_nobody_else_meets_it_on_a_page(walk, marked, who):
    assert telling(walk(None if who == "visitor" else marked)) == []


def test_the_walk_would_meet_it(walk, administrator, marked):
    page = f"/admin/users/user/{marked.pk}/change/"

    met = telling(walk(administrator))

    assert {page, *(f"{page}?tab={tab}" for tab in TELLING), "/admin/segments/"} <= set(met)


@pytest.fixture
def read(product, marked):
    """Read every operation, each beside what its example needs: its answer, and where `ask` is given
    what that makes of its path and address."""

    def operations(call, ask=lambda path, where: None):
        answers, asked = {}, {}
        for path in (path for path, view in ENDPOINTS.items() if "GET" in view.operations):
            example = EXAMPLES[path, "GET"]
            with transaction.atomic():
                names = {"user_id": marked.user_id, **example.given(marked)}
                query = example.query.replace("jane.doe@example.com", marked.email)
                where = "/api/v2" + filled(path + query, names)
                answers[path], asked[path] = call(where), ask(path, where)
                if "at" in texts(path):
                    now = timezone.now().isoformat()
                    answers[f"{path}?at"] = call(with_query(where, at=now))
                transaction.set_rollback(True)
        return answers, asked

    return operations


def test_a_client_without_the_right_reads_it_nowhere_and_is_refused_where_it_asks(read, api):
    client = api(*(set(MACHINE_SCOPES) - USER_SCOPES))

    def distinguished(path, where):
        return [
            (name, text)
            for name in texts(path)
            for text in ASKED
            if not same(lambda query: client.get(with_query(where, **query)), {name: text})
        ]

    answers, asked = read(client.get, distinguished)

    assert telling(answers) == []
    assert {path: found for path, found in asked.items() if found} == {}
    assert answers["/users/{user_id}?at"].status_code == 200
    for text in (ASKED[0], ASKED[1], ASKED[-1]):
        assert client.get(with_query("/api/v2/users", q=text)).status_code == 403, text
    assert client.get(with_query("/api/v2/users", sort=f"app_metadata.{KEY}:1")).status_code == 403


def test_a_persons_own_token_reads_it_nowhere_where_the_setting_says_so(
    read, make_client, browser, marked, settings
):
    settings.CURRENT_USER_SEES_APP_METADATA = False
    client, server = make_client(), ResourceServer.objects.management()
    header = f"Bearer {issue_user_token(marked, client, ['read:current_user'], server=server)}"

    answers, _ = read(lambda where: browser().get(where, HTTP_AUTHORIZATION=header))

    assert telling(answers) == []
    assert answers["/users/{user_id}"].status_code == 200


def test_a_third_party_application_reads_it_nowhere_with_a_token_of_its_user(
    read, make_client, browser, marked
):
    client, server = make_client(), ResourceServer.objects.management()
    client.is_first_party = False
    client.save()
    header = f"Bearer {issue_user_token(marked, client, ['read:current_user'], server=server)}"

    answers, _ = read(lambda where: browser().get(where, HTTP_AUTHORIZATION=header))

    assert telling(answers) == []
    assert answers["/users/{user_id}"].status_code == 200


def test_reading_the_api_would_meet_it(read, api):
    answers, _ = read(api().get)

    texts = {
        *("/users", "/users/{user_id}", "/users/{user_id}?at", "/users-by-email", "/users/{user_id}/history"),
        *("/events", "/metadata/keys", "/metadata/indexes"),
    }
    assert texts <= set(telling(answers))
