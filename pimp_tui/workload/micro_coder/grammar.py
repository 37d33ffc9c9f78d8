"""Filter x map x reduce grammar: one-line pipelines over a list of numbers.

11 filters, 9 maps and 9 reductions, several of them with a constant, give some tens of thousands
of functions: a problem held out here is a combination whose parts were all seen in training.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from string import Template

from pimp_tui.workload.micro_coder.instance import Instance

Part = tuple[str, str, tuple[str, str], Sequence[int | None]]

FILTER_CONSTANTS = tuple(range(2, 22))
MAP_CONSTANTS = tuple(range(2, 13))
NONE = (None,)

FILTERS: tuple[Part, ...] = (
    ("even", "x % 2 == 0", ("even numbers", "numbers divisible by 2"), NONE),
    ("odd", "x % 2 == 1", ("odd numbers", "numbers not divisible by 2"), NONE),
    ("positive", "x > 0", ("positive numbers", "numbers above zero"), NONE),
    ("negative", "x < 0", ("negative numbers", "numbers below zero"), NONE),
    ("above", "x > $f", ("numbers above $f", "numbers greater than $f"), FILTER_CONSTANTS),
    ("below", "x < $f", ("numbers below $f", "numbers less than $f"), FILTER_CONSTANTS),
    ("at_least", "x >= $f", ("numbers of at least $f", "numbers not below $f"), FILTER_CONSTANTS),
    ("multiple", "x % $f == 0", ("multiples of $f", "numbers that $f divides"), FILTER_CONSTANTS),
    (
        "not_multiple",
        "x % $f != 0",
        ("numbers not divisible by $f", "numbers that are no multiple of $f"),
        FILTER_CONSTANTS,
    ),
    (
        "not_equal",
        "x != $f",
        ("numbers other than $f", "numbers not equal to $f"),
        FILTER_CONSTANTS,
    ),
    (
        "within",
        "abs(x) <= $f",
        ("numbers between -$f and $f", "numbers of size at most $f"),
        FILTER_CONSTANTS,
    ),
)
MAPS: tuple[Part, ...] = (
    ("same", "x", ("take each as it is", "leave each unchanged"), NONE),
    ("square", "x ** 2", ("square each", "take the square of each"), NONE),
    ("negate", "-x", ("negate each", "flip the sign of each"), NONE),
    ("absolute", "abs(x)", ("take the absolute value of each", "drop the sign of each"), NONE),
    ("add", "x + $m", ("add $m to each", "increase each by $m"), MAP_CONSTANTS),
    ("subtract", "x - $m", ("subtract $m from each", "decrease each by $m"), MAP_CONSTANTS),
    ("multiply", "x * $m", ("multiply each by $m", "take $m times each"), MAP_CONSTANTS),
    ("modulo", "x % $m", ("take each modulo $m", "take the rest of each by $m"), MAP_CONSTANTS),
    ("divide", "x // $m", ("floor-divide each by $m", "take each // $m"), MAP_CONSTANTS),
)
REDUCTIONS: tuple[tuple[str, str, tuple[str, str]], ...] = (
    ("list", "[$e]", ("return the list", "return all of them as a list")),
    ("sum", "sum($e)", ("return the sum", "add them up")),
    ("max", "max(($e), default=0)", ("return the largest, or 0", "return the maximum, else 0")),
    ("min", "min(($e), default=0)", ("return the smallest, or 0", "return the minimum, else 0")),
    ("distinct", "len({$e})", ("count the distinct ones", "return how many differ")),
    ("sorted", "sorted($e)", ("sort them", "return them in ascending order")),
    (
        "descending",
        "sorted(($e), reverse=True)",
        ("sort them from high to low", "return them in descending order"),
    ),
    ("first", "next(($e), None)", ("return the first, or None", "return only the first, if any")),
    (
        "join",
        "' '.join(str(y) for y in [$e])",
        ("join them with spaces", "return them as text with spaces"),
    ),
)
SENTENCES = (
    "Take the {f} in $a, {m} and {r}.",
    "From $a pick the {f}, {m}, then {r}.",
    "For all {f} of $a: {m}, {r}.",
)


def instances() -> Iterator[Instance]:
    """Every pipeline of the grammar, in a fixed order."""
    for (f_name, test, f_words, f_values), (m_name, expr, m_words, m_values) in product(
        FILTERS, MAPS
    ):
        for r_name, form, r_words in REDUCTIONS:
            docs = _docs(f_words, m_words, r_words)
            body = Template("return " + form.replace("$e", f"{expr} for x in $$a if {test}"))
            for f, m in product(f_values, m_values):
                yield Instance(
                    family="pipeline",
                    shape=f"{f_name}-{m_name}-{r_name}",
                    kind="ints",
                    params=(("f", f), ("m", m)),
                    names=(f"{r_name}_of_{f_name}", f"{m_name}_{f_name}", "pipeline"),
                    docs=docs,
                    body=body.substitute(f=f, m=m),
                )


def _docs(*phrases: tuple[str, str]) -> tuple[str, ...]:
    """Every sentence with every choice among the two wordings of each of its three parts."""
    return tuple(
        sentence.format(f=f, m=m, r=r) for sentence in SENTENCES for f, m, r in product(*phrases)
    )
