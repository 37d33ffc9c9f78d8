"""Prompts and how their completions are scored."""

from .load import load_workload
from .sandbox import SandboxFault, SandboxTier, probe, sandbox_report
from .score_file import pass_at_1, score_file
from .scoring import score
from .tasks import Sample, Task, Verdict, Workload, stop_at

__all__ = [
    "Sample",
    "SandboxFault",
    "SandboxTier",
    "Task",
    "Verdict",
    "Workload",
    "load_workload",
    "pass_at_1",
    "probe",
    "sandbox_report",
    "score",
    "score_file",
    "stop_at",
]
