"""What a worker process takes from itself before it runs a script: files, network, other processes, memory.

The engine offers a script none of these. This is for a script that breaks out of the engine.
"""

from __future__ import annotations

import ctypes
import math
import os
import resource
import sys
import time

from users.javascript.process.system_calls import filter_system_calls

PROCESS_MEMORY_BYTES = 300 * 1024 * 1024
# The socket, and what Python itself has open.
MAX_OPEN_FILES = 16
# A script that uses up its CPU time leaves the larger share to the sign-ins beside it.
NICENESS = 5

# Numbers of linux/prctl.h and linux/sched.h.
PR_SET_DUMPABLE = 4
PR_SET_NO_NEW_PRIVS = 38
CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000


def confine() -> list[str]:
    """Give up all that scripts do not need, as far as the system permits. Returns what it does not permit, in
    words."""
    os.nice(NICENESS)
    missing = limit_resources()
    if sys.platform != "linux":
        return [*missing, "separation from the network"]
    libc = ctypes.CDLL(None, use_errno=True)
    if not drop_privileges(libc):
        missing.append("giving up privileges")
    has_no_network = leave_network(libc)
    # The last one: it permits none of the calls above.
    is_filtered = filter_system_calls(libc)
    if not is_filtered:
        missing.append("a filter of system calls (seccomp)")
        if not has_no_network:
            missing.append("separation from the network (a network namespace)")
    return missing


def limit_resources() -> list[str]:
    """Set limits that the system enforces. Returns those that it does not."""
    missing = []
    for name, kind, limit in (
        ("a limit of memory", resource.RLIMIT_AS, PROCESS_MEMORY_BYTES),
        ("a limit of open files", resource.RLIMIT_NOFILE, MAX_OPEN_FILES),
        ("a limit of file sizes", resource.RLIMIT_FSIZE, 0),
        ("no core files", resource.RLIMIT_CORE, 0),
        ("a limit of processes", resource.RLIMIT_NPROC, 0),
    ):
        try:
            resource.setrlimit(kind, (limit, limit))
        except (OSError, ValueError):
            missing.append(name)
    return missing


def drop_privileges(libc: ctypes.CDLL) -> bool:
    """Gain no privileges by any program that is executed, and be closed to debuggers of the same user."""
    gains_none = libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
    return bool(libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 and gains_none)


def leave_network(libc: ctypes.CDLL) -> bool:
    """Move to a network namespace that has no interface. Containers often do not permit it."""
    return bool(libc.unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0)


def limit_cpu(seconds: float) -> None:
    """Have the system end this process if it uses noticeably more CPU time than this from now on: native code
    of the engine, such as that of strings, cannot be interrupted."""
    end = math.ceil(time.process_time() + seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (end, resource.getrlimit(resource.RLIMIT_CPU)[1]))
