"""System calls that no program under test needs, refused by a seccomp filter (seccomp(2)).

Namespaces of its own would give a program capabilities in them, and with these mounts that no
limit counts; shared and anonymous memory files escape the limit of address space. The filter is a
second wall behind the namespaces, not a replacement for them.
"""

from __future__ import annotations

import ctypes
import os

from . import system

PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 22, 2
ALLOW, KILL_PROCESS, ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
EPERM, ENOSYS = 1, 38
LOAD, JUMP_EQUAL, JUMP_AT_LEAST, JUMP_ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
NUMBER_OFFSET, ARCHITECTURE_OFFSET, FIRST_ARGUMENT_OFFSET = 0, 4, 16
NAMESPACE_FLAGS = 0x7E020000
X32_BIT = 0x40000000
CLONE3 = 435

# Beside the numbers that all architectures share, in the kernel's tables since Linux 5.1:
# io_uring_*, open_tree ... fspick, pidfd_getfd, mount_setattr.
SHARED = (425, 426, 427, 428, 429, 430, 431, 432, 433, 438, 442)
# By name, in this order: ptrace mount umount2 pivot_root chroot unshare setns process_vm_readv
# process_vm_writev kexec_load init_module delete_module finit_module bpf perf_event_open
# userfaultfd add_key request_key keyctl name_to_handle_at open_by_handle_at personality kcmp
# shmget memfd_create syslog quotactl acct swapon reboot
REFUSED: dict[str, tuple[int, ...]] = {
    "x86_64": (101, 165, 166, 155, 161, 272, 308, 310, 311, 246, 175, 176, 313, 321, 298, 323, 248,
               249, 250, 303, 304, 135, 312, 29, 319, 103, 179, 163, 167, 169),
    "aarch64": (117, 40, 39, 41, 51, 97, 268, 270, 271, 104, 105, 106, 273, 280, 241, 282, 217,
                218, 219, 264, 265, 92, 272, 194, 279, 116, 60, 89, 224, 142),
}  # fmt: skip
ARCHITECTURES = {"x86_64": (0xC000003E, 56), "aarch64": (0xC00000B7, 220)}  # audit id, clone


class Instruction(ctypes.Structure):
    """struct sock_filter of linux/filter.h."""

    _fields_ = (
        ("code", ctypes.c_uint16),
        ("jt", ctypes.c_uint8),
        ("jf", ctypes.c_uint8),
        ("k", ctypes.c_uint32),
    )


class Program(ctypes.Structure):
    """struct sock_fprog of linux/filter.h."""

    _fields_ = (("length", ctypes.c_uint16), ("filter", ctypes.POINTER(Instruction)))


def refuse() -> bool:
    """Installs the filter for this process and its children; False where there is none for it.

    Needs no_new_privs. On a kernel without seccomp the namespaces stand alone.
    """
    machine = os.uname().machine
    if not system.LINUX or machine not in ARCHITECTURES:
        return False
    code = _program(machine)
    instructions = (Instruction * len(code))(*[Instruction(*item) for item in code])
    program = Program(len(code), instructions)
    mode = ctypes.c_ulong(SECCOMP_MODE_FILTER)
    return bool(system.libc.prctl(PR_SET_SECCOMP, mode, ctypes.byref(program), 0, 0) == 0)


def _program(machine: str) -> list[tuple[int, int, int, int]]:
    """(code, jump if true, jump if false, operand) of each instruction; jumps skip forward."""
    audit_id, clone = ARCHITECTURES[machine]
    code = [
        (LOAD, 0, 0, ARCHITECTURE_OFFSET),
        (JUMP_EQUAL, 1, 0, audit_id),
        (RETURN, 0, 0, KILL_PROCESS),
        (LOAD, 0, 0, NUMBER_OFFSET),
        (JUMP_AT_LEAST, 0, 1, X32_BIT),
        (RETURN, 0, 0, ERRNO | EPERM),
        # The C library falls back to clone, whose flags a filter can see.
        (JUMP_EQUAL, 0, 1, CLONE3),
        (RETURN, 0, 0, ERRNO | ENOSYS),
    ]
    for number in (*REFUSED[machine], *SHARED):
        code += [(JUMP_EQUAL, 0, 1, number), (RETURN, 0, 0, ERRNO | EPERM)]
    return [
        *code,
        (JUMP_EQUAL, 0, 3, clone),
        (LOAD, 0, 0, FIRST_ARGUMENT_OFFSET),
        (JUMP_ANY_BIT, 0, 1, NAMESPACE_FLAGS),
        (RETURN, 0, 0, ERRNO | EPERM),
        (RETURN, 0, 0, ALLOW),
    ]
