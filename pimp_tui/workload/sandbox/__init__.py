"""Runs generated programs as the hostile code they may be."""

from .execute import Job, Outcome, run, stop_at
from .faults import SandboxFault
from .probing import SandboxTier, choose, probe, sandbox_report
from .tiers import Limits

__all__ = [
    "Job",
    "Limits",
    "Outcome",
    "SandboxFault",
    "SandboxTier",
    "choose",
    "probe",
    "run",
    "sandbox_report",
    "stop_at",
]
