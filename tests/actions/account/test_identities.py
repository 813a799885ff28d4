"""Linking one account to another, and parting them again."""

from __future__ import annotations

import time

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth import models as auth

from tests.conftest import PASSWORD, again
from tests.second_factor import enrol
from users.actions.account.block_user import block_user
from users.actions.account.delete_user import delete_user
from users.actions.account.documents import Patch
from users.actions.account.edit_user import Edit, edit_user
from users.actions.account.identities import link, unlink
from users.actions.errors import (
    BadIdentity,
    DuplicateField,
    IdentityTaken,
    InvalidCombination,
    NotSupported,
    UserNotFound,
)
from users.models import (
    Change,
    Connection,
    Permission,
    ResourceServer,
    Role,
    RoleMember,
    Ticket,
    User,
    UserPermission,
)
from users.models.write_guard import allow_account_writes
from users.representation.enrollments import enrolled_factors
from users.representation.profile import serialize_full_identities, serialize_identities
from users.rights.actor import Face, bearer_actor, command_actor, owner_actor, staff_actor
from users.rights.errors import Denied, Protected
from users.rights.protected_accounts import staff_permissions
from users.tokens.id_tokens import VerifiedIdToken

SHELL = command_actor("tests")
OWN = frozenset({"update:current_user_identities"})


def proof_of(user, *, issued_at=2**40):
    """An id token issued to the user just now, after everything that a test changes."""
    return VerifiedIdToken(user.user_id, issued_at, User.accounts.get(pk=user.pk).token_generation)


@pytest.fixture
def jay(make_user):
    """Jane's other account, with documents of its own."""
    return make_user(
        "jay",
        password="quite another secret",
        nickname="Jay",
        user_metadata={"hobby": "chess", "shell": "fish"},
        app_metadata={"plan": "free"},
    )


def row(user):
    """Everything stored of the account."""
    return User.accounts.filter(pk=user.pk).values().get()


def lines(user, what):
    return list(Change.objects.filter(subject=user.user_id, what=what))


