"""`make run`: fills an empty database, says how to get in, serves, stops, starts again."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from tests.docs.test_commands import blocks
from tests.management.demo_server import DemoServer, free_port

# Where README.md says it is served.
README_URL = "http://127.0.0.1:8000"
SHELLS = [shell for shell in ("sh", "bash", "dash", "zsh") if shutil.which(shell)]


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """Serving, filled with five people."""
    server = DemoServer(tmp_path_factory.mktemp("demo") / "data", free_port())
    try:
        yield server.wait()
    finally:
        server.clean_up()


@pytest.fixture
def start(tmp_path):
    """Start a demo of the test's own: on an empty folder, or on what an earlier start has left there."""
    started = []

    def begin(*, port: int | None = None, **options) -> DemoServer:
        server = DemoServer(tmp_path / "data", port or free_port(), **options)
        started.append(server)
        return server

    yield begin
    for server in started:
        server.clean_up()


@pytest.fixture
def filled(demo, tmp_path) -> Path:
    """The folder on which `start` starts, with a copy of the data of `demo`: to fill it takes long."""
    folder = tmp_path / "data"
    folder.mkdir(0o700)
    for name in (".demo.json", ".secret_key"):
        shutil.copy(demo.data_dir / name, folder)
    with (
        closing(sqlite3.connect(demo.data_dir / "db.sqlite3")) as source,
        closing(sqlite3.connect(folder / "db.sqlite3")) as copy,
    ):
        source.backup(copy)
    return folder


def printed_curl(demo: DemoServer) -> str:
    (line,) = (line for line in demo.output.splitlines() if line.startswith("curl"))
    return line


def run_line(line: str, shell: str = "sh") -> list:
    finished = subprocess.run([shell, "-c", line], capture_output=True, text=True, check=True, timeout=60)
    return json.loads(finished.stdout)


def documents_in(text: str) -> list:
    """JSON documents one after another."""
    found, decoder = [], json.JSONDecoder()
    while text := text.strip():
        document, end = decoder.raw_decode(text)
        found.append(document)
        text = text[end:]
    return found


def test_the_file_holds_what_scripts_need(demo):
    document = demo.document

    assert list(document) == ["url", "audience", "admin", "agent", "user", "client"]
    assert document["url"] == demo.local_url
    assert document["audience"] == f"{demo.local_url}/api/v2/"
    assert [document[name]["email"] for name in ("admin", "agent", "user")] == [
        "admin@example.com",
        "agent@example.com",
        "jane.doe@example.com",
    ]
    assert len({document[name]["password"] for name in ("admin", "agent", "user")}) == 3
    assert set(document["client"]) == {"client_id", "client_secret"}


@pytest.mark.parametrize("name", [".demo.json", ".secret_key"])
def test_only_the_owner_may_read_what_is_secret(demo, name):
    assert (demo.data_dir / name).stat().st_mode & 0o777 == 0o600


def test_everything_in_the_file_is_printed_before_it_serves(demo):
    document = demo.document

    for account in ("admin", "agent", "user"):
        assert document[account]["email"] in demo.output
        assert document[account]["password"] in demo.output
    assert document["client"]["client_id"] in demo.output
    assert f"{demo.local_url}/admin/" in demo.output
    assert f"{demo.local_url}/profile/" in demo.output
    assert f"{demo.local_url}/demo/\n" in demo.output
    assert f"{demo.local_url}/demo/mail/\n" in demo.output


def test_health_is_answered_without_redirect(demo):
    with urllib.request.urlopen(f"{demo.local_url}/healthz") as answer:
        assert (answer.status, answer.url) == (200, f"{demo.local_url}/healthz")


def test_slow_clients_do_not_hold_it_up(demo):
    with ExitStack() as connections:
        for sent in (b"GET /healthz HTTP/1.1\r\nX: ", b"POST /login/ HTTP/1.1\r\nContent-Length: 9\r\n\r\n"):
            for _ in range(30):
                slow = connections.enter_context(socket.create_connection(("127.0.0.1", demo.port)))
                slow.sendall(sent)

        for _ in range(20):
            with urllib.request.urlopen(f"{demo.local_url}/healthz", timeout=10) as answer:
                assert answer.status == 200


def test_a_request_line_that_is_too_long_is_refused_in_json(demo):
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{demo.local_url}/api/v2/users?q={'a' * 17_000}")

    assert json.load(refused.value)["statusCode"] == refused.value.code == 414


def ask_for_token(demo, body) -> dict:
    """An iterable body is sent in chunks."""
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{demo.local_url}/oauth/token", body, headers)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def test_a_body_in_chunks_is_accepted(demo):
    grant = {"grant_type": "client_credentials", "audience": demo.document["audience"]}
    body = json.dumps({**grant, **demo.document["client"]}).encode()

    assert ask_for_token(demo, iter([body[:10], body[10:]]))["access_token"]


