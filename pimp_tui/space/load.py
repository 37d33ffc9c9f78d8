"""``load_space``: a shipped name, a path or a text to a Space with its Host and Model filled in."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from pimp_tui.errors import UserError
from pimp_tui.space.fill import fill
from pimp_tui.space.machine.host import HostFacts, detect_host, read_host
from pimp_tui.space.machine.model_facts import ModelFacts, model_facts
from pimp_tui.space.model import FeatureModel
from pimp_tui.space.nearest import did_you_mean
from pimp_tui.space.space import Space
from pimp_tui.space.uvl.flatten import keep_places
from pimp_tui.space.uvl.reader import decode, read_uvl


class UvlText(str):
    """A UVL text, to tell it from a path or a shipped name; ``label`` names it in messages."""

    label = "text.uvl"


def shipped_spaces() -> list[str]:
    """Names of the spaces that come with the package."""
    folder = resources.files("pimp_tui.space.shipped")
    return sorted(
        entry.name.removesuffix(".uvl") for entry in folder.iterdir() if entry.name.endswith(".uvl")
    )


def load_space(
    source: str | Path | UvlText,
    *,
    host: HostFacts | str | Path | None = None,
    models: list[str] | None = None,
    trust_remote_code: bool = False,
    checked: bool = True,
) -> Space:
    """Load a space.

    Args:
        source: a shipped name, a path of a ``.uvl`` file, or a ``UvlText``.
        host: facts of a machine, the path of a host file, or None to detect this one. Only asked
            where the text has a ``Host`` branch that is not yet filled.
        models: model references for the ``Model`` branch: ``micro-coder`` (default), a folder, a
            ``.gguf`` file.
        trust_remote_code: passed on to the reading of model facts.
        checked: whether to make sure that the model is not void; else ``Space.check`` does.

    Raises:
        UserError: unreadable or broken text (with file, line and column), a void model (naming a
            minimal clash), a host file or a model that is none.
        Unsettled: whether the model is void could not be told in time.
    """
    found = load_model(source, host=host, models=models, trust_remote_code=trust_remote_code)
    return Space(*found, checked=checked)


def load_model(
    source: str | Path | UvlText,
    *,
    host: HostFacts | str | Path | None = None,
    models: list[str] | None = None,
    trust_remote_code: bool = False,
) -> tuple[str, FeatureModel]:
    """Name and feature model of what ``load_space`` would load; a void one passes."""
    name, text, label = source_text(source)
    model = read_uvl(text, label)
    needs_host = "Host" in model.features and not model.features["Host"].attributes.get("bound")
    needs_model = "Model" in model.features and not model.features["Model"].attributes.get("bound")
    if not needs_host and not needs_model:
        return name, model
    machine = _host(host) if needs_host else None
    facts: list[ModelFacts] = []
    if needs_model:
        given = models or ["micro-coder"]
        facts = [model_facts(ref, trust_remote_code) for ref in given]
    return name, keep_places(model, read_uvl(fill(model, machine, facts), label))


def _host(host: HostFacts | str | Path | None) -> HostFacts:
    if host is None:
        return detect_host()
    return host if isinstance(host, HostFacts) else read_host(Path(host))


def source_text(source: str | Path | UvlText) -> tuple[str, str, str]:
    """Name, text and label of a shipped name, a path or a text.

    Raises:
        UserError: there is no such file, or it is no text.
    """
    if isinstance(source, UvlText):
        return Path(source.label).stem, str(source), source.label
    if isinstance(source, str) and "\n" in source:
        return "text", source, UvlText.label
    if isinstance(source, str) and not source.strip():
        names = ", ".join(shipped_spaces())
        raise UserError("the space's name is empty", mend=f"name a .uvl file or one of {names}")
    path = Path(source)
    if isinstance(source, str) and source in shipped_spaces() and not path.is_file():
        shipped = resources.files("pimp_tui.space.shipped") / f"{source}.uvl"
        return source, shipped.read_text(encoding="utf-8"), f"{source}.uvl"
    try:
        return path.stem, decode(path.read_bytes(), str(source)), str(source)
    except FileNotFoundError:
        known = shipped_spaces()
        mend = f"give a .uvl file or a shipped space: {', '.join(known) or 'none here'}"
        if path.suffix != ".uvl":
            mend = did_you_mean(str(source), known, mend)
        raise UserError(f"no space {source}", mend=mend) from None
    except IsADirectoryError:
        raise UserError("this is a folder", str(source), "give the .uvl file itself") from None
    except OSError as fault:
        why = fault.strerror or "it cannot be read"
        raise UserError(f"cannot read it: {why}", str(source), "give a readable file") from None
