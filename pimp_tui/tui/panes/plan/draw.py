"""Drawing more configurations for a plan: what may be asked for, and the sampler behind it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pimp_tui.errors import UserError

if TYPE_CHECKING:
    import polars as pl

    from pimp_tui.sampling.registry import Progress
    from pimp_tui.space import Choice, Space

_DEFAULT_N = 8
_MOST = 10_000
_SECONDS = 5.0
HELP = "add from a sampler: twise, yasa:10, icpl, uniform 20, yasa+uniform; t=3, n=40, seed=1"
_WORDS = {"t": "t is 1, 2 or 3", "n": f"n is 1 to {_MOST}", "seed": "seed is a whole number"}


@dataclass(frozen=True)
class Wish:
    """What was asked for: ``twise t=2``, ``uniform 20 seed=3``, ``yasa+uniform n=40``."""

    method: str
    n: int | None = None
    t: int = 2
    seed: int | None = None


class Cancelled(Exception):
    """The user took back what was being worked out."""


def methods() -> list[str]:
    """Every sampler there is."""
    from pimp_tui.sampling.registry import sampler_names

    return sampler_names()


def parse(text: str) -> Wish:
    """A method, and after it ``n``, ``t=…``, ``seed=…``; covering methods need no number.

    Raises:
        UserError: no such sampler, or a number that makes no sense.
    """
    from pimp_tui.sampling.registry import COVERING, is_covering

    words = text.split()
    if not words:
        raise UserError(f"one of {', '.join(methods())}, and how many")
    known = methods()
    for name in words[0].split("+"):
        if name.partition(":")[0] not in known:
            raise UserError(f"no sampler {name}; there are {', '.join(known)}")
    given: dict[str, int] = {}
    for word in words[1:]:
        key, equals, value = word.partition("=")
        key, value = (key, value) if equals else ("n", word)
        if key not in _WORDS:
            raise UserError(f"no {key}; there are n, t and seed")
        if key in given:
            raise UserError(f"{key} twice")
        if not (value.isascii() and value.isdigit()):
            raise UserError(_WORDS[key])
        given[key] = int(value)
    n, t = given.get("n"), given.get("t", 2)
    if n is not None and not 1 <= n <= _MOST:
        raise UserError(_WORDS["n"])
    if t not in (1, 2, 3):
        raise UserError(_WORDS["t"])
    covering = any(map(is_covering, words[0].split("+")))
    if n is None and not covering:
        n = _DEFAULT_N
    if "t" in given and not covering:
        raise UserError(f"{words[0]} covers nothing: t is for {', '.join(COVERING)}")
    return Wish(words[0], n, t, given.get("seed"))


def fault(text: str) -> str | None:
    """What is wrong with the text, or None."""
    try:
        parse(text)
    except UserError as error:
        return error.what
    return None


def candidates(text: str) -> list[str]:
    """What may follow: samplers that begin with the last word, then ``t=``, ``n=``, ``seed=``."""
    head, _, last = text.rpartition(" ")
    offered = ["t=", "n=", "seed="] if head else methods()
    return [word for word in offered if word.startswith(last) and word != last]


def file_fault(text: str) -> str | None:
    """Why a text names no plan file, or None."""
    if not text:
        return "a .parquet or .csv file"
    path = Path(text).expanduser()
    return None if path.is_file() else f"no file {path.name}"


def draw(
    space: Space, text: str, seed: int, within: Choice | None, tell: Progress | None = None
) -> pl.DataFrame:
    """The configurations asked for. For the reasoning thread.

    Args:
        seed: where the text names none.
        tell: gets what is being done and its share; may raise to end it.

    Raises:
        UserError: as the sampler says.
    """
    from pimp_tui.sampling import sample

    wish = parse(text)
    return sample(
        space, method=wish.method, n=wish.n, t=wish.t,
        seed=seed if wish.seed is None else wish.seed,
        within=within, seconds=_SECONDS, progress=tell,
    )  # fmt: skip
