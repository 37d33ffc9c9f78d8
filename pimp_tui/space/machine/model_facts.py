"""Facts of a language model, read from its ``config.json`` or GGUF header alone."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from pimp_tui.errors import UserError
from pimp_tui.space.machine.architecture_facts import architecture_facts
from pimp_tui.space.machine.hub import hub_folder, is_hub_id
from pimp_tui.space.machine.words import words
from pimp_tui.space.nearest import did_you_mean

BUNDLED = "micro-coder"
_WEIGHTS = ("*.safetensors", "*.bin", "*.pt", "*.gguf")
_AT_LEAST = re.compile(r"(depth|context|hidden|vocab)_(?:at_least_|ge_)?(\d+)k?$")
_TEST = re.compile(r"\s*(\w+)\s*(>=|<=|==|>|<)\s*('[^']*'|-?[\d.]+)\s*$")


@dataclass(slots=True)
class ModelFacts:
    """What a model can do.

    Attributes:
        name: short name, the value of the ``model`` option.
        path: folder or file.
        kind: ``folder`` or ``gguf``.
        architecture: ``model_type`` of the config, e.g. llama.
        depth, hidden, context_length, vocab: layers, width, positions, tokens; None if not stated.
        parameters: estimated number of parameters, from the size of the weights.
        size_bytes: size of the weights on disk.
        facts: model features of a space, by name.
        generation_config: the model's own ``generation_config.json``.
        revision: first 16 hex digits of a hash over config and weights' names and sizes.
        chat_template: the tokenizer has one: the model was tuned to answer.
    """

    name: str
    path: Path
    kind: str
    architecture: str
    depth: int | None
    hidden: int | None
    context_length: int | None
    vocab: int | None
    parameters: int | None
    size_bytes: int
    revision: str
    facts: dict[str, bool] = field(default_factory=dict)
    generation_config: dict[str, Any] = field(default_factory=dict)
    chat_template: bool = False

    def summary(self) -> str:
        """One line for people."""
        parts = [self.architecture]
        if self.depth:
            parts.append(f"{self.depth} layers")
        if self.parameters:
            parts.append(f"{self.parameters / 1e6:.3g} M parameters")
        return ", ".join(parts)

    def has(self, name: str, test: Any = None) -> bool:
        """Whether the model has a model feature.

        Args:
            name: feature name: one of ``facts``, or ``depth_8``, ``context_4096`` for "at least".
            test: the feature's ``fact`` attribute, e.g. ``'depth >= 8'``, which goes before.

        Raises:
            UserError: the test is none.
        """
        if isinstance(test, str):
            return all(self._holds(part) for part in re.split(r"\s+and\s+", test))
        if name in self.facts:
            return self.facts[name]
        match = _AT_LEAST.match(name)
        if match:
            own = {"context": self.context_length}.get(match[1], getattr(self, match[1], None))
            return own is not None and own >= int(match[2])
        return False

    def _holds(self, part: str) -> bool:
        match = _TEST.match(part)
        known = ("depth", "hidden", "context_length", "vocab", "parameters", "architecture")
        if match is None or match[1] not in known:
            mend = "write fact 'depth >= 8' with one of " + ", ".join(known)
            raise UserError(f"`{part}` is no test of a model fact", mend=mend)
        own, op, text = getattr(self, match[1]), match[2], match[3]
        if own is None:
            return False
        other: Any = text[1:-1] if text.startswith("'") else float(text)
        if isinstance(own, str) != isinstance(other, str):
            return False
        return bool({">=": own >= other, "<=": own <= other, "==": own == other,
                     ">": own > other, "<": own < other}[op])  # fmt: skip

    def to_json(self) -> dict[str, Any]:
        """Plain values for the manifest."""
        return {
            "name": self.name, "path": str(self.path), "kind": self.kind,
            "architecture": self.architecture, "depth": self.depth, "hidden": self.hidden,
            "context_length": self.context_length, "vocab": self.vocab,
            "parameters": self.parameters, "size_bytes": self.size_bytes,
            "revision": self.revision, "facts": dict(self.facts),
            "generation_config": dict(self.generation_config),
            "chat_template": self.chat_template,
        }  # fmt: skip


def bundled_model() -> Path:
    """Folder of the bundled model's weights."""
    return Path(__file__).resolve().parents[2] / "engine" / "micro_coder" / "weights"


