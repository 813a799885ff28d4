"""How the tests are divided: among databases and among the workers of pytest-xdist."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath

from xdist.scheduler.loadscope import LoadScopeScheduling

TESTS = Path(__file__).resolve().parent

# How many times as many examples Hypothesis and schemathesis try: `make test-deep` sets more than one.
DEPTH = int(os.environ.get("TEST_DEPTH", "1"))

# Directories and modules, below tests/, that pass or fail alike on every database: pure Python, HTTP, forms,
# markup, rules that do not become SQL, programs whose queries other modules make as well. Their tests
# carry the marker `one_database`, and CI runs them on SQLite only. What is not named here, like a module that
# tests queries, locks or concurrency, runs on each database. Tests in a browser or
# through an SDK request pages and endpoints that other modules request without either.
ONE_DATABASE = (
    "admin/test_hostile_text.py",
    "admin/test_jobs.py",
    "admin/test_visibility.py",
    "admin/test_who_enters.py",
    "admin/user_detail",
    "admin/webhooks",
    "api/test_attacks.py",
    "api/test_errors.py",
    "api/test_examples.py",
    "api/test_forms.py",
    "api/test_openapi.py",
    "api/test_paths.py",
    "api/test_permissions.py",
    "api/test_query.py",
    "api/test_rights.py",
    "bench/test_pages.py",
    "bench/test_rules.py",
    "bench/test_sign_in.py",
    "bench/test_slow.py",
    "browser",
    "config",
    "crypto",
    "demo_pages",
    "docs",
    "javascript",
    "lucene",
    "management/test_run_demo.py",
    "management/test_supervisor.py",
    "metadata",
    "oauth/test_discovery.py",
    "oauth/test_third_party.py",
    "outgoing",
    "passwords",
    "rights/test_may.py",
    "rights/test_protected_accounts.py",
    "rights/test_read_paths.py",
    "rules/test_checks.py",
    "rules/test_network.py",
    "schemas",
    "sdk",
    "sign_in_pages/test_linked.py",
    "sign_in_pages/test_own_emails.py",
    "sign_in_pages/test_password.py",
    "sign_in_pages/test_sign_in.py",
    "sign_in_pages/test_tickets.py",
    "tokens/test_scopes.py",
    "tokens/test_tokens.py",
    "web",
)

# Modules within the above that run on each database all the same: a browser or an SDK, the server and the
# database at work together.
EACH_DATABASE = (
    "browser/test_list_tasks.py",
    "browser/test_two_at_once.py",
    "browser/test_undo_tasks.py",
    "sdk/test_jobs.py",
    "sdk/test_users.py",
)

# Directories whose modules share a server, a browser or another program that takes long to start: one
# worker of pytest-xdist runs all of their tests, so that it is started once.
TOGETHER = (
    # First what is within another: so long that a worker of its own, with its own server, is sooner done.
    *("browser/editor", "browser/test_looks.py", "browser/applications"),
    *("browser", "sdk", "availability"),
)

# What takes longest comes first, so that at the end no worker waits for another.
FIRST = (
    *TOGETHER,
    "management/test_run_demo.py",
    "docs/test_commands.py",
    "bench",
    "config",
    "api/test_fuzzing.py",
    "rights/test_read_paths.py",
    "management/test_work.py",
    "jobs",
)


def needs_one_database(path: Path) -> bool:
    name = _name(path)
    return _is_within_any(name, ONE_DATABASE) and not _is_within_any(name, EACH_DATABASE)


def unit_of(nodeid: str) -> str:
    """What a worker takes as a whole: a module, or the directory of those that share a server."""
    module = nodeid.partition("::")[0]
    name = module.removeprefix("tests/")
    return next((suite for suite in TOGETHER if _is_within(name, suite)), module)


def rank(path: Path) -> int:
    """Where its tests come: lower numbers first."""
    return next((rank for rank, suite in enumerate(FIRST) if _is_within(_name(path), suite)), len(FIRST))


class ByUnit(LoadScopeScheduling):
    """Hands out the tests unit by unit, in the order in which they were collected."""

    def _split_scope(self, nodeid: str) -> str:
        return unit_of(nodeid)


def _name(path: Path) -> str:
    return path.relative_to(TESTS).as_posix()


def _is_within_any(name: str, suites: tuple[str, ...]) -> bool:
    return any(_is_within(name, suite) for suite in suites)


def _is_within(name: str, suite: str) -> bool:
    return PurePosixPath(name).is_relative_to(suite)
