"""``pimp-tui doctor``: what this machine can measure and run, and how to mend what it cannot."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from pimp_tui.commands.output import Json, print_json, say


def doctor(
    restore: Annotated[bool, typer.Option("--restore", help="Put device settings back.")] = False,
    host_out: Annotated[Path | None, typer.Option(help="Write this machine's host facts.")] = None,
    json: Json = False,
) -> int:
    """Devices, meters and their permissions, sandbox, terminal, versions, each with the mend."""
    if restore:
        return _restore()
    from pimp_tui.commands.doctor_screens import screen_checks
    from pimp_tui.metering import meters_report
    from pimp_tui.space.machine.host import detect_host
    from pimp_tui.workload.sandbox import sandbox_report

    host = detect_host()
    checks = [
        *_versions(),
        *meters_report(),
        *_foreign(),
        *_left_set(),
        *_last_session(),
        *sandbox_report(),
        *_host(host),
        *screen_checks(),
    ]
    if host_out is not None:
        from pimp_tui.errors import UserError
        from pimp_tui.session.atomic import write_json

        try:
            write_json(host_out, host.to_json())
        except OSError as error:
            raise UserError(f"cannot write ({error.strerror})", str(host_out)) from None
        say(f"host facts written to {host_out}")
    if json:
        print_json(checks)
    else:
        _print(checks)
    return 0


def _restore() -> int:
    """Put back GPU settings that a killed campaign left behind.

    Raises:
        UserError: some could not be put back.
    """
    from pimp_tui.campaign.gpu_left import put_back_stale
    from pimp_tui.errors import UserError

    done, faults = put_back_stale()
    for sentence in done:
        say(sentence)
    if faults:
        mend = "run it as the user who may set them: sudo -E pimp-tui doctor --restore"
        raise UserError(f"not put back: {'; '.join(faults)}", mend=mend)
    if not done:
        say("nothing to put back: no campaign left a GPU setting behind")
    return 0


def _check(name: str, ok: bool, detail: str, mend: str | None = None) -> dict[str, Any]:
    return {"check": name, "ok": ok, "detail": detail, "mend": mend}


def _versions() -> list[dict[str, Any]]:
    import platform
    from importlib.metadata import PackageNotFoundError, version

    checks = [_check("python", True, platform.python_version())]
    tested = {"transformers": "5.24.0"}
    for name in ("torch", "transformers", "textual", "polars", "scikit-learn", "plotext"):
        try:
            found = version(name)
        except PackageNotFoundError:
            checks.append(_check(name, False, "not installed", f"pip install {name}"))
            continue
        wanted = tested.get(name)
        good = wanted in (None, found)
        mend = None if good else f"pip install {name}=={wanted}: the space is written for it"
        checks.append(_check(name, good, found, mend))
    return checks


def _foreign() -> list[dict[str, Any]]:
    """Who else uses the GPUs; nothing where there are none."""
    from pimp_tui.metering.foreign import ForeignLoad, MeterUnavailable

    try:
        load = ForeignLoad()
    except MeterUnavailable:
        return []
    found = load.look()
    load.close()
    if not found and load.blind:
        detail = f"NVML does not tell the processes on {', '.join(load.blind)}"
        alone = "see that nobody else uses it: runs cannot be marked, `contaminated` is null"
        return [_check("foreign load", False, detail, alone)]
    detail = "; ".join(one.words() for one in found) or "no other process on the GPUs"
    mend = "wait for them, or run with --shared-gpu: such runs are marked" if found else None
    return [_check("foreign load", not found, detail, mend)]


def _left_set() -> list[dict[str, Any]]:
    """GPU settings that a killed campaign left; nothing where there are none."""
    from pimp_tui.campaign.gpu_left import sentences, stale_journals

    mend = "pimp-tui doctor --restore, with sudo -E where setting needs root"
    return [
        _check("gpu settings", False, f"left by {entry['session']}: {told}", mend)
        for _, entry in stale_journals()
        for told in sentences(entry)
    ]


def _last_session() -> list[dict[str, Any]]:
    """How calm and how repeatable the newest session was; nothing where there is none."""
    from pimp_tui.errors import UserError
    from pimp_tui.learning.steadiness import REPEAT_CV_LIMIT, idle_steadiness, steadiness
    from pimp_tui.metering.idle import IDLE_CV_LIMIT
    from pimp_tui.session import open_session
    from pimp_tui.session.paths import list_sessions

    newest = next(iter(list_sessions()), None)
    if newest is None:
        return []
    try:
        session = open_session(newest)
        idle, rows = idle_steadiness(session.manifest), steadiness(session.runs.collect())
    except (UserError, OSError):  # `status` says more about it
        return []
    checks = []
    if idle is not None and idle["cv_worst"] is not None:
        detail = f"idle power's worst coefficient of variation {idle['cv_worst']:.3f}"
        mend = None if idle["steady"] else "measure on a calmer machine: energy above idle is rough"
        limit = f" (limit {IDLE_CV_LIMIT})"
        checks.append(_check(f"session {newest.name}", idle["steady"], detail + limit, mend))
    for row in rows:
        detail = f"repeats of {row['metric']} vary by {row['repeat_cv']:.3f}"
        mend = None if row["steady"] else "take more repeats, or a quieter machine"
        limit = f" (limit {REPEAT_CV_LIMIT})"
        checks.append(_check(f"session {newest.name}", row["steady"], detail + limit, mend))
    return checks


def _host(host: Any) -> list[dict[str, Any]]:
    """Host facts are neither good nor bad: ok says that they are known."""
    return [
        _check(f"host {name}", True, f"{'yes' if fact['value'] else 'no'}: {fact['evidence']}")
        for name, fact in host.features.items()
    ]


def _print(checks: list[dict[str, Any]]) -> None:
    """A line a check, ``!`` before what is to be mended and how below it."""
    width = max(len(row["check"]) for row in checks)
    for row in checks:
        print(f"{' ' if row['ok'] else '!'} {row['check']:<{width}}  {row['detail']}")
        if row["mend"]:
            print(f"  {'':<{width}}  mend: {row['mend']}")
    bad = sum(not row["ok"] for row in checks)
    say(f"{bad} of {len(checks)} to mend, marked by !" if bad else "nothing to mend")


COMMANDS = {"doctor": doctor}