class TestLinking:
    def test_makes_one_a_login_of_the_other(self, jane, jay):
        primary = link(jane, jay, actor=SHELL)

        assert primary == jane
        assert again(jay).linked_to == jane
        assert [one["user_id"] for one in serialize_identities(again(jane))] == [jane.bare_id, jay.bare_id]

    def test_shows_what_the_linked_account_said_of_itself_and_nothing_it_did_not(self, jane, jay):
        link(jane, jay, actor=SHELL)

        own, linked = serialize_identities(again(jane))
        assert own == {
            "connection": "Username-Password-Authentication",
            "user_id": jane.bare_id,
            "provider": "auth0",
            "isSocial": False,
        }
        assert linked == {
            **own,
            "user_id": jay.bare_id,
            "profileData": {"email": "jay@example.com", "email_verified": False, "nickname": "Jay"},
        }

    def test_leaves_the_primary_as_it_was_but_for_its_identities(self, jane, jay):
        before = row(jane)

        link(jane, jay, actor=SHELL)

        changed = {name for name, value in row(jane).items() if before[name] != value}
        assert changed == {"linked_identities", "version", "updated_at"}
        assert row(jane)["version"] == before["version"] + 1

    def test_discards_the_documents_of_the_linked_and_records_what_they_were(self, jane, jay):
        link(jane, jay, actor=SHELL)

        linked = again(jay)
        assert (linked.user_metadata, linked.app_metadata) == (None, None)
        assert (linked.user_metadata_version, linked.app_metadata_version) == (2, 2)
        [discarded, *_] = lines(jay, "user_metadata")
        assert discarded.keys == {"hobby": {"before": "chess"}, "shell": {"before": "fish"}}
        [discarded] = lines(jay, "app_metadata")
        assert discarded.keys == {"plan": {"before": "free"}}

    def test_is_recorded_of_both(self, jane, jay, actor_of):
        link(jane, jay, actor=actor_of("update:users"), reason="asked by phone")

        [gained], [became] = lines(jane, "identities"), lines(jay, "identities")
        assert gained.keys == {jay.user_id: {"after": serialize_identities(again(jane))[1]}}
        assert became.keys == {"linked_to": {"after": jane.user_id}}
        assert {(line.actor_id, line.reason) for line in (gained, became)} == {("client-1", "asked by phone")}

    def test_takes_away_what_only_users_have(self, jane, jay):
        role, server = Role.objects.create(name="Editor"), ResourceServer.objects.management()
        RoleMember.objects.create(role=role, user=jay)
        Permission.objects.create(role=role, resource_server=server, name="read:users")
        UserPermission.objects.create(user=jay, resource_server=server, name="read:stats")
        Ticket.objects.create(
            user=jay, secret_hash="x", purpose="password_change", email=jay.email, expires_at=jay.created_at
        )
        enrol(jay)

        link(jane, again(jay), actor=SHELL)

        assert not RoleMember.objects.exists()
        assert not UserPermission.objects.exists()
        assert not Ticket.objects.exists()
        assert not Authenticator.objects.exists()
        assert again(jay).multifactor == []
        assert again(jane).multifactor is None
        assert [line.keys for line in lines(jay, "roles")] == [{"Editor": {"before": role.role_id}}]
        [permissions] = lines(jay, "permissions")
        assert permissions.keys == {"read:stats": {"before": [server.audience]}}
        removed = lines(jay, "multifactor")[0]
        assert removed.keys == {"multifactor": {"before": ["google-authenticator"], "after": []}}

    def test_leaves_what_the_primary_has_alone(self, jane, jay):
        role = Role.objects.create(name="Editor")
        RoleMember.objects.create(role=role, user=jane)
        enrol(jane)

        link(jane, jay, actor=SHELL)

        assert jane.memberships.count() == 1
        assert again(jane).multifactor == ["google-authenticator"]
        assert len(enrolled_factors(jane)) == 1

    def test_ends_the_sessions_of_the_linked_and_none_of_the_primary(self, jane, jay, browser):
        hers, his = browser(jane), browser(jay)

        link(jane, jay, actor=SHELL)

        assert hers.get("/profile/").status_code == 200
        assert his.get("/profile/")["Location"] == "/login/?next=/profile/"
        unlink(jane, "auth0", jay.bare_id, actor=SHELL)
        assert his.get("/profile/")["Location"] == "/login/?next=/profile/"

    def test_brings_along_those_linked_to_the_linked(self, jane, jay, stranger):
        link(jay, stranger, actor=SHELL)

        link(jane, again(jay), actor=SHELL)

        shown = [one["user_id"] for one in serialize_identities(again(jane))]
        assert shown == [jane.bare_id, jay.bare_id, stranger.bare_id]
        assert {again(jay).linked_to, again(stranger).linked_to} == {jane}
        assert again(jay).linked_identities is None
        moved = lines(stranger, "identities")[0]
        assert moved.keys == {"linked_to": {"before": jay.user_id, "after": jane.user_id}}

    def test_keeps_the_order_of_linking(self, jane, jay, stranger):
        link(jane, stranger, actor=SHELL)
        link(jane, jay, actor=SHELL)

        assert [one["user_id"] for one in serialize_identities(again(jane))[1:]] == [
            stranger.bare_id,
            jay.bare_id,
        ]

    def test_what_the_endpoints_answer_tells_of_the_primary_as_well(self, jane, jay):
        own, linked = serialize_full_identities(link(jane, jay, actor=SHELL))

        assert own["profileData"] == {
            "email": "jane.doe@example.com",
            "email_verified": False,
            "name": "Jane Doe",
        }
        assert linked["profileData"]["email"] == "jay@example.com"

    def test_of_an_account_without_an_address_says_nothing_of_its_verification(self, jane, make_user):
        nameless = make_user("x", email=None, phone_number="+4930123")

        _, linked = serialize_identities(link(jane, nameless, actor=SHELL))

        assert linked["profileData"] == {"phone_number": "+4930123"}


