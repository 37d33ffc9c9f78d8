"""The seccomp program, run by an interpreter of its own for both architectures."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pimp_tui.workload.sandbox.inside import calls, syscalls

CHECKER, OWN = 4711, 4712
TABLES = (calls.REFUSED, calls.REFUSED_WITHOUT_NAMESPACES, calls.SIGNALS, calls.EXAMINED)
HEADERS = {
    "x86_64": Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    "aarch64": Path("/usr/include/asm-generic/unistd.h"),
}
EPERM, ENOSYS, ALLOW = syscalls.ERRNO | 1, syscalls.ERRNO | 38, syscalls.ALLOW


def answer(machine: str, name: str | int, *arguments: int, strict: bool = False, audit=None) -> int:
    """What the filter returns for a call (struct seccomp_data of linux/seccomp.h)."""
    known = {key: row for table in TABLES for key, row in table.items()}
    number = name if isinstance(name, int) else known[name][calls.ARCHITECTURES.index(machine)]
    data = {0: number, 4: syscalls.AUDIT_IDS[machine] if audit is None else audit}
    for index in range(6):
        value = arguments[index] if index < len(arguments) else 0
        data[16 + 8 * index] = value & 0xFFFFFFFF
        data[20 + 8 * index] = value >> 32 & 0xFFFFFFFF
    code = syscalls.program(machine, CHECKER, OWN, strict)
    at, loaded = 0, 0
    while True:
        operation, true, false, operand = code[at]
        at += 1
        if operation == syscalls.RETURN:
            return operand
        if operation == syscalls.LOAD:
            loaded = data[operand]
            continue
        holds = {
            syscalls.JUMP_EQUAL: loaded == operand,
            syscalls.JUMP_AT_LEAST: loaded >= operand,
            syscalls.JUMP_ANY_BIT: bool(loaded & operand),
        }[operation]
        at += true if holds else false


@pytest.fixture(params=calls.ARCHITECTURES)
def machine(request) -> str:
    return request.param


def test_the_numbers_are_those_of_the_kernel_headers(machine):
    if not HEADERS[machine].exists():
        pytest.skip("no kernel headers here")
    text = HEADERS[machine].read_text()
    known = dict(re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", text))
    column = calls.ARCHITECTURES.index(machine)
    checked = 0
    for table in TABLES:
        for name, row in table.items():
            if name in known and row[column] is not None:
                assert int(known[name]) == row[column], name
                checked += 1
    assert checked > 80


def test_what_reaches_out_is_refused_and_what_is_needed_is_not(machine):
    for strict in (False, True):
        for name in ("ptrace", "mount", "unshare", "bpf", "keyctl", "io_uring_setup", "setns"):
            assert answer(machine, name, strict=strict) == EPERM, name
        assert answer(machine, 1_000, strict=strict) == syscalls.ALLOW
    for name in ("connect", "execve", "fchmodat", "pidfd_open"):
        assert answer(machine, name) == syscalls.ALLOW, name
        assert answer(machine, name, strict=True) == EPERM, name


def test_numbers_of_another_architecture_end_the_process(machine):
    for audit in (0x40000003, 0xC00000B7 ^ 0xC000003E ^ syscalls.AUDIT_IDS[machine], 0):
        assert answer(machine, 39, audit=audit) == syscalls.KILL_PROCESS
    assert answer(machine, syscalls.X32_BIT | 39) == EPERM


def test_threads_may_start_everywhere_and_processes_only_where_they_are_held(machine):
    thread, process, namespace = 0x3D0F00, 0x1200011, 0x10000011
    for strict in (False, True):
        assert answer(machine, "clone3", strict=strict) == ENOSYS
        assert answer(machine, "clone", thread, strict=strict) == syscalls.ALLOW
        assert answer(machine, "clone", namespace, strict=strict) == EPERM
        assert answer(machine, "clone", namespace | thread, strict=strict) == EPERM
    assert answer(machine, "clone", process) == syscalls.ALLOW
    assert answer(machine, "clone", process, strict=True) == EPERM


def test_signals_and_limits_do_not_reach_the_checker(machine):
    for name in calls.SIGNALS:
        assert answer(machine, name, CHECKER, 9) == EPERM
        assert answer(machine, name, OWN, 9) == syscalls.ALLOW
        assert answer(machine, name, 99, 9) == syscalls.ALLOW
        assert answer(machine, name, OWN, 9, strict=True) == syscalls.ALLOW
        for other in (CHECKER, 99, -1, 0, 1):
            assert answer(machine, name, other, 9, strict=True) == EPERM
    for strict in (False, True):
        for pid, expected in ((0, syscalls.ALLOW), (OWN, syscalls.ALLOW), (CHECKER, EPERM)):
            assert answer(machine, "prlimit64", pid, strict=strict) == expected


def test_the_limit_of_cores_may_be_asked_for_and_not_changed(machine):
    core, pointer, high = syscalls.RLIMIT_CORE, 0x7000, 0x70_0000_0000
    for strict in (False, True):
        for pid in (0, OWN):
            assert answer(machine, "prlimit64", pid, core, 0, pointer, strict=strict) == ALLOW
            for new in (pointer, high, high + pointer):
                assert answer(machine, "prlimit64", pid, core, new, strict=strict) == EPERM
                assert answer(machine, "prlimit64", pid, 9, new, strict=strict) == ALLOW
        assert answer(machine, "prlimit64", CHECKER, core, 0, pointer, strict=strict) == EPERM
        assert answer(machine, "setrlimit", core, pointer, strict=strict) == EPERM
        assert answer(machine, "setrlimit", 9, pointer, strict=strict) == ALLOW


def test_without_namespaces_it_keeps_dying_with_its_parent_and_sends_to_no_address(machine):
    assert answer(machine, "prctl", syscalls.PR_SET_PDEATHSIG, 0, strict=True) == EPERM
    assert answer(machine, "prctl", 15, strict=True) == syscalls.ALLOW
    assert answer(machine, "sendto", 3, 0, 1, 0, 0, 0, strict=True) == syscalls.ALLOW
    assert answer(machine, "sendto", 3, 0, 1, 0, 4096, 16, strict=True) == EPERM


def test_sockets_are_of_kinds_that_a_network_namespace_holds(machine):
    for family in (1, 2, 10, 16):
        assert answer(machine, "socket", family) == syscalls.ALLOW
        assert answer(machine, "socket", family, strict=True) == EPERM
    for family in (0, 5, 38, 40, 42, 44):
        assert answer(machine, "socket", family) == syscalls.ERRNO | 97


def test_files_signal_nobody(machine):
    for strict in (False, True):
        for command in (8, 10, 15, 1026):
            assert answer(machine, "fcntl", 3, command, CHECKER, strict=strict) == EPERM
        for command in (0x8901, 0x8902, 0x5412):
            assert answer(machine, "ioctl", 3, command, strict=strict) == EPERM
        for command in (1, 2, 3, 4, 6, 1030):
            assert answer(machine, "fcntl", 3, command, strict=strict) == syscalls.ALLOW
        assert answer(machine, "ioctl", 3, 0x5401, strict=strict) == syscalls.ALLOW


def test_jumps_stay_within_a_byte_and_the_program(machine):
    code = syscalls.program(machine, CHECKER, OWN, strict=True)
    assert len(code) <= 4096
    for at, (_, true, false, _) in enumerate(code):
        assert at + 1 + max(true, false) < len(code) or code[at][0] == syscalls.RETURN
        assert max(true, false) < 256
