"""Linear inequalities as clauses by binary adders, where their decision diagram is too large.

Bits of one weight are added three at a time until one is left of each (Eén and Sörensson,
"Translating pseudo-Boolean constraints into SAT", JSAT 2006); the sum is then compared bit by bit.
Polynomial in the number of literals and the digits of the coefficients.
"""

from __future__ import annotations

from collections.abc import Callable

Clause = list[int]


def add_up(
    low: int,
    high: int,
    coefs: tuple[int, ...],
    items: tuple[int, ...],
    new: Callable[[], int],
    extra: list[Clause],
) -> list[Clause]:
    """Clauses that hold exactly where ``low <= sum <= high``.

    Args:
        low: least sum.
        high: greatest sum.
        coefs: whole and positive.
        items: one literal per coefficient.
        new: makes an auxiliary variable.
        extra: receives the clauses that define them.
    """
    buckets: list[list[int]] = [[] for _ in range(sum(coefs).bit_length() + 1)]
    for coef, x in zip(coefs, items, strict=True):
        for weight in range(coef.bit_length()):
            if coef >> weight & 1:
                buckets[weight].append(x)
    bits: list[int] = []  # the sum in binary; 0 stands for a bit that is never set
    for weight, bucket in enumerate(buckets):
        while len(bucket) > 1:
            a, b = bucket.pop(0), bucket.pop(0)
            c = bucket.pop(0) if bucket else 0
            total, carry = new(), new()
            _full_adder(a, b, c, total, carry, extra)
            bucket.append(total)
            if weight + 1 == len(buckets):
                buckets.append([])
            buckets[weight + 1].append(carry)
        bits.append(bucket[0] if bucket else 0)
    top = sum(coefs)
    found = _at_most(high, bits) if high < top else []
    # sum >= low where the complement of the sum is at most the complement of low
    whole = (1 << len(bits)) - 1
    return found + (_at_most(whole - low, [-b for b in bits], unset=True) if low > 0 else [])


def _full_adder(a: int, b: int, c: int, total: int, carry: int, extra: list[Clause]) -> None:
    given = [x for x in (a, b, c) if x]
    for mask in range(1 << len(given)):
        on = [mask >> i & 1 for i in range(len(given))]
        away = [-x if bit else x for x, bit in zip(given, on, strict=True)]
        extra.append([*away, total if sum(on) & 1 else -total])
        extra.append([*away, carry if sum(on) >= 2 else -carry])


def _at_most(bound: int, bits: list[int], unset: bool = False) -> list[Clause]:
    """The binary number is at most the bound; a bit 0 is never set, or always with ``unset``."""
    found: list[Clause] = []
    for at in range(len(bits)):
        if bound >> at & 1:
            continue
        # where the bound has a 0, that bit is off or a higher one is below the bound
        higher = [bits[i] for i in range(at + 1, len(bits)) if bound >> i & 1]
        if not unset and (bits[at] == 0 or 0 in higher):
            continue
        wrong = [-bits[at]] if bits[at] else []
        found.append([*wrong, *(-x for x in higher if x)])
    return found
