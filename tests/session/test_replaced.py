from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import polars as pl

from pimp_tui.session.replaced import scan_plan

REPLACES = """
import os, sys
import polars as pl
for size in range(1, 10**9):
    rows = 5 + size % 40
    ids = [f"{rows}-{i}" for i in range(rows)]
    frame = pl.DataFrame({"config_id": ids, "b": ["x" * rows] * rows})
    frame.write_parquet(sys.argv[1] + ".new")
    os.replace(sys.argv[1] + ".new", sys.argv[1])
"""


def test_a_plan_is_whole_while_it_is_replaced(tmp_path: Path) -> None:
    file = tmp_path / "plan.parquet"
    pl.DataFrame({"config_id": ["1-0"], "b": ["x"]}).write_parquet(file)
    writer = subprocess.Popen([sys.executable, "-c", REPLACES, str(file)])
    seen = set()
    try:
        before = file.stat().st_ino
        while file.stat().st_ino == before and writer.poll() is None:
            time.sleep(0.02)
        for _ in range(300):
            plan = scan_plan(file)
            ids = plan.select("config_id").collect()["config_id"]
            assert ids.n_unique() == len(ids) and plan.collect().height == len(ids)
            assert set(ids) == {f"{len(ids)}-{i}" for i in range(len(ids))}
            seen.add(len(ids))
    finally:
        writer.kill()
        writer.wait()
    assert len(seen) > 1
