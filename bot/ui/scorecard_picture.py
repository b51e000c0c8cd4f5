"""Pictures of scorecards: five axes with all scores, and how they changed over time. Blocking: draw in a thread.

Only words of our own are drawn; what people wrote is text beside the picture.
"""

from __future__ import annotations

import functools
import io
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import matplotlib
from PIL import Image, ImageDraw, ImageFont

from bot.study.interview.cards import AxisResult, Scorecard

WIDTH = 1000
MARGIN = 44
GROUND, TRACK, GRID = "#1e1f22", "#383a40", "#4e5058"
INK, FAINT = "#f2f3f5", "#b5bac1"
OTHERS, OWN, BOT = "#4fb06d", "#f0b232", "#9aa4ff"
_ROW = 84
_LEFT, _RIGHT = 300, 870
_LOWEST, _HIGHEST = 1, 5
_SCALE = 2
"""Drawn twice as large and scaled down, for smooth edges."""

Font = ImageFont.FreeTypeFont


@functools.cache
def _font(size: int, bold: bool = False) -> Font:
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return ImageFont.truetype(str(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / name), size * _SCALE)


class _Paper:
    """A picture that is drawn on in its final coordinates."""

    def __init__(self, height: int) -> None:
        self._image = Image.new("RGB", (WIDTH * _SCALE, height * _SCALE), GROUND)
        self._draw = ImageDraw.Draw(self._image)
        self._height = height

    def text(
        self, x: float, y: float, words: str, size: int, colour: str, *, bold: bool = False, at: str = "lm"
    ) -> None:
        self._draw.text((x * _SCALE, y * _SCALE), words, colour, _font(size, bold), anchor=at)

    def bar(self, left: float, right: float, y: float, thick: float, colour: str) -> None:
        box = (left * _SCALE, (y - thick / 2) * _SCALE, max(right, left + thick) * _SCALE, (y + thick / 2) * _SCALE)
        self._draw.rounded_rectangle(box, thick * _SCALE / 2, colour)

    def line(self, points: Sequence[tuple[float, float]], colour: str, thick: float) -> None:
        self._draw.line([(x * _SCALE, y * _SCALE) for x, y in points], colour, round(thick * _SCALE), joint="curve")

    def ring(self, x: float, y: float, radius: float, colour: str, *, filled: bool = False) -> None:
        box = [(value * _SCALE) for value in (x - radius, y - radius, x + radius, y + radius)]
        self._draw.ellipse(box, colour if filled else GROUND, colour, round(3 * _SCALE))

    def square(self, x: float, y: float, half: float, colour: str) -> None:
        box = [(value * _SCALE) for value in (x - half, y - half, x + half, y + half)]
        self._draw.rectangle(box, GROUND, colour, round(3 * _SCALE))

    def png(self) -> bytes:
        small = self._image.resize((WIDTH, self._height), Image.Resampling.LANCZOS)
        out = io.BytesIO()
        small.save(out, "PNG", optimize=True)
        return out.getvalue()


def scorecard(card: Scorecard, axes: Sequence[str], about: str) -> bytes:
    """A scorecard as PNG. `axes` are the names of its axes, `about` says what kind of interview it was."""
    top = 150
    paper = _Paper(top + _ROW * len(axes) + 66)
    paper.text(MARGIN, 52, "Scorecard", 30, INK, bold=True)
    paper.text(MARGIN, 92, about, 17, FAINT)
    if card.overall is not None:
        paper.text(WIDTH - MARGIN, 56, f"{card.overall:.1f}", 44, INK, bold=True, at="rm")
        paper.text(WIDTH - MARGIN, 96, "of 5", 17, FAINT, at="rm")
    for step in range(_LOWEST, _HIGHEST + 1):
        paper.line([(_x(step), top - 12), (_x(step), top + _ROW * len(axes) - 24)], GRID, 1)
        paper.text(_x(step), top - 26, str(step), 15, FAINT, at="mm")
    for index, (name, axis) in enumerate(zip(axes, card.axes, strict=True)):
        _axis(paper, name, axis, top + _ROW * index + 26)
    _legend(paper, card, top + _ROW * len(axes) + 20)
    return paper.png()


