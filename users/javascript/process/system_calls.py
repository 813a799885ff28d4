"""A filter of system calls (seccomp): a worker process may compute, wait, and talk to its parent.

It cannot open files or sockets, nor start or signal processes: all that fails with EPERM. The libraries for
this on PyPI need libseccomp on the machine; a list of permitted numbers is enough here.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct

# Permitted calls, with their numbers on x86-64 and on 64-bit ARM (None: it has no such call).
CALLS: dict[str, tuple[int, int | None]] = {
    # The socket to the parent.
    "read": (0, 63),
    "write": (1, 64),
    "select": (23, None),
    "pselect6": (270, 72),
    "poll": (7, None),
    "ppoll": (271, 73),
    # Memory.
    "mmap": (9, 222),
    "mprotect": (10, 226),
    "munmap": (11, 215),
    "brk": (12, 214),
    "mremap": (25, 216),
    "madvise": (28, 233),
    # Time, and the limit of CPU time that is set for each run.
    "nanosleep": (35, 101),
    "clock_nanosleep": (230, 115),
    "clock_gettime": (228, 113),
    "gettimeofday": (96, 169),
    "getrusage": (98, 165),
    "getrlimit": (97, 163),
    "setrlimit": (160, 164),
    # What the C library and Python do of themselves.
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "sigaltstack": (131, 132),
    "restart_syscall": (219, 128),
    "futex": (202, 98),
    "sched_yield": (24, 124),
    "getpid": (39, 172),
    "getrandom": (318, 278),
    "close": (3, 57),
    "exit": (60, 93),
    "exit_group": (231, 94),
}
# By which the C library sets limits of its own process, whose id is 0 then. With another id it would set
# those of the web server, which has the same user.
LIMITS_CALL: tuple[int, int] = (302, 261)
# By `uname -m`: the place of its numbers above, and its number in linux/audit.h.
ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}

PR_SET_SECCOMP = 22
SECCOMP_MODE_FILTER = 2
# Instructions of the filter (linux/bpf_common.h) and its answers (linux/seccomp.h).
LOAD = 0x20
JUMP_IF_EQUAL = 0x15
RETURN = 0x06
ALLOW = 0x7FFF0000
REFUSE = 0x00050000 | errno.EPERM
KILL = 0x80000000
# Places in struct seccomp_data.
NUMBER = 0
ARCHITECTURE = 4
# The lower half of it: a process id has no more bits.
FIRST_ARGUMENT = 16


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p)]


def filter_system_calls(libc: ctypes.CDLL) -> bool:
    """Permit CALLS alone from now on. Returns whether the system does; PR_SET_NO_NEW_PRIVS must be set."""
    machine = os.uname().machine
    if machine not in ARCHITECTURES:
        return False
    instructions = ctypes.create_string_buffer(make_filter(*ARCHITECTURES[machine]))
    length = (len(instructions) - 1) // 8
    program = _Program(length, ctypes.cast(instructions, ctypes.c_void_p))
    return bool(libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0) == 0)


def make_filter(column: int, architecture: int) -> bytes:
    """The program, in 8 bytes for each instruction: code, jump if true, jump if false, operand."""
    numbers = [number for columns in CALLS.values() if (number := columns[column]) is not None]
    program = [
        (LOAD, 0, 0, ARCHITECTURE),
        # Calls of another architecture have other numbers.
        (JUMP_IF_EQUAL, 1, 0, architecture),
        (RETURN, 0, 0, KILL),
        (LOAD, 0, 0, NUMBER),
        # A permitted number jumps to the last instruction.
        *((JUMP_IF_EQUAL, len(numbers) - place + 3, 0, number) for place, number in enumerate(numbers)),
        (JUMP_IF_EQUAL, 0, 2, LIMITS_CALL[column]),
        (LOAD, 0, 0, FIRST_ARGUMENT),
        (JUMP_IF_EQUAL, 1, 0, 0),
        (RETURN, 0, 0, REFUSE),
        (RETURN, 0, 0, ALLOW),
    ]
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in program)
