"""Protocol of a campaign: the presets and what may be changed about them."""

from __future__ import annotations

import math
import re
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from pimp_tui.errors import UserError


@dataclass(frozen=True)
class Settings:
    """How every configuration of a campaign is measured.

    Attributes:
        preset: name of the preset the rest came from.
        repeats: measured runs per configuration.
        precision: a configuration is repeated no more once the 95 % interval of its mean duration,
            and of its mean measured energy, reaches no further than this share; None never stops.
        warmups: unmeasured batches before each measured run.
        idle_s: length of the idle baseline, seconds.
        cool_down_s: longest wait, before a run, for the temperature of the idle baseline, seconds.
        timeout_s: a run that takes longer is killed and recorded as failed, seconds.
        seed: seed of sampling, order and generation.
        method: samplers joined by ``+``, None for a given plan.
        configurations: ``-n``; None lets the sampler decide.
        batch_size, max_new_tokens: fixed for the whole campaign where not None.
        dtype: fixed for the whole campaign where not None.
        select, deselect: the partial configuration that every sampled configuration respects.
        holdout: share of the problems that are kept out, for picks to be verified on.
        budget: ``60min``, ``5MJ`` or ``40runs``; None is no budget.
        warm_from: folder of a session that suggestions start from where it helps, absolute.
        gpus: indices, UUIDs or MIG names of the GPUs to use, None for all that are visible.
        chat_template: prompts go through the chat template of a model that has one.
        shared_gpu: run beside other people's processes; such runs are marked, not repeated.
    """

    preset: str = "quick"
    repeats: int = 2
    precision: float | None = None
    warmups: int = 1
    idle_s: float = 5.0
    cool_down_s: float = 10.0
    timeout_s: float = 600.0
    seed: int = 0
    method: str | None = "diverse"
    configurations: int | None = None
    batch_size: int | None = None
    max_new_tokens: int | None = None
    dtype: str | None = None
    select: tuple[str, ...] = ()
    deselect: tuple[str, ...] = ()
    limit: int | None = None
    holdout: float | None = None
    budget: str | None = None
    warm_from: str | None = None
    gpus: tuple[int | str, ...] | None = None
    shared_gpu: bool = False
    chat_template: bool = True
    trust_remote_code: bool = False
    unsafe_sandbox: bool = False

    @property
    def fixed_options(self) -> dict[str, Any]:
        """Options that have one value in every configuration of the campaign."""
        fixed = {name: getattr(self, name) for name in ("batch_size", "max_new_tokens", "dtype")}
        return {name: value for name, value in fixed.items() if value is not None}

    def to_json(self) -> dict[str, Any]:
        """JSON for the manifest."""
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in asdict(self).items()
        }

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Settings:
        """Settings from a manifest; keys this version does not know are left out."""
        known = {item.name for item in fields(cls)}
        kept: dict[str, Any] = {
            name: tuple(item) if isinstance(item, list) else item
            for name, item in value.items()
            if name in known
        }
        return cls(**kept)


PRESETS = {
    "quick": Settings(preset="quick", batch_size=32),
    "paper": Settings(
        preset="paper",
        repeats=10,
        warmups=6,
        idle_s=30.0,
        cool_down_s=60.0,
        timeout_s=7200.0,
        method="twise",
        batch_size=32,
        max_new_tokens=512,
        dtype="bfloat16",
    ),
    "paper-2": Settings(
        preset="paper-2",
        repeats=30,
        warmups=6,
        idle_s=30.0,
        cool_down_s=60.0,
        timeout_s=7200.0,
        method="twise",
    ),
}

#: What the demo leaves out: rules under which a model as small as the bundled one writes no
#: working program, so that a few minutes of measuring show a front and not a heap of zeros; and
#: the ranking of beams, which on its few short programs may change nothing.
DEMO_DESELECT = (
    "no_repeat_ngram_size",
    "min_new_tokens",
    "exponential_decay_length_penalty",
    "temperature=1.8",
    "repetition_penalty",
    "guidance_scale=3.0",
    "watermarking_config",
    "early_stopping",
    "length_penalty",
)

_BUDGET = re.compile(r"(\d+(?:\.\d+)?)\s*(s|min|h|J|kJ|MJ|runs?)", re.ASCII)
_SCALE = {"s": 1.0, "min": 60.0, "h": 3600.0, "J": 1.0, "kJ": 1e3, "MJ": 1e6, "run": 1, "runs": 1}
_UNIT = {"s": "s", "min": "s", "h": "s", "J": "J", "kJ": "J", "MJ": "J", "run": "runs"}


def preset(name: str, **changes: Any) -> Settings:
    """A preset with the user's changes; a change of None leaves the preset's value.

    Raises:
        UserError: unknown preset, or a number that cannot be.
    """
    if name not in PRESETS:
        raise UserError(f"no preset {name!r}", mend=f"presets: {', '.join(PRESETS)}")
    settings = replace(
        PRESETS[name], **{key: value for key, value in changes.items() if value is not None}
    )
    for key in ("repeats", "configurations", "batch_size", "max_new_tokens", "limit", "timeout_s"):
        value = getattr(settings, key)
        if value is not None and not 1 <= value < math.inf:
            raise UserError(f"{key} must be at least 1, not {value}")
    if settings.precision is not None and not 0 < settings.precision < 1:
        raise UserError(f"precision must lie between 0 and 1, not {settings.precision}")
    if settings.holdout is not None:
        from pimp_tui.workload.holdout import check_fraction

        check_fraction(settings.holdout)
    if settings.budget is not None:
        parse_budget(settings.budget)
    return settings


def parse_budget(text: str) -> tuple[float, str]:
    """A budget as (amount, unit), unit one of ``s``, ``J``, ``runs``.

    Raises:
        UserError: the text is no budget, or one that allows nothing.
    """
    match = _BUDGET.fullmatch(text.strip())
    if not match:
        raise UserError(f"{text!r} is no budget", "--budget", "write 60min, 5MJ or 40runs")
    amount, unit = float(match[1]) * _SCALE[match[2]], _UNIT.get(match[2], "runs")
    if not 0 < amount < math.inf:
        raise UserError(f"a budget of {text} is none", "--budget", "write 60min, 5MJ or 40runs")
    if unit == "runs" and not amount.is_integer():
        raise UserError(f"{text} is no whole number of runs", "--budget", "write 40runs")
    return amount, unit
