"""Prompts and how their completions are scored."""

from .chat import Turn, turns
from .load import load_recorded, load_workload
from .sandbox import SandboxFault, SandboxTier, probe, sandbox_report
from .score_file import pass_at_1, score_file
from .scoring import score
from .tasks import Sample, Task, Verdict, Workload, stop_at

__all__ = [
    "Sample",
    "SandboxFault",
    "SandboxTier",
    "Task",
    "Turn",
    "Verdict",
    "Workload",
    "load_recorded",
    "load_workload",
    "pass_at_1",
    "probe",
    "sandbox_report",
    "score",
    "score_file",
    "stop_at",
    "turns",
]
