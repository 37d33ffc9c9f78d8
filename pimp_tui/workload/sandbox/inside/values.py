"""Values of the standard library, and arrays, that cross between checker and candidate as data do.

Each is its name and what it is made from again. The list is short on purpose: the checker makes
them from what a hostile program sends, and compares them by their own ``__eq__``.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

ARRAY = "numpy.ndarray"
ARRAY_KINDS = "biufcUS"  # numbers and texts; what holds objects stays where it is
MAX_EXPONENT = 10_000  # of a Decimal: a whole number made of a larger one would fill the memory


def _date(value: Any) -> tuple[int, ...]:
    return value.year, value.month, value.day


def _time(value: Any) -> tuple[int, ...]:
    return value.hour, value.minute, value.second, value.microsecond


def _array(value: Any) -> tuple[Any, ...] | None:
    kind = value.dtype.kind
    return (value.dtype.str, value.shape, value.tobytes()) if kind in ARRAY_KINDS else None


_PARTS: dict[str, Callable[[Any], tuple[Any, ...] | None]] = {
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
    ARRAY: _array,
}


def parts(value: Any) -> tuple[str, tuple[Any, ...]] | None:
    """(name, arguments) of a value that `build` makes again; None of any other."""
    kind = type(value)
    name = f"{kind.__module__}.{kind.__qualname__}"
    take = _PARTS.get(name)
    if take is None or getattr(value, "tzinfo", None) or getattr(value, "fold", 0):
        return None
    arguments = take(value)
    return None if arguments is None else (name, arguments)


def build(name: Any, arguments: Any) -> Any:
    """The value of `parts`.

    Raises:
        ValueError, TypeError, ArithmeticError: there is no such value.
    """
    if name not in _PARTS or not isinstance(arguments, tuple):
        raise ValueError("unknown value")
    module, _, kind = str(name).partition(".")
    if module not in sys.modules:
        try:
            __import__(module)
        except ImportError as error:  # a test that knows no arrays has no numpy
            raise ValueError(str(error)) from None
    if name == ARRAY:
        return _build_array(sys.modules[module], *arguments)
    value = getattr(sys.modules[module], kind)(*arguments)
    if kind == "Decimal" and value.is_finite() and abs(value.adjusted()) > MAX_EXPONENT:
        raise ValueError("exponent out of range")
    return value


def _build_array(numpy: Any, code: str, shape: tuple[int, ...], data: bytes) -> Any:
    dtype = numpy.dtype(str(code))
    if dtype.kind not in ARRAY_KINDS:
        raise ValueError("an array of objects")
    return numpy.frombuffer(data, dtype).reshape(shape).copy()
