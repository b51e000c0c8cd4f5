"""A picture to draw on: smooth shapes, and text in the font that comes with matplotlib."""

from __future__ import annotations

import importlib.util
import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

Point = tuple[float, float]
Colour = tuple[int, ...]
"""Red, green and blue, and how opaque, 0…255."""

FINER = 2
"""Pillow draws edges without smoothing, so that shapes are drawn larger and made smaller in the end."""
NOWHERE = "\U0010ffff"
"""A character that no font has."""


@lru_cache(maxsize=64)
def font(size: int, *, bold: bool = False) -> ImageFont.FreeTypeFont:
    """DejaVu Sans, found among matplotlib's data without importing matplotlib, at a size in pixels."""
    package = importlib.util.find_spec("matplotlib")
    if package is None or not package.submodule_search_locations:
        raise ModuleNotFoundError("matplotlib, whose data has the font, is not installed")
    fonts = Path(package.submodule_search_locations[0]) / "mpl-data" / "fonts" / "ttf"
    return ImageFont.truetype(fonts / ("DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"), size)


@lru_cache(maxsize=4096)
def _lacks(character: str) -> bool:
    """All characters that the font lacks look the same."""
    return bytes(font(16).getmask(character)) == bytes(font(16).getmask(NOWHERE))


def drawable(words: str) -> bool:
    """Whether the font has every character of `words`."""
    return not any(map(_lacks, words))


@dataclass(frozen=True, slots=True)
class _Written:
    at: Point
    words: str
    font: ImageFont.FreeTypeFont
    colour: Colour
    anchor: str


class Canvas:
    """Shapes in the order in which they are drawn, and text, which is above all of them."""

    def __init__(self, width: int, height: int, background: Colour) -> None:
        self._image = Image.new("RGB", (width * FINER, height * FINER), background)
        # In this mode colours may be translucent though the picture is not.
        self._draw = ImageDraw.Draw(self._image, "RGBA")
        self._texts: list[_Written] = []

    def box(self, left: float, top: float, right: float, bottom: float, colour: Colour, radius: float = 0) -> None:
        """A filled rectangle, with round corners."""
        edges = (left * FINER, top * FINER, right * FINER - 1, bottom * FINER - 1)
        self._draw.rounded_rectangle(edges, radius * FINER, fill=colour)

    def polygon(self, points: Sequence[Point], fill: Colour) -> None:
        """A filled shape."""
        self._draw.polygon(_finer(points), fill=fill)

    def line(self, points: Sequence[Point], colour: Colour, width: float) -> None:
        """A line through points, round where it bends."""
        self._draw.line(_finer(points), fill=colour, width=round(width * FINER), joint="curve")

    def dot(self, centre: Point, radius: float, colour: Colour) -> None:
        """A filled circle."""
        self._draw.circle((centre[0] * FINER, centre[1] * FINER), radius * FINER, fill=colour)

    def text(
        self, at: Point, words: str, size: int, colour: Colour, *, bold: bool = False, anchor: str = "ls"
    ) -> float:
        """One line; `anchor` is Pillow's, by default the left end of the baseline. Returns its width."""
        written = _Written(at, words, font(size, bold=bold), colour, anchor)
        self._texts.append(written)
        return written.font.getlength(words)

    def png(self) -> bytes:
        """The picture as a file."""
        image = self._image.reduce(FINER)
        draw = ImageDraw.Draw(image)
        for one in self._texts:
            draw.text(one.at, one.words, fill=one.colour, font=one.font, anchor=one.anchor)
        file = io.BytesIO()
        image.save(file, "PNG", compress_level=4)
        return file.getvalue()


def _finer(points: Sequence[Point]) -> list[Point]:
    return [(x * FINER, y * FINER) for x, y in points]
