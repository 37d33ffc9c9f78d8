"""Hostile programs in every tier that holds here: none may pass and none may leave a trace.

They run only in tiers that the probe has shown to isolate, the bombs only in those with processes
of their own; the test's own expectations are random, so that nothing can be known beforehand.
"""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from pimp_tui.workload import sandbox
from pimp_tui.workload.sandbox import Job, Limits
from pimp_tui.workload.sandbox.inside.system import OWN_PROCESSES
from tests.workload.hostile import BOMBS, PROGRAMS, TRACE

# The odd size of storage stands in the command line and tells our processes from others'.
STORAGE_BYTES = (16 << 20) + os.getpid()
LIMITS = Limits(0.3, 1.0, memory_bytes=512 << 20, processes=16, storage_bytes=STORAGE_BYTES)
PROMPT = "def square(x):\n"
TEST = """
import random

def check(candidate):
    for _ in range(3):
        x = random.randrange(10**9)
        assert candidate(x) == x * x
"""
LENGTHY = {"collisions for the checker"}
PLACES = ("/", "/usr", "/usr/bin", "/etc", "/var/tmp", "/dev", "/dev/shm", "/dev/mqueue")


@pytest.fixture(scope="module")
def outside() -> Iterator[Path]:
    """A folder of the host where anybody may write; short, as the name of a socket must be."""
    folder = Path(tempfile.mkdtemp(prefix="pimp-tui-outside-"))
    folder.chmod(0o777)
    (folder / "secret").write_text("secret")
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def servers(outside) -> Iterator[list[socket.socket]]:
    """Servers of the host that nobody may reach: TCP, an abstract socket, one in `outside`."""
    tcp = socket.create_server(("127.0.0.1", 0))
    abstract, file = (socket.socket(socket.AF_UNIX) for _ in range(2))
    abstract.bind(f"\0pimp-tui-server-{os.getpid()}")
    file.bind(str(outside / "server"))
    (outside / "server").chmod(0o777)
    opened = [tcp, abstract, file]
    for one in opened:
        one.listen()
        one.setblocking(False)
    yield opened
    for one in opened:
        one.close()


def _left_behind(outside: Path) -> list[object]:
    """Processes, files, shared memory and kernel queues that were not there before."""
    mark = str(STORAGE_BYTES)
    left: list[object] = [
        p for p in psutil.process_iter(["cmdline"]) if mark in (p.info["cmdline"] or [])
    ]
    for place in (outside, Path(tempfile.gettempdir()), *map(Path, PLACES)):
        left.extend(place.glob(TRACE + "*"))
        left.extend(place.glob(f"sem.{TRACE}*"))
        left.extend(place.glob("fill*"))
    left.extend(Path(tempfile.gettempdir()).glob(f"pimp-tui-scratch-*-{os.getpid()}-*"))
    for kind in ("shm", "msg", "sem"):
        table = Path("/proc/sysvipc") / kind
        left.extend(table.read_text().splitlines()[1:] if table.exists() else [])
    sockets = Path("/proc/net/unix")
    named = sockets.read_text().splitlines() if sockets.exists() else []
    return [*left, *(line for line in named if TRACE in line)]


