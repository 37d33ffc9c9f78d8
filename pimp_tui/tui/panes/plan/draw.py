"""Drawing more configurations for a plan: what may be asked for, and the sampler behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pimp_tui.errors import UserError

if TYPE_CHECKING:
    import polars as pl

    from pimp_tui.space import Choice, Space

METHODS = ("twise", "uniform", "diverse")
_DEFAULT_N = 8
_MOST = 10_000
_SECONDS = 5.0


def parse(text: str) -> tuple[str, int | None]:
    """``uniform 20`` as (method, n); twise needs no number.

    Raises:
        UserError: no such sampler, or no number.
    """
    words = text.split()
    if not words:
        raise UserError(f"one of {', '.join(METHODS)}, and how many")
    method, *rest = words
    if method not in METHODS:
        raise UserError(f"no sampler {method}; there are {', '.join(METHODS)}")
    if (
        len(rest) > 1
        or (rest and not rest[0].isdigit())
        or (rest and not 1 <= int(rest[0]) <= _MOST)
    ):
        raise UserError(f"how many, 1 to {_MOST}")
    if rest:
        return method, int(rest[0])
    return method, None if method == "twise" else _DEFAULT_N


def fault(text: str) -> str | None:
    """What is wrong with the text, or None."""
    try:
        parse(text)
    except UserError as error:
        return error.what
    return None


def candidates(text: str) -> list[str]:
    """Samplers that begin with the text."""
    return [method for method in METHODS if method.startswith(text) and method != text]


def draw(space: Space, text: str, seed: int, within: Choice | None) -> pl.DataFrame:
    """The configurations asked for. For the reasoning thread.

    Raises:
        UserError: as the sampler says.
    """
    from pimp_tui.sampling import sample

    method, n = parse(text)
    return sample(space, method=method, n=n, seed=seed, within=within, seconds=_SECONDS)
