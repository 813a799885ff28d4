"""What is written through any face is found at once, by `q` of the API and in the dashboard's list."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client as Browser

from tests.admin.conftest import LIST, delete_path, user_path
from tests.conftest import PASSWORD, SHELL, Api
from tests.user_tokens import issue_user_token
from tests.web.pages import open_page
from users.actions.account.documents import Patch
from users.actions.account.edit_user import Edit, edit_user
from users.jobs.worker import Worker
from users.management import job_kinds
from users.models import Change, Connection, ResourceServer, User

assert job_kinds  # a worker does the kinds of job that are imported

USERS = "/api/v2/users"
OTHER = "0123456789abcdef01234567"
JANE, OF_OTHER, NEW = "jane.doe", "other", "new"


@dataclass
class Faces:
    """Whoever may write, each at their face, about Jane; another account of hers has the id OTHER."""

    jane: User
    desk: Browser
    home: Browser
    api: Api
    own_api: Api

    @property
    def at(self) -> str:
        return f"{USERS}/{self.jane.user_id}"

    def press(self, tab: str, button: str, **typed: str) -> None:
        open_page(self.desk, f"{user_path(self.jane)}?tab={tab}").press(button, **typed)

    def link(self) -> None:
        self.api.post(f"{self.at}/identities", {"provider": "auth0", "user_id": OTHER})

    def changes(self) -> list[Change]:
        """Jane's, the latest first."""
        return list(Change.objects.filter(user=self.jane))

    def latest(self, action: str) -> str:
        return f"/admin/changes/{self.changes()[0].pk}/{action}"

    def first(self, action: str) -> str:
        return f"/admin/changes/{self.changes()[-1].pk}/{action}"

    def import_some(self, *records, **parts) -> None:
        file = SimpleUploadedFile("users.json", json.dumps(records).encode())
        given = {"connection_id": Connection.objects.get().connection_id, "users": file, **parts}
        header = {"HTTP_AUTHORIZATION": f"Bearer {self.api.token}"}
        assert self.api.browser.post("/api/v2/jobs/users-imports", given, **header).status_code == 202
        assert Worker().work()


@dataclass(frozen=True)
class Case:
    """What is done, and whom the query finds before and after; `given` is done before all that."""

    act: Callable[[Faces], object]
    query: str
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = (JANE,)
    given: Callable[[Faces], object] = lambda by: None


def patched(**documents):
    return Edit(documents={name: Patch(value) for name, value in documents.items()})


