"""Run by a Python that has evalplus: DATA SAMPLES, both JSON lines; its verdicts as a JSON list."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from evalplus.eval import PASS, untrusted_check
from evalplus.gen.util import trusted_exec


def verdicts(tasks: dict[str, dict], samples: list[dict]) -> list[bool]:
    """Whether each solution passes the base and the further inputs, as ``evalplus.evaluate``."""
    expected: dict[tuple[str, str], tuple[list, list]] = {}
    found = []
    for sample in samples:
        task, passed = tasks[sample["task_id"]], []
        name = task["entry_point"]
        for part in ("base_input", "plus_input"):
            key = (task["task_id"], part)
            if key not in expected:
                code = task["prompt"] + task["canonical_solution"]
                expected[key] = trusted_exec(code, task[part], name, record_time=True)
            outputs, times = expected[key]
            # Its time limits are of the wall clock: on a busy machine they would decide.
            status, _ = untrusted_check(
                "humaneval", sample["solution"], task[part], name, outputs, task["atol"], times,
                fast_check=True, min_time_limit=20.0,
            )  # fmt: skip
            passed.append(status == PASS)
        found.append(all(passed))
    return found


if __name__ == "__main__":
    texts = (Path(name).read_text(encoding="utf-8") for name in sys.argv[1:])
    data, given = ([json.loads(line) for line in text.split("\n") if line] for text in texts)
    print(json.dumps(verdicts({row["task_id"]: row for row in data}, given)))
