"""Configuration is written by verbs that take an actor, ask for the right and record it: a walk.

It reads the code and runs nothing. That each verb does so is tried in `test_configuration`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.actions import test_configuration
from tests.actions.test_write_path import WRITERS, modules, names_before

HERE = Path(__file__).resolve().parents[2]
TABLES = {
    *("Client", "ClientGrant", "ResourceServer", "Role", "Permission", "Connection", "Webhook"),
    *("IndexedKey", "Segment", "SigningKey", "Rule", "RuleConfig", "RuleVersion"),
}
WRITING = WRITERS | {"update"}
RECORD, RIGHT = "record_configuration_change", "check"

# Modules of the actions that import one of these tables and write others.
OTHERS = {
    "users/actions/account/assign_roles.py": "memberships, which are in the record of changes",
    "users/actions/account/create_user.py": "an account",
    "users/actions/account/delete_user.py": "an account, with the searches that it kept for itself",
    "users/actions/account/profile_fields.py": "an account",
    "users/actions/authorizations/authorizations.py": "sign-ins to applications",
    "users/actions/authorizations/codes.py": "codes of sign-ins to applications",
    "users/actions/authorizations/consents.py": "what users consent to",
    "users/actions/authorizations/requests.py": "sign-ins to applications that wait for the user",
    "users/actions/authorizations/revoke.py": "sign-ins to applications, whose end is in the log",
    "users/actions/authorizations/login_tickets.py": "checked passwords of sign-ins to applications",
    "users/actions/authorizations/mfa_tokens.py": "sign-ins that wait for the second factor",
    "users/actions/authorizations/refresh_tokens.py": "refresh tokens",
}
# (module, function): why it writes one of these tables and is no such verb.
ALLOWED = {
    (
        "users/actions/search_setup/build_indexes.py",
        "build_or_drop_indexes",
    ): "the job that `index_key` asks for",
    ("users/actions/search_setup/build_indexes.py", "drop_failed_indexes"): "indexes of the database",
    (
        "users/actions/search_setup/count_segments.py",
        "count_segments",
    ): "counts, which are no configuration",
    ("users/tokens/keys.py", "create_key"): "called by the verbs; a missing key is recorded by a signal",
    ("users/webhooks/lease.py", "acquire_lease"): "which worker delivers",
    ("users/webhooks/lease.py", "WebhookLease._extend_lease"): "how far the deliveries are",
    ("users/search/indexed_keys.py", "save_key_use"): "when a search last used it",
}


def functions(source: str) -> Iterator[tuple[str, ast.FunctionDef]]:
    """Each function and method, by its qualified name."""

    def walk(node, before):
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef | ast.ClassDef):
                name = ".".join((*before, child.name))
                if isinstance(child, ast.FunctionDef):
                    yield name, child
                yield from walk(child, (*before, child.name))

    yield from walk(ast.parse(source), ())


def called(function: ast.FunctionDef) -> set[str]:
    """Names of what it calls; of a call on an object, the method's after a dot."""
    calls = [node.func for node in ast.walk(function) if isinstance(node, ast.Call)]
    plain = {call.id for call in calls if isinstance(call, ast.Name)}
    return plain | {f".{call.attr}" for call in calls if isinstance(call, ast.Attribute)}


def reached(source: str) -> dict[str, set[str]]:
    """What each function of the module's top level calls, by way of others in the module."""
    direct = {name: called(node) for name, node in functions(source) if "." not in name}
    result = {}
    for name in direct:
        seen: set[str] = set()
        todo = [name]
        while todo:
            for one in direct[todo.pop()] - seen:
                seen.add(one)
                todo += [one] if one in direct else []
        result[name] = seen
    return result


def is_writer(calls: set[str]) -> bool:
    return any(call.removeprefix(".") in WRITING for call in calls if call != "update")


def imports_a_table(source: str) -> bool:
    imports = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ImportFrom)]
    return any(
        node.module == "users.models" and TABLES & {alias.name for alias in node.names} for node in imports
    )


def verbs_in(name: str, source: str) -> dict[str, list[str]]:
    """The public functions that write, each with what it lacks."""
    arguments = {function: node.args for function, node in functions(source)}
    found = {}
    for function, calls in reached(source).items():
        if function.startswith("_") or not is_writer(calls) or (name, function) in ALLOWED:
            continue
        actors = [arg for arg in arguments[function].kwonlyargs if arg.arg == "actor"]
        has_actor = [ast.unparse(arg.annotation) for arg in actors if arg.annotation] == ["Actor"]
        lacks = {"actor": not has_actor, "right": RIGHT not in calls, "record": RECORD not in calls}
        found[function] = [what for what, is_missing in lacks.items() if is_missing]
    return found


def all_verbs() -> dict[tuple[str, str], list[str]]:
    found = {}
    for name, source in modules():
        is_ours = name.startswith("users/actions/") and name not in OTHERS and imports_a_table(source)
        if is_ours or name == "users/housekeeping/reencrypt_secrets.py":
            found |= {(name, verb): lacks for verb, lacks in verbs_in(name, source).items()}
    return found


def writes_elsewhere() -> set[tuple[str, str]]:
    """Functions outside the actions that write one of the tables by its name."""
    found = set()
    for name, source in modules():
        if name.startswith(("users/actions/", "users/migrations/")):
            continue
        for function, node in functions(source):
            for call in ast.walk(node):
                if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
                    continue
                chain = names_before(call.func.value)
                if call.func.attr in WRITING and chain[:1] and chain[0] in TABLES:
                    found.add((name, function))
    return found


def test_each_verb_takes_an_actor_asks_for_the_right_and_records():
    assert {verb: lacks for verb, lacks in all_verbs().items() if lacks} == {}


def test_each_verb_is_in_the_table_of_those_that_are_tried():
    tried = {(f"{verb.__module__.replace('.', '/')}.py", verb.__name__) for verb in test_configuration.VERBS}

    assert all_verbs().keys() == tried


def test_nothing_else_writes_configuration():
    assert writes_elsewhere() - ALLOWED.keys() == set()


def test_the_lists_of_exceptions_hold_nothing_that_is_no_more():
    sources = dict(modules())

    assert all(imports_a_table(sources[name]) for name in OTHERS)
    for module, function in ALLOWED:
        assert function in dict(functions(sources[module])), (module, function)


@pytest.mark.parametrize(
    ("source", "lacks"),
    [
        (
            "def edit(role, *, actor: Actor):\n check(actor)\n _save(role)\n"
            "def _save(role):\n role.save()\n record_configuration_change(role)",
            [],
        ),
        ("def edit(role):\n role.save()", ["actor", "right", "record"]),
        (
            "def edit(role, actor: Actor):\n check(actor)\n role.save()\n record_configuration_change(role)",
            ["actor"],
        ),
        (
            "def edit(role, *, actor):\n check(actor)\n role.save()\n record_configuration_change(role)",
            ["actor"],
        ),
        ("def edit(role, *, actor: Actor):\n role.delete()\n record_configuration_change(role)", ["right"]),
        (
            "def edit(*, actor: Actor):\n check(actor)\n Role.objects.filter(pk=1).update(name='x')",
            ["record"],
        ),
        (
            "def edit(*, actor: Actor):\n check(actor)\n _do()\ndef _do():\n Role.objects.bulk_create([])",
            ["record"],
        ),
    ],
)
def test_a_planted_offence_is_found(source, lacks):
    assert verbs_in("users/actions/planted.py", source) == {"edit": lacks}


def test_what_only_reads_is_no_verb():
    assert verbs_in("users/actions/planted.py", "def find(pk):\n return Role.objects.get(pk=pk)") == {}