class TestRefused:
    def test_an_account_with_itself(self, jane):
        with pytest.raises(BadIdentity, match=r"^Main identity and the new one are the same\.$"):
            link(jane, again(jane), actor=SHELL)

    def test_one_that_is_linked_already_here_or_elsewhere(self, jane, jay, stranger):
        link(jane, jay, actor=SHELL)
        before = row(jay)

        for primary in (jane, stranger):
            with pytest.raises(IdentityTaken):
                link(primary, again(jay), actor=SHELL)

        assert row(jay) == before

    def test_one_that_is_gone(self, jane, jay):
        delete_user(jay, actor=SHELL)

        with pytest.raises(BadIdentity, match=r"^Provided secondary account not found\.$"):
            link(jane, jay, actor=SHELL)

    def test_to_one_that_is_gone_or_linked_itself(self, jane, jay, stranger):
        link(jane, jay, actor=SHELL)
        with pytest.raises(UserNotFound):
            link(again(jay), stranger, actor=SHELL)

        delete_user(again(jane), actor=SHELL)
        with pytest.raises(UserNotFound):
            link(jane, stranger, actor=SHELL)

    def test_one_that_is_blocked_since_that_would_lift_its_block(self, jane, jay):
        block_user(jay, actor=SHELL)

        with pytest.raises(BadIdentity, match=r"^Unable to link with the secondary account\.$"):
            link(jane, jay, actor=SHELL)

        assert again(jay).linked_to is None

    def test_one_with_staff_rights_by_whomever(self, jane, agent, administrator):
        for actor in (SHELL, staff_actor(administrator)):
            with pytest.raises(BadIdentity, match="Unable to link"):
                link(jane, agent, actor=actor)

        assert staff_permissions(again(agent))


class TestRights:
    @pytest.mark.parametrize("scope", ["update:users_app_metadata", "delete:users", "read:users"])
    def test_a_client_needs_the_scope(self, jane, jay, actor_of, scope):
        with pytest.raises(Denied):
            link(jane, jay, actor=actor_of(scope))
        assert again(jay).linked_to is None

    def test_people_by_their_token_need_proof_of_the_other_account(self, jane, jay):
        actor = bearer_actor(jane, OWN)

        with pytest.raises(Denied):
            link(jane, jay, actor=actor)
        link(jane, jay, actor=actor, proof=proof_of(jay))

        assert again(jay).linked_to == jane

    def test_by_their_owner_sheds_no_access(self, jane, jay):
        role = Role.objects.create(name="Editor", name_folded="editor")
        RoleMember.objects.create(role=role, user=jay)

        link(jane, jay, actor=bearer_actor(jane, OWN), proof=proof_of(jay))
        unlink(again(jane), "auth0", jay.bare_id, actor=bearer_actor(jane, OWN))

        assert again(jay).app_metadata == {"plan": "free"}
        assert again(jay).user_metadata is None
        assert [one.role for one in jay.memberships.all()] == [role]

    def test_proof_ends_with_the_password_it_was_given_for(self, jane, jay):
        proof = proof_of(jay)
        edit_user(jay, Edit(password="a wholly new secret"), actor=SHELL)

        with pytest.raises(BadIdentity, match="Invalid token"):
            link(jane, jay, actor=bearer_actor(jane, OWN), proof=proof)
        link(jane, jay, actor=bearer_actor(jane, OWN), proof=proof_of(jay))

    def test_proof_ends_with_the_second_factor_it_was_given_without(self, jane, jay):
        before = proof_of(jay, issued_at=int(time.time()) - 1)
        enrol(jay)

        with pytest.raises(BadIdentity, match="Invalid token"):
            link(jane, jay, actor=bearer_actor(jane, OWN), proof=before)

    def test_proof_opens_nobody_elses_account(self, jane, jay, stranger):
        with pytest.raises(Denied):
            link(stranger, jay, actor=bearer_actor(jane, OWN), proof=proof_of(jay))

    def test_people_may_not_on_their_own_page(self, jane, jay):
        with pytest.raises(Denied):
            link(jane, jay, actor=owner_actor(jane), proof=proof_of(jay))

    def test_no_account_with_staff_rights_is_linked_through_the_api(self, jane, agent, actor_of):
        client = actor_of("update:users")
        for primary, secondary in ((agent, jane), (jane, agent)):
            with pytest.raises(Protected):
                link(primary, secondary, actor=client)
            with pytest.raises(Protected):
                link(primary, secondary, actor=bearer_actor(primary, OWN), proof=proof_of(secondary))
        assert not User.accounts.exclude(linked_to=None).exists()

    def test_nor_parted(self, agent, jay, actor_of):
        link(agent, jay, actor=SHELL)

        for actor in (actor_of("update:users"), bearer_actor(agent, OWN)):
            with pytest.raises(Protected):
                unlink(agent, "auth0", jay.bare_id, actor=actor)

    def test_of_staff_administrators_may_and_others_may_not(self, agent, supporter, administrator, jay):
        with allow_account_writes():
            agent.user_permissions.set(auth.Permission.objects.filter(codename="change_profile"))
        clerk = staff_actor(User.objects.get(pk=agent.pk))
        with pytest.raises(Protected):
            link(supporter, jay, actor=clerk)

        link(supporter, jay, actor=staff_actor(administrator))
        with pytest.raises(Protected):
            unlink(supporter, "auth0", jay.bare_id, actor=clerk)
        unlink(supporter, "auth0", jay.bare_id, actor=staff_actor(administrator))
        assert again(jay).linked_to is None


