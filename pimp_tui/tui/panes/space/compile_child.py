"""Compiles one model: its text on stdin, its diagram on stdout; the screen kills it when left."""

from __future__ import annotations

import os
import pickle
import sys


def main() -> int:
    """1 where the diagram does not fit into the seconds given as argument."""
    text, label = pickle.load(sys.stdin.buffer)
    from pimp_tui.space.engine import Reasoner
    from pimp_tui.space.uvl.reader import read_uvl

    os.nice(5)  # keys come first
    knowledge = Reasoner(read_uvl(text, label)).knowledge(float(sys.argv[1]))
    if knowledge is None:
        return 1
    sys.stdout.buffer.write(pickle.dumps(knowledge))
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