CASES = {
    "the desk: documents": Case(
        lambda by: by.press("metadata", "Save changes", user_metadata='{"hobby": "chess"}'),
        "user_metadata.hobby:chess",
    ),
    "the desk: profile": Case(
        lambda by: by.press("profile", "Save profile", nickname="Surfer"), "nickname:surfer"
    ),
    "the desk: undo": Case(
        lambda by: open_page(by.desk, by.latest("undo/")).press("Undo"),
        "app_metadata.plan:full",
        given=lambda by: edit_user(by.jane, patched(app_metadata={"plan": "free"}), actor=SHELL),
    ),
    "the desk: restore": Case(
        lambda by: open_page(by.desk, by.first("restore/app_metadata/")).press("Restore"),
        "app_metadata.plan:full",
        given=lambda by: edit_user(by.jane, patched(app_metadata={"plan": "free"}), actor=SHELL),
    ),
    "the desk: unlink": Case(
        lambda by: by.press("security", f"Unlink {OF_OTHER}@example.com"),
        f"identities.user_id:{OTHER}",
        before=(JANE,),
        after=(OF_OTHER,),
        given=lambda by: by.link(),
    ),
    "the desk: block": Case(lambda by: by.press("metadata", "Block"), "blocked:true"),
    "the desk: delete": Case(
        lambda by: open_page(by.desk, delete_path(by.jane)).press("Delete user", confirmation=by.jane.email),
        "app_metadata.plan:full",
        before=(JANE,),
        after=(),
    ),
    "one's own page": Case(
        lambda by: open_page(by.home, "/profile/").press("Save changes", user_metadata='{"age": 31}'),
        "user_metadata.age:[30 TO 40]",
    ),
    "one's own token": Case(
        lambda by: by.own_api.patch(by.at, {"user_metadata": {"age": 31}}),
        "user_metadata.age:[30 TO 40]",
    ),
    "a sign-in": Case(
        lambda by: open_page(Browser(), "/login/").press("Sign in", login=by.jane.email, password=PASSWORD),
        "email:jane.doe* AND logins_count:1",
    ),
    "the API: undo": Case(
        lambda by: by.api.post(f"{by.at}/history/{by.changes()[0].pk}/undo", {}),
        "app_metadata.plan:full",
        given=lambda by: edit_user(by.jane, patched(app_metadata={"plan": "free"}), actor=SHELL),
    ),
    "the API: restore": Case(
        lambda by: by.api.post(f"{by.at}/restore", {"at": by.changes()[-1].at.isoformat()}),
        "app_metadata.plan:full",
        given=lambda by: edit_user(by.jane, patched(app_metadata={"plan": "free"}), actor=SHELL),
    ),
    "the API: patch": Case(
        lambda by: by.api.patch(by.at, {"app_metadata": {"plan": "trial", "seats": [{"n": 3}]}}),
        "app_metadata.plan:tri* AND app_metadata.seats.n:3",
    ),
    "the API: patch away": Case(
        lambda by: by.api.patch(by.at, {"app_metadata": {"plan": None}}),
        "_exists_:app_metadata.plan",
        before=(JANE,),
        after=(),
    ),
    "the API: create": Case(
        lambda by: by.api.post(
            USERS,
            {
                "connection": "Username-Password-Authentication",
                "email": f"{NEW}@example.com",
                "app_metadata": {"plan": "brand new"},
            },
        ),
        'app_metadata.plan:"brand new"',
        after=(NEW,),
    ),
    "the API: link": Case(lambda by: by.link(), f"identities.user_id:{OTHER}", before=(OF_OTHER,)),
    "the API: unlink": Case(
        lambda by: by.api.delete(f"{by.at}/identities/auth0/{OTHER}"),
        f"identities.user_id:{OTHER}",
        before=(JANE,),
        after=(OF_OTHER,),
        given=lambda by: by.link(),
    ),
    "the API: delete": Case(
        lambda by: by.api.delete(by.at), "email:jane.doe@example.com", before=(JANE,), after=()
    ),
    "an import": Case(
        lambda by: by.import_some({"email": f"{NEW}@example.com", "user_metadata": {"came": "by file"}}),
        'user_metadata.came:"by file"',
        after=(NEW,),
    ),
    "an import that writes over people": Case(
        lambda by: by.import_some({"email": by.jane.email, "app_metadata": {"plan": "trial"}}, upsert="true"),
        "app_metadata.plan:trial",
    ),
    "a command": Case(
        lambda by: call_command("createsuperuser", email=f"{NEW}@example.com", interactive=False),
        "email:new@*",
        after=(NEW,),
    ),
    "any other action": Case(
        lambda by: edit_user(by.jane, patched(app_metadata={"n": 2.5}), actor=SHELL),
        "app_metadata.n:{2 TO 3}",
    ),
}


@pytest.fixture
def faces(jane, administrator, make_user, make_client, browser, api, monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "correct horse battery staple")
    make_user(OF_OTHER, bare_id=OTHER)
    server = ResourceServer.objects.management()
    token = issue_user_token(jane, make_client(), ["update:current_user_metadata"], server=server)
    return Faces(jane, browser(administrator), browser(jane), api(), Api(Browser(), token))


@pytest.mark.parametrize("name", CASES)
def test_a_write_is_found_at_once(name, faces, administrator, browser):
    case, searching = CASES[name], browser(administrator)
    case.given(faces)

    def found():
        answer = faces.api.get(f"{USERS}?{urlencode({'q': case.query})}")
        by_api = {user["email"] for user in answer.json()}
        page = searching.get(LIST, {"q": case.query}).content.decode()
        at_the_desk = {user.email for user in User.objects.all() if f'"{user.pk}/change/"' in page}
        assert by_api == at_the_desk
        return tuple(sorted(email.partition("@")[0] for email in by_api))

    assert found() == case.before
    case.act(faces)
    assert found() == case.after
