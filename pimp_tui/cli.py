"""The command line: registers the commands and turns errors into lines and exit codes.

Exit codes (contracts.md): 0 good; 1 a fault of ours; 2 the user must mend something; 3 finished
with failed runs; 130 interrupted.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from errno import ENOSPC

from pimp_tui.errors import UserError


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command line; returns the exit code and never shows a traceback."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    _tolerate()
    try:
        code = _dispatch(arguments)
        if sys.stdout is not None:  # here, where a reader that left or a full disk is told
            sys.stdout.flush()
        return code
    except UserError as error:
        print("\n".join(error.lines()), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        _drop_output()
        return 0
    except SystemExit as end:  # what Typer makes of a broken pipe within a command
        if isinstance(end.__context__, BrokenPipeError):
            _drop_output()
            return 0
        raise
    except Exception as error:
        # python-sat turns Ctrl-C during a solve into an error of its own.
        if "Caught keyboard interrupt" in str(error):
            return 130
        if isinstance(error, OSError) and error.errno == ENOSPC:
            _drop_output()
            where = f"{error.filename}: " if error.filename else ""
            print(
                f"{where}{error.strerror}\n  mend: make room, or write elsewhere", file=sys.stderr
            )
            return 2
        return _unreadable(arguments) or _fault(error)


def _drop_output() -> None:
    """What is still buffered has nowhere to go: the reader of the pipe left, or a disk is full."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _tolerate() -> None:
    """Names that the terminal's encoding lacks are escaped, not a fault (LANG=C, odd bytes)."""
    for stream in (sys.stdout, sys.stderr):
        if reconfigure := getattr(stream, "reconfigure", None):
            reconfigure(errors="backslashreplace")


def _dispatch(arguments: list[str]) -> int:
    from pimp_tui.commands.opening import opening_of, show

    opening = opening_of(arguments)
    if opening is not None:
        return show(opening)
    import typer

    from pimp_tui.commands.registry import build

    command = typer.main.get_command(build())
    try:
        result = command.main(arguments, prog_name="pimp-tui", standalone_mode=False)
    except Exception as error:
        # Usage errors carry a message meant for users; anything else is ours.
        message = getattr(error, "format_message", None)
        if message is None:
            if type(error).__name__ == "Abort":
                return 130
            raise
        context = getattr(error, "ctx", None)
        path = getattr(context, "command_path", "pimp-tui")
        mend = f"`{path} --help` lists what it takes"
        raise UserError(str(message()).rstrip("."), mend=mend) from None
    return result if isinstance(result, int) else 0


def _unreadable(arguments: list[str]) -> int:
    """Whether a session that was named cannot be read, told; then 2, else 0."""
    from pimp_tui.session.layout import require_readable
    from pimp_tui.session.manifest import FILE
    from pimp_tui.session.paths import resolve

    try:
        for path in map(resolve, arguments):
            if (path / FILE).exists():
                require_readable(path)
    except UserError as error:
        print("\n".join(error.lines()), file=sys.stderr)
        return 2
    except Exception:
        return 0
    return 0


def _fault(error: Exception) -> int:
    import traceback
    from datetime import UTC, datetime

    from platformdirs import user_log_path

    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    log = user_log_path("pimp-tui") / f"fault-{stamp}-{os.getpid()}.txt"
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text("".join(traceback.format_exception(error)))
        place = f"; details in {log}"
    except OSError:
        place = ""
    first = " ".join(str(error).split())[:200]
    print(f"a fault of pimp-tui: {type(error).__name__}: {first}{place}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
