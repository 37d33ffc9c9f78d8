"""Which sandbox is used, what is said where none holds, and that nothing outlives its parent."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from importlib.util import cache_from_source
from pathlib import Path

import psutil
import pytest

from pimp_tui.errors import UserError
from pimp_tui.workload import Sample, sandbox, score
from pimp_tui.workload.sandbox import execute, probes, probing, tiers
from pimp_tui.workload.sandbox.calibrate import slowness


@pytest.fixture
def no_isolation(monkeypatch):
    """A machine whose kernel refuses namespaces and Landlock, and that has no bubblewrap."""
    yield from _only(monkeypatch, "plain")


@pytest.fixture
def no_namespaces(monkeypatch, holding_tiers):
    """A machine whose kernel refuses namespaces, as containers do, but has Landlock."""
    if "landlock" not in holding_tiers:
        pytest.skip("no Landlock here")
    yield from _only(monkeypatch, "landlock", "plain")


def _only(monkeypatch, *tiers):
    def refuse(tier, job, limits):
        if tier in tiers:
            return run(tier, job, limits)
        raise sandbox.SandboxFault("unshare: Operation not permitted")

    run = execute.run
    monkeypatch.setattr(execute, "run", refuse)
    monkeypatch.setattr(sandbox, "run", refuse)
    monkeypatch.setattr(probing.shutil, "which", lambda name: None)
    probing.forget()
    yield
    probing.forget()


def test_the_probe_names_the_strongest_tier_that_holds(holding_tiers):
    probing.forget()
    tier = probing.probe()
    assert tier.name == (holding_tiers[0] if holding_tiers else "none")
    assert tier.ok is bool(holding_tiers)


@pytest.mark.parametrize(
    ("leak", "reason"),
    [
        ("seen['pid'] = 4711", "no pid namespace"),
        ("seen['limits'] = ['AS']", "no limit of"),
        ("seen['interfaces'] = ['eth0']", "network"),
        ("seen['written'] = ['/usr']", "writable"),
        ("seen['proc'] = True", "/proc is visible"),
        ("seen['children'] = 99", "no limit of processes"),
        ("seen['uid'] = 0", "runs as root"),
        ("seen['nested'] = True", "may make namespaces of its own"),
    ],
)
def test_a_tier_with_a_leak_does_not_count(monkeypatch, isolating_tiers, leak, reason):
    if not isolating_tiers:
        pytest.skip("no tier isolates here")
    leaky = probes.PROBE.replace("return seen", f"{leak}\n    return seen")
    monkeypatch.setattr(probes, "PROBE", leaky)
    tier = probing.check_tier(isolating_tiers[0])
    assert not tier.ok
    assert reason in tier.detail
    assert tier.mend


def test_where_nothing_isolates_it_is_refused_and_the_flag_is_named(no_isolation, square):
    with pytest.raises(UserError) as caught:
        score(square, [Sample("square", "    return 1  # refused\n")])
    assert "unshare: Operation not permitted" in caught.value.what
    assert "--unsafe-sandbox" in caught.value.mend
    assert "bubblewrap" in caught.value.mend


def test_the_flag_accepts_a_plain_process_with_limits(no_isolation, square):
    samples = [
        Sample("square", "    return x * x  # plain\n"),
        Sample("square", "    while True: pass  # plain\n"),
        Sample("square", "    return bytearray(1 << 40)  # plain\n"),
    ]
    verdicts = score(square, samples, unsafe_sandbox=True)
    assert [v.reason for v in verdicts] == ["passed", "timed out", "killed: memory"]
    tier = probing.choose(unsafe_sandbox=True)
    assert (tier.name, tier.ok) == ("plain", False)


def test_the_weak_tier_is_used_and_called_weak(no_namespaces, square):
    samples = [
        Sample("square", "    return x * x  # weak\n"),
        Sample("square", "    import os\n    return os.fork()  # weak\n"),
        Sample("square", "    return open('/etc/passwd').read()  # weak\n"),
        Sample("square", "    import socket\n    return socket.socket()  # weak\n"),
        Sample(
            "square", "    open('a', 'w').write(str(x * x))\n    return int(open('a').read())\n"
        ),
    ]
    denied = "Errno 13] Permission denied: '/etc/passwd'"
    reasons = [verdict.reason for verdict in score(square, samples)]
    assert reasons[0] == reasons[4] == "passed"
    assert reasons[1] == reasons[3] == "PermissionError: [Errno 1] Operation not permitted"
    assert denied in reasons[2]
    assert sandbox.choose().name == "landlock"
    best, *others = sandbox.sandbox_report()
    assert best["ok"] and "weak" in best["detail"] and best["mend"]
    assert [(row["check"], row["ok"]) for row in others] == [
        ("sandbox bubblewrap", False), ("sandbox namespaces", False)]  # fmt: skip
    assert all(row["mend"] for row in others)


def test_the_report_has_a_mend_where_no_tier_holds(no_isolation):
    rows = sandbox.sandbox_report()
    names = ["sandbox", *(f"sandbox {name}" for name in probing.TIERS)]
    assert [row["check"] for row in rows] == names
    assert not any(row["ok"] for row in rows)
    assert all(row["mend"] for row in rows)


def test_the_report_begins_with_the_tier_in_use(holding_tiers):
    if not holding_tiers:
        pytest.skip("no tier isolates here")
    probing.forget()
    rows = sandbox.sandbox_report()
    assert rows[0]["ok"]
    assert rows[0]["detail"].startswith(holding_tiers[0])
    assert all(row["mend"] for row in rows[1:])


@pytest.mark.slow
def test_programs_die_with_the_process_that_scores_them(holding_tiers, tmp_path):
    script = (
        "import sys\nfrom pimp_tui.workload import sandbox\n"
        "job = sandbox.Job('import time\\ntime.sleep(600)', '', '', 'f')\n"
        "sandbox.run(sys.argv[1], job, sandbox.Limits(600.0, 600.0))\n"
    )
    for tier in [*holding_tiers, "plain"]:
        named = {**os.environ, "TMPDIR": str(tmp_path)}  # what is left there nobody else finds
        scorer = subprocess.Popen([sys.executable, "-c", script, tier], env=named)
        try:
            family = _family(psutil.Process(scorer.pid), 2)
        finally:
            scorer.kill()
            scorer.wait()
        gone, alive = psutil.wait_procs(family, timeout=5)
        assert alive == [], tier
        assert len(gone) >= 2


def _family(scorer: psutil.Process, at_least: int) -> list[psutil.Process]:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        children = scorer.children(recursive=True)
        if len(children) >= at_least:
            return children
        time.sleep(0.02)
    raise AssertionError("the program did not start")


def test_the_command_lines_hold_no_task():
    for tier in (*probing.TIERS, "plain"):
        command = tiers.command(tier, tiers.Limits(), "math", ("/opt/packages",))
        assert command[0].startswith("/") or command[0] == "bwrap"
        assert "math" in command


def test_what_runs_inside_is_compiled_beforehand(tmp_path, monkeypatch):
    """Inside its folder is read-only: compiled anew it would double the time of a program."""
    inside = shutil.copytree(
        tiers.HERE / "inside", tmp_path / "inside", ignore=shutil.ignore_patterns("__pycache__")
    )
    monkeypatch.setattr(tiers, "HERE", tmp_path)
    tiers.compile_inside.cache_clear()
    tiers.command("bubblewrap", tiers.Limits())
    tiers.compile_inside.cache_clear()
    sources = sorted(inside.glob("*.py"))
    assert len(sources) > 10
    for path in sources:
        assert Path(cache_from_source(str(path))).is_file(), path.name


def test_slowness_is_a_factor_of_at_least_one():
    assert 1.0 <= slowness() < 50.0
