"""What a worker process takes from itself before it runs a script: files, network, other processes, memory.

The engine offers a script none of these. This is for the case that a script breaks out of the engine.
"""

from __future__ import annotations

import ctypes
import math
import resource
import sys
import time

PROCESS_MEMORY_BYTES = 300 * 1024 * 1024
# The socket and the devices that Python opened.
MAX_OPEN_FILES = 16

# Numbers of linux/prctl.h and linux/sched.h.
PR_SET_DUMPABLE = 4
PR_SET_NO_NEW_PRIVS = 38
CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000


def confine() -> list[str]:
    """Give up what a script needs not, as far as the system permits. Returns what it does not permit, in
    words."""
    missing = []
    for name, limit, size in (
        ("the limit of memory", resource.RLIMIT_AS, PROCESS_MEMORY_BYTES),
        ("the limit of open files", resource.RLIMIT_NOFILE, MAX_OPEN_FILES),
        ("the limit of file size", resource.RLIMIT_FSIZE, 0),
        ("the limit of core files", resource.RLIMIT_CORE, 0),
        ("the limit of processes", resource.RLIMIT_NPROC, 0),
    ):
        try:
            resource.setrlimit(limit, (size, size))
        except (OSError, ValueError):
            missing.append(name)
    if sys.platform != "linux":
        return [*missing, "separation from the network"]
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0):
        missing.append("giving up privileges")
    if libc.unshare(CLONE_NEWUSER | CLONE_NEWNET):
        missing.append("separation from the network")
    return missing


def limit_cpu(seconds: float) -> None:
    """Have the system end this process where code of the engine that it cannot interrupt runs on and on."""
    used = math.ceil(time.process_time() + seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (used, resource.getrlimit(resource.RLIMIT_CPU)[1]))
