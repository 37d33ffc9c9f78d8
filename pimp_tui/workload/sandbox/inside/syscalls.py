"""The seccomp filter of the candidate (seccomp(2)): classic BPF over number and arguments.

With namespaces it is a second wall: namespaces of its own would give a program capabilities in
them, and with these mounts that no limit counts. Without (`strict`), it is the wall against
everything that Landlock does not cover, and the program starts no processes at all: what cannot
fork leaves nothing behind and is held by the limits of one process.

A filter sees numbers, not what pointers point to, and no process ids but those known beforehand:
signals may go to any process but the checker, or in strict mode to the program itself only.
"""

from __future__ import annotations

import ctypes
import os

from . import calls, system

TYPE_CHECKING = False
if TYPE_CHECKING:
    Code = list[tuple[int, int, int, int]]

PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 22, 2
PR_SET_PDEATHSIG = 1
RLIMIT_CORE = 4
ALLOW, KILL_PROCESS, ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
EPERM, ENOSYS, EAFNOSUPPORT = 1, 38, 97
LOAD, JUMP_EQUAL, JUMP_AT_LEAST, JUMP_ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
NUMBER_OFFSET, ARCHITECTURE_OFFSET, ARGUMENTS_OFFSET = 0, 4, 16
NAMESPACE_FLAGS, CLONE_THREAD = 0x7E020000, 0x10000
X32_BIT = 0x40000000
# Unix, IPv4, IPv6 and netlink, which a network namespace holds; others, to the hypervisor for
# instance (vsock), it does not.
SOCKET_FAMILIES = (1, 2, 10, 16)
# A file may be told to signal anybody of the same user: F_SETOWN, F_SETSIG, F_SETOWN_EX, F_NOTIFY;
# FIOSETOWN, SIOCSPGRP; and a terminal to take input: TIOCSTI, TIOCLINUX.
FILE_COMMANDS = (8, 10, 15, 1026)
DEVICE_COMMANDS = (0x8901, 0x8902, 0x5412, 0x541C)
AUDIT_IDS = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}


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


def refuse(checker: int, strict: bool) -> bool:
    """Installs the filter for this process and its children; False where there is none for it.

    Needs no_new_privs.

    Args:
        checker: the process that must get no signals and keep its limits.
        strict: no processes, sockets, foreign signals or changed attributes of files either.
    """
    machine = os.uname().machine
    if not system.LINUX or machine not in AUDIT_IDS:
        return False
    code = program(machine, checker, os.getpid(), strict)
    instructions = (Instruction * len(code))(*[Instruction(*item) for item in code])
    whole = Program(len(code), instructions)
    mode = ctypes.c_ulong(SECCOMP_MODE_FILTER)
    return bool(system.libc.prctl(PR_SET_SECCOMP, mode, ctypes.byref(whole), 0, 0) == 0)


def program(machine: str, checker: int, own: int, strict: bool) -> Code:
    """(code, jump if true, jump if false, operand) of each instruction; jumps skip forward.

    An unknown architecture is killed: its numbers would mean other calls.
    """
    deny = (RETURN, 0, 0, ERRNO | EPERM)
    allow = (RETURN, 0, 0, ALLOW)
    special = {name: calls.numbers({name: row}, machine)[0] for name, row in calls.EXAMINED.items()}
    code: Code = [
        (LOAD, 0, 0, ARCHITECTURE_OFFSET),
        (JUMP_EQUAL, 1, 0, AUDIT_IDS[machine]),
        (RETURN, 0, 0, KILL_PROCESS),
        (LOAD, 0, 0, NUMBER_OFFSET),
        (JUMP_AT_LEAST, 0, 1, X32_BIT),
        deny,
        # The C library falls back to clone, whose flags a filter can see.
        (JUMP_EQUAL, 0, 1, special["clone3"]),
        (RETURN, 0, 0, ERRNO | ENOSYS),
    ]
    refused = calls.numbers(calls.REFUSED, machine)
    if strict:
        refused += calls.numbers(calls.REFUSED_WITHOUT_NAMESPACES, machine)
    for number in refused:
        code += [(JUMP_EQUAL, 0, 1, number), deny]
    for number in calls.numbers(calls.SIGNALS, machine):
        if strict:
            code += _when(number, 0, [(JUMP_EQUAL, 0, 1, own), allow, deny])
        else:
            code += _when(number, 0, [(JUMP_EQUAL, 0, 1, checker), deny, allow])
    # Limits of itself only; another process of the same user would take them without a question.
    itself = [(JUMP_EQUAL, 1, 0, 0), (JUMP_EQUAL, 0, 1, own), allow, deny]
    # Nor that of cores, which keeps the host's crash handler away; asking for it is free.
    given = [
        _load(2),
        (JUMP_EQUAL, 1, 0, 0),
        deny,
        _load(2, high=True),
        (JUMP_EQUAL, 1, 0, 0),
        deny,
    ]
    core = [(JUMP_EQUAL, 0, len(given), RLIMIT_CORE), *given]
    code += _when(special["prlimit64"], 1, [*core, _load(0), *itself])
    code += _when(special["setrlimit"], 0, [(JUMP_EQUAL, 0, 1, RLIMIT_CORE), deny, allow])
    for name, commands in (("fcntl", FILE_COMMANDS), ("ioctl", DEVICE_COMMANDS)):
        refusals = [step for number in commands for step in ((JUMP_EQUAL, 0, 1, number), deny)]
        code += _when(special[name], 1, [*refusals, allow])
    families = [step for number in SOCKET_FAMILIES for step in ((JUMP_EQUAL, 0, 1, number), allow)]
    unknown = (RETURN, 0, 0, ERRNO | EAFNOSUPPORT)
    code += _when(special["socket"], 0, [deny] if strict else [*families, unknown])
    flags = [(JUMP_ANY_BIT, 0, 1, NAMESPACE_FLAGS), deny]
    if strict:
        flags += [(JUMP_ANY_BIT, 1, 0, CLONE_THREAD), deny]
        code += _when(special["prctl"], 0, [(JUMP_EQUAL, 0, 1, PR_SET_PDEATHSIG), deny, allow])
        # With an address it reaches sockets of the host; without, its own pairs.
        code += _when(special["sendto"], 5, [(JUMP_EQUAL, 0, 1, 0), allow, deny])
    return [*code, *_when(special["clone"], 0, [*flags, allow]), allow]


def _when(number: int, argument: int, body: Code) -> Code:
    """The body, which must end in returns, with the low word of an argument of one call loaded."""
    return [(JUMP_EQUAL, 0, len(body) + 1, number), _load(argument), *body]


def _load(argument: int, high: bool = False) -> tuple[int, int, int, int]:
    """Loads a word of an argument; both machines store the low one first."""
    return (LOAD, 0, 0, ARGUMENTS_OFFSET + 8 * argument + 4 * high)
