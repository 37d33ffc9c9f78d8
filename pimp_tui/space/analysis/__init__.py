"""What is wrong or superfluous in a feature model, each finding with its reasons."""

from __future__ import annotations

from pimp_tui.space.analysis.analysis import Analysis, analyse

__all__ = ["Analysis", "analyse"]
