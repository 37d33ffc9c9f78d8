"""What is imported when: help, notebook names and the app stay light."""

import resource
import subprocess
import sys

import pytest

HEAVY = ("torch", "transformers", "sklearn", "scipy")


def modules_after(code: str) -> set[str]:
    out = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys\nprint(*sys.modules, sep='\\n')"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return set(out.stdout.split())


def test_help_imports_nothing_heavy():
    out = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "pimp_tui", "--help"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    names = {line.rsplit("|", 1)[-1].strip() for line in out.stderr.splitlines()}
    assert "typer" in names
    assert not names & {*HEAVY, "polars", "numpy", "textual"}


@pytest.mark.parametrize(
    "name", ["load_space", "sample", "coverage", "open_session", "fit", "pareto"]
)
def test_notebook_names_resolve_lightly(name):
    loaded = modules_after(f"import pimp_tui\npimp_tui.{name}")
    assert not loaded & set(HEAVY)


def test_the_app_imports_neither_engine_nor_frames():
    loaded = modules_after("import pimp_tui.tui.app")
    assert "textual" in loaded
    assert not loaded & {*HEAVY, "polars", "numpy", "plotext", "pysat", "dd"}


def test_core_never_imports_torch():
    loaded = modules_after(
        "import pimp_tui as pt\n"
        "s = pt.load_space('transformers')\ns.count()\npt.sample(s, method='uniform', n=3)"
    )
    assert not loaded & set(HEAVY)


def test_help_takes_little_cpu():
    """The contract's 0.3 s with slack for a busy machine; the best of three counts."""

    def cpu() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            [sys.executable, "-m", "pimp_tui", "--help"], capture_output=True, check=True
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    assert min(cpu() for _ in range(3)) < 0.6


def test_notebook_api_knows_its_names_only():
    import pimp_tui as pt

    assert {"load_space", "sample", "fit", "pareto", "suggest", "Contradiction"} <= set(dir(pt))
    with pytest.raises(AttributeError, match="nonsense"):
        _ = pt.nonsense