@pytest.fixture
def try_out(outside, servers, monkeypatch):
    """Runs a program in some tiers and looks what it left."""
    monkeypatch.setenv("PIMP_TUI_SECRET", "1")
    tcp, abstract, _ = servers
    head = (
        f"OUTSIDE = {str(outside)!r}\nSECRET = OUTSIDE + '/secret'\n"
        f"SERVER, ABSTRACT = {tcp.getsockname()!r}, {abstract.getsockname()!r}\n"
        "def square(x): return -1\n"
    )

    def run(name: str, tiers: list[str]) -> None:
        before = _left_behind(outside)
        for tier in tiers:
            start = time.monotonic()
            # Not a fault of the sandbox either: a program must not be able to bring one about.
            outcome = sandbox.run(tier, Job(head + PROGRAMS[name], PROMPT, TEST, "square"), LIMITS)
            assert not outcome.passed, f"{tier}: {outcome.reason}"
            assert time.monotonic() - start < 60
        assert _left_behind(outside) == before
        assert sorted(path.name for path in outside.iterdir()) == ["secret", "server"]
        assert (outside / "secret").read_text() == "secret"
        for server in servers:
            with pytest.raises(BlockingIOError):
                server.accept()

    return run


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[pytest.mark.slow] * (name in LENGTHY)) for name in PROGRAMS],
)
def test_it_does_not_pass_and_leaves_nothing(name, holding_tiers, try_out):
    if not holding_tiers or (name in BOMBS and holding_tiers[0] not in OWN_PROCESSES):
        pytest.skip("no tier here that it may be tried in")
    try_out(name, holding_tiers[:1])


@pytest.mark.slow
@pytest.mark.parametrize("name", PROGRAMS)
def test_nor_in_the_other_tiers(name, holding_tiers, try_out):
    tiers = [tier for tier in holding_tiers[1:] if tier in OWN_PROCESSES or name not in BOMBS]
    if not tiers:
        pytest.skip("no other tier here that it may be tried in")
    try_out(name, tiers)


def test_there_are_enough_of_them():
    assert len(PROGRAMS) >= 110
    assert set(PROGRAMS) > BOMBS


def test_an_honest_program_passes_in_the_same_limits(holding_tiers):
    for tier in holding_tiers:
        job = Job(PROMPT + "    return x * x\n", PROMPT, TEST, "square")
        assert sandbox.run(tier, job, LIMITS).passed


MAPPED = """
def check(candidate):
    assert all(map(lambda x: candidate(x) == x * x, range(3, 9)))
"""


@pytest.mark.parametrize("kind", ["StopIteration", "StopAsyncIteration", "GeneratorExit"])
def test_an_error_does_not_end_a_loop_of_the_test_early(kind, holding_tiers):
    """By itself ``map`` takes a StopIteration of its function for the end of what there is."""
    for tier in holding_tiers:
        source = f"def square(x):\n    raise {kind}\n"
        outcome = sandbox.run(tier, Job(source, PROMPT, MAPPED, "square"), LIMITS)
        assert (outcome.passed, outcome.reason) == (False, kind)


def test_a_program_that_never_reads_is_ended_by_its_time(holding_tiers):
    test = "def check(candidate):\n    for _ in range(99): candidate('x' * (1 << 20))\n"
    for body in ("time.sleep(1e6)", "sum(iter(int, 1))"):
        source = f"import time\ndef square(x):\n    {body}\n{body}\n"
        for tier in holding_tiers[:1]:
            outcome = sandbox.run(tier, Job(source, PROMPT, test, "square"), LIMITS)
            assert (outcome.passed, outcome.reason) == (False, "timed out")


CHILDREN = """
import os, time
def square(x):
    {before}
    reader, writer = os.pipe()
    for _ in range(6):
        if os.fork() == 0:
            {within}
            os.write(writer, b"x")
            time.sleep(60)
    for _ in range(6):
        os.read(reader, 1)
    time.sleep(0.2)
    return x * x
"""


def test_processes_that_stay_below_their_own_limits_are_held_together(isolating_tiers):
    limits = replace(LIMITS, wall_s=4.0, cpu_s=4.0, total_bytes=300 << 20)
    big = "data = bytearray(100 << 20)"
    for tier in isolating_tiers:
        source = CHILDREN.format(before="pass", within=big)
        outcome = sandbox.run(tier, Job(source, PROMPT, TEST, "square"), limits)
        assert outcome.reason == "killed: memory of all its processes"
        # Pages that they share are counted once, where that may be asked.
        source = CHILDREN.format(before=big, within="pass")
        if os.geteuid() == 0:
            assert sandbox.run(
                tier, Job(source, PROMPT, TEST.replace("3", "1"), "square"), limits
            ).passed
