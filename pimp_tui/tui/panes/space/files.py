"""Keys of the Space pane that read and write files, copy, or show the reader's warnings."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from textual import work

from pimp_tui.errors import UserError
from pimp_tui.tui.panes.base import Pane
from pimp_tui.tui.panes.space import actions
from pimp_tui.tui.panes.space.view import View
from pimp_tui.tui.words import counted

if TYPE_CHECKING:
    from pimp_tui.space.space import Space
    from pimp_tui.tui.panes.space.desk import Desk


class FileKeys(Pane):
    """``o``, ``e``, ``y``, ``W``."""

    view: View
    desk: Desk
    space: Space | None = None

    def show_view(self, view: View) -> None:
        """Show choices that were loaded."""

    @work(group="open", exclusive=True)
    async def action_open(self) -> None:
        """Another model in a workspace of its own, or choices into this one."""
        text = await self.prompt("open .uvl, or choices .json .csv", validate=actions.file_fault)
        if not text:
            return
        path = Path(text).expanduser()
        try:
            if path.suffix in (".json", ".csv"):
                await self._load_choices(path)
            else:
                await self._open_model(path if path.is_file() else Path(text))
        except UserError as error:
            self.say_error(error)

    async def _open_model(self, path: Path) -> None:
        from pimp_tui.space import load_space

        self.say(f"reading {path.name}…")
        space = await asyncio.to_thread(load_space, str(path))
        self.say("")
        self.workspace.pimp.open_space(path, space)

    async def _load_choices(self, path: Path) -> None:
        if self.space is None:
            raise UserError("the model is still being read")
        from pimp_tui.space.formats.choices import read_choices

        chosen = await asyncio.to_thread(read_choices, path)
        view = await self.desk.put(chosen)
        self.show_view(view)
        if view.clash:
            self.say(f"{path.name} contradicts itself: n walks the choices that clash", "warn")
        else:
            self.say(
                f"{counted(len(chosen), 'choice')} from {path.name}; u brings the others back",
                "good",
            )

    @work
    async def action_save(self) -> None:
        """Choices as JSON or CSV."""
        target = await self.prompt("save choices to", "choices.json")
        if not target:
            return
        try:
            await asyncio.to_thread(actions.save_choices, Path(target), self.view.chosen)
        except UserError as error:
            self.say_error(error)
        else:
            self.say(
                f"{counted(len(self.view.chosen), 'choice')} written to {target}; o reads them",
                "good",
            )

    def action_copy_choices(self) -> None:
        """As command-line options."""
        if self.view.chosen:
            self.copy(
                actions.as_options(self.view.chosen), counted(len(self.view.chosen), "choice")
            )
        else:
            self.say("no choices to copy yet")

    def action_warnings(self) -> None:
        """What the reader accepted but does not reason over."""
        if self.space is None or not self.space.warnings:
            self.say("the reader warns of nothing in this model")
            return
        from pimp_tui.tui.screens.help import HelpPanel, HelpText

        words = {str(number): text for number, text in enumerate(self.space.warnings, 1)}
        purpose = "Accepted when the model was read, but not as one may expect:"
        text = HelpText("warnings of the model", purpose, words=words, everywhere=False)
        self.app.push_screen(HelpPanel(text))