def test_a_body_in_chunks_has_the_same_limit_as_others(demo):
    with pytest.raises(urllib.error.HTTPError) as refused:
        ask_for_token(demo, iter([b" " * 40_000] * 2))

    assert refused.value.code == 413
    assert json.load(refused.value)["error"] == "invalid_request"


@pytest.mark.parametrize("shell", SHELLS)
def test_the_printed_line_shows_jane(demo, shell):
    (jane,) = run_line(printed_curl(demo), shell)

    assert jane["email"] == "jane.doe@example.com"
    assert jane["user_metadata"] == {"hobby": "surfing"}
    assert jane["app_metadata"] == {"plan": "full"}


def test_the_printed_line_needs_no_other_tool(demo, tmp_path):
    (tmp_path / "curl").symlink_to(shutil.which("curl"))
    shell = shutil.which("sh")

    finished = subprocess.run(
        [shell, "-c", printed_curl(demo)],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert json.loads(finished.stdout)[0]["name"] == "Jane Doe"


def test_the_api_is_called_as_the_readme_writes(demo):
    script = "".join(block for block in blocks("README.md") if "curl " in block)

    finished = subprocess.run(
        ["sh", "-ec", script.replace(README_URL, demo.local_url)],
        cwd=demo.data_dir,
        capture_output=True,
        text=True,
        check=False,
    )

    assert finished.returncode == 0, finished.stderr
    found, changed = documents_in(finished.stdout)
    assert found[0]["app_metadata"] == {"plan": "full"}
    assert changed["app_metadata"] == {"plan": "pro"}
    assert changed["user_metadata"] == {"hobby": "surfing"}


def test_stopped_and_started_again_it_keeps_the_data_and_says_the_same(filled, start):
    port = free_port()
    first = start(port=port).wait()
    said, document = first.output, first.document
    first.stop(signal.SIGINT)
    assert not first.is_running

    second = start(port=port).wait()

    assert second.output == said
    assert second.document == document
    second.stop(signal.SIGTERM)
    assert not second.is_running
    assert "Traceback" not in first.log + second.log


def test_what_was_filled_is_announced_alike_with_a_new_port_in_every_address(demo, filled, start):
    second = start().wait()

    output = demo.output.replace(demo.local_url, second.local_url)
    assert second.output == output.replace(str(demo.data_dir), str(second.data_dir))
    assert second.document == {
        **demo.document,
        "url": second.local_url,
        "audience": f"{second.local_url}/api/v2/",
    }
    assert second.local_url in printed_curl(second)


def test_with_a_key_in_the_environment_and_without_its_files_it_serves_and_names_the_lost_passwords(
    filled, start
):
    for name in (".secret_key", ".demo.json"):
        (filled / name).unlink()

    server = start(SECRET_KEY="k" * 50).wait()

    assert not (server.data_dir / ".secret_key").exists()
    assert "does not contain their passwords" in server.output
    assert f"delete {server.data_dir / 'db.sqlite3'}*" in server.output
    assert "createsuperuser" in server.output
    assert not (server.data_dir / ".demo.json").exists()


def test_a_public_address_is_announced_beside_the_local_one(filled, start):
    server = start(PUBLIC_URL="https://desk.example.com").wait()

    assert server.document["url"] == "https://desk.example.com"
    assert "/demo/" not in server.output
    assert f"Listening on 127.0.0.1:{server.port} only" in server.output


def test_a_taken_port_is_said_at_once(start):
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        server = start(port=holder.getsockname()[1])

        assert server.process.wait(120) != 0

    assert f"Port {server.port} cannot be used" in server.log
    assert "PORT=8001 make run" in server.log
    assert not (server.data_dir / "db.sqlite3").exists()


def test_a_bad_setting_is_named(start):
    server = start(PUBLIC_URL="http://desk.example.com")

    assert server.process.wait(120) != 0

    assert "PUBLIC_URL must begin with https://" in server.log


def workers_of(demo: DemoServer) -> list[int]:
    """The pids of the processes that do the demo's jobs, dead ones included, as they said them."""
    return [int(pid) for pid in re.findall(r"^Process (\d+) runs jobs", demo.log, re.MULTILINE)]


def wait_for(found, seconds: float = 60):
    deadline = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return found()


def test_one_worker_does_the_jobs_and_is_begun_again_when_killed(demo):
    (worker,) = wait_for(lambda: workers_of(demo))
    wait_for(lambda: "housekeeping" in demo.log)

    os.kill(worker, signal.SIGKILL)

    wait_for(lambda: len(workers_of(demo)) == 2)
