"""Plain data as bytes between checker and candidate.

Neither pickle nor marshal, because the reader must survive hostile bytes, and not json, whose
import would double the start-up time of a sandboxed program. A value is one tag byte, and for
values of varying size a decimal length and a colon; containers hold their items one after another.
"""

from __future__ import annotations

import os

from . import values

TYPE_CHECKING = False  # typing and collections.abc would cost more than the rest of the start-up
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

MAX_FRAME_BYTES = 32 << 20
MAX_DEPTH = 150
STARTED = b"+"  # before the verdict: the sandbox stands and the program begins

_SCALARS: tuple[type, ...] = (str, bytes, bool, int, float, complex)
_SEQUENCES: dict[type, bytes] = {list: b"l", tuple: b"t", set: b"e", frozenset: b"z"}
_BUILDERS: dict[bytes, Callable[[list[Any]], Any]] = {
    b"l": list, b"t": tuple, b"e": set, b"z": frozenset,
}  # fmt: skip


class WireError(Exception):
    """Bytes that are no message, or a value that is not plain data."""


class TooDeep(WireError):
    """A value that nests deeper than `MAX_DEPTH`."""


class Reference:
    """A value that stays in the candidate, known to the checker by number and type name."""

    __slots__ = ("kind", "number")

    def __init__(self, number: int, kind: str) -> None:
        self.number, self.kind = number, kind


def _sized(tag: bytes, body: bytes) -> bytes:
    return b"%b%d:%b" % (tag, len(body), body)


def _base(value: Any) -> Any:
    """A plain equal of a value of a subclass or a numpy scalar; the value itself otherwise."""
    plain: Any
    kind = type(value)
    if kind.__module__ == "numpy" and hasattr(value, "tolist"):
        return value.tolist() if kind.__name__ != "ndarray" else value
    for plain in (bool, int, float, complex, str, bytes, list, tuple, set, frozenset, dict):
        if isinstance(value, plain) and kind is not plain:
            return dict(value.items()) if plain is dict else plain(_raw(plain, value))
    return value


def _raw(plain: type, value: Any) -> Any:
    # int(x), str(x) and list(x) would call overridden methods; the base class's own do not.
    if plain in (list, tuple, set, frozenset):
        return plain.__iter__(value)  # type: ignore[attr-defined]
    if plain is str:
        return str.__str__(value)
    if plain is bytes:
        return bytes.__getitem__(value, slice(None))
    if plain is complex:
        return complex.__complex__(value)
    return float.__float__(value) if plain is float else int.__int__(value)


def encode(value: Any, refer: Callable[[Any], Reference] | None = None, depth: int = 0) -> bytes:
    """Bytes of a value.

    Args:
        value: None, Ellipsis, bool, int, float, complex, str, bytes, list, tuple, set, frozenset
            or dict of such values, a subclass of these, a numpy scalar, one of `values`, or a
            `Reference`.
        refer: turns any other value into a `Reference`; without it they raise.

    Raises:
        WireError: the value is not plain data; `TooDeep`, it nests deeper than `MAX_DEPTH`.
    """
    if depth > MAX_DEPTH:
        raise TooDeep(f"a value nests deeper than {MAX_DEPTH}")
    if value is None:
        return b"n"
    if value is Ellipsis:
        return b"."
    kind = type(value)
    if kind is bool:
        return b"T" if value else b"F"
    if kind is int:
        return _sized(b"i", b"%x" % value)
    if kind is float:
        return _sized(b"f", repr(value).encode())
    if kind is str:
        return _sized(b"s", value.encode("utf-8", "surrogatepass"))
    if kind is bytes:
        return _sized(b"b", value)
    if kind is complex:
        return b"c" + encode(value.real) + encode(value.imag)
    if kind in _SEQUENCES:
        items = b"".join([encode(item, refer, depth + 1) for item in value])
        return b"%b%d:%b" % (_SEQUENCES[kind], len(value), items)
    if kind is dict:
        pairs = [
            encode(key, refer, depth + 1) + encode(item, refer, depth + 1)
            for key, item in value.items()
        ]
        return b"d%d:%b" % (len(pairs), b"".join(pairs))
    if kind is Reference:
        return b"r" + encode(value.number) + encode(value.kind)
    if (known := values.parts(value)) is not None:
        return b"v" + encode(known[0]) + encode(known[1], refer, depth + 1)
    plain = _base(value)
    if plain is not value:
        return encode(plain, refer, depth + 1)
    if refer is None:
        raise WireError(f"a {kind.__name__} is not plain data")
    return encode(refer(value))


