"""Linux calls of a sandboxed process that the standard library of Python 3.11 does not offer."""

from __future__ import annotations

import ctypes
import os
import resource
import sys

# Elsewhere only the plain tier runs, which promises no isolation.
LINUX = sys.platform == "linux"
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 1, 4, 24, 38
SIGKILL = 9
FIRST_TO_GO = "1000"  # proc_pid_oom_score_adj(5); anybody may raise it, and children inherit it
OWN_PROCESSES = ("bubblewrap", "namespaces")  # the tiers with a pid namespace
LAST_CAPABILITY = 63
CAPABILITY_VERSION_3 = 0x20080522

libc = ctypes.CDLL(None, use_errno=True)


def check(result: int, what: str) -> int:
    """The result of a C call; OSError naming ``what`` when it is negative."""
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{what}: {os.strerror(code)}")
    return result


def prctl(option: int, value: int) -> None:
    """prctl(2) with one argument; nothing on other systems than Linux."""
    if LINUX:
        check(libc.prctl(option, ctypes.c_ulong(value), 0, 0, 0), f"prctl {option}")


def die_with_parent() -> None:
    """Has the kernel kill this process when the thread that started it ends."""
    prctl(PR_SET_PDEATHSIG, SIGKILL)


def offer_to_the_kernel() -> None:
    """Where the machine runs out of memory, this process goes before the model and the runner."""
    try:
        with open("/proc/self/oom_score_adj", "w", encoding="ascii") as file:  # noqa: PTH123
            file.write(FIRST_TO_GO)
    except OSError:  # bubblewrap shows no /proc; its command line has done it (`tiers`)
        return


def hide_memory() -> None:
    """Refuses ptrace and /proc/<pid>/mem to processes of the same user (prctl(2), dumpable)."""
    prctl(PR_SET_DUMPABLE, 0)


def drop_privileges() -> None:
    """Empties the bounding set and all capability sets; no exec can regain them."""
    if not LINUX:
        return
    for capability in range(LAST_CAPABILITY + 1):
        libc.prctl(PR_CAPBSET_DROP, ctypes.c_ulong(capability), 0, 0, 0)
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    check(libc.capset(header, (ctypes.c_uint32 * 6)()), "capset")
    prctl(PR_SET_NO_NEW_PRIVS, 1)


def limit(memory_bytes: int, cpu_s: int, processes: int, file_bytes: int) -> None:
    """Hard resource limits of this process and its children (setrlimit(2)).

    Args:
        memory_bytes: address space of each process.
        cpu_s: CPU seconds of each process; a coarse stop behind the checker's own clock.
        processes: processes and threads of this user within the sandbox's user namespace, or on
            the machine where it has none of its own.
        file_bytes: size of any file written.
    """
    for name, value in (
        ("AS", memory_bytes),
        ("CPU", cpu_s),
        ("NPROC", processes),
        ("FSIZE", file_bytes),
        ("NOFILE", 64),
        # With 0 the host's crash handler, often run as root, would still read the core; with 1 not
        # (core(5)). The filter of system calls keeps it there.
        ("CORE", 1),
        ("MEMLOCK", 0),
        ("MSGQUEUE", 0),
    ):
        _lower(name, value)


def limit_cpu(seconds: int) -> None:
    """A hard limit of CPU seconds for this process and each of its children."""
    _lower("CPU", seconds)


def _lower(name: str, value: int) -> None:
    kind = getattr(resource, f"RLIMIT_{name}", None)
    if kind is None:
        return
    hard = resource.getrlimit(kind)[1]
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(kind, (value, value))
