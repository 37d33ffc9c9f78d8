"""The measured front of the session under the cursor, where there is room for it."""

from __future__ import annotations

from typing import Any

from pimp_tui.tui.catalogue import Cloud
from pimp_tui.tui.widgets.axis import Axis
from pimp_tui.tui.widgets.numbers import scale_of
from pimp_tui.tui.widgets.plot import PlotBlock
from pimp_tui.tui.widgets.section import Section


class FrontPart(Section):
    """A scatter of what was measured over the default objectives; ``#`` is on the front."""

    def __init__(self) -> None:
        self.plot = PlotBlock(self._paint, {"#": "good", ".": "dim"})
        super().__init__(self.plot, title="Front so far", id="front-part")
        self._cloud: Cloud | None = None

    def show(self, cloud: Cloud | None) -> None:
        """Another session, or new points; None where nothing was measured."""
        if cloud == self._cloud:
            return
        self._cloud = cloud
        if cloud is not None:
            names = ", ".join(scale_of(m, []).name for m in cloud.metrics)
            self.set_rule(
                title=f"Front so far ({names})",
                right="~estimated" if cloud.estimated else "measured",
            )
        self.plot.update()

    def _paint(self, figure: Any, width: int, height: int) -> tuple[Axis, Axis] | None:
        cloud = self._cloud
        if cloud is None:
            return None
        x, y = (
            Axis.of(values, scale_of(metric, values), log=True)
            for metric, values in zip(
                cloud.metrics, zip(*(point[:2] for point in cloud.points), strict=True), strict=True
            )
        )
        for mark, wanted in ((".", False), ("#", True)):
            found = [point for point in cloud.points if point[2] is wanted]
            if found:
                figure.scatter(
                    [x.at(point[0]) for point in found], [y.at(point[1]) for point in found],
                    marker=mark,
                )  # fmt: skip
        return x, y
