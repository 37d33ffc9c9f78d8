"""A fault of ours: its traceback goes to a file, one line names it."""

from __future__ import annotations

import tempfile
import traceback
from datetime import UTC, datetime
from pathlib import Path


def write_crash_log(error: BaseException) -> Path:
    """Append the traceback to the user's log, or write a temporary file; returns the file.

    Raises:
        OSError: neither can be written.
    """
    # A worker's failure wraps what went wrong without naming it as its cause.
    lines = traceback.format_exception(getattr(error, "error", None) or error)
    text = f"--- {datetime.now(UTC).isoformat()}\n{''.join(lines)}"
    try:
        from platformdirs import user_log_path

        file = user_log_path("pimp-tui", ensure_exists=True) / "crash.log"
        with file.open("a", encoding="utf-8", errors="replace") as stream:
            stream.write(text)
    except OSError:
        with tempfile.NamedTemporaryFile(
            "w", prefix="pimp-tui-", suffix=".log", delete=False, encoding="utf-8", errors="replace"
        ) as spare:
            spare.write(text)
        file = Path(spare.name)
    return file
