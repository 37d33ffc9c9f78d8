"""Compiles one component read from stdin and answers on stdout; its parent kills it when late."""

from __future__ import annotations

import pickle
import sys
import time

_MOST_NODES = 20_000_000
_MOST_BYTES = 6 << 30


def main() -> int:
    """One component in, one flat diagram out; 1 where it does not fit."""
    own, formulas, seconds, keep = pickle.load(sys.stdin.buffer)
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MOST_BYTES, _MOST_BYTES))
    except (ImportError, ValueError, OSError):
        pass  # without limits the parent's deadline still holds
    from pimp_tui.space.knowledge.build import TooLarge, build

    try:
        graph = build(own, formulas, time.monotonic() + seconds, _MOST_NODES, keep)
    except (TooLarge, MemoryError):
        return 1
    sys.stdout.buffer.write(pickle.dumps(graph))
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