class TestUnlinking:
    @pytest.fixture(autouse=True)
    def _linked(self, jane, jay):
        link(jane, jay, actor=SHELL)

    def test_makes_it_a_user_of_its_own_without_documents(self, jane, jay):
        primary = unlink(jane, "auth0", jay.bare_id, actor=SHELL)

        assert len(serialize_identities(primary)) == 1
        assert again(jane).linked_identities is None
        parted = User.objects.get(pk=jay.pk)
        assert (parted.user_id, parted.email, parted.nickname) == (jay.user_id, "jay@example.com", "Jay")
        assert (parted.user_metadata, parted.app_metadata) == (None, None)

    def test_leaves_the_primarys_profile_and_documents_alone(self, jane, jay):
        before = row(jane)

        unlink(jane, "auth0", jay.bare_id, actor=SHELL)

        changed = {name for name, value in row(jane).items() if before[name] != value}
        assert changed == {
            *("linked_identities", "version", "updated_at", "session_epoch", "tokens_valid_from")
        }

    def test_is_recorded_of_both(self, jane, jay):
        shown = serialize_identities(again(jane))[1]

        unlink(jane, "auth0", jay.bare_id, actor=SHELL, reason="sold the laptop")

        assert lines(jane, "identities")[0].keys == {jay.user_id: {"before": shown}}
        parted = lines(jay, "identities")[0]
        assert (parted.keys, parted.reason) == ({"linked_to": {"before": jane.user_id}}, "sold the laptop")

    def test_ends_the_primarys_sessions_since_some_may_have_begun_there(self, jane, jay, browser):
        at_home = browser(jane)

        unlink(jane, "auth0", jay.bare_id, actor=SHELL)

        assert at_home.get("/profile/").status_code == 302

    def test_takes_the_others_not_with_it(self, jane, jay, stranger):
        link(jane, stranger, actor=SHELL)

        primary = unlink(jane, "auth0", jay.bare_id, actor=SHELL)

        assert [one["user_id"] for one in serialize_identities(primary)[1:]] == [stranger.bare_id]
        assert again(stranger).linked_to == jane

    def test_a_blocked_persons_account_stays_blocked(self, jane, jay):
        block_user(jane, actor=SHELL)

        unlink(jane, "auth0", jay.bare_id, actor=SHELL)

        assert User.objects.get(pk=jay.pk).blocked is True
        assert lines(jay, "profile")[0].keys == {"blocked": {"before": None, "after": True}}

    def test_by_the_id_with_its_provider_as_well(self, jane, jay):
        unlink(jane, "auth0", jay.user_id, actor=SHELL)

        assert again(jay).linked_to is None

    def test_of_two_that_may_be_meant_takes_the_bare_id(self, jane, make_user, connection):
        inner = make_user("inner", bare_id="ada")
        outer = make_user("outer")
        with allow_account_writes():
            User.objects.filter(pk=outer.pk).update(user_id="auth0|auth0|ada")
        for user in (inner, again(outer)):
            link(jane, user, actor=SHELL)

        unlink(jane, "auth0", "auth0|ada", actor=SHELL)

        assert (again(outer).linked_to, again(inner).linked_to) == (None, jane)

    def test_the_main_identity_stays(self, jane):
        for given in (jane.bare_id, jane.user_id):
            with pytest.raises(BadIdentity, match=r"^Main identity cannot be removed\.$"):
                unlink(jane, "auth0", given, actor=SHELL)

    def test_nobody_elses_account_is_parted(self, jane, jay, stranger, make_user):
        other = make_user("other")
        link(stranger, other, actor=SHELL)

        for user in (other, stranger):
            with pytest.raises(BadIdentity, match="does not contain the given identity"):
                unlink(jane, "auth0", user.bare_id, actor=SHELL)

        assert again(other).linked_to == stranger

    def test_it_can_be_linked_and_parted_again(self, jane, jay):
        for _ in range(2):
            unlink(jane, "auth0", jay.bare_id, actor=SHELL)
            link(jane, again(jay), actor=SHELL)

        assert len(serialize_identities(again(jane))) == 2


