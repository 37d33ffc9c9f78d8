"""Which tier holds here, shown by a program that tries to get out of it.

A tier counts only when the real command runs the real checker and the probe program sees what it
should: ``bwrap true`` succeeds on systems where the sandbox itself does not.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace

from pimp_tui.errors import UserError

from . import execute, probes, tiers
from .faults import SandboxFault
from .inside.landlock import abi
from .inside.system import OWN_PROCESSES

TIERS = ("bubblewrap", "namespaces", "landlock")
PLAIN = "plain"

WEAK = (
    "weak: Landlock, seccomp and limits without namespaces of its own; no files, sockets, signals "
    "or processes, but a fault of the kernel has less in its way"
)
MEND_BUBBLEWRAP = (
    "apt install bubblewrap (or dnf); where AppArmor refuses it (Ubuntu 24.04): "
    "sudo apt install apparmor-profiles && "
    "sudo ln -s /usr/share/apparmor/extra-profiles/bwrap-userns-restrict /etc/apparmor.d/ && "
    "sudo systemctl reload apparmor"
)
_found: list[SandboxTier] = []  # at most one


@dataclass(frozen=True)
class SandboxTier:
    """The sandbox that programs are scored in.

    Attributes:
        name: "bubblewrap", "namespaces", "landlock" or "plain"; "none" where only plain is left.
        ok: whether it isolates: no network, no processes of others, limits, read-only files.
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
    strong = name in OWN_PROCESSES
    program, test = (
        (probes.PROBE, probes.PROBE_TEST) if strong else (probes.WEAK_PROBE, probes.WEAK_PROBE_TEST)
    )
    job = execute.Job(number + program, "", number + test, "probe")
    try:
        outcome = execute.run(name, job, limits)
    except (SandboxFault, OSError) as fault:
        return SandboxTier(name, False, f"{name}: {fault}", MEND_BUBBLEWRAP)
    if not outcome.passed:
        return SandboxTier(name, False, f"{name}: {outcome.reason}", MEND_BUBBLEWRAP)
    if strong:
        what = (
            "own pid, network, mount and ipc namespaces, read-only files, limits for each process, "
            "memory of all together watched from outside"
        )
        return SandboxTier(name, True, f"{name}: {what}")
    return SandboxTier(name, True, f"{name}: {WEAK} (Landlock ABI {abi()})", MEND_BUBBLEWRAP)


def probe() -> SandboxTier:
    """The strongest tier that holds on this machine, found once per process.

    That none does is looked into each time: what broke may be mended, and a machine short of
    processes for a moment is not one without a sandbox.
    """
    if _found:
        return _found[0]
    failed = []
    for name in TIERS:
        tier = check_tier(name)
        if tier.ok:
            _found.append(tier)
            return tier
        failed.append(tier.detail)
    return SandboxTier("none", False, "; ".join(failed), MEND_BUBBLEWRAP)


def forget() -> None:
    """Has the next `probe` look again."""
    _found.clear()


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
        # With another strong one in use there is nothing to mend.
        ok = best.ok and best.name in OWN_PROCESSES
        row = {"check": f"sandbox {name}", "ok": ok, "detail": tier.detail}
        rows.append({**row, "mend": tier.mend or None})
    return rows
