"""The valid configuration with the fewest features, by a longest path through the diagrams."""

from __future__ import annotations

import numpy as np

from pimp_tui.space.knowledge.best import best_rows
from pimp_tui.space.knowledge.knowledge import Knowledge


def fewest_features(knowledge: Knowledge, literals: list[int]) -> np.ndarray:
    """(features,) bool: a configuration that holds the literals and as few features as possible.

    Args:
        knowledge: of the whole model.
        literals: what must hold; satisfiable together.
    """
    given = knowledge.given(literals)
    assert given is not None, "the literals are satisfiable"
    known = knowledge.column >= 0
    gains = np.zeros(knowledge.width)
    np.add.at(gains, knowledge.column[known], np.where(knowledge.turned[known], 1.0, -1.0))
    sure = 2.0 * len(known) + 1.0  # more than all other features together
    gains = np.where(given < 0, gains, np.where(given > 0, sure, -sure))
    row = gains > 0
    for graph, part in zip(knowledge.graphs, knowledge.slices, strict=True):
        row[part] = best_rows(graph, gains[part][:, None])[:, 0]
    return knowledge.expand(row[:, None])[:, 0]