class TestOutOfSight:
    """A linked account is no user."""

    @pytest.fixture(autouse=True)
    def _linked(self, jane, jay):
        link(jane, jay, actor=SHELL)

    def test_of_lists_and_look_ups_and_whatever_hangs_on_others(self, jane, jay, connection):
        assert list(User.objects.all()) == [jane]
        assert not User.objects.by_email(jay.email).exists()
        assert list(connection.users.all()) == [jane]

    def test_it_is_there_for_who_asks_for_every_account(self, jane, jay):
        assert list(User.accounts.order_by("pk")) == [jane, jay]
        assert list(jane.linked(manager="accounts").all()) == [jay]

    def test_it_cannot_be_edited_or_deleted_by_itself(self, jay):
        with pytest.raises(UserNotFound):
            edit_user(jay, Edit(profile={"name": "X"}), actor=SHELL)
        with pytest.raises(UserNotFound):
            delete_user(jay, actor=SHELL)

    def test_its_address_and_id_are_taken_all_the_same(self, jay, make_user):
        with pytest.raises(DuplicateField):
            make_user("jay")
        with pytest.raises(DuplicateField):
            make_user("new", bare_id=jay.bare_id)

    def test_it_goes_with_its_primary_and_leaves_a_line(self, jane, jay):
        delete_user(jane, actor=SHELL, reason="asked by phone")

        assert not User.accounts.exists()
        for user in (jane, jay):
            [deleted] = lines(user, "deleted")
            assert (deleted.user, deleted.reason) == (None, "asked by phone")
        assert not Change.objects.exclude(user=None).exists()


