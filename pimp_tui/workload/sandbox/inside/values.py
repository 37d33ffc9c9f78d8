"""Values of the standard library that cross between checker and candidate as plain data do.

Each is its name and what it is made from again. The list is short on purpose: the checker makes
them from what a hostile program sends, and compares them by their own ``__eq__``.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

MAX_EXPONENT = 10_000  # of a Decimal: a whole number made of a larger one would fill the memory


def _date(value: Any) -> tuple[int, ...]:
    return value.year, value.month, value.day


def _time(value: Any) -> tuple[int, ...]:
    return value.hour, value.minute, value.second, value.microsecond


_PARTS: dict[str, Callable[[Any], tuple[Any, ...]]] = {
    "builtins.range": lambda value: (value.start, value.stop, value.step),
    "builtins.bytearray": lambda value: (bytes(value),),
    "collections.deque": lambda value: (list(value), value.maxlen),
    "collections.UserList": lambda value: (list(value.data),),
    "fractions.Fraction": lambda value: (value.numerator, value.denominator),
    "decimal.Decimal": lambda value: (str(value),),
    "datetime.date": _date,
    "datetime.time": _time,
    "datetime.datetime": lambda value: (*_date(value), *_time(value)),
    "datetime.timedelta": lambda value: (value.days, value.seconds, value.microseconds),
}


def parts(value: Any) -> tuple[str, tuple[Any, ...]] | None:
    """(name, arguments) of a value that `build` makes again; None of any other."""
    kind = type(value)
    name = f"{kind.__module__}.{kind.__qualname__}"
    take = _PARTS.get(name)
    if take is None or getattr(value, "tzinfo", None) or getattr(value, "fold", 0):
        return None
    return name, take(value)


def build(name: Any, arguments: Any) -> Any:
    """The value of `parts`.

    Raises:
        ValueError, TypeError, ArithmeticError: there is no such value.
    """
    if name not in _PARTS or not isinstance(arguments, tuple):
        raise ValueError("unknown value")
    module, _, kind = str(name).partition(".")
    if module not in sys.modules:
        __import__(module)
    value = getattr(sys.modules[module], kind)(*arguments)
    if kind == "Decimal" and value.is_finite() and abs(value.adjusted()) > MAX_EXPONENT:
        raise ValueError("exponent out of range")
    return value
