"""The pages of saved searches: with live counts, and nothing of what one may not see."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest

from tests.admin.conftest import LIST
from tests.jobs.conftest import AT_ONCE
from tests.web.pages import Page, open_page
from users.actions.search_setup.segments import SegmentData, create_segment
from users.admin import segments as pages
from users.jobs.worker import Worker
from users.models import Segment, SegmentCount
from users.rights.actor import command_actor, staff_actor
from users.search import count

SEGMENTS = "/admin/segments/"
NEW = f"{SEGMENTS}new/"
SAVE = "Save segment"


def path(segment: Segment) -> str:
    return f"{SEGMENTS}{segment.segment_id}/"


def rows(page: Page) -> dict[str, str]:
    """What each row says, by the name of its segment."""
    row = r'<tr>\s*<th class="c-name" scope="row"><a data-row href="[^"]*">(.*?)</a>(.*?)</tr>'
    found = re.findall(row, page.html, re.DOTALL)
    return {name: re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", rest)).strip() for name, rest in found}


@pytest.fixture
def desk(browser):
    return lambda member, address=SEGMENTS: open_page(browser(member), address)


@pytest.fixture
def save(agent):
    def make(name, query="name:nobody", *, by=None, shared=False, description=""):
        return create_segment(SegmentData(name, query, description, shared), actor=staff_actor(by or agent))

    return make


def test_the_search_at_hand_is_saved_from_the_list(listing, supporter, jane):
    page = listing(supporter, q="jane").press("Save as a segment", name="Trial ends")

    saved = Segment.objects.get()
    assert (saved.name, saved.owner, saved.is_shared) == ("Trial ends", supporter, False)
    assert page.path == f"{LIST}?" + urlencode({"q": 'segment:"Trial ends"'})
    assert "is saved" in page.text


def test_without_a_recorded_owner_only_the_badge_is_shown(desk, agent):
    create_segment(SegmentData("Lions", "name:leo", "", True), actor=command_actor("seed_demo"))

    assert rows(desk(agent))["Lions"].endswith("users Shared")


def test_without_a_search_there_is_nothing_to_save(listing, agent):
    assert "Save as a segment" not in listing(agent).buttons


@pytest.mark.parametrize(("who", "offered"), [("supporter", False), ("agent", True)])
def test_to_share_is_offered_to_who_may(listing, desk, request, who, offered):
    member = request.getfixturevalue(who)

    assert ("is_shared" in listing(member, q="a").form("Save as a segment").fields) == offered
    assert ("is_shared" in desk(member, NEW).form(SAVE).fields) == offered


def test_to_share_all_the_same_is_not_done(browser, supporter):
    sent = {"name": "x", "query": "name:a", "is_shared": "on"}

    browser(supporter).post(NEW, sent)

    assert not Segment.objects.get().is_shared


def test_what_is_wrong_is_said_beside_its_field_and_what_was_typed_stays(desk, agent, save):
    save("taken")

    page = desk(agent, NEW).press(SAVE, name="TAKEN", query="name:a")
    assert page.status == 422
    assert "A segment with this name already exists." in page.text
    page = page.press(SAVE, name="new", query="emial:jane")
    assert "At character 1: there is no field emial; did you mean email?" in page.text
    assert page.form(SAVE).fields["query"] == ["emial:jane"]
    page = page.press(SAVE, name="seg_0123456789abcdef", query="name:a")
    assert "it looks like the id of a segment" in page.text
    assert Segment.objects.count() == 1


def test_the_list_counts_live(desk, agent, supporter, save, jane, monkeypatch):
    save("Full", "app_metadata.plan:full", shared=True, description="They pay.")
    save("mine", "name:nobody OR email:*")
    save("not the agent's", by=supporter)

    monkeypatch.setattr(count, "MAX_COUNT", 2)
    listed = rows(desk(agent))

    assert list(listed) == ["Full", "mine"]
    assert listed["Full"] == "They pay. app_metadata.plan:full 1 user you Shared"
    assert "2+ users" in listed["mine"]


def test_the_list_shows_the_stored_count_that_the_tabs_show(desk, agent, save, jane, make_user):
    segment = save("All", "email:*", shared=True)
    Worker(AT_ONCE).work()
    stored = SegmentCount.objects.get(segment=segment).count
    make_user("late")

    for address in (SEGMENTS, path(segment)):
        assert re.search(rf'title="Counted [^"]*">{stored}\s', desk(agent, address).html), address


def test_a_stored_count_is_not_shown_to_those_who_may_not_see_what_it_counts(desk, staff_with, save):
    save("Paying", "app_metadata.plan:full", shared=True)
    Worker(AT_ONCE).work()

    assert "No access" in rows(desk(staff_with("view_user")))["Paying"]


def test_a_count_takes_no_longer_than_it_may_and_the_page_neither(desk, agent, save, monkeypatch):
    save("slow")
    monkeypatch.setattr(pages, "count_users", too_slow)
    assert "Too slow to count" in rows(desk(agent))["slow"]

    monkeypatch.setattr(pages, "time", Hurried())
    assert "Not counted" in rows(desk(agent))["slow"]


def too_slow(*_, **__):
    raise pages.SearchTimeout


class Hurried:
    """A clock on which an hour passes between two looks."""

    at = 0.0

    def monotonic(self):
        self.at += 3600
        return self.at


def test_it_is_changed_renamed_and_shared(desk, agent, save):
    segment = save("old", "name:a")

    page = desk(agent, path(segment)).press(SAVE, name="new", query="name:b name:c", is_shared="on")

    now = Segment.objects.get()
    assert (now.name, now.query, now.is_shared) == ("new", "name:b AND name:c", True)
    assert "is saved" in page.text


def test_it_is_deleted_and_nobody_whom_it_finds(desk, agent, save, jane):
    segment = save("Jane", "name:Jane*")

    page = desk(agent, path(segment)).press("Delete “Jane”")

    assert page.path == SEGMENTS
    assert not Segment.objects.exists()
    jane.refresh_from_db()


def test_one_that_others_use_is_kept_and_they_are_named(desk, agent, save):
    inner = save("inner")
    save("outer", "segment:inner")

    page = desk(agent, path(inner)).press("Delete “inner”")

    assert "Other segments use this one: “outer”." in page.text
    assert Segment.objects.count() == 2


def test_who_may_not_change_it_reads_it(desk, supporter, save):
    segment = save("Full", "app_metadata.plan:full", shared=True)

    page = desk(supporter, path(segment))

    assert SAVE not in page.buttons
    assert "app_metadata.plan:full" in page.text
    assert "0 users" in page.text


def test_who_may_not_see_what_it_asks_neither_reads_nor_counts_it(desk, browser, staff_with, save, jane):
    segment = save("Full", "app_metadata.plan:full", shared=True)
    around = save("around", "segment:Full", shared=True)
    viewer = staff_with("view_user", "share_segment")

    for page in (desk(viewer), desk(viewer, path(segment)), desk(viewer, path(around))):
        assert "plan" not in page.html
        assert "1 user" not in page.text
        assert "No access" in page.text
    forged = {"name": "x", "query": "name:a", "is_shared": "on"}
    for sent in (forged, {"do": "delete"}):
        assert browser(viewer).post(path(segment), sent).status_code == 403
    assert set(Segment.objects.values_list("name", flat=True)) == {"Full", "around"}


@pytest.mark.parametrize(("who", "status"), [("agent", 200), ("supporter", 404), ("jane", 403)])
def test_a_private_one_is_there_for_its_owner_only(browser, save, request, who, status):
    segment = save("mine")

    assert browser(request.getfixturevalue(who)).get(path(segment), follow=True).status_code == status


def test_who_may_not_see_users_enters_none_of_the_pages(browser, staff_with, save):
    segment = save("ours", shared=True)
    member = browser(staff_with("block_user", "share_segment"))

    for address in (SEGMENTS, NEW, path(segment)):
        assert member.get(address).status_code == 403
        assert member.post(address, {"name": "x", "query": "a"}).status_code == 403


def test_the_list_goes_on_from_a_segment(desk, agent, save, monkeypatch):
    monkeypatch.setattr(pages, "PAGE_SIZE", 2)
    for name in "abc":
        save(name)

    first = desk(agent)
    [following] = re.findall(r'href="(\?after=[^"]+)"', first.html)

    assert list(rows(first)) == ["a", "b"]
    assert list(rows(desk(agent, f"{SEGMENTS}{following}"))) == ["c"]


def test_the_second_of_two_edits_is_refused_and_shows_what_is_stored(desk, agent, save):
    segment = save("Trial", "name:a")
    page = desk(agent, path(segment))
    desk(agent, path(segment)).press(SAVE, query="name:first")

    refused = page.press(SAVE, query="name:second")

    assert refused.status == 422
    assert "Not saved: another user was first" in refused.text
    assert "<title>Error: " in refused.html
    assert "Query Saved now: name:first" in refused.text
    # The second attempt is made against what is stored now.
    assert "is saved" in refused.press(SAVE).text
    assert Segment.objects.get().query == "name:second"


def test_two_who_save_the_same_do_not_conflict(desk, agent, save):
    segment = save("Trial", "name:a")
    page = desk(agent, path(segment))
    desk(agent, path(segment)).press(SAVE, description="Ours")

    assert "is saved" in page.press(SAVE, description="Ours").text
