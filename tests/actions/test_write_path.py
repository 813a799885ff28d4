"""Nothing but the actions writes an account: a walk through the code.

It looks for calls that could write one, whatever the object turns out to be. What writes
another table is recognised by the model's name in front (`Client.objects.create(...)`), or
listed below with its reason. What no walk can see is refused while running by the guard.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parents[2]
# The write path itself, and migrations, which know historical models only.
EXEMPT = ("users/actions/", "users/housekeeping/", "users/migrations/")

WRITERS = {
    *("save", "asave", "save_base", "save_columns"),
    *("delete", "adelete", "_raw_delete"),
    *("create", "acreate", "get_or_create", "aget_or_create", "update_or_create", "aupdate_or_create"),
    *("bulk_create", "abulk_create", "bulk_update", "abulk_update", "aupdate", "_update"),
    *("create_user", "acreate_user", "create_superuser", "acreate_superuser"),
    *("set_password", "set_unusable_password"),
    *("execute", "executemany", "raw", "fast_insert", "fast_update"),
    "account_writes",
}
# `set.add` and `dict.update` are everywhere: these count only on what holds somebody's rights,
# and `update` only with keywords, as a queryset takes it.
MEMBERSHIP = {"add", "aadd", "set", "aset", "remove", "aremove", "clear", "aclear"}
RIGHTS = {"groups", "user_permissions", "user_set"}
OTHER_TABLES = {
    *(
        "Change",
        "Client",
        "ClientGrant",
        "ConfigurationChange",
        "Connection",
        "DailyCount",
        "DailyIncrement",
        "DeletedUser",
        "Delivery",
        "DeliveryCount",
        "Event",
        "FailedRecord",
    ),
    *("FilePiece", "IndexedKey", "Job", "LogEvent", "MetadataKey", "MetadataSurvey", "Note", "Outbox"),
    *("Permission", "ResourceServer", "Role", "RoleMember", "Segment", "Session", "SigningKey", "Stream"),
    *("Rule", "RuleConfig", "RuleFailure", "RuleRunCount", "RuleVersion", "SegmentCount"),
    *("Ticket", "UserPermission", "Webhook"),
}

# (file, function): why it writes no account.
ALLOWED = {
    ("users/models/user.py", "User.save"): "the guard itself, on its way to Django's own",
    ("users/models/user.py", "User.save_columns"): "the guard itself, on its way to a statement of ours",
    ("users/models/user.py", "User.delete"): "the guard itself",
    ("users/models/user.py", "UserQuerySet.update"): "the guard itself",
    ("users/models/user.py", "UserQuerySet.delete"): "the guard itself",
    ("users/models/user.py", "UserQuerySet.bulk_create"): "the guard itself",
    ("users/models/user.py", "UserQuerySet.bulk_update"): "the guard itself",
    ("users/models/audit_entry.py", "AuditEntry.save"): "a line of a record of changes",
    ("users/models/audit_entry.py", "AuditEntry.delete"): "lines of a record of changes",
    ("users/models/audit_entry.py", "AuditEntryQuerySet.delete"): "lines of a record of changes",
    ("users/web/session_cookies.py", "_save"): "a browser session",
    ("users/sign_in_pages/views/hosted.py", "second_factor"): "allauth's form notes that a code was used",
    ("users/models/compiled_lookup.py", "CompiledLookup.all"): "asks what a query set asks",
    ("users/models/fast_writes.py", "_execute"): "what it carries out is called for by name",
    ("users/models/trigger.py", "reinstall"): "makes a trigger that fills the outbox",
    ("users/models/word_index.py", "reinstall_triggers"): "makes the index of users' words",
    ("users/models/daily_count_triggers.py", "reinstall"): "makes the triggers that count by day",
    ("users/search/sql/sqlite.py", "SqliteEmitter._has_many_matches"): "asks the index of users' words",
    ("users/log/horizon.py", "_oldest_writer"): "asks when",
    ("users/rules/statistics.py", "_add"): "how often rules have run",
    ("users/import_export/seen_users.py", "SeenUsers.__init__"): "a temporary database of its own",
    ("users/import_export/seen_users.py", "SeenUsers.add"): "a temporary database of its own",
    ("users/import_export/seen_users.py", "SeenUsers.has"): "a temporary database of its own",
    ("users/log/record.py", "log_event"): "an event of the log",
    ("users/log/activity.py", "newest_keys"): "asks which events are the newest",
    ("users/log/recent_activity.py", "recent_activity"): "asks for the newest activity of one user",
    ("users/listing/timeout.py", "_postgresql"): "sets how long a statement may take",
    ("users/jobs/wakeup.py", "notify_workers"): "asks Redis",
    ("users/history/scan.py", "_without_table_scans"): "sets how a statement is planned",
    ("users/throttling/sliding_window.py", "Counter._locked"): "releases a lock in the cache",
    ("users/search/sql/indexes.py", "_sizes_by_name"): "asks how large indexes are",
    ("users/metadata_map/sampling.py", "_estimate_row_count"): "asks how many rows a table has",
    ("users/metadata_map/sampling.py", "_sample_blocks"): "asks for ids",
    ("users/management/demo/past.py", "save_past"): "gives the users of the demo a past",
    ("users/history/record.py", "record_change"): "a line of the record of changes",
    ("users/history/record.py", "save_changes"): "a line of the record of changes",
    ("users/history/record.py", "record_change_for_users"): "lines of the record of changes",
}


class Walk(ast.NodeVisitor):
    """Collects (function, line, code) of every call that could write an account."""

    def __init__(self) -> None:
        self.found: list[tuple[str, int, str]] = []
        self._inside: list[str] = []
        self._actions: set[str] = set()

    def visit_ImportFrom(self, node):
        if (node.module or "").startswith("users.actions"):
            self._actions |= {alias.asname or alias.name for alias in node.names}

    def visit(self, node):
        named = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        if named:
            self._inside.append(node.name)
        super().visit(node)
        if named:
            self._inside.pop()

    def visit_Call(self, node):
        if self._could_write(node):
            self.found.append((".".join(self._inside), node.lineno, ast.unparse(node)[:80]))
        self.generic_visit(node)

    def _could_write(self, node):
        called = node.func
        if isinstance(called, ast.Name):
            return called.id in WRITERS and called.id not in self._actions
        if not isinstance(called, ast.Attribute):
            return False
        chain = names_before(called.value)
        if called.attr == "update" and node.keywords:
            return chain[:1] != ["dict"] and not is_other_table(chain)
        if called.attr in MEMBERSHIP:
            return bool(RIGHTS & set(chain))
        return called.attr in WRITERS and not is_other_table(chain)


def names_before(node):
    """`a.b(...).c` as ["a", "b", "c"]; what is not a name in front is left out."""
    if isinstance(node, ast.Call):
        return names_before(node.func)
    if isinstance(node, ast.Attribute):
        return [*names_before(node.value), node.attr]
    return [node.id] if isinstance(node, ast.Name) else []


def is_other_table(chain):
    begins = chain[:1] != [] and chain[0] in OTHER_TABLES and chain[1:2] == ["objects"]
    return begins and not {"user", "users"} & set(chain)


def offences(source):
    walk = Walk()
    walk.visit(ast.parse(source))
    return walk.found


def modules():
    for room in ("users", "config"):
        for path in sorted((HERE / room).rglob("*.py")):
            yield path.relative_to(HERE).as_posix(), path.read_text()


def found_in_the_code():
    return [
        (name, *offence)
        for name, source in modules()
        if not name.startswith(EXEMPT)
        for offence in offences(source)
    ]


def test_no_code_outside_the_actions_writes_an_account():
    offenders = [found for found in found_in_the_code() if found[:2] not in ALLOWED]

    assert offenders == []


def test_the_list_of_what_is_allowed_holds_nothing_that_is_no_more():
    assert ALLOWED.keys() - {found[:2] for found in found_in_the_code()} == set()


@pytest.mark.parametrize(
    "call",
    [
        "user.save()",
        "user.save(update_fields=['name'])",
        "user.save_columns(['name'])",
        "fast_update(user, ['name'])",
        "self.request.user.delete()",
        "await user.asave()",
        "super().save_model(request, user, form, change).save()",
        "form.save()",
        "User.objects.create(email='x')",
        "User.objects.filter(pk=1).update(name='x')",
        "queryset.update(**values)",
        "queryset.delete()",
        "get_user_model().objects.bulk_update(users, ['name'])",
        "User.objects.get_or_create(email='x')",
        "connection.users.update_or_create(email='x')",
        "user.set_password('x')",
        "user.groups.set(groups)",
        "user.groups.add(group)",
        "request.user.user_permissions.clear()",
        "group.user_set.add(user)",
        "User.groups.through.objects.bulk_create(rows)",
        "User.objects.create_superuser('x')",
        "cursor.execute('UPDATE users_user SET name = 1')",
        "User.objects.raw('DELETE')",
        "account_writes()",
        "Change.objects.get().user.save()",
    ],
)
def test_a_planted_offence_is_found(call):
    source = f"class Page:\n    async def post(self):\n        if True:\n            {call}\n"

    assert [(where, line) for where, line, _ in offences(source)][:1] == [("Page.post", 4)]


@pytest.mark.parametrize(
    "call",
    [
        "headers.update({'a': 1})",
        "dict.update(headers, a=1)",
        "seen.add(name)",
        "names.remove(name)",
        "hashlib.sha256().update(data)",
        "user.groups.all()",
        "user.groups.set",
        "User.objects.filter(pk=1).first()",
        "Client.objects.create(name='x')",
        "Session.objects.filter(pk=1).delete()",
        "check_password('x', user.password)",
    ],
)
def test_what_writes_no_account_is_no_offence(call):
    assert offences(f"def get():\n    {call}\n") == []


def test_an_action_may_be_called_by_its_name_and_a_stranger_of_that_name_may_not():
    assert (
        offences("from users.actions.account.create_user import create_user\ncreate_user(connection)") == []
    )
    assert offences("from elsewhere import create_user\ncreate_user(connection)") != []


def imports_the_guard(source):
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom):
            names = {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
        elif isinstance(node, ast.Import):
            names = {alias.name for alias in node.names}
        else:
            continue
        if any(f"{name}.".startswith("users.models.write_guard.") for name in names):
            return True
    return False


def test_only_actions_housekeeping_and_models_import_the_guard():
    """Housekeeping deletes what retention has run out for, and encrypts secrets again."""
    importers = {"/".join(name.split("/")[:2]) for name, source in modules() if imports_the_guard(source)}

    assert importers == {"users/actions", "users/housekeeping", "users/models"}


@pytest.mark.parametrize(
    "source",
    [
        "from users.models.write_guard import account_writes",
        "from users.models import write_guard",
        "import users.models.write_guard as door",
        "def f():\n    from users.models.write_guard import account_writes as a",
    ],
)
def test_an_import_of_the_guard_is_found_however_it_is_written(source):
    assert imports_the_guard(source)
