"""Every command that the documents name is run, here or by what is named here."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest

from tests.management.demo_server import free_port, own_environment

CHECKOUT = Path(__file__).resolve().parents[2]
# What each page may tell people to type. The tests below run all of it, except `curl`, which
# tests/management/test_run_demo.py runs.
KINDS = {
    "README.md": r"make \w+$|\.venv/bin/python manage\.py |[A-Z_]+=\$\(|curl ",
    "CONTRIBUTING.md": r"make [a-z-]+$",
    "docs/production.md": (
        r"make (install|bench)( ARGS=\"[a-z0-9 -]+\")?$"
        r"|\.venv/bin/python manage\.py |\.venv/bin/gunicorn |export "
    ),
    "docs/applications.md": r"$",
    "docs/architecture.md": r"$",
    "docs/decisions.md": r"$",
    "docs/glossary.md": r"$",
    "docs/openid-connect.md": r"$",
    "docs/from-auth0.md": r"\.venv/bin/python manage\.py ",
    "docs/search.md": r"$",
    "docs/history.md": r"$",
    "docs/lock.md": r"$",
    "docs/log.md": r"$",
    "docs/staff-rights.md": r"$",
    "docs/pages.md": r"$",
    "docs/rules.md": r"$",
    "docs/support-tasks.md": r"$",
    "docs/webhooks.md": r"$",
}
# Commands of `make` that others run, each with the file that shows it.
RUN_ELSEWHERE = {
    "make run": ("tests/management/demo_server.py", '["make", "run"'),
    "make test": (".ci/lanes", " make test "),
    "make tools": (".ci/run", "\nmake tools\n"),
    "make check": (".ci/run", "\nmake check\n"),
    'make bench ARGS="pages --users 1000 1000000"': ("tests/bench/test_pages.py", 'run_bench("pages --users'),
    'make bench ARGS="search --users 10000 1000000"': (
        "tests/bench/test_search.py",
        'run_bench("search --users',
    ),
    'make bench ARGS="rules"': ("tests/bench/test_rules.py", 'main(["--seconds"'),
    'make bench ARGS="sign-in"': ("tests/bench/test_sign_in.py", 'run_bench("sign-in '),
    'make bench ARGS="slow"': ("tests/bench/test_slow.py", 'run_bench("slow '),
    "make bench": ("tests/bench/run.py", '["make", "bench"'),
}


def blocks(page: str) -> list[str]:
    """Also those in an item of a list, without its indentation."""
    found = re.findall(r"^( *)```sh\n(.*?)^ *```", (CHECKOUT / page).read_text(), re.MULTILINE | re.DOTALL)
    return [re.sub(f"^{indent}", "", block, flags=re.MULTILINE) for indent, block in found]


def commands(page: str) -> list[str]:
    """One a line, continued lines joined."""
    text = "".join(blocks(page)).replace("\\\n", " ").replace("|\n", "| ")
    return [re.sub(r"\s+", " ", line).strip() for line in text.splitlines() if line.strip()]


COMMANDS = sorted({command for page in KINDS for command in commands(page)})
OF_MAKE = [command for command in COMMANDS if command.startswith("make ")]
WORK = ".venv/bin/python manage.py work"
OF_MANAGE = [
    command for command in COMMANDS if command.startswith(".venv/bin/python manage.py ") and command != WORK
]


@pytest.mark.parametrize("page", KINDS)
def test_every_command_is_of_a_kind_that_is_run(page):
    assert [command for command in commands(page) if not re.match(KINDS[page], command)] == []


def test_no_page_is_forgotten():
    pages = {path.relative_to(CHECKOUT).as_posix() for path in CHECKOUT.glob("docs/**/*.md")}

    assert pages <= set(KINDS)


@pytest.mark.parametrize("command", OF_MAKE)
def test_make_knows_it_and_somebody_runs_it(command):
    if command == "make install":
        subprocess.run(shlex.split(command), cwd=CHECKOUT, env=own_environment(), check=True)
        return
    if command == "make test-fast":  # what it names is run by `make test`, and must be there
        shown = subprocess.run(
            ["make", "--dry-run", "test-fast"], cwd=CHECKOUT, capture_output=True, text=True, check=True
        )
        named = re.findall(r"tests/\S+", shown.stdout)
        assert named
        assert [path for path in named if not (CHECKOUT / path).exists()] == []
        return
    file, shown = RUN_ELSEWHERE[command]

    assert shown in (CHECKOUT / file).read_text()


@pytest.fixture(scope="module")
def installation(tmp_path_factory) -> dict[str, str]:
    """The environment that production.md sets, with a database of its own."""
    lines = "\n".join(line for line in commands("docs/production.md") if line.startswith("export "))
    data_dir = tmp_path_factory.mktemp("installation")
    script = f"{lines}\nexec python3 -c 'import json, os; print(json.dumps(dict(os.environ)))'"
    shown = subprocess.run(
        ["sh", "-ec", script],
        env=own_environment(
            DATA_DIR=str(data_dir),
            PORT=str(free_port()),
            HSTS_INCLUDE_SUBDOMAINS="true",
            HSTS_PRELOAD="true",
            DJANGO_SUPERUSER_PASSWORD="correct horse battery",
        ),
        capture_output=True,
        check=True,
    )
    environment = json.loads(shown.stdout)
    assert environment["PUBLIC_URL"] == "https://desk.example.com"
    run_manage(".venv/bin/python manage.py migrate", environment)
    return environment


def run_manage(command: str, environment: dict[str, str]) -> None:
    # Nobody is there to type a password.
    asks = ["--noinput"] if " createsuperuser " in command else []
    finished = subprocess.run(
        [*shlex.split(command), *asks],
        cwd=CHECKOUT,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr


@pytest.mark.parametrize("command", OF_MANAGE)
def test_commands_of_manage_run_as_written(installation, command, tmp_path):
    own = shutil.copytree(installation["DATA_DIR"], tmp_path / "data")

    run_manage(command, {**installation, "DATA_DIR": str(own)})


def test_it_works_as_written(installation):
    assert WORK in COMMANDS
    worker = subprocess.Popen(
        shlex.split(WORK), cwd=CHECKOUT, env=installation, stderr=subprocess.PIPE, text=True
    )
    try:
        assert any("is completed" in line for line in worker.stderr)
    finally:
        worker.terminate()
    assert worker.communicate(timeout=60)[1].count("Traceback") == worker.returncode == 0


def test_it_serves_as_written(installation):
    run_manage(".venv/bin/python manage.py collectstatic --noinput", installation)
    (command,) = (command for command in COMMANDS if command.startswith(".venv/bin/gunicorn "))
    server = subprocess.Popen(
        shlex.split(command), cwd=CHECKOUT, env=installation, stderr=subprocess.PIPE, process_group=0
    )
    try:
        assert health(f"http://127.0.0.1:{installation['PORT']}/healthz", server) == 200
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        _, log = server.communicate(timeout=60)
    assert b"Traceback" not in log


def health(address: str, server: subprocess.Popen) -> int:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                return answer.status
        except OSError:
            time.sleep(0.1)
    raise AssertionError("it does not serve")
