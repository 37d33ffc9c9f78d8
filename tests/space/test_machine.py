"""Host facts and model facts."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from pimp_tui.errors import UserError
from pimp_tui.space.ids import config_id, table_config_id
from pimp_tui.space.machine.host import HOST_FEATURES, HostFacts, detect_host, read_host
from pimp_tui.space.machine.model_facts import check_fits, model_facts
from tests.space.shop import write_model


def test_every_host_feature_has_evidence(tmp_path: Path) -> None:
    host = detect_host()
    assert list(host.features) == list(HOST_FEATURES)
    assert all(isinstance(f["value"], bool) and f["evidence"] for f in host.features.values())
    file = tmp_path / "host.json"
    file.write_text(json.dumps(host.to_json()))
    assert read_host(file) == host


def test_detection_imports_no_torch() -> None:
    code = (
        "import sys; from pimp_tui.space.machine.host import detect_host; detect_host();"
        "from pimp_tui.space.machine.model_facts import model_facts; model_facts('micro-coder');"
        "bad = {'torch', 'transformers', 'polars', 'sklearn'} & set(sys.modules);"
        "sys.exit(str(bad) if bad else 0)"
    )  # fmt: skip
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_host_files_are_validated(tmp_path: Path) -> None:
    facts = HostFacts.from_json({"cuda": True, "name": "h100-2"})
    assert facts.features["cuda"]["value"] and not facts.features["hqq"]["value"]
    for value, what in [
        ([], "JSON object"),
        ({"cuda": 3}, "neither"),
        ({"cudda": True}, "unknown"),
    ]:
        with pytest.raises(UserError, match=what):
            HostFacts.from_json(value)
    (tmp_path / "bad.json").write_text("{")
    with pytest.raises(UserError, match="no JSON"):
        read_host(tmp_path / "bad.json")
    with pytest.raises(UserError, match="cannot read"):
        read_host(tmp_path / "none.json")


def test_facts_of_a_folder(tmp_path: Path) -> None:
    path = write_model(tmp_path / "m", 6, hidden_size=64, vocab_size=99, num_nextn_predict_layers=1)
    (path / "generation_config.json").write_text('{"repetition_penalty": 1.1}')
    facts = model_facts(str(path))
    assert (facts.name, facts.depth, facts.hidden, facts.vocab) == ("m", 6, 64, 99)
    assert facts.context_length is None and facts.parameters == 1_000
    assert facts.generation_config == {"repetition_penalty": 1.1}
    assert facts.has("depth_6") and not facts.has("depth_7") and not facts.has("unheard_of")
    assert facts.has("x", "depth >= 6 and architecture == 'llama'") and not facts.has(
        "x", "vocab > 99"
    )
    with pytest.raises(UserError, match="no test of a model fact"):
        facts.has("x", "colour > 3")
    assert json.loads(json.dumps(facts.to_json()))["revision"] == facts.revision
    check_fits(facts)
    with pytest.raises(UserError, match="does not fit"):
        check_fits(facts, available_bytes=100)
    assert model_facts("micro-coder").name == "micro-coder"


def test_what_is_no_model(tmp_path: Path) -> None:
    (tmp_path / "bare").mkdir()
    (tmp_path / "untyped").mkdir()
    (tmp_path / "untyped" / "config.json").write_text("{}")
    weightless = write_model(tmp_path / "weightless", 2)
    (weightless / "model.safetensors").unlink()
    remote = write_model(tmp_path / "remote", 2, auto_map={"AutoModel": "x.Y"})
    (tmp_path / "cut.gguf").write_bytes(b"GGUF\x03\0\0\0")
    for name, what in [
        ("bare", "no config.json"), ("untyped", "no model_type"), ("weightless", "no weights"),
        ("remote", "code of its own"), ("cut.gguf", "no complete GGUF"), ("none", "no model at"),
        ("untyped/config.json", "no model"),
    ]:  # fmt: skip
        with pytest.raises(UserError, match=what):
            model_facts(str(tmp_path / name))
    assert model_facts(str(remote), trust_remote_code=True).architecture == "llama"


def test_facts_of_a_gguf_header(tmp_path: Path) -> None:
    def text(value: str) -> bytes:
        return struct.pack("<Q", len(value)) + value.encode()

    entries = [
        text("general.architecture") + struct.pack("<I", 8) + text("llama"),
        text("llama.block_count") + struct.pack("<II", 4, 8),
        text("llama.context_length") + struct.pack("<II", 4, 2048),
        text("tokenizer.ggml.tokens") + struct.pack("<IIQ", 9, 8, 2) + text("a") + text("b"),
    ]
    tensor = text("w") + struct.pack("<IQQIQ", 2, 10, 20, 0, 0)
    header = b"GGUF" + struct.pack("<IQQ", 3, 1, len(entries)) + b"".join(entries) + tensor
    file = tmp_path / "tiny.gguf"
    file.write_bytes(header)
    facts = model_facts(str(file))
    assert (facts.kind, facts.architecture, facts.depth, facts.vocab) == ("gguf", "llama", 8, 2)
    assert facts.context_length == 2048 and facts.parameters == 200


def test_identities() -> None:
    assert config_id(["b", "a"]) == config_id(["a", "b"]) != config_id(["a"])
    assert config_id(["a", "b"]) == sha256(b"a\nb").hexdigest()[:16]
    assert table_config_id({"x": 1, "a": None}) == table_config_id({"a": None, "x": 1})
