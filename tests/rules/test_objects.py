"""The objects that rules receive."""

from __future__ import annotations

from tests.conftest import again
from users.actions.account.documents import Patch
from users.actions.account.edit_user import Edit, edit_user
from users.rights.actor import command_actor
from users.rules.objects import user_object
from users.sign_in.progress import Method, ProviderProfile, SignIn, SignInRequest

SHELL = command_actor("tests")


def test_a_provider_says_nothing_in_place_of_an_empty_document(jane):
    """Rules take app_metadata for what staff have written."""
    empty = Edit(documents={name: Patch({}) for name in ("user_metadata", "app_metadata")})
    user = edit_user(jane, empty, actor=SHELL)
    said = {"app_metadata": {"plan": "full"}, "user_metadata": {"a": 1}, "user_id": "x", "shoe_size": 38}
    profile = ProviderProfile(connection=jane.connection, bare_id="1", fields=said)
    request = SignInRequest(ip=None)
    sign_in = SignIn(
        user=again(user),
        connection=jane.connection,
        request=request,
        methods=frozenset({Method.PROVIDER}),
        profile=profile,
    )

    seen = user_object(sign_in, SHELL)

    assert not {"app_metadata", "user_metadata", "plan"} & seen.keys()
    assert (seen["user_id"], seen["shoe_size"]) == (jane.user_id, 38)
