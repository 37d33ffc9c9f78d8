"""Which tier holds here, shown by a program that tries to get out of it.

A tier counts only when the real command runs the real checker and the probe program sees what it
should: ``bwrap true`` succeeds on systems where the sandbox itself does not.
"""

from __future__ import annotations

import functools
import shutil
from dataclasses import dataclass, replace

from pimp_tui.errors import UserError

from . import execute, tiers

TIERS = ("bubblewrap", "namespaces")
PLAIN = "plain"

# Returns what the program can see and do; `PROBE_TEST` says what it must be.
PROBE = """
import ctypes, os, resource, socket

def probe():
    seen = {"pid": os.getppid(), "limits": [], "network": False, "written": []}
    for kind in ("AS", "CPU", "NPROC", "FSIZE", "NOFILE", "CORE"):
        if resource.getrlimit(getattr(resource, "RLIMIT_" + kind))[1] == resource.RLIM_INFINITY:
            seen["limits"].append(kind)
    seen["interfaces"] = [name for _, name in socket.if_nameindex() if name != "lo"]
    seen["uid"] = os.getuid()
    for folder in ("/", "/usr", "/usr/bin", "/etc", "/var/tmp", "/home", "/root"):
        try:
            with open(os.path.join(folder, ".pimp-tui-probe"), "w") as file:
                file.write("x")
            os.unlink(file.name)
            seen["written"].append(folder)
        except OSError:
            pass
    seen["proc"] = os.path.isdir("/proc/1")
    seen["nested"] = ctypes.CDLL(None).unshare(0x10000000) == 0
    children = 0
    pids = []
    try:
        for _ in range(PROCESSES + 8):
            pid = os.fork()
            if pid == 0:
                os.read(hold, 1)
                os._exit(0)
            pids.append(pid)
    except OSError:
        pass
    seen["children"] = len(pids)
    with open("scratch", "w") as file:
        file.write("x")
    return seen

hold, end = os.pipe()
"""

PROBE_TEST = """
def check(candidate):
    seen = candidate()
    assert seen["pid"] == 1, "no pid namespace"
    assert not seen["limits"], f"no limit of {seen['limits']}"
    assert not seen["interfaces"], f"network {seen['interfaces']}"
    assert not seen["written"], f"writable {seen['written']}"
    assert not seen["proc"], "/proc is visible"
    assert seen["uid"] != 0, "runs as root"
    assert not seen["nested"], "may make namespaces of its own"
    assert seen["children"] < PROCESSES, "no limit of processes"
"""

MEND_BUBBLEWRAP = (
    "apt install bubblewrap (or dnf); where AppArmor refuses it (Ubuntu 24.04): "
    "sudo ln -s /usr/share/apparmor/extra-profiles/bwrap-userns-restrict /etc/apparmor.d/ && "
    "sudo systemctl reload apparmor"
)


@dataclass(frozen=True)
class SandboxTier:
    """The sandbox that programs are scored in.

    Attributes:
        name: "bubblewrap", "namespaces" or "plain"; "none" where only plain is left.
        ok: whether it isolates: own pid namespace, no network, limits, read-only files.
        detail: what was found, one line.
        mend: how to get a better one; empty where there is none.
    """

    name: str
    ok: bool
    detail: str
    mend: str = ""


def check_tier(name: str) -> SandboxTier:
    """Runs the probe program in one tier."""
    if name == "bubblewrap" and shutil.which("bwrap") is None:
        return SandboxTier(name, False, "bwrap is not installed", MEND_BUBBLEWRAP)
    limits = replace(tiers.Limits(), cpu_s=10.0, wall_s=30.0)
    number = f"PROCESSES = {limits.processes}\n"
    job = execute.Job(number + PROBE, "", number + PROBE_TEST, "probe")
    try:
        outcome = execute.run(name, job, limits)
    except (execute.SandboxFault, OSError) as fault:
        return SandboxTier(name, False, f"{name}: {fault}", MEND_BUBBLEWRAP)
    if not outcome.passed:
        return SandboxTier(name, False, f"{name}: {outcome.reason}", MEND_BUBBLEWRAP)
    what = "own pid, network, mount and ipc namespaces, limits, read-only files"
    return SandboxTier(name, True, f"{name}: {what}")


@functools.cache
def probe() -> SandboxTier:
    """The strongest tier that holds on this machine, found once per process."""
    failed = []
    for name in TIERS:
        tier = check_tier(name)
        if tier.ok:
            return tier
        failed.append(tier.detail)
    return SandboxTier("none", False, "; ".join(failed), MEND_BUBBLEWRAP)


def choose(unsafe_sandbox: bool = False) -> SandboxTier:
    """The tier to score in.

    Args:
        unsafe_sandbox: accept a plain process with limits, without isolation, where nothing
            better holds.

    Raises:
        UserError: nothing isolates here and the risk was not accepted.
    """
    tier = probe()
    if tier.ok:
        return tier
    if unsafe_sandbox:
        detail = f"plain process with limits, no isolation ({tier.detail})"
        return SandboxTier(PLAIN, False, detail, tier.mend)
    raise UserError(
        f"no sandbox isolates generated code here ({tier.detail})",
        mend=f"{tier.mend}; or accept the risk with --unsafe-sandbox",
    )


def sandbox_report() -> list[dict[str, object]]:
    """Rows for ``doctor``: the tier in use, and each stronger one with how to get it."""
    best = probe()
    rows: list[dict[str, object]] = [
        {"check": "sandbox", "ok": best.ok, "detail": best.detail, "mend": best.mend or None}
    ]
    for name in TIERS:
        if name == best.name:
            break
        tier = check_tier(name)
        row = {"check": f"sandbox {name}", "ok": best.ok, "detail": tier.detail}
        rows.append({**row, "mend": tier.mend or None})
    return rows
