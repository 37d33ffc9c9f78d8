"""Large and hard models: nothing hangs, budgets hold, and what cannot be counted is said."""

from __future__ import annotations

import random
import time

import pytest

from pimp_tui.space import load_space
from pimp_tui.space.analysis import analyse
from pimp_tui.space.knowledge.child import memory_bytes
from pimp_tui.space.load import load_model

GROUPS = ("optional", "optional", "mandatory", "alternative", "or", "[1..2]")


def tree(features: int, constraints: int, seed: int) -> str:
    """A random tree with implications and exclusions that its barest configuration satisfies."""
    rng = random.Random(seed)
    depth, groups, made = [0], {0: []}, 1
    while made < features:
        above = rng.choice(range(max(0, made - 400), made)) if rng.random() < 0.7 else 0
        size = min(rng.randint(2, 8), features - made)
        kind = rng.choice(GROUPS) if size > 1 and above else "optional"
        kids = list(range(made, made + size))
        groups.setdefault(above, []).append((kind, kids))
        depth += [depth[above] + 1] * size
        made += size
    bare, stack = set(), [0]
    while stack:
        at = stack.pop()
        bare.add(at)
        for kind, kids in groups.get(at, ()):
            stack += kids if kind == "mandatory" else [] if kind == "optional" else kids[:1]
    lines, work = ["features"], [(0, 1)]
    while work:
        at, indent = work.pop()
        if isinstance(at, tuple):
            lines.append("\t" * indent + at[0])
            work += [(kid, indent + 1) for kid in reversed(at[1])]
        else:
            lines.append("\t" * indent + f"F{at}")
            work += [(group, indent + 1) for group in reversed(groups.get(at, ()))]
    lines.append("constraints")
    while constraints:
        a, b = rng.sample(range(1, features), 2)
        away = rng.random() < 0.3
        if a in bare and (b in bare) == away:
            continue
        lines.append(f"\tF{a} => {'!' if away else ''}F{b}")
        constraints -= 1
    return "\n".join(lines) + "\n"


def hard(features: int, clauses: int, seed: int) -> str:
    """Random 3-clauses over optional features, satisfied by a planted configuration."""
    rng = random.Random(seed)
    planted = [rng.random() < 0.5 for _ in range(features)]
    lines = ["features", "\tR", "\t\toptional", *(f"\t\t\tF{i}" for i in range(features))]
    lines.append("constraints")
    while clauses:
        some = [(v, rng.random() < 0.5) for v in rng.sample(range(features), 3)]
        if any(planted[v] == on for v, on in some):
            lines.append("\t" + " | ".join(("" if on else "!") + f"F{v}" for v, on in some))
            clauses -= 1
    return "\n".join(lines) + "\n"


def toggled(text: str, toggles: int = 5) -> float:
    """Load, toggle and look; the longest toggle in seconds."""
    space = load_space(text)
    choice, rng, longest = space.configure(), random.Random(0), 0.0
    states = choice.states()
    for _ in range(toggles):
        open_ = [f for f, s in states.items() if s == "undecided"]
        began = time.monotonic()
        choice.select(rng.choice(open_))
        states = choice.states()
        longest = max(longest, time.monotonic() - began)
    forced = list(choice.forced())[:20]
    assert all(choice.explain(f) for f in forced)
    full = choice.complete()
    assert space.is_valid(full) and all(f in full for f in choice.literals())
    return longest


def test_a_budget_of_seconds_holds_on_a_hard_model() -> None:
    space = load_space(hard(400, 1500, 5))
    began = time.monotonic()
    answer = space.count_report(seconds=2.0)
    assert time.monotonic() - began < 8
    assert answer["valid_configurations"] is None and answer["exact"] is False
    assert answer["engine"] == "sat" and answer["concrete_only"] is None


def test_a_spent_budget_asks_for_nothing() -> None:
    space = load_space(tree(1500, 100, 3))
    began = time.monotonic()
    assert space.count(seconds=0.01) is None
    assert time.monotonic() - began < 3
    assert space.configure().states()["F0"] == "selected"


def test_memory_of_a_compilation_is_bounded() -> None:
    assert 1 << 30 <= memory_bytes() <= 6 << 30


def test_wide_groups_compile_in_linear_steps() -> None:
    kids = "".join(f"\t\t\tF{i}\n" for i in range(500))
    began = time.monotonic()
    assert load_space(f"features\n\tR\n\t\talternative\n{kids}").count() == 500
    three = load_space(f"features\n\tR\n\t\t[2..3]\n{kids}").count()
    assert three == 500 * 499 // 2 + 500 * 499 * 498 // 6
    assert load_space(f"features\n\tR\n\t\t[499..*]\n{kids}").count() == 501
    assert time.monotonic() - began < 30


@pytest.mark.slow
def test_a_large_tree_is_toggled_and_analysed() -> None:
    text = tree(1200, 80, 1)
    assert toggled(text) < 5
    found = analyse(load_model(text)[1], seconds=20)
    assert not found.void and "F0" in found.core
    assert set(found.core).isdisjoint(found.dead)


@pytest.mark.slow
@pytest.mark.parametrize(("constraints", "seed"), [(300, 1), (3000, 2)])
def test_eighteen_thousand_features_open(constraints: int, seed: int) -> None:
    text = tree(18_000, constraints, seed)
    began = time.monotonic()
    space = load_space(text)
    assert time.monotonic() - began < 20 and len(space.features) == 18_000
    began = time.monotonic()
    answer = space.count_report(seconds=5.0)
    assert time.monotonic() - began < 15
    assert answer["exact"] == (answer["valid_configurations"] is not None)
    assert toggled(text) < 30
    began = time.monotonic()
    analyse(load_model(text)[1], seconds=5)
    assert time.monotonic() - began < 60


@pytest.mark.slow
def test_a_hard_model_of_eighteen_thousand_features_opens() -> None:
    space = load_space(hard(18_000, 60_000, 4))
    began = time.monotonic()
    assert space.count(seconds=5.0) is None
    assert time.monotonic() - began < 15
