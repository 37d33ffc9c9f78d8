"""Landlock (landlock(7)): files by path, and from later kernels on TCP, signals, abstract sockets.

What it leaves open (attributes of files, other sockets, what exists where) is refused by the strict
filter of `syscalls`, but for the last: a program can tell that a path exists.
"""

# Importing pathlib would cost more than everything done here.
# ruff: noqa: PTH112
from __future__ import annotations

import ctypes
import os

from . import system

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # on every architecture
CREATE_RULESET_VERSION, RULE_PATH_BENEATH = 1, 1
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR, REMOVE_DIR, REMOVE_FILE = 1, 2, 4, 8, 16, 32
MAKE_CHAR, MAKE_DIR, MAKE_REG, MAKE_SOCK, MAKE_FIFO, MAKE_BLOCK = 64, 128, 256, 512, 1024, 2048
MAKE_SYM, REFER, TRUNCATE, IOCTL_DEV = 4096, 8192, 16384, 32768
FILES_BY_ABI = {1: MAKE_SYM * 2 - 1, 2: REFER * 2 - 1, 3: TRUNCATE * 2 - 1, 5: IOCTL_DEV * 2 - 1}
TCP_BIND_CONNECT, SCOPE_ABSTRACT_SOCKETS_SIGNALS = 3, 3
READ = READ_FILE | READ_DIR
SCRATCH = (
    READ | WRITE_FILE | TRUNCATE | REMOVE_DIR | REMOVE_FILE | MAKE_DIR | MAKE_REG | MAKE_FIFO
    | MAKE_SYM | REFER
)  # fmt: skip
DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom")


def abi() -> int:
    """The kernel's version of Landlock by the real call; 0 where it has none or it is off."""
    if not system.LINUX:
        return 0
    version = system.libc.syscall(
        ctypes.c_long(CREATE_RULESET), None, ctypes.c_size_t(0), ctypes.c_long(1)
    )
    return max(0, int(version))


def restrict(readable: list[str], scratch: str) -> None:
    """Bounds this process for good; its children too. Needs no_new_privs.

    Args:
        readable: folders and files that may be read.
        scratch: the folder that may be written to, without devices and sockets.

    Raises:
        OSError: the kernel has no Landlock or refuses a step.
    """
    version = abi()
    if not version:
        raise OSError(38, "Landlock is not in this kernel or not switched on")
    handled = FILES_BY_ABI[max(known for known in FILES_BY_ABI if known <= version)]
    ruleset = _ruleset(version, handled)
    for path in readable:
        _allow(ruleset, path, READ if os.path.isdir(path) else READ_FILE, handled)
    for path in DEVICES:
        _allow(ruleset, path, READ_FILE | WRITE_FILE, handled)
    _allow(ruleset, scratch, SCRATCH, handled)
    _enforce(ruleset)


def scope() -> None:
    """A domain within the domain: no signals and abstract sockets to what was there before."""
    if abi() >= 6:
        _enforce(_ruleset(6, EXECUTE))


def _ruleset(version: int, files: int) -> int:
    fields = [files]
    if version >= 4:
        fields.append(TCP_BIND_CONNECT)
    if version >= 6:
        fields.append(SCOPE_ABSTRACT_SOCKETS_SIGNALS)
    attributes = (ctypes.c_uint64 * len(fields))(*fields)
    size = ctypes.c_size_t(ctypes.sizeof(attributes))
    result = system.libc.syscall(ctypes.c_long(CREATE_RULESET), attributes, size, ctypes.c_long(0))
    return system.check(result, "landlock_create_ruleset")


def _allow(ruleset: int, path: str, rights: int, handled: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    # struct landlock_path_beneath_attr is packed: u64 rights, s32 descriptor.
    attributes = ctypes.create_string_buffer(
        (rights & handled).to_bytes(8, "little") + place.to_bytes(4, "little"), 12
    )
    result = system.libc.syscall(
        ctypes.c_long(ADD_RULE), ctypes.c_long(ruleset), ctypes.c_long(RULE_PATH_BENEATH),
        attributes, ctypes.c_long(0),
    )  # fmt: skip
    os.close(place)
    system.check(result, f"landlock rule for {path}")


def _enforce(ruleset: int) -> None:
    result = system.libc.syscall(
        ctypes.c_long(RESTRICT_SELF), ctypes.c_long(ruleset), ctypes.c_long(0)
    )
    os.close(ruleset)
    system.check(result, "landlock_restrict_self")
