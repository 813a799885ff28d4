"""Trying rules: nothing is saved, and only who may see everything may try."""

from __future__ import annotations

import pytest

from tests.conftest import again
from users.actions.rules.configs import set_config
from users.actions.rules.enabled_rules import RuleScript, script_of
from users.actions.rules.rules import create_rule
from users.models import Change, LogEvent, RuleRunCount
from users.models.write_guard import allow_account_writes
from users.rights.actor import command_actor, staff_actor
from users.rights.errors import Denied, Protected
from users.rules.statistics import save_run_counts
from users.rules.trial import explain, try_rules

SHELL = command_actor("tests")


@pytest.fixture
def shop(make_client):
    return make_client()


def draft(body: str, name: str = "Draft") -> RuleScript:
    script = f"function (user, context, callback) {{ {body} }}"
    return RuleScript(pk=None, rule_id="", name=name, script=script)


@pytest.fixture
def tried(jane, shop, administrator):
    def run(*scripts, actor=None, user=jane, **options):
        actor = actor or staff_actor(administrator)
        return try_rules(user, shop, user.connection, scripts=scripts, actor=actor, **options)

    return run


def test_an_update_changes_a_copy_alone(tried, jane):
    before = (Change.objects.count(), LogEvent.objects.count())
    trial = tried(
        draft(
            "auth0.users.updateAppMetadata(user.user_id, { plan: 'gold', seen: true })"
            ".then(u => { context.idToken.plan = u.app_metadata.plan; callback(null, user, context); })"
            ".catch(callback);"
        ),
        draft("auth0.users.updateUserMetadata(user.user_id, { hobby: null }).then(() => callback(null));"),
    )

    assert trial.error is None
    assert trial.rules[0].metadata["app_metadata"] == {
        "plan": {"before": "full", "after": "gold"},
        "seen": {"after": True},
    }
    assert trial.rules[1].metadata == {"user_metadata": {"hobby": {"before": "surfing"}}, "app_metadata": {}}
    assert trial.after == {"user_metadata": {}, "app_metadata": {"plan": "gold", "seen": True}}
    assert trial.rules[0].claims == {"idToken": {"plan": "gold"}, "accessToken": {}}
    assert again(jane).app_metadata == {"plan": "full"}
    save_run_counts()
    assert before == (Change.objects.count(), LogEvent.objects.count())
    assert not RuleRunCount.objects.exists()


def test_it_ends_with_the_first_rule_that_fails(tried):
    trial = tried(draft("\n\ncallback.never();"), draft("callback(null);"))

    assert (len(trial.rules), trial.error.kind, trial.error.line) == (1, "error", 3)
    assert trial.decisions.id_token == {}


def test_values_of_the_configuration_are_masked(tried):
    set_config("KEY", 'quoted"secret', actor=SHELL)
    set_config("SHORT", "42", actor=SHELL)

    trial = tried(
        draft(
            "console.log(configuration.KEY, JSON.stringify(configuration));"
            "console.log(encodeURIComponent(configuration.KEY), 'n=42', 1422);"
            "console.log('x'.repeat(250) + configuration.KEY); callback(configuration.KEY);"
        )
    )

    shown = str(trial.rules[0].console) + trial.error.message
    assert "quoted" not in shown
    assert "n=(secret) 1422" in shown


def test_no_request_is_sent_unless_asked_for(tried):
    script = draft("fetch('https://crm.example/').then(() => callback(null)).catch(callback);")

    assert "without the network" in tried(script).error.message
    # Allowed by the trial, and refused by the list of hosts, which is empty.
    assert "without the network" not in tried(script, network=True).error.message


@pytest.mark.parametrize("who", ["agent", "supporter", "jane"])
def test_only_administrators_may_try(tried, request, who):
    with pytest.raises(Denied):
        tried(draft("callback(null);"), actor=staff_actor(request.getfixturevalue(who)))


def test_a_user_with_more_rights_is_not_tried(tried, make_user):
    superuser = make_user("root", is_superuser=True)

    with pytest.raises(Protected):
        tried(draft("callback(null);"), user=superuser)


def test_it_is_explained_which_rule_put_which_claim_where(jane, shop, administrator):
    plan = create_rule(
        name="Plan",
        script="(user, context, done) => { context.idToken.plan = user.app_metadata.plan;"
        " context.idToken.sub = 'x'; context.accessToken.plan = 'full'; done(null, user, context); }",
        actor=SHELL,
    )
    last = create_rule(
        name="Last",
        script="(user, context, done) => { context.idToken.plan = 'gold'; done(null, user, context); }",
        actor=SHELL,
    )

    _, claims = explain(jane, shop, jane.connection, actor=staff_actor(administrator))

    found = {(one.token, one.name, one.rule): one for one in claims}
    assert found["idToken", "plan", script_of(last)].value == "gold"
    assert found["accessToken", "plan", script_of(plan)].value == "full"
    assert found["idToken", "sub", script_of(plan)].is_dropped
    assert found["idToken", "email", None].value == jane.email


def test_empty_documents_are_tried_as_such(tried, jane):
    with allow_account_writes():
        type(jane).objects.filter(pk=jane.pk).update(app_metadata=None)

    trial = tried(
        draft("callback(typeof user.app_metadata === 'undefined' ? null : 'there');"), user=again(jane)
    )

    assert trial.error is None
