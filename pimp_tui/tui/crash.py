"""A fault of ours: its traceback goes to a file, one line names it."""

from __future__ import annotations

import traceback
from datetime import UTC, datetime
from pathlib import Path


def write_crash_log(error: BaseException) -> Path:
    """Append the traceback to the user's log; returns the file."""
    from platformdirs import user_log_path

    try:
        folder = user_log_path("pimp-tui", ensure_exists=True)
    except OSError:
        import tempfile

        folder = Path(tempfile.gettempdir())
    file = folder / "crash.log"
    with file.open("a", encoding="utf-8") as stream:
        stream.write(f"--- {datetime.now(UTC).isoformat()}\n")
        # A worker's failure wraps what went wrong without naming it as its cause.
        traceback.print_exception(getattr(error, "error", None) or error, file=stream)
    return file
