"""A small bound space, a host and model folders for the tests."""

from __future__ import annotations

import json
from pathlib import Path

from pimp_tui.space.machine.host import HostFacts

HOST = HostFacts.from_json(
    {"cuda": {"value": False, "evidence": "no device"}, "bf16": {"value": True, "evidence": "amx"}}
)

INFERENCE = """features
    Inference {abstract}
        mandatory
            Generation {abstract, layer 'generation'}
                mandatory
                    decoding {abstract, option 'do_sample'}
                        alternative
                            greedy {value false, default true}
                            sampling {value true}
                    num_beams {abstract, option 'num_beams', doc 'Number of beams.'}
                        alternative
                            num_beams_1 {value 1, default true}
                            num_beams_4 {value 4}
                optional
                    exp_decay {option 'exponential_decay_length_penalty', value [8, 1.1]}
                    watermark {option 'watermarking_config', value {bias 2.5, seeding_scheme 'selfhash'}}
                    temperature {abstract, option 'temperature', unset 1.0}
                        alternative
                            t07 {value 0.7}
                            t1 {value 1.0, default true}
            Deployment {abstract, layer 'deployment'}
                mandatory
                    dtype {abstract, option 'dtype'}
                        alternative
                            float32 {default true}
                            bfloat16
            Host {abstract}
                optional
                    cuda
                    bf16
            Model {abstract, layer 'model'}
                mandatory
                    model {abstract, option 'model'}
                optional
                    early_exit {abstract}
                    deep {abstract, fact 'depth >= 8'}
constraints
    // selfhash needs a GPU
    watermark => cuda
    t07 => sampling
    bfloat16 => bf16 | cuda
"""  # noqa: E501


def write_model(path: Path, depth: int, **config: object) -> Path:
    """A folder that looks like a model: config and a weights file."""
    path.mkdir(parents=True)
    told = {"model_type": "llama", "num_hidden_layers": depth, "dtype": "float32"} | config
    (path / "config.json").write_text(json.dumps(told))
    (path / "model.safetensors").write_bytes(b"\0" * 4_000)
    return path
