"""What a worker process cannot do even if a script breaks out of the engine."""

from __future__ import annotations

import json
import platform
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Each attempt prints the name of the error that it ends with.
ATTEMPTS = """
import ctypes, errno, json, os, resource, socket, sys
sys.path.insert(0, sys.argv[1])
from users.javascript.process import confinement

# Not known any more once the process is confined.
parent = os.getppid()

def attempt(run):
    try:
        run()
    except MemoryError:
        return "MemoryError"
    except OSError as error:
        return errno.errorcode[error.errno]
    return None

def start_process():
    if os.fork() == 0:
        os._exit(0)
    os.wait()

def connect():
    with socket.socket() as client:
        client.connect(("192.0.2.1", 80))

attempts = {
    "read": lambda: os.close(os.open("/etc/hostname", os.O_RDONLY)),
    "write": lambda: os.open("/tmp/by-a-script", os.O_CREAT | os.O_WRONLY),
    "network": connect,
    "fork": start_process,
    "execute": lambda: os.execv("/bin/true", ["true"]),
    "signal": lambda: os.kill(parent, 0),
    "limits of the parent": lambda: resource.prlimit(parent, resource.RLIMIT_CPU),
    "own limits": lambda: resource.prlimit(0, resource.RLIMIT_CPU),
    "memory": lambda: bytearray(400 * 2**20),
}
found = {"missing": MISSING} | {name: attempt(attempts[name]) for name in sys.argv[2:]}
os.write(1, json.dumps(found).encode())
os._exit(0)
"""
pytestmark = pytest.mark.skipif(platform.system() != "Linux", reason="Only Linux can separate a process")


def make_attempts(confine: str, *names: str) -> dict[str, object]:
    program = ATTEMPTS.replace("MISSING", confine)
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", program, str(ROOT), *names],
        capture_output=True,
        check=True,
        env={},
    )
    return json.loads(done.stdout)


def test_a_process_reaches_nothing_but_its_parent():
    calls = ("read", "write", "network", "fork", "execute", "signal", "limits of the parent")
    found = make_attempts("confinement.confine()", *calls, "own limits", "memory")

    if found.pop("missing"):
        pytest.skip("This system does not permit all of it")
    assert found == dict.fromkeys(calls, "EPERM") | {"own limits": None, "memory": "MemoryError"}


def test_a_network_namespace_alone_has_no_network():
    found = make_attempts("not confinement.leave_network(ctypes.CDLL(None))", "network")

    if found["missing"]:
        pytest.skip("This system does not permit network namespaces")
    assert found["network"] == "ENETUNREACH"
