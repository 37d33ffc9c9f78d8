"""Types that JSON took from the inputs of MBPP+, given back (``mbpp_deserialize_inputs``)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

TUPLE_ARGUMENTS = (2, 116, 132, 143, 222, 261, 273, 394, 399, 421, 424, 429, 470, 560, 579, 596,
                   616, 630, 726, 740, 744, 809)  # fmt: skip
LISTS_OF_TUPLES = (63, 64, 70, 94, 120, 237, 272, 299, 400, 409, 417, 438, 473, 614, 780)
FIRST_LIST_OF_TUPLES = (75, 413, 444, 753)
SECOND_TUPLE = (106, 750)
FIRST_TUPLE = (250, 307, 405, 446, 617, 720, 763, 808)
TUPLES_OF_TUPLES = (259, 401, 445)
NESTED_TUPLES = (580, 615, 791)


def _deep(value: Any) -> Any:
    return tuple(_deep(item) for item in value) if isinstance(value, list) else value


def _sets(items: list[Any]) -> list[Any]:
    return [set(item) if isinstance(item, list) and item else {} for item in items]


def _tuples(items: Any) -> list[Any]:
    return [tuple(item) for item in items]


def _loose_tuples(items: Any) -> tuple[Any, ...]:
    return tuple(tuple(item) if isinstance(item, list) else item for item in items)


SINGLE: dict[int, Callable[[list[Any]], Any]] = {
    115: lambda args: [_sets(args[0])],
    124: lambda args: [float(args[0]), complex(args[1])],
    252: lambda args: [complex(args[0])],
    278: lambda args: [_loose_tuples(args[0])],
    722: lambda args: [{key: tuple(item) for key, item in args[0].items()}, *args[1:]],
}
GROUPS: list[tuple[tuple[int, ...], Callable[[list[Any]], Any]]] = [
    (TUPLE_ARGUMENTS, _tuples),
    (LISTS_OF_TUPLES, lambda args: [_tuples(arg) for arg in args]),
    (FIRST_LIST_OF_TUPLES, lambda args: [_tuples(args[0]), *args[1:]]),
    (SECOND_TUPLE, lambda args: [args[0], tuple(args[1])]),
    (FIRST_TUPLE, lambda args: [tuple(args[0]), *args[1:]]),
    (TUPLES_OF_TUPLES, lambda args: [tuple(_tuples(arg)) for arg in args]),
    (NESTED_TUPLES, lambda args: list(_deep(args))),
]


def typed_inputs(task_id: str, inputs: list[Any]) -> list[Any]:
    """Argument lists of a task with tuples, sets and complex numbers where MBPP+ means them."""
    number = int(task_id.rpartition("/")[2]) if task_id.rpartition("/")[2].isdigit() else -1
    rule = SINGLE.get(number)
    for numbers, shared in GROUPS:
        if number in numbers:
            rule = shared
    return inputs if rule is None else [rule(args) for args in inputs]
