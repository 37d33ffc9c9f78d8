"""Random arguments for the tests of a problem, drawn near the constants of the function."""

from __future__ import annotations

import random
from typing import Any

from pimp_tui.workload.micro_coder.instance import Instance

VOWELS, CONSONANTS = "aeiou", "bcdfghjklmnpqrstvwxyz"


def argument_for(instance: Instance, rng: random.Random) -> Any:
    """One argument of the instance's kind: a list of int, an int, a str or a list of str."""
    constants = [value for _, value in instance.params if isinstance(value, int)]
    letters = [value for _, value in instance.params if value in set(VOWELS + CONSONANTS)]
    if instance.kind == "natural":
        return _natural(constants, rng)
    if instance.kind == "ints":
        return [_integer(constants, rng) for _ in range(rng.randint(0, 9))]
    if instance.kind == "long":
        longest = 2 * max(constants) + 3
        return [rng.randint(-20, 40) for _ in range(rng.randint(0, longest))]
    longest = 2 * max(constants, default=4)
    if instance.kind == "word":
        return _word(letters, rng.randint(1, max(longest, 12)), rng)
    words = [_word(letters, rng.randint(1, longest), rng) for _ in range(rng.randint(0, 7))]
    return " ".join(words) if instance.kind == "text" else words


def _integer(constants: list[int], rng: random.Random) -> int:
    if constants and rng.random() < 0.6:
        base = rng.choice(constants)
        return rng.choice((base, -base, base * rng.randint(0, 4))) + rng.randint(-1, 1)
    return rng.randint(-30, 60)


def _natural(constants: list[int], rng: random.Random) -> int:
    multiple = rng.choice(constants) * rng.randint(0, 9) + rng.randint(0, 1)
    product = constants[0] * constants[-1] * rng.randint(1, 3)
    return rng.choice((rng.randint(0, 40), multiple, product))


def _word(letters: list[str], length: int, rng: random.Random) -> str:
    """Lower-case letters, vowels and consonants in turn, the instance's own ones often."""
    return "".join(
        rng.choice(letters)
        if letters and rng.random() < 0.3
        else rng.choice(CONSONANTS if i % 2 == 0 else VOWELS)
        for i in range(length)
    )