def _axis(paper: _Paper, name: str, axis: AxisResult, y: float) -> None:
    paper.text(MARGIN, y, name, 20, INK)
    paper.bar(_x(_LOWEST), _x(_HIGHEST), y, 14, TRACK)
    if axis.mean is not None:
        paper.bar(_x(_LOWEST), _x(axis.mean), y, 14, OTHERS)
        paper.text(WIDTH - MARGIN, y, f"{axis.mean:.1f}", 20, OTHERS, bold=True, at="rm")
    if axis.low is not None and axis.high is not None and axis.low != axis.high:
        paper.line([(_x(axis.low), y + 17), (_x(axis.high), y + 17)], OTHERS, 3)
        for end in (axis.low, axis.high):
            paper.line([(_x(end), y + 12), (_x(end), y + 22)], OTHERS, 3)
    if axis.bot is not None:
        paper.square(_x(axis.bot), y, 9, BOT)
    if axis.own is not None:
        paper.ring(_x(axis.own), y, 10, OWN)
    if axis.value is None:
        paper.text(WIDTH - MARGIN, y, "not scored", 15, FAINT, at="rm")


def _legend(paper: _Paper, card: Scorecard, y: float) -> None:
    x: float = MARGIN
    if card.scorers:
        paper.bar(x, x + 26, y, 12, OTHERS)
        x = _label(
            paper, x + 36, y, "interviewer and observers, with their range" if card.scorers > 1 else "interviewer"
        )
    if any(axis.own is not None for axis in card.axes):
        paper.ring(x + 10, y, 9, OWN)
        x = _label(paper, x + 28, y, "the candidate")
    if any(axis.bot is not None for axis in card.axes):
        paper.square(x + 10, y, 8, BOT)
        _label(paper, x + 28, y, "the bot's reading")


def _label(paper: _Paper, x: float, y: float, words: str) -> float:
    paper.text(x, y, words, 15, FAINT)
    return x + _font(15).getlength(words) / _SCALE + 30


def _x(score: float) -> float:
    return _LEFT + (score - _LOWEST) / (_HIGHEST - _LOWEST) * (_RIGHT - _LEFT)


def trend(cards: Sequence[tuple[datetime, Scorecard, bool]], axes: Sequence[str]) -> bytes:
    """How each axis changed, as PNG.

    `cards`, oldest first and at least one: when, the scorecard, and whether one was alone with the bot.
    """
    top, row = 120, 104
    paper = _Paper(top + row * len(axes) + 64)
    paper.text(MARGIN, 52, "Your interviews", 30, INK, bold=True)
    first, last = cards[0][0], cards[-1][0]
    paper.text(WIDTH - MARGIN, 52, f"{first:%d %b %Y} to {last:%d %b %Y}", 16, FAINT, at="rm")
    width = (_RIGHT - _LEFT) / max(1, len(cards) - 1)
    for index, name in enumerate(axes):
        middle = top + row * index + 30
        paper.text(MARGIN, middle, name, 20, INK)
        for step in (_LOWEST, 3, _HIGHEST):
            y = _y(step, middle)
            paper.line([(_LEFT, y), (_RIGHT, y)], GRID if step == 3 else TRACK, 1)
            paper.text(_LEFT - 14, y, str(step), 12, FAINT, at="rm")
        points = [
            (_LEFT + width * place if len(cards) > 1 else (_LEFT + _RIGHT) / 2, _y(value, middle), alone, value)
            for place, (_, card, alone) in enumerate(cards)
            if (value := card.axes[index].value) is not None
        ]
        if len(points) > 1:
            paper.line([(x, y) for x, y, _, _ in points], OTHERS, 3)
        for x, y, alone, _ in points:
            paper.ring(x, y, 7, BOT if alone else OTHERS, filled=not alone)
        if points:
            paper.text(WIDTH - MARGIN, middle, f"{points[-1][3]:.1f}", 22, INK, bold=True, at="rm")
    y = top + row * len(axes) + 20
    paper.ring(MARGIN + 8, y, 7, OTHERS, filled=True)
    x = _label(paper, MARGIN + 26, y, "scored by the group")
    paper.ring(x + 8, y, 7, BOT)
    _label(paper, x + 26, y, "alone: the bot's reading, or your own score")
    return paper.png()


def _y(score: float, middle: float) -> float:
    return middle + 36 - (score - _LOWEST) / (_HIGHEST - _LOWEST) * 72