def model_facts(ref: str, trust_remote_code: bool = False) -> ModelFacts:
    """Facts of a model reference.

    Args:
        ref: ``micro-coder``, a folder in Transformers' layout, a ``.gguf`` file, or the id of a
            model on a hub, which is downloaded where it is not there yet.
        trust_remote_code: accept a folder whose config names code of its own.

    Raises:
        UserError: it does not exist, is no model, has no weights, or asks for its own code.
    """
    if ref == BUNDLED:
        return _from_folder(bundled_model(), BUNDLED, trust_remote_code)
    if not ref.strip():  # of a shell variable that was never set
        raise UserError("the model's name is empty", "--model", "name one, or leave --model out")
    path = Path(ref).expanduser()
    if path.is_dir():
        return _from_folder(path, path.resolve().name, trust_remote_code)
    if path.is_file() and path.suffix.lower() == ".gguf":
        from pimp_tui.space.machine.gguf_facts import gguf_facts

        return gguf_facts(path)
    if path.is_file():
        raise UserError("this file is no model", ref, "give a model folder or a .gguf file")
    if is_hub_id(ref) and not path.parent.is_dir():
        return _from_folder(hub_folder(ref), ref.rpartition("/")[2], trust_remote_code)
    mend = "give a local folder in Transformers' layout, a .gguf file, a hub's id or micro-coder"
    raise UserError(f"no model at {ref}", mend=did_you_mean(ref, [BUNDLED], mend))


def _from_folder(path: Path, name: str, trust_remote_code: bool) -> ModelFacts:
    config = _config(path)
    if "auto_map" in config and not trust_remote_code:
        raise UserError(
            "the model brings code of its own", str(path), "allow it with --trust-remote-code"
        )
    weights = sorted({f for pattern in _WEIGHTS for f in path.glob(pattern) if f.is_file()})
    if not weights:
        raise UserError("the model folder has no weights", str(path), "add model.safetensors")
    text = config.get("text_config")
    inner = {**config, **text} if isinstance(text, dict) else config

    def whole(*names: str) -> int | None:
        found = (inner.get(n) for n in names)
        return next((v for v in found if isinstance(v, int) and not isinstance(v, bool)), None)

    depth = whole("num_hidden_layers", "n_layer", "num_layers", "n_layers")
    size = sum(f.stat().st_size for f in weights)
    width = {"float32": 4, "float64": 8}.get(str(inner.get("dtype") or inner.get("torch_dtype")), 2)
    digest = sha256(json.dumps(config, sort_keys=True).encode())
    for file in weights:
        digest.update(f"{file.name}:{file.stat().st_size}\n".encode())
    mtp = whole("num_nextn_predict_layers", "mtp_num_hidden_layers", "num_mtp_layers") or 0
    return ModelFacts(
        name=name,
        path=path.resolve(),
        kind="folder",
        architecture=str(config["model_type"]),
        depth=depth,
        hidden=whole("hidden_size", "n_embd", "d_model"),
        context_length=whole("max_position_embeddings", "n_positions", "n_ctx", "seq_length"),
        vocab=whole("vocab_size"),
        parameters=size // width,
        size_bytes=size,
        revision=digest.hexdigest()[:16],
        facts={
            **architecture_facts(str(config["model_type"]), inner, depth),
            "mtp": mtp > 0,
            "full_precision": not config.get("quantization_config"),
            "micro_coder_words": _has_bundled_words(path, whole("vocab_size")),
        },
        generation_config=_optional_json(path / "generation_config.json"),
        chat_template=_has_chat_template(path),
    )


def _has_bundled_words(path: Path, size: int | None) -> bool:
    """Whether the tokens are those of the bundled model; most models are told by their number."""
    bundled = bundled_model()
    if path.resolve() == bundled:
        return True
    if size != _config(bundled).get("vocab_size"):
        return False
    own = words(path)
    return own is not None and own == words(bundled)


def _has_chat_template(path: Path) -> bool:
    files = ("chat_template.jinja", "chat_template.json")
    if any((path / name).is_file() for name in files):
        return True
    return bool(_optional_json(path / "tokenizer_config.json").get("chat_template"))


def _config(path: Path) -> dict[str, Any]:
    file = path / "config.json"
    mend = "give a folder in Transformers' layout, with config.json and weights"
    try:
        config = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError("the model folder has no config.json", str(path), mend) from None
    except (OSError, ValueError):
        raise UserError("config.json cannot be read as JSON", str(path), mend) from None
    if not isinstance(config, dict) or not isinstance(config.get("model_type"), str):
        raise UserError("config.json names no model_type", str(path), mend)
    return config


def _optional_json(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError):
        raise UserError("it cannot be read as JSON", str(file), "mend or remove it") from None
    return found if isinstance(found, dict) else {}


def check_fits(facts: ModelFacts, available_bytes: int | None = None) -> None:
    """Refuse a model whose weights alone exceed the memory.

    Args:
        facts: of the model.
        available_bytes: memory it may take; None asks this machine (the larger of free RAM and the
            total memory of its GPUs).

    Raises:
        UserError: it does not fit.
    """
    if available_bytes is None:
        import psutil

        from pimp_tui.space.machine.host_probe import gpu_memory_bytes

        available_bytes = max(int(psutil.virtual_memory().available), gpu_memory_bytes())
    if facts.size_bytes > available_bytes:
        need, have = facts.size_bytes / 2**30, available_bytes / 2**30
        raise UserError(
            f"{facts.name} does not fit: its weights take {need:.1f} GiB, {have:.1f} GiB are free",
            str(facts.path),
            "take a smaller or quantised model, or a machine with more memory",
        )
