"""`/user-blocks`: who has to wait after too many wrong passwords, and letting them try again."""

from __future__ import annotations

import pytest

from tests.api.answers import BLOCKS, CONNECTION, invalid_query, problem, shown
from tests.conftest import PASSWORD
from users.actions.account.block_user import block_user
from users.models import Change, Connection, User
from users.rights.actor import command_actor
from users.sign_in import lockout
from users.sign_in.account_lookup import find_by_login
from users.sign_in.outcomes import Refused, SignedIn
from users.sign_in.progress import Credentials, SignInRequest
from users.sign_in.transaction import sign_in_with_password

SHELL = command_actor("tests")
NONE_LOCKED_OUT = {"blocked_for": []}


def of(user):
    return f"{BLOCKS}/{user.user_id}"


def by(identifier):
    return f"{BLOCKS}?identifier={identifier.replace('+', '%2B')}"


def wrong_password(login, *, ip, connection=CONNECTION):
    """A sign-in that fails."""
    credentials = Credentials(
        login=login, password="wrong", connection=Connection.objects.get(name=connection)
    )
    assert isinstance(sign_in_with_password(credentials, SignInRequest(ip=ip)), Refused)


def may_sign_in(user, *, ip):
    credentials = Credentials(login=user.email, password=PASSWORD, connection=user.connection)
    return isinstance(sign_in_with_password(credentials, SignInRequest(ip=ip)), SignedIn)


def fail(login, times=5):
    for number in range(times):
        wrong_password(login, ip=f"192.0.2.{number}")


def locked_out(*logins):
    return {"blocked_for": [{"identifier": login, "connection": CONNECTION} for login in logins]}


def cleared():
    return list(Change.objects.filter(what="unblocked").values_list("subject", flat=True))


@pytest.fixture
def jd(user_names, put, jane):
    """Jane, with a user name and a phone number."""
    return put(jane, username="jd", username_folded="jd", phone_number="+491")


def test_who_may_try_is_not_listed(shop, jane):
    fail(jane.email, times=4)

    assert shown(shop.get(of(jane))) == shown(shop.get(by(jane.email))) == NONE_LOCKED_OUT


def test_who_has_to_wait_is(shop, jane, stranger):
    fail(jane.email)

    assert shown(shop.get(of(jane))) == shown(shop.get(by(jane.email))) == locked_out(jane.email)
    assert shown(shop.get(of(stranger))) == NONE_LOCKED_OUT


def spray(*logins, ip="198.51.100.7", connection=CONNECTION):
    """Ten wrong passwords for others from one IP address, then one for each of these."""
    for login in (*(f"person{number}@example.com" for number in range(10)), *logins):
        wrong_password(login, ip=ip, connection=connection)


def test_a_block_of_an_ip_address_is_listed_with_it(shop, jane, stranger):
    spray(jane.email)

    block = {"identifier": jane.email, "connection": CONNECTION, "ip": "198.51.100.7"}
    assert shown(shop.get(of(jane))) == shown(shop.get(by(jane.email))) == {"blocked_for": [block]}
    assert shown(shop.get(of(stranger))) == NONE_LOCKED_OUT


def test_a_login_is_listed_for_the_ip_address_and_for_itself(shop, jane):
    fail(jane.email)
    spray(jane.email)

    assert [block.get("ip") for block in shown(shop.get(of(jane)))["blocked_for"]] == [None, "198.51.100.7"]


def test_what_failed_before_the_ip_address_was_blocked_counts_too(shop, jane):
    fail(jane.email, times=1)
    spray(ip="192.0.2.0")

    assert [block["ip"] for block in shown(shop.get(of(jane)))["blocked_for"]] == ["192.0.2.0"]


@pytest.mark.parametrize(("record_ip", "ip"), [("truncated", "198.51.100.0"), ("off", None)])
def test_an_ip_address_is_shown_as_far_as_it_may_be_recorded(shop, jane, settings, record_ip, ip):
    settings.RECORD_IP = record_ip
    spray(jane.email)

    (block,) = shown(shop.get(of(jane)))["blocked_for"]

    assert block.get("ip") == ip


def test_lifting_the_block_lets_them_try_from_that_ip_address(shop, jane):
    spray(jane.email)

    assert shop.delete(of(jane)).status_code == 204

    assert shown(shop.get(of(jane))) == NONE_LOCKED_OUT
    assert cleared() == [jane.user_id]
    assert may_sign_in(jane, ip="198.51.100.7")


def test_lifting_the_block_of_one_leaves_other_ip_addresses_blocked(shop, jane, stranger):
    spray(jane.email)
    spray(stranger.email, ip="203.0.113.9")

    shop.delete(of(jane))

    assert [block["ip"] for block in shown(shop.get(of(stranger)))["blocked_for"]] == ["203.0.113.9"]


@pytest.mark.parametrize("identifier", ["jane.doe@example.com", "JANE.DOE@example.com", "jd", "+491"])
def test_people_are_found_by_address_user_name_and_phone_number(shop, jd, identifier):
    fail(jd.email)

    assert shown(shop.get(by(identifier))) == locked_out(jd.email, "jd")