class TestEditing:
    """What one signs in by with a linked account is changed through its primary."""

    @pytest.fixture(autouse=True)
    def _linked(self, jane, jay):
        link(jane, jay, actor=SHELL)

    def edit(self, jane, jay, actor=SHELL, **wanted):
        return edit_user(jane, Edit(identity=jay.user_id, **wanted), actor=actor)

    def test_a_new_address_is_the_linked_accounts_and_shown_at_the_primary(self, jane, jay):
        before = row(jane)

        fresh = self.edit(jane, jay, profile={"email": "Jay2@example.com"})

        assert again(jay).email == "jay2@example.com"
        assert serialize_identities(fresh)[1]["profileData"]["email"] == "jay2@example.com"
        assert fresh.email == jane.email
        changed = {name for name, value in row(jane).items() if before[name] != value}
        assert changed == {"linked_identities", "version", "updated_at"}

    def test_is_recorded_of_both(self, jane, jay):
        self.edit(jane, jay, profile={"email": "jay2@example.com"})

        sides = lines(jane, "identities")[0].keys[jay.user_id]
        assert [sides[side]["profileData"]["email"] for side in ("before", "after")] == [
            "jay@example.com",
            "jay2@example.com",
        ]
        address = {"before": "jay@example.com", "after": "jay2@example.com"}
        assert lines(jay, "profile")[0].keys == {"email": address}

    def test_a_new_password_is_the_linked_accounts_and_ends_the_sessions(self, jane, jay, browser):
        at_home = browser(jane)

        fresh = self.edit(jane, jay, password="third-time-lucky-horse")

        assert again(jay).check_password("third-time-lucky-horse")
        assert fresh.check_password(PASSWORD)
        assert again(jay).last_password_reset is not None
        assert fresh.last_password_reset is None
        assert lines(jane, "password")[0].keys == {"identity": {"after": jay.user_id}}
        assert at_home.get("/profile/").status_code == 302

    def test_documents_and_the_block_are_the_primarys(self, jane, jay):
        documents = {"user_metadata": Patch({"a": 1})}

        fresh = self.edit(jane, jay, profile={"blocked": True, "email_verified": True}, documents=documents)

        linked = again(jay)
        assert (fresh.blocked, linked.blocked) == (True, None)
        assert (fresh.user_metadata, linked.user_metadata) == ({"hobby": "surfing", "a": 1}, None)
        assert (fresh.email_verified, linked.email_verified) == (False, True)

    def test_names_are_refused(self, jane, jay):
        with pytest.raises(NotSupported) as caught:
            self.edit(jane, jay, profile={"picture": None, "name": "Jay", "email": "jay2@example.com"})

        assert str(caught.value) == (
            "The following user attributes cannot be updated: name, picture."
            " The specified connection belongs to a secondary identity."
        )
        assert again(jay).email == "jay@example.com"

    def test_a_taken_address_changes_nothing(self, jane, jay, stranger):
        before = row(jane), row(jay)

        with pytest.raises(DuplicateField):
            self.edit(
                jane,
                jay,
                profile={"email": stranger.email},
                documents={"app_metadata": Patch({"a": 1})},
            )

        assert (row(jane), row(jay)) == before

    def test_what_cannot_be_changed_together_still_cannot(self, jane, jay):
        with pytest.raises(InvalidCombination):
            self.edit(jane, jay, profile={"email": "x@example.com"}, password="third-time-lucky-horse")

    def test_nothing_new_writes_nothing(self, jane, jay):
        before = row(jane), row(jay), Change.objects.count()

        self.edit(jane, jay, profile={"email": "JAY@example.com"})

        assert (row(jane), row(jay), Change.objects.count()) == before

    def test_another_persons_account_is_out_of_reach(self, jane, stranger):
        with pytest.raises(NotSupported):
            edit_user(jane, Edit(identity=stranger.user_id, profile={"email": "x@example.com"}), actor=SHELL)

        assert again(stranger).email == "stranger@example.com"

    def test_the_primarys_staff_rights_protect_its_linked_accounts(self, agent, stranger, actor_of):
        link(agent, stranger, actor=SHELL)
        client = actor_of("update:users")

        for wanted in ({"profile": {"email": "x@example.com"}}, {"password": "third-time-lucky-horse"}):
            with pytest.raises(Protected):
                self.edit(agent, stranger, actor=client, **wanted)

        assert again(stranger).check_password(PASSWORD)

    def test_its_owner_may_set_its_password(self, jane, jay):
        actor = owner_actor(jane, face=Face.SIGN_IN)

        self.edit(jane, jay, actor=actor, password="third-time-lucky-horse")

        assert again(jay).check_password("third-time-lucky-horse")


def test_reading_a_person_with_linked_accounts_is_one_row(jane, jay, stranger, django_assert_num_queries):
    link(jane, jay, actor=SHELL)
    link(jane, stranger, actor=SHELL)

    with django_assert_num_queries(1):
        user = User.objects.with_connection().get(pk=jane.pk)
        assert len(serialize_identities(user)) == 3


def test_an_account_of_another_connection_shows_where_it_comes_from(jane, make_user):
    partner = make_user("partner")
    with allow_account_writes():
        User.objects.filter(pk=partner.pk).update(
            connection=Connection.objects.create(name="Partners", strategy="samlp"),
            user_id="samlp|corp|jane",
        )

    _, linked = serialize_identities(link(jane, again(partner), actor=SHELL))

    assert {name: linked[name] for name in ("connection", "provider", "user_id")} == {
        "connection": "Partners",
        "provider": "samlp",
        "user_id": "corp|jane",
    }
    unlink(jane, "samlp", "corp|jane", actor=SHELL)
    assert again(partner).linked_to is None
