"""The engine that runs Transformers models in this process."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pimp_tui.engine.base import Completion, OnBatch
from pimp_tui.engine.transformers.environment import prepare_environment, set_threads
from pimp_tui.engine.transformers.loading import DEPLOYMENT_OPTIONS, Loaded
from pimp_tui.errors import UserError

if TYPE_CHECKING:
    from pimp_tui.engine.transformers.chat import Question


class TransformersEngine:
    """``Engine`` over ``AutoModelForCausalLM.generate``; one model in memory at a time."""

    def __init__(self) -> None:
        prepare_environment()
        self.peak_memory_bytes: int | None = None
        self._loaded: Loaded | None = None
        self._key: tuple[Any, ...] = ()
        self._reference: tuple[str, bool] | None = None

    def load(
        self, model: str, deployment: dict[str, Any], *, trust_remote_code: bool = False
    ) -> dict[str, Any]:
        """Load ``model``; what is already loaded with the same deployment options is kept.

        Raises:
            UserError: the model does not exist, cannot be loaded or does not fit.
        """
        from pimp_tui.engine.transformers.loading import load_model

        self._reference = (model, trust_remote_code)
        wanted = {name: deployment.get(name) for name in DEPLOYMENT_OPTIONS}
        key = (model, trust_remote_code, repr(wanted))
        if self._loaded is None or key != self._key:
            self.close()
            threads = set_threads()
            self._loaded = load_model(model, wanted, trust_remote_code)
            self._loaded.facts["threads"] = threads
            self._key = key
        self._load_draft(deployment)
        return dict(self._loaded.facts)

    def _load_draft(self, deployment: dict[str, Any]) -> None:
        """Have the draft that ``assistant_model`` names in memory, and no other."""
        from pimp_tui.engine.transformers.loading import load_draft

        loaded, asked = self._model(), deployment.get("assistant_model")
        if asked == (loaded.draft and loaded.draft.reference):
            return
        loaded.draft, loaded.facts["draft"] = None, None  # no room is kept for one not needed
        _collect()
        if asked is not None:
            loaded.draft = load_draft(asked, loaded, deployment, self._key[1])
            loaded.facts["draft"] = loaded.draft.facts

    def chat(self, questions: Sequence[Question]) -> list[str] | None:
        """Questions as prompts through the model's chat template; None where it has none.

        Raises:
            UserError: no model is loaded, or the template refuses them.
        """
        from pimp_tui.engine.transformers.chat import as_sent

        return as_sent(self._model().tokenizer, questions)

    def reset(self) -> None:
        """Forget what an earlier run left in the model and in the library."""
        from pimp_tui.engine.transformers.state import forget

        forget(self._model())

    def generate(
        self,
        prompts: list[str],
        options: dict[str, Any],
        *,
        seed: int,
        on_batch: OnBatch | None = None,
    ) -> list[Completion]:
        """Complete ``prompts`` in batches of ``options["batch_size"]``, in their order.

        With continuous batching, that many are in the running batch at most.

        The seed is set once per call: a sample depends on the batches, which are always the same.
        """
        import torch

        from pimp_tui.engine.transformers.batches import run_batch
        from pimp_tui.engine.transformers.continuous import run_continuous, wanted
        from pimp_tui.engine.transformers.custom import custom_arguments
        from pimp_tui.engine.transformers.state import peak_memory_bytes

        loaded = self._prepare(options)
        config, custom = self._config(options), custom_arguments(options)
        torch.manual_seed(seed)
        if wanted(options):
            found = run_continuous(loaded, prompts, config, options, seed, on_batch)
            self.peak_memory_bytes = peak_memory_bytes(loaded.device)
            return found
        size = int(options.get("batch_size") or 1)
        completions: list[Completion] = []
        for offset in range(0, len(prompts), size):
            batch = prompts[offset : offset + size]
            completions += run_batch(loaded, batch, config, offset, custom)
            if on_batch is not None:
                on_batch(offset + len(batch))
        self.peak_memory_bytes = peak_memory_bytes(loaded.device)
        return completions

    def probe(self, prompts: list[str], options: dict[str, Any], seed: int = 0) -> list[str]:
        """Warm up on the first batches and name the options that changed nothing there."""
        from pimp_tui.engine.transformers.effects import without_effect

        loaded = self._prepare(options)
        return without_effect(loaded, prompts, options, seed)

    def synchronise(self) -> None:
        """Wait until each GPU of the model is done: a meter must not miss work to come."""
        import torch

        parts = () if self._loaded is None else self._loaded.model.parameters()
        for device in {part.device for part in parts if part.device.type == "cuda"}:
            torch.cuda.synchronize(device)

    def close(self) -> None:
        """Free the model and its device memory."""
        if self._loaded is None:
            return
        self.reset()
        self._loaded, self._key = None, ()
        _collect()

    def _model(self) -> Loaded:
        if self._loaded is None:
            raise UserError("no model is loaded")
        return self._loaded

    def _prepare(self, options: dict[str, Any]) -> Loaded:
        """Reload for another deployment, undo leaked state, neutralise the model's own config."""
        from pimp_tui.engine.transformers.configs import set_model_configs

        if self._reference is None:
            raise UserError("no model is loaded")
        reference, trust = self._reference
        self.load(reference, options, trust_remote_code=trust)
        loaded = self._model()
        self.reset()
        set_model_configs(loaded, options)
        return loaded

    def _config(self, options: dict[str, Any]) -> Any:
        from pimp_tui.engine.transformers.configs import run_config

        loaded = self._model()
        return run_config(options, loaded.own_config, loaded.tokenizer.pad_token_id)


def _collect() -> None:
    """Give back the memory of what nobody holds any more."""
    import gc

    import torch

    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
