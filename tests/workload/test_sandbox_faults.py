"""What breaks a sandbox from outside is no wrong answer; each fault is brought about for real."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil
import pytest

from pimp_tui.errors import UserError
from pimp_tui.workload import Sample, SandboxFault, sandbox, score, score_file, scoring
from pimp_tui.workload.sandbox import Job, Limits, execute, probing, tiers

RIGHT = "    return x * x\n"
AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="mounts a full disk")
# The odd size of storage stands in the command line and tells our processes from others'.
LIMITS = Limits(5.0, 9.0, storage_bytes=(8 << 20) + os.getpid())


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch):
    monkeypatch.setattr(scoring, "_cache", scoring.VerdictCache())
    probing.forget()
    yield
    probing.forget()


@pytest.fixture
def broken_bwrap(tmp_path, monkeypatch):
    """The bubblewrap tier was found to hold; then its program breaks. Returns the starts so far."""
    script, starts = tmp_path / "bwrap", tmp_path / "starts"
    script.write_text(f"#!/bin/sh\necho x >> {starts}\necho 'bwrap: No space left' >&2\nexit 1\n")
    script.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    probing._found.append(sandbox.SandboxTier("bubblewrap", True, "held"))
    return lambda: len(starts.read_text().split()) if starts.exists() else 0


def test_a_sandbox_that_does_not_start_is_tried_once_more_and_then_a_fault(broken_bwrap, square):
    with pytest.raises(SandboxFault, match="failed 2 times: bwrap: No space left") as caught:
        score(square, [Sample("square", RIGHT)], workers=1)
    assert broken_bwrap() == 2
    assert "doctor" in caught.value.mend


def test_it_is_given_up_after_a_few_samples(broken_bwrap, square):
    samples = [Sample("square", RIGHT + "#" * number) for number in range(20)]
    verdicts = score(square, samples, workers=1, keep_faults=True)
    assert {verdict.passed for verdict in verdicts} == {None}
    assert broken_bwrap() == 6
    assert verdicts[0].reason.startswith("not scored: the bubblewrap sandbox failed 2 times")
    assert verdicts[-1].reason.startswith("not scored: given up after 3 faults: the bubblewrap")


def test_the_command_says_what_to_mend(broken_bwrap, square, write_lines):
    path = write_lines({"task_id": "square", "completion": RIGHT}, name="s.jsonl")
    with pytest.raises(UserError) as caught:
        score_file(square, path)
    assert caught.value.what.startswith("nothing is scored: the bubblewrap sandbox failed")
    assert "No space left" in caught.value.what
    assert "pimp-tui doctor" in caught.value.mend


def test_a_fault_is_not_kept_for_the_next_time(broken_bwrap, square, holding_tiers):
    score(square, [Sample("square", RIGHT)], keep_faults=True)
    probing.forget()
    if probing.probe().ok:
        assert score(square, [Sample("square", RIGHT)])[0].passed


def test_a_program_that_is_not_there_is_a_fault(monkeypatch, square, holding_tiers):
    monkeypatch.setattr(tiers, "interpreter", lambda: "/no/such/python")
    for tier in [*holding_tiers, "plain"]:
        if tier != "bubblewrap":
            with pytest.raises(SandboxFault, match="no process could be started"):
                sandbox.run(tier, Job(RIGHT, "", "", "f"), LIMITS)


def _sandboxes() -> list[psutil.Process]:
    mark = str(LIMITS.storage_bytes)
    found = psutil.process_iter(["cmdline"])
    return [process for process in found if mark in (process.info["cmdline"] or [])]


def test_a_checker_that_is_killed_from_outside_is_a_fault(holding_tiers):
    """As by the kernel when the machine runs out of memory."""
    job = Job("import time\ntime.sleep(30)\n", "", "", "f")

    def kill() -> None:
        killed: set[int] = set()
        until = time.monotonic() + 30
        while len(killed) < execute.ATTEMPTS and time.monotonic() < until:
            time.sleep(0.3)
            for process in _sandboxes():
                # The innermost but one: above it in the tree are the starters of the sandbox.
                with contextlib.suppress(psutil.NoSuchProcess):
                    if process.children() and not process.children()[0].children():
                        process.kill()
                        killed.add(process.pid)

    for tier in holding_tiers:
        killer = threading.Thread(target=kill)
        killer.start()
        with pytest.raises(SandboxFault, match=f"the {tier} sandbox failed 2 times"):
            sandbox.run(tier, job, LIMITS)
        killer.join()
        assert _sandboxes() == []


def test_where_memory_runs_out_programs_go_before_the_model(holding_tiers):
    """The kernel ends the process with the highest score: not the one that holds the model."""
    job = Job("import time\ntime.sleep(30)\n", "", "", "f")
    scores: list[str] = []

    def look() -> None:
        until = time.monotonic() + 30
        while not scores and time.monotonic() < until:
            time.sleep(0.1)
            for process in _sandboxes():
                with contextlib.suppress(psutil.NoSuchProcess, OSError):
                    family = [process, *process.children(recursive=True)]
                    if len(family) == 1 or any(one.children() for one in family[-1:]):
                        continue
                    paths = [Path(f"/proc/{one.pid}/oom_score_adj") for one in family]
                    scores.extend(path.read_text().strip() for path in paths)
                    os.kill(family[-1].pid, 9)
                    return

    for tier in holding_tiers:
        scores.clear()
        looker = threading.Thread(target=look)
        looker.start()
        sandbox.run(tier, job, LIMITS)
        looker.join()
        assert len(scores) >= 2
        assert set(scores) == {"1000"}, tier


@pytest.fixture
def full_disk(tmp_path, monkeypatch):
    """The folder of temporary files on a disk of its own, with room for 1 MB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk], check=True)
    monkeypatch.setattr(tempfile, "tempdir", str(disk))
    yield disk
    subprocess.run(["umount", disk], check=True)


