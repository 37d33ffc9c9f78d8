"""Counts of public models, where a folder of them is named by PIMP_TUI_MODELS.

The folder holds ``*.uvl`` and ``counts.csv`` with the columns model, valid_configurations.
"""

from __future__ import annotations

import csv
import os
import sys
from pathlib import Path

import pytest

from pimp_tui.space import load_space

FOLDER = os.environ.get("PIMP_TUI_MODELS")
pytestmark = pytest.mark.skipif(not FOLDER, reason="PIMP_TUI_MODELS names no folder of models")


def test_counts_are_the_published_ones() -> None:
    assert FOLDER
    sys.set_int_max_str_digits(0)
    with (Path(FOLDER) / "counts.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        count = load_space(str(Path(FOLDER) / f"{row['model']}.uvl")).count()
        assert count in (None, int(row["valid_configurations"])), row["model"]