def decode(data: bytes) -> Any:
    """The value of `encode`'s bytes.

    Raises:
        WireError: the bytes are malformed; never anything else, whatever they hold.
    """
    try:
        value, end = _decode(data, 0, 0)
    except (ValueError, TypeError, IndexError, ArithmeticError, RecursionError) as error:
        raise WireError(f"malformed message ({type(error).__name__})") from None
    if end != len(data):
        raise WireError("bytes after the end of the message")
    return value


def _decode(data: bytes, at: int, depth: int) -> tuple[Any, int]:
    if depth > MAX_DEPTH:
        raise ValueError("too deep")
    tag, at = data[at : at + 1], at + 1
    if tag in (b"n", b".", b"T", b"F"):
        return {b"n": None, b".": Ellipsis, b"T": True, b"F": False}[tag], at
    if tag in (b"c", b"r", b"v"):
        first, at = _decode(data, at, depth + 1)
        second, at = _decode(data, at, depth + 1)
        if tag == b"v":
            return values.build(first, second), at
        return (complex(first, second) if tag == b"c" else Reference(int(first), str(second))), at
    colon = data.index(b":", at, at + 20)
    size, at = int(data[at:colon]), colon + 1
    if size < 0 or size > len(data):
        raise ValueError("size out of range")
    if tag in (b"i", b"f", b"s", b"b"):
        body, at = data[at : at + size], at + size
        if len(body) != size:
            raise ValueError("cut short")
        if tag == b"i":
            return int(body, 16), at
        if tag == b"f":
            return float(body), at
        return (body.decode("utf-8", "surrogatepass") if tag == b"s" else body), at
    items = []
    for _ in range(size if tag != b"d" else 2 * size):
        item, at = _decode(data, at, depth + 1)
        items.append(item)
    if tag == b"d":
        return dict(zip(items[::2], items[1::2], strict=True)), at
    if tag not in _BUILDERS:
        raise ValueError("unknown tag")
    return _BUILDERS[tag](items), at


def send(descriptor: int, body: bytes) -> None:
    """Writes one frame: eight hex digits of length, then the body."""
    if len(body) > MAX_FRAME_BYTES:
        raise WireError(f"a message of {len(body)} bytes, {MAX_FRAME_BYTES} allowed")
    view = memoryview(b"%08x" % len(body) + body)
    while view:
        view = view[os.write(descriptor, view) :]


def receive(descriptor: int, wait: Callable[[], None] | None = None) -> bytes | None:
    """Reads one frame; None at the end of the stream, also in the midst of a frame.

    Args:
        wait: called before each read; returns when there is something to read, or raises.
    """
    head = _exactly(descriptor, 8, wait)
    if head is None:
        return None
    try:
        size = int(head, 16)
    except ValueError:
        raise WireError("malformed frame") from None
    if not 0 <= size <= MAX_FRAME_BYTES:
        raise WireError("frame too long")
    return _exactly(descriptor, size, wait)


def _exactly(descriptor: int, size: int, wait: Callable[[], None] | None) -> bytes | None:
    chunks = []
    while size:
        if wait is not None:
            wait()
        chunk = os.read(descriptor, min(size, 1 << 20))
        if not chunk:
            return None
        chunks.append(chunk)
        size -= len(chunk)
    return b"".join(chunks)
