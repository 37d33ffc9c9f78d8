"""Text that everybody can read, whatever a theme's colours are."""

from __future__ import annotations

from textual.color import Color

#: What text of any size needs (WCAG 2.2, 1.4.3).
CONTRAST = 4.5
_STEPS = 40
#: How much of the foreground is in text of less weight.
_FAINT = 0.58


def readable(colour: Color, background: Color) -> Color:
    """The colour, as little nearer to black or white as text on that background needs.

    Themes choose accents for areas: as text textual-light's orange has a contrast of 1.5.
    """
    end = max((Color(0, 0, 0), Color(255, 255, 255)), key=lambda one: contrast(one, background))
    steps = (colour.blend(end, step / _STEPS) for step in range(_STEPS + 1))
    return next((one for one in steps if contrast(one, background) >= CONTRAST), end)


def faint(foreground: Color, background: Color) -> Color:
    """Text of less weight; a terminal's own default has no other."""
    if foreground.ansi is not None:
        return foreground
    return readable(background.blend(foreground, _FAINT), background)


def contrast(one: Color, other: Color) -> float:
    """1 to 21, from the relative luminances of two opaque colours (WCAG 2.2)."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Color) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in colour.normalized
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
