"""Every command by name; the modules behind them import what they need when they run."""

from __future__ import annotations

import typer

from pimp_tui.commands import (
    campaign,
    control,
    doctor,
    learning,
    listings,
    sampling,
    screens,
    sessions,
    space,
    verify,
    workload,
)

_HELP = "Tune LLM inference as a configurable system: sample, measure, learn, pick a trade-off."


def build() -> typer.Typer:
    """The command line as a typer app."""
    app = typer.Typer(
        help=_HELP,
        add_completion=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(invoke_without_command=True)(screens.root)
    spaces = typer.Typer(help="Look at a feature model.", rich_markup_mode=None)
    app.add_typer(spaces, name="space")
    for target, module in (
        (app, screens), (app, campaign), (app, control), (app, listings), (app, learning),
        (app, sampling), (app, sessions), (app, workload), (app, verify), (app, doctor),
        (spaces, space),
    ):  # fmt: skip
        for name, function in module.COMMANDS.items():
            target.command(name)(function)
    return app