def _fill(disk: Path) -> None:
    with (disk / "filler").open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(1 << 16))


@AS_ROOT
@pytest.mark.parametrize("left_bytes", [1 << 19, 0])
def test_a_full_disk_is_a_fault_and_not_the_programs(full_disk, left_bytes, holding_tiers):
    _fill(full_disk)
    os.truncate(full_disk / "filler", (1 << 20) - left_bytes)
    for tier in {"landlock", "plain"} & {*holding_tiers, "plain"}:
        job = Job("def f(x):\n    open('a', 'w').write('x' * 10**6)\n", "", "f(1)", "f")
        with pytest.raises(SandboxFault, match=r"disk is full|no throw-away folder") as caught:
            sandbox.run(tier, job, LIMITS)
        assert "TMPDIR" in caught.value.mend


@AS_ROOT
def test_a_disk_that_fills_up_meanwhile_is_no_fault_of_the_program(full_disk, monkeypatch):
    subprocess.run(["mount", "-o", "remount,size=100m", full_disk], check=True)
    source = (
        "import os, time\ndef f(x):\n    open('here', 'w').close()\n"
        "    while os.statvfs('.').f_bavail: time.sleep(0.01)\n"
        "    with open('a', 'wb') as file:\n        file.write(bytes(1 << 20))\n"
    )

    def fill() -> None:
        until = time.monotonic() + 20
        while not list(full_disk.glob("*/here")) and time.monotonic() < until:
            time.sleep(0.01)
        _fill(full_disk)

    filler = threading.Thread(target=fill)
    filler.start()
    monkeypatch.setattr(execute, "ATTEMPTS", 1)
    try:
        with pytest.raises(SandboxFault, match="disk is full"):
            sandbox.run("plain", Job(source, "", "f(1)", "f"), LIMITS)
    finally:
        filler.join()


def test_what_a_killed_scorer_could_not_remove_is_removed_by_the_next(tmp_path, holding_tiers):
    if "landlock" not in holding_tiers:
        pytest.skip("no tier with a folder on the disk holds here")
    code = (
        "import sys\nfrom pimp_tui.workload import sandbox\n"
        "job = sandbox.Job(sys.argv[1], '', '', 'f')\n"
        "print(sandbox.run('landlock', job, sandbox.Limits(60.0, 60.0)).passed, flush=True)\n"
    )
    folders = "import os\nos.makedirs('a/b/c')\nos.mkdir('closed', 0)\nos.symlink('/', 'link')\n"
    command = [sys.executable, "-c", code]
    named = {**os.environ, "TMPDIR": str(tmp_path)}
    scorer = subprocess.Popen([*command, folders + "import time\ntime.sleep(600)"], env=named)
    try:
        until = time.monotonic() + 20
        while not list(tmp_path.glob("*/link")) and time.monotonic() < until:
            time.sleep(0.02)
        assert list(tmp_path.glob("*/link"))
    finally:
        scorer.kill()
        scorer.wait()
    (left,) = tmp_path.iterdir()
    place = left.name.split("-")[3]
    elsewhere = left.with_name(left.name.replace(place, "0" * 8))
    elsewhere.mkdir()
    (elsewhere / "link").symlink_to("/")
    running = left.with_name(left.name.replace(f"-{scorer.pid}-", f"-{os.getpid()}-"))
    running.mkdir()
    subprocess.run([*command, folders], env=named, check=True)
    assert set(tmp_path.iterdir()) == {elsewhere, running}  # these may be at work
    os.utime(elsewhere, times=(time.time() - 7 * 3600,) * 2)
    subprocess.run([*command, folders], env=named, check=True)
    assert list(tmp_path.iterdir()) == [running]
    assert Path("/usr").is_dir()


CROWDED = """
import sys
from pathlib import Path
group, tier = Path(sys.argv[1]), sys.argv[2]
from pimp_tui.workload import SandboxFault, sandbox
import os
(group / "cgroup.procs").write_text(str(os.getpid()))
source = "def f(x):\\n    return len(bytearray(400 << 20))\\n"
try:
    print(sandbox.run(tier, sandbox.Job(source, "", "f(1)", "f"), sandbox.Limits(9.0, 20.0)))
except SandboxFault as fault:
    print("fault:", fault)
"""


@AS_ROOT
def test_a_program_that_the_kernel_ends_for_lack_of_memory_is_not_wrong(holding_tiers):
    group = Path("/sys/fs/cgroup/memory") / f"pimp-tui-test-{os.getpid()}"
    try:
        group.mkdir()
    except OSError:
        pytest.skip("no memory control group can be made here")
    try:
        (group / "memory.limit_in_bytes").write_text(str(200 << 20))
        for tier in holding_tiers:
            command = [sys.executable, "-c", CROWDED, str(group), tier]
            done = subprocess.run(command, capture_output=True, text=True, timeout=120)
            assert done.stdout.startswith(f"fault: the {tier} sandbox failed 2 times: "), done
            assert "ran out of memory" in done.stdout or "status" in done.stdout
    finally:
        until = time.monotonic() + 10
        while time.monotonic() < until:
            with contextlib.suppress(OSError):
                group.rmdir()
                break
            time.sleep(0.1)
