"""Bytes to and from a process, with a look at it every so often."""

from __future__ import annotations

import os
import selectors
import subprocess
import time
from collections.abc import Callable

TICK_S = 0.03
CHUNK_BYTES = 1 << 20


def exchange(
    process: subprocess.Popen[bytes], frame: bytes, timeout_s: float, max_bytes: int,
    on_tick: Callable[[bytes], bool],
) -> tuple[bytes, bytes, str]:  # fmt: skip
    """Writes the frame and reads both outputs to their ends.

    Args:
        max_bytes: what may come back.
        on_tick: called every `TICK_S` with the output so far; True ends it.

    Returns:
        Standard output, standard error, and why it was cut short ("" where it was not).
    """
    assert process.stdin and process.stdout and process.stderr
    received = {process.stdout: bytearray(), process.stderr: bytearray()}
    out, err = received[process.stdout], received[process.stderr]
    until = time.monotonic() + timeout_s
    view, look_at = memoryview(frame), time.monotonic() + TICK_S
    with selectors.DefaultSelector() as selector:
        for stream in received:
            selector.register(stream, selectors.EVENT_READ)
        os.set_blocking(process.stdin.fileno(), False)
        selector.register(process.stdin, selectors.EVENT_WRITE)
        while any(stream in selector.get_map() for stream in received):
            for key, _ in selector.select(max(0.0, look_at - time.monotonic())):
                if key.fileobj is process.stdin:
                    view = _write(process.stdin.fileno(), view)
                    if not view:
                        selector.unregister(process.stdin)
                        process.stdin.close()
                    continue
                chunk = os.read(key.fd, CHUNK_BYTES)
                if not chunk:
                    selector.unregister(key.fileobj)
                received[key.fileobj] += chunk  # type: ignore[index]
            if len(out) + len(err) > max_bytes:
                return bytes(out), bytes(err), f"it wrote more than {max_bytes >> 20} MB"
            now = time.monotonic()
            if now >= look_at:
                look_at = now + TICK_S
                if on_tick(bytes(out)):
                    return bytes(out), bytes(err), "stopped"
            if now > until:
                return bytes(out), bytes(err), f"no verdict after {timeout_s:.0f} s"
    return bytes(out), bytes(err), ""


def _write(descriptor: int, view: memoryview) -> memoryview:
    try:
        return view[os.write(descriptor, view) :]
    except BlockingIOError:
        return view
    except BrokenPipeError:
        return view[len(view) :]
