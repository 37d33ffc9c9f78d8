"""Facts of a GGUF file from its header alone (ggml's gguf.md, versions 2 and 3)."""

from __future__ import annotations

import struct
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

from pimp_tui.errors import UserError
from pimp_tui.space.machine.architecture_facts import architecture_facts
from pimp_tui.space.machine.model_facts import ModelFacts

_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q",
            12: "d"}  # fmt: skip
_STRING, _ARRAY = 8, 9
_MOST = 1 << 24


def gguf_facts(path: Path) -> ModelFacts:
    """Facts of a GGUF model.

    Raises:
        UserError: the file is no GGUF file, or its header is cut off.
    """
    try:
        with path.open("rb") as file:
            table, elements = _header(file)
    except (struct.error, ValueError, UnicodeDecodeError, MemoryError):
        raise UserError("this is no complete GGUF file", str(path), "download it again") from None
    except OSError as fault:
        why = fault.strerror or "it cannot be read"
        raise UserError(f"cannot read the model: {why}", str(path)) from None
    architecture = str(table.get("general.architecture", ""))
    if not architecture:
        raise UserError("the GGUF file names no architecture", str(path), "give a language model")

    def whole(key: str) -> int | None:
        found = table.get(f"{architecture}.{key}")
        return int(found) if isinstance(found, int) else None

    depth, size = whole("block_count"), path.stat().st_size
    mtp = whole("nextn_predict_layers") or 0
    window = whole("attention.sliding_window")
    digest = sha256(repr(sorted(table.items())).encode() + str(size).encode())
    return ModelFacts(
        name=path.stem,
        path=path.resolve(),
        kind="gguf",
        architecture=architecture,
        depth=depth,
        hidden=whole("embedding_length"),
        context_length=whole("context_length"),
        vocab=whole("vocab_size") or table.get("tokenizer.ggml.tokens"),
        parameters=elements,
        size_bytes=size,
        revision=digest.hexdigest()[:16],
        facts={
            **architecture_facts(
                architecture,
                {
                    "sliding_window": window,
                    "attn_logit_softcapping": table.get(f"{architecture}.attn_logit_softcapping"),
                },
                depth,
            ),
            "mtp": mtp > 0,
            "micro_coder_words": False,  # not looked into
            "full_precision": False,  # and what it holds is unpacked when it is loaded
        },
        generation_config={},
        chat_template=bool(table.get("tokenizer.chat_template")),
    )


def _header(file: BinaryIO) -> tuple[dict[str, Any], int]:
    """Metadata (an array as its length) and the number of weights."""
    if file.read(4) != b"GGUF":
        raise ValueError
    version, tensors, entries = _read(file, "I"), _read(file, "Q"), _read(file, "Q")
    if version not in (2, 3) or entries > 1 << 20 or tensors > 1 << 20:
        raise ValueError
    table: dict[str, Any] = {}
    for _ in range(entries):
        key = _text(file)
        table[key] = _value(file, _read(file, "I"))
    elements = 0
    for _ in range(tensors):
        _text(file)
        count = 1
        for _ in range(_read(file, "I")):
            count *= _read(file, "Q")
        _read(file, "I")
        _read(file, "Q")
        elements += count
    return table, elements


def _read(file: BinaryIO, code: str) -> Any:
    size = struct.calcsize("<" + code)
    return struct.unpack("<" + code, file.read(size))[0]


def _text(file: BinaryIO) -> str:
    length = _read(file, "Q")
    if length > _MOST:
        raise ValueError
    data = file.read(length)
    if len(data) != length:
        raise ValueError
    return data.decode("utf-8", errors="replace")


def _value(file: BinaryIO, kind: int) -> Any:
    if kind in _SCALARS:
        return _read(file, _SCALARS[kind])
    if kind == _STRING:
        return _text(file)
    if kind != _ARRAY:
        raise ValueError
    inner, length = _read(file, "I"), _read(file, "Q")
    if length > _MOST:
        raise ValueError
    if inner in _SCALARS:
        file.seek(length * struct.calcsize("<" + _SCALARS[inner]), 1)
    else:
        for _ in range(length):
            _value(file, inner)
    return length
