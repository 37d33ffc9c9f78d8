"""Prompts through chat templates: real tokenizers, EvalPlus's words, a session from end to end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tiny_models import TEMPLATES, chat_tokenizer, tiny_llama, tokenizer

from pimp_tui.engine.transformers import TransformersEngine
from pimp_tui.engine.transformers.batches import encode
from pimp_tui.engine.transformers.chat import as_sent
from pimp_tui.engine.transformers.effects import NEUTRAL
from pimp_tui.errors import UserError
from pimp_tui.space.machine.model_facts import model_facts
from pimp_tui.workload import Task, Workload, turns

PROMPT = '\n\ndef add(a, b):\n    """Add."""\n'
TASK = Task("t", PROMPT, "def check(f):\n    assert f(1, 2) == 3\n", "add")
USER = (
    "Please provide a self-contained Python script that solves the following problem in a markdown "
    'code block:\n```\ndef add(a, b):\n    """Add."""\n```'
)
BEGUN = (
    "Below is a Python script with a self-contained function that solves the problem and passes "
    "corresponding tests:\n```python\n"
)
SENT = {
    "chatml": f"<|im_start|>system\nYou help.<|im_end|>\n<|im_start|>user\n{USER}\n<|im_end|>\n"
    f"<|im_start|>assistant\n{BEGUN}",
    "trims": f"<bos><|user|>\n\n{USER}<eos><|assistant|>\n\n{BEGUN}",
    "thinks": f"<bos>[U]{USER}\n<eos>[A]<think>\n\n</think>\n\n{BEGUN}",
}


@pytest.mark.parametrize("kind", SENT)
def test_a_program_is_asked_for_in_evalpluss_words_with_the_answer_begun(kind: str) -> None:
    assert as_sent(chat_tokenizer(kind), turns(Workload("w", [TASK]))) == [SENT[kind]]


def test_an_answer_is_begun_by_the_model() -> None:
    sent = as_sent(chat_tokenizer("trims"), turns(Workload("w", [Task("a", "2 + 2?", answer="4")])))
    assert sent == ["<bos><|user|>\n\n2 + 2?<eos><|assistant|>\n\n"]


def test_without_a_template_there_is_no_chat() -> None:
    assert as_sent(tokenizer(), turns(Workload("w", [TASK]))) is None


@pytest.mark.parametrize(
    ("kind", "told"), [("drops", "leaves out"), ("refuses", "only with a system")]
)
def test_a_template_of_no_use_is_told_in_one_line(kind: str, told: str) -> None:
    with pytest.raises(UserError, match=told) as caught:
        as_sent(chat_tokenizer(kind), turns(Workload("w", [TASK])))
    assert "--no-chat-template" in (caught.value.mend or "")


def test_a_named_template_is_taken_when_it_is_the_default(tmp_path: Path) -> None:
    several = chat_tokenizer("trims")
    several.chat_template = {"default": TEMPLATES["trims"], "tool_use": TEMPLATES["drops"]}
    assert as_sent(several, turns(Workload("w", [TASK]))) == [SENT["trims"]]


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    for kind in ("chatml", "trims"):
        tiny_llama(folder / kind, chat=kind)
    tiny_llama(folder / "base")
    return folder


def test_facts_and_the_loaded_model_agree_on_a_template(models: Path) -> None:
    for name, there in (("chatml", True), ("trims", True), ("base", False)):
        engine = TransformersEngine()
        engine.load(str(models / name), {})
        assert model_facts(str(models / name)).chat_template is there
        assert (engine.chat(turns(Workload("w", [TASK]))) is not None) is there
    assert model_facts("micro-coder").chat_template is False


def test_there_is_one_begin_token_and_no_more(models: Path) -> None:
    engine = TransformersEngine()
    engine.load(str(models / "trims"), {})
    loaded, begin = engine._model(), chat_tokenizer("trims").bos_token_id
    sent = engine.chat(turns(Workload("w", [TASK])))
    assert sent is not None
    for prompts, count in ((sent, 1), ([PROMPT], 1), ([*sent, PROMPT], 1)):
        ids = encode(loaded, prompts, 20)["input_ids"].tolist()
        assert ids[-1].count(begin) == count
    assert loaded.tokenizer(sent)["input_ids"][0].count(begin) == 2  # what is avoided
    options: dict[str, Any] = NEUTRAL | {"batch_size": 2, "continuous_batching": True}
    plain = engine.generate(sent, NEUTRAL | {"batch_size": 2}, seed=1)
    assert plain[0].tokens_in == len(encode(loaded, sent, 20)["input_ids"][0])
    assert engine.generate(sent, options, seed=1)[0].tokens_in == plain[0].tokens_in


@pytest.mark.slow
def test_a_session_says_what_it_sent(
    models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pimp_tui.cli import main
    from pimp_tui.session import open_session

    def run(name: str, *more: str) -> Any:
        # fmt: off
        arguments = [
            "run", str(tmp_path / name), "--model", str(models / "trims"), "--model",
            str(models / "base"), "--workload", "humaneval", "--limit", "2", "--method", "uniform",
            "-n", "6", "--repeats", "1", "--batch", "2", "--max-new-tokens", "20", *more,
        ]
        # fmt: on
        assert main(arguments) == 0
        return open_session(tmp_path / name)

    opened = run("chat")
    kinds = {item["name"]: item["prompts"] for item in opened.manifest["models"]}
    assert kinds == {"trims": "chat", "base": "raw"}
    assert opened.manifest["workload"]["protocol"] == "evalplus-humaneval"
    prompts = dict(opened.prompts.collect().iter_rows())
    runs = {row["config_id"]: row["model"] for row in opened.runs.collect().to_dicts()}
    assert set(runs.values()) == {"trims", "base"}
    for row in opened.requests.collect().to_dicts():
        text = prompts[row["prompt_hash"]]
        assert text.endswith("```python\n") == (runs[row["config_id"]] == "trims")
    assert len(prompts) == 4
    raw = run("raw", "--no-chat-template")
    assert {item["prompts"] for item in raw.manifest["models"]} == {"raw"}
    assert raw.manifest["settings"]["chat_template"] is False
    assert raw.prompts.collect().height == 2
    assert main(["run", str(tmp_path / "chat"), "--no-chat-template"]) == 2
