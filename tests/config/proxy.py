"""A real nginx in front of a server, by default with `docs/nginx.conf`."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.management.demo_server import CHECKOUT, free_port

FILE = CHECKOUT / "docs" / "nginx.conf"
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
# Around what an installation includes. Everything is written into one folder.
MAIN = """\
pid {folder}/pid;
error_log {folder}/error.log;
daemon off;
master_process off;
events {{ worker_connections 2048; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {included}
}}
"""


@contextmanager
def nginx(server_port: int, folder: Path) -> Iterator[int]:
    """Run nginx with `docs/nginx.conf`, changed to plain HTTP and a port of its own. Yields the port."""
    port = free_port()
    changed = FILE.read_text().replace("127.0.0.1:8000", f"127.0.0.1:{server_port}")
    changed = changed.replace("listen 443 ssl;", f"listen 127.0.0.1:{port};")
    changed = re.sub(r"^ *ssl_certificate.*\n", "", changed, flags=re.MULTILINE)
    assert f"127.0.0.1:{port}" in changed
    assert "ssl" not in re.sub(r"#.*", "", changed)
    with run_nginx(changed, port, folder):
        yield port


@contextmanager
def run_nginx(included: str, port: int, folder: Path) -> Iterator[None]:
    """Run nginx with `included` in its http block, which listens on `port`. Writes into `folder` only."""
    assert NGINX, "nginx is not installed"
    file = folder / "nginx.conf"
    file.write_text(MAIN.format(folder=folder, included=included))
    process = subprocess.Popen([NGINX, "-c", file, "-p", folder, "-e", folder / "error.log"])
    try:
        _wait_for(port)
        yield
    finally:
        process.terminate()
        process.wait(60)


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except ConnectionRefusedError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
