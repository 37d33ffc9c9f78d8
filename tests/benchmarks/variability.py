"""Variability engine against its targets: one line per figure, with its ratio to a peer or bound.

    python tests/benchmarks/variability.py [FOLDER] [--seconds 5 60]

The shipped space needs no folder. FOLDER may hold ``generation_like.uvl``, ``toybox.uvl``,
``uclinux_dist.uvl`` and others; counts are compared with its ``counts.csv`` (columns model,
valid_configurations). Times are wall clock with CPU time in brackets: on a shared machine a target
missed by the clock and held by the CPU is marked so. Peers' figures were measured once elsewhere
(YASA 153 rows, CAmpactor 127 to 134; flamapy reads toybox in 11.5 s), and flamapy is timed here
where it can be imported.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from pimp_tui.errors import UserError
from pimp_tui.sampling import coverage, sample
from pimp_tui.sampling.bound import lower_bound
from pimp_tui.space import Space, UvlText, load_space

FLAMAPY_TOYBOX = 11.46
YASA, CAMPACTOR = 153, 134
CAMPACTOR_BEST = 127


class Clock:
    """Wall and CPU seconds, those of finished children too."""

    def __enter__(self) -> Clock:
        self._began = self._now()
        return self

    def __exit__(self, *_: object) -> None:
        now = self._now()
        self.wall, self.cpu = (b - a for a, b in zip(self._began, now, strict=True))

    @staticmethod
    def _now() -> tuple[float, float]:
        return time.perf_counter(), sum(os.times()[:4])


def say(name: str, figure: str, target: str, held: bool | None, note: str = "") -> None:
    """One line."""
    verdict = {True: "holds", False: "MISSED", None: ""}[held]
    print(f"{name:42} {figure:>22}  {target:>14}  {verdict:6} {note}".rstrip(), flush=True)


def say_time(name: str, clock: Clock, most: float, note: str = "") -> None:
    """One line on seconds."""
    if clock.wall > most >= clock.cpu:
        note = "held by CPU time; " + note
    figure = f"{clock.wall:.2f} s [{clock.cpu:.2f}]"
    ratio = f"{clock.wall / most:.2f} x target"
    say(name, figure, f"< {most:g} s", clock.wall <= most, f"{ratio}; {note}".rstrip("; "))


def toggles(space: Space, walks: int = 8, seed: int = 3) -> tuple[list[float], list[float]]:
    """Sorted ms of toggles with complete propagation and live count: by the clock and by CPU."""
    rng = random.Random(seed)
    wall, cpu = [], []
    for _ in range(walks):
        choice = space.configure()
        for _ in range(12):
            open_ = [f for f, state in choice.states().items() if state == "undecided"]
            if not open_:
                break
            feature, on = rng.choice(open_), rng.random() < 0.5
            began, used = time.perf_counter(), time.process_time()
            choice.select(feature) if on else choice.deselect(feature)
            choice.states()
            choice.count()
            wall.append((time.perf_counter() - began) * 1e3)
            cpu.append((time.process_time() - used) * 1e3)
    return sorted(wall), sorted(cpu)


def report_toggles(space: Space, most: float) -> None:
    """p95 of a toggle."""
    space.count()
    wall, cpu = toggles(space)
    at = int(0.95 * len(wall))
    note = f"p50 {wall[len(wall) // 2]:.1f} ms"
    if wall[at] > most >= cpu[at]:
        note += ", held by CPU time"
    figure = f"{wall[at]:.1f} ms [{cpu[at]:.1f}]"
    say(f"{space.name}: toggle and count, p95", figure, f"< {most:g} ms", wall[at] <= most, note)


def report_rows(space: Space, kind: str, seconds: list[float], limits: list[float | None]) -> None:
    """Pairwise plans beside the bound; a limit is in rows, or below 10 a ratio to the bound."""
    bound = lower_bound(space, 2, kind, seconds=10)
    say(f"{space.name}: {kind}, proven bound", f"{bound} rows", "", None)
    for given, limit in zip(seconds, limits, strict=False):
        with Clock() as clock:
            plan = sample(space, "twise", seed=1, seconds=given, interactions=kind)
        covered = coverage(space, plan, interactions=kind)["coverage"]
        ratio, target, held = len(plan) / bound, "", None
        if limit is not None and limit < 10:
            target, held = f"<= {limit:g} x bound", ratio <= limit
        elif limit is not None:
            target, held = f"<= {limit:g} rows", len(plan) <= limit
        peers = ""
        if space.name == "generation_like":
            peers = (
                f", {len(plan) / YASA:.2f} x YASA, "
                f"{len(plan) / CAMPACTOR_BEST:.2f}-{len(plan) / CAMPACTOR:.2f} x CAmpactor"
            )
        whole = held and covered == 1 and clock.wall <= 1.2 * given + 2
        note = f"{ratio:.3f} x bound{peers}, coverage {covered:.4g}, "
        note += f"{clock.wall:.1f} s [{clock.cpu:.1f}]"
        say(f"{space.name}: {kind}, pairs in {given:g} s", f"{len(plan)} rows", target,
            whole if held is not None else None, note)  # fmt: skip


def flamapy_reader() -> Callable[[str], object] | None:
    """Reads a UVL file by flamapy, where it is installed."""
    try:
        from flamapy.metamodels.fm_metamodel.transformations import UVLReader
    except ImportError:
        return None
    return lambda path: UVLReader(path).transform()


def report_parse(path: Path, name: str, features: int) -> None:
    """Seconds to read and check a model."""
    with Clock() as clock:
        load_space(str(path))
    say_time(f"{name}: parse, {features} features", clock, 0.1 * max(1000, features) / 1000)
    if name != "toybox":
        return
    peer, how = FLAMAPY_TOYBOX, "recorded"
    read = flamapy_reader()
    if read is not None:
        with Clock() as other:
            read(str(path))
        peer, how = other.wall, "measured now"
    say("toybox: parse, flamapy's seconds to ours", f"{peer / clock.wall:.0f} x", ">= 100 x",
        peer / clock.wall >= 100, f"flamapy {peer:.2f} s, {how}")  # fmt: skip


def large_text(features: int = 18_000) -> str:
    """A model of kernel-like shape: menus of options, alternatives, implications across."""
    rng, lines, made = random.Random(1), ["features", "  Root", "    optional"], 0
    while made < features:
        lines += [f"      Menu{made} {{abstract}}", "        optional"]
        lines += [f"          F{made + i}" for i in range(40)]
        lines += ["        alternative"] + [f"          A{made + i}" for i in range(8)]
        made += 50
    lines.append("constraints")
    names = [line.strip() for line in lines if line.startswith("          ")]
    lines += [f"  {rng.choice(names)} => {rng.choice(names)}" for _ in range(features // 10)]
    return "\n".join(lines) + "\n"


def models(folder: Path | None) -> Iterator[tuple[Path, int | None]]:
    """UVL files of the folder with their known counts."""
    if folder is None:
        return
    expected: dict[str, int] = {}
    table = folder / "counts.csv"
    if table.exists():
        with table.open(encoding="utf-8") as file:
            expected = {r["model"]: int(r["valid_configurations"]) for r in csv.DictReader(file)}
    for path in sorted(folder.glob("*.uvl")):
        yield path, expected.get(path.stem)


def report_shipped(seconds: list[float]) -> None:
    """What needs no folder."""
    space = load_space("transformers")
    with Clock() as clock:
        count = space.count()
    say_time("transformers: exact count", clock, 0.5, f"{count:.3g}" if count else "")
    report_toggles(space, 10)
    with Clock() as clock:
        sample(space, "uniform", n=100_000, seed=1)
    say_time("transformers: 100,000 uniform", clock, 2)
    with Clock() as clock:
        large = load_space(UvlText(large_text()))
    say_time(f"made up: opens, {len(large.features)} features", clock,
             1e-4 * len(large.features))  # fmt: skip
    report_rows(space, "options", seconds, [1.2, 1.12])


def report_model(path: Path, expected: int | None, seconds: list[float]) -> None:
    """What is asked of one file."""
    space = load_space(str(path))
    report_parse(path, path.stem, len(space.features))
    with Clock() as clock:
        count = space.count()
    verdict = "right" if count == expected else "WRONG"
    say_time(f"{path.stem}: exact count ({space.engine})", clock,
             5.0 if path.stem == "toybox" else 30.0,
             "" if expected is None else verdict)  # fmt: skip
    if path.stem == "uclinux_dist":
        report_toggles(space, 50)
    if path.stem == "generation_like":
        with Clock() as clock:
            sample(space, "uniform", n=100_000, seed=1)
        say_time(f"{path.stem}: 100,000 uniform", clock, 2)
        report_rows(space, "literals", seconds, [143, 133])
    else:
        report_rows(space, "literals", seconds[:1], [None])


def main() -> int:
    """Report on the shipped space, then on every model of the folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--seconds", type=float, nargs="+", default=[5.0, 60.0])
    given = parser.parse_args()
    sys.set_int_max_str_digits(0)
    report_shipped(given.seconds)
    for path, expected in models(given.folder):
        try:
            report_model(path, expected, given.seconds)
        except UserError as error:
            print(f"{path.stem:20} {error}", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
