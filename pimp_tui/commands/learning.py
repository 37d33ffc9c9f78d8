"""Commands that learn from a session: learn, effects, pareto, predict, suggest, report."""

from __future__ import annotations

from pimp_tui.commands.effects import effects
from pimp_tui.commands.learn import learn
from pimp_tui.commands.pareto import pareto
from pimp_tui.commands.predict import predict
from pimp_tui.commands.report.command import report
from pimp_tui.commands.suggest import suggest

COMMANDS = {
    "learn": learn, "effects": effects, "pareto": pareto, "predict": predict,
    "suggest": suggest, "report": report,
}  # fmt: skip
