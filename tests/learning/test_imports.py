"""Learning stays light until it is asked to learn."""

from __future__ import annotations

import subprocess
import sys

CODE = """
import sys
import pimp_tui as pt
import polars as pl
pt.fit, pt.pareto, pt.suggest
frame = pl.DataFrame({"a": [1, 2], "b": [2.0, 1.0]})
assert pt.pareto(frame, {"b": "min"}, where="a > 1").height == 1
heavy = {"sklearn", "torch", "transformers", "scipy"} & set(sys.modules)
assert not heavy, heavy
from pimp_tui.learning import fit, pareto, suggest, evaluate
assert all(callable(one) for one in (fit, pareto, suggest, evaluate))
"""


def test_no_heavy_library_before_the_first_fit() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
