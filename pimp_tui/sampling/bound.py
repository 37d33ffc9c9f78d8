"""A proven lower bound of covering plans.

Interactions of which no two fit into one valid configuration need a row each; the largest set found
of them is the bound (SampLNS, Krupke et al., ACM TOSEM 2024, and Sammy, arXiv 2510.05955, call it a
mutually exclusive set). It is proven for what is found, not for the optimum.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from pimp_tui.errors import UserError
from pimp_tui.sampling.clique import large_clique
from pimp_tui.sampling.exclusive import Exclusive, Verifier, clique_sizes, together_of
from pimp_tui.sampling.interactions import Interactions
from pimp_tui.sampling.items import differing, items_of
from pimp_tui.sampling.registry import Progress

if TYPE_CHECKING:
    from pimp_tui.space import Choice, Space

_STARTS = 64
_TRIED, _SAT_SHARE = 12, 0.4  # items that tell the time of SAT, and its part of the seconds
_SHARE = 0.85  # of the seconds, for the search; the rest is for the proof


def lower_bound(
    space: Space,
    t: int = 2,
    interactions: str | None = None,
    within: Choice | None = None,
    seconds: float = 10.0,
    seed: int = 0,
    progress: Progress | None = None,
) -> int:
    """Rows that every plan needs which covers all valid interactions of t items.

    Args:
        space: the space.
        t: 1, 2 or 3.
        interactions: ``options`` or ``literals``; the default is that of ``sample``.
        within: a partial configuration that every row respects.
        seconds: wall clock for the search; more of it can only raise the bound.
        seed: of the search.
        progress: told now and then how much of the time is spent; may raise to end it.

    Returns:
        at least 1; each step of the proof is settled by SAT.

    Raises:
        UserError: t or seconds out of range.
    """
    from pimp_tui.sampling.sample import check_interactions, check_seconds, check_seed

    if not 1 <= t <= 3:
        raise UserError(f"t is {t}", mend="t is 1, 2 or 3")
    check_seconds(seconds)
    check_seed(seed)
    deadline = time.monotonic() + seconds
    if progress is not None:
        progress("lower bound", None)
    literals = within._numbers() if within is not None else []
    kind = check_interactions(space, interactions)
    space.reasoner.knowledge(max(20.0, seconds))
    whole = _affordable(Interactions(space, items_of(space, kind), literals), seconds)
    return max(1, len(exclusive_set(whole, t, seconds, deadline, seed, progress)))


def _affordable(whole: Interactions, seconds: float) -> Interactions:
    """The interactions, or those of a part of the options where SAT would take too long for all."""
    items = whole.items
    if whole.space.reasoner.known is not None:
        return whole
    some = items[:: len(items) // _TRIED + 1]
    began = time.monotonic()
    whole.compatible([[*whole.literals, *whole.ways(item)[0]] for item in some])
    each = (time.monotonic() - began) / len(some)
    most = max(2 * _TRIED, int(_SAT_SHARE * seconds / each))
    if len(items) <= most:
        return whole
    owners = list(dict.fromkeys(item.owner for item in items))
    kept = set(owners[:: -(-len(items) // most)])
    return Interactions(whole.space, [i for i in items if i.owner in kept], whole.literals)


def exclusive_set(
    whole: Interactions,
    t: int,
    seconds: float,
    deadline: float,
    seed: int,
    progress: Progress | None = None,
) -> list[tuple[int, ...]]:
    """Sets of t items (numbers), valid each, of which no two fit into one configuration."""

    def tick() -> None:
        if progress is not None:
            progress("lower bound", 1 - (deadline - time.monotonic()) / seconds)

    rng = np.random.default_rng(seed)
    together = together_of(whole)
    differ = differing(whole.items)
    if t == 3:
        found = _of_three(whole, together, seconds, deadline, rng, tick)
    else:
        found = _clique(whole, together & (differ | differ.T), together, t,
                        deadline - (1 - _SHARE) * seconds, rng, tick)  # fmt: skip
    return Verifier(whole.space, whole).exclusive(found)


def _clique(
    whole: Interactions,
    pairs: np.ndarray,
    together: np.ndarray,
    t: int,
    deadline: float,
    rng: np.random.Generator,
    tick: Callable[[], None],
) -> list[tuple[int, ...]]:
    start = _products(pairs, together) if t == 2 else []
    graph = Exclusive(whole, pairs, together, t, start)
    if not graph.size:
        return []
    clique = large_clique(graph, rng, deadline, graph.places(start), tick)
    return [tuple(int(i) for i in graph.vertices[v]) for v in clique]


def _products(pairs: np.ndarray, together: np.ndarray) -> list[tuple[int, ...]]:
    """Pairs: beside each of some items that exclude each other, others that do so.

    What a search needs long for where large alternatives stand side by side.
    """
    sizes = clique_sizes(together).astype(float)
    sizes[~np.diagonal(together)] = 0
    found: list[tuple[int, ...]] = []
    for i in _heaviest(together, sizes):
        beside = np.where(pairs[i], sizes, 0)
        found += [(i, j) for j in _heaviest(together, beside)]
    return found


def _of_three(
    whole: Interactions,
    together: np.ndarray,
    seconds: float,
    deadline: float,
    rng: np.random.Generator,
    tick: Callable[[], None],
) -> list[tuple[int, ...]]:
    """Triples: beside each of some items that exclude each other, a clique of pairs."""
    differ = differing(whole.items)
    differ = differ | differ.T
    owner = np.array([item.owner for item in whole.items])
    pairs = together & differ
    promise = np.array([_most_pairs(pairs, together[i] & (owner != owner[i]), owner)
                        for i in range(len(owner))])  # fmt: skip
    promise[~np.diagonal(together)] = 0
    firsts = _heaviest(together, promise)
    found: list[tuple[int, ...]] = []
    end = deadline - (1 - _SHARE) * seconds
    least = 0.0  # seconds that a search takes at least
    for n, i in enumerate(firsts):
        best: list[tuple[int, ...]] = []
        began = time.monotonic()
        share = (end - began) / (len(firsts) - n)
        for way in whole.ways(whole.items[i]):
            inner = Interactions(whole.space, whole.items, [*whole.literals, *way])
            beside = together_of(inner)
            beside[owner == owner[i]] = False
            beside[:, owner == owner[i]] = False
            if share > least:
                clique = _clique(inner, beside & differ, beside, 2, began + share, rng, tick)
            else:
                clique = _products(beside & differ, beside)
            best = max(best, clique, key=len)
        least = max(least, time.monotonic() - began - share)
        found += [(i, *pair) for pair in best]
    return found


def _most_pairs(pairs: np.ndarray, beside: np.ndarray, owner: np.ndarray) -> int:
    """The most valid pairs that two owners have among the items beside."""
    at = np.flatnonzero(beside)
    if not len(at):
        return 0
    _, code = np.unique(owner[at], return_inverse=True)
    member = np.zeros((int(code.max()) + 1, len(at)), dtype=np.float32)
    member[code, np.arange(len(at))] = 1
    return int((member @ pairs[np.ix_(at, at)].astype(np.float32) @ member.T).max())


def _heaviest(together: np.ndarray, weight: np.ndarray) -> list[int]:
    """Items that exclude each other, heavy ones first; the best of a greedy from some of them."""
    best: list[int] = []
    order = np.argsort(-weight, kind="stable")
    order = order[weight[order] > 0]
    for first in order[:_STARTS]:
        chosen, open_ = [int(first)], order[~together[first, order]]
        while len(open_):
            chosen.append(int(open_[0]))
            open_ = open_[~together[open_[0], open_]]
        if weight[chosen].sum() > weight[best].sum():
            best = chosen
    return best