def test_every_login_of_the_user_is_listed_since_they_are_counted_together(shop, jd):
    fail("JD", times=3)
    assert shown(shop.get(of(jd))) == NONE_LOCKED_OUT

    fail(jd.email, times=2)
    assert shown(shop.get(of(jd))) == locked_out(jd.email, "jd")


@pytest.mark.parametrize("by_what", ["id", "identifier"])
def test_once_it_is_cleared_they_may_try_again(shop, jane, by_what):
    fail(jane.email)

    answer = shop.delete(of(jane) if by_what == "id" else by(jane.email.upper()))

    assert (answer.status_code, answer.content) == (204, b"")
    assert shown(shop.get(of(jane))) == NONE_LOCKED_OUT
    assert may_sign_in(jane, ip="192.0.2.1")


def test_it_is_recorded_where_there_was_a_lockout(shop, jane):
    fail(jane.email, times=4)
    shop.delete(of(jane))
    assert cleared() == []

    fail(jane.email)
    shop.delete(of(jane))
    shop.delete(of(jane))

    assert cleared() == [jane.user_id]
    change = jane.changes.first()
    assert (change.actor_kind, change.face, change.keys) == ("client", "api", {})


def test_what_was_counted_so_far_is_cleared_too(shop, jane):
    fail(jane.email, times=4)

    shop.delete(of(jane))

    fail(jane.email, times=4)
    assert not lockout.is_locked_out([lockout.lockout_key(jane)])


def test_it_raises_no_version(shop, jane):
    fail(jane.email)

    shop.delete(of(jane))

    assert User.objects.get(pk=jane.pk).version == jane.version


def test_it_has_nothing_to_do_with_blocked(shop, jane):
    block_user(jane, actor=SHELL)
    assert shown(shop.get(of(jane))) == NONE_LOCKED_OUT

    fail(jane.email)
    shop.delete(of(jane))

    assert User.objects.get(pk=jane.pk).blocked is True


def test_an_email_in_two_connections_is_cleared_in_both(shop, jane, elsewhere, put, stranger):
    put(stranger, connection=elsewhere, email=jane.email, email_folded=jane.email)
    for number in range(5):  # as the sign-in page tries them, which names no connection
        keys = lockout.lockout_keys(jane.email, find_by_login(jane.email))
        lockout.start_attempt(keys, ip=f"192.0.2.{number}")
    both = shown(shop.get(by(jane.email)))["blocked_for"]
    assert {block["connection"] for block in both} == {CONNECTION, "Elsewhere"}

    shop.delete(by(jane.email))

    assert shown(shop.get(by(jane.email))) == NONE_LOCKED_OUT
    assert sorted(cleared()) == sorted([jane.user_id, stranger.user_id])


def test_guesses_in_one_connection_bar_no_user_of_another(shop, jane, elsewhere, put, stranger):
    put(stranger, connection=elsewhere, email=jane.email, email_folded=jane.email)

    fail(jane.email)

    assert shown(shop.get(by(jane.email))) == locked_out(jane.email)
    assert shown(shop.get(of(stranger))) == NONE_LOCKED_OUT


@pytest.mark.parametrize("identifier", ["nobody@example.com", "%00", "x"])
def test_an_identifier_of_nobody_is_no_error(shop, jane, identifier):
    assert shown(shop.get(f"{BLOCKS}?identifier={identifier}")) == NONE_LOCKED_OUT
    assert shop.delete(f"{BLOCKS}?identifier={identifier}").status_code == 204


@pytest.mark.parametrize("method", ["get", "delete"])
def test_an_id_of_nobody_is(shop, db, method):
    answer = getattr(shop, method)(f"{BLOCKS}/auth0|nobody")

    assert problem(answer) == (404, "The user does not exist.", "inexistent_user")


@pytest.mark.parametrize("method", ["get", "delete"])
def test_what_is_no_id_is_told_so(shop, db, method):
    status, text, code = problem(getattr(shop, method)(f"{BLOCKS}/jane"))

    assert (status, code) == (400, "invalid_uri")
    assert "user-id" in text


@pytest.mark.parametrize("method", ["get", "delete"])
def test_an_identifier_must_be_named(shop, db, method):
    send = getattr(shop, method)

    assert problem(send(BLOCKS)) == invalid_query("'Missing required property: identifier'.")
    assert problem(send(f"{BLOCKS}?identifier="))[2] == "invalid_query_string"
    assert problem(send(f"{BLOCKS}?identifier=x&page=1"))[2] == "invalid_query_string"


def test_what_newer_clients_also_ask_is_accepted(shop, jane):
    fail(jane.email)

    for address in (f"{of(jane)}?", f"{by(jane.email)}&"):
        assert shown(shop.get(f"{address}consider_brute_force_enablement=true")) == locked_out(jane.email)


@pytest.mark.parametrize("by_what", ["id", "identifier"])
def test_a_staff_account_is_listed_and_not_cleared(shop, agent, by_what):
    fail(agent.email)
    assert shown(shop.get(of(agent))) == locked_out(agent.email)

    answer = shop.delete(of(agent) if by_what == "id" else by(agent.email))

    assert problem(answer)[::2] == (403, "protected_account")
    assert shown(shop.get(of(agent))) == locked_out(agent.email)
    assert cleared() == []
