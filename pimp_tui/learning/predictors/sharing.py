"""Fits that several predictors have in common, done once: a blend's members are predictors too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from hashlib import blake2b
from typing import Any, TypeVar

import numpy as np

_T = TypeVar("_T")
_kept: ContextVar[dict[bytes, Any] | None] = ContextVar("sharing", default=None)


@contextmanager
def sharing() -> Iterator[None]:
    """Within the block, what ``once`` makes is kept; it goes with the block."""
    token = _kept.set({})
    try:
        yield
    finally:
        _kept.reset(token)


def once(make: Callable[[], _T], *key: object) -> _T:
    """What ``make`` returned for the same key in this ``sharing`` block, else what it does now.

    Args:
        key: all that the result depends on: arrays by content, the rest by ``repr``. What is
            returned must not be changed.
    """
    kept = _kept.get()
    if kept is None:
        return make()
    digest = blake2b(digest_size=16)
    for part in key:
        if isinstance(part, np.ndarray):
            digest.update(f"{part.dtype}{part.shape}".encode())
            digest.update(np.ascontiguousarray(part).tobytes())
        else:
            digest.update(repr(part).encode())
        digest.update(b"\0")
    name = digest.digest()
    if name not in kept:
        kept[name] = make()
    return kept[name]  # type: ignore[no-any-return]
