"""The progress card as a picture: 600 by 480 points at twice that resolution, in Discord's dark colours.

Whatever it shows stands in the message as text too (`progress_cards.in_words`). Names of people are not in it, because
no font has every script.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.study.local_time import DAY
from bot.study.progress import Progress, Topic
from bot.ui.canvas import Canvas, Colour, Point, drawable, font
from bot.ui.text import cut, topic_name

WIDTH, HEIGHT = 1200, 960
MARGIN, GAP, INSET = 36, 20, 28

GROUND: Colour = (30, 31, 34)
PANEL: Colour = (43, 45, 49)
EMPTY: Colour = (54, 56, 61)
GRID: Colour = (78, 80, 88)
TEXT: Colour = (242, 243, 245)
FAINT: Colour = (181, 186, 193)
ORANGE: Colour = (255, 122, 80)
BLUE: Colour = (121, 147, 255)
HEAT: tuple[Colour, ...] = ((118, 56, 42), (172, 70, 44), (228, 92, 54), (255, 160, 118))
"""From a day with little practice to one with much: each lighter than the one before, for who sees no colours."""

RINGS = (0.05, 0.1, 0.25, 0.5, 0.75, 1.0)
"""What the outermost ring of the radar may stand for: the smallest that everything fits into."""
LARGEST_RADIUS, SMALLEST_RADIUS = 190.0, 150.0
LABEL_GAP, LINE = 18, 26
LABEL = (18, 14, 11, 8)
"""Characters in one line of a label: fewer where long names would leave the radar no room."""
HEAD = 92
UPPER = 560
TILE, TILE_WIDTH = 138, 222
"""Heights of the title, of the part with the radar, and of one tile beside it."""


@lru_cache(maxsize=64)
def draw(progress: Progress) -> bytes:
    """The picture as PNG. Takes some 50 ms, so call it in a thread; the same progress is drawn once."""
    canvas = Canvas(WIDTH, HEIGHT, GROUND)
    _title(canvas, progress)
    middle = WIDTH - MARGIN - 2 * TILE_WIDTH - 2 * GAP
    top, bottom = HEAD, HEAD + UPPER
    _topics(canvas, progress, MARGIN, top, middle, bottom)
    _tiles(canvas, progress, middle + GAP, top)
    _forecast(canvas, progress, middle + GAP, top + 2 * (TILE + GAP), WIDTH - MARGIN, bottom)
    _year(canvas, progress, MARGIN, bottom + GAP, WIDTH - MARGIN, HEIGHT - MARGIN)
    return canvas.png()


def _title(canvas: Canvas, progress: Progress) -> None:
    canvas.box(MARGIN, 34, MARGIN + 8, 70, ORANGE, 4)
    canvas.text((MARGIN + 24, 64), "PyTorch practice", 36, TEXT, bold=True)
    canvas.text((WIDTH - MARGIN, 62), f"{progress.today.day} {progress.today:%B %Y}", 26, FAINT, anchor="rs")


# ------------------------------------------------------------------------------------------------- topics


def _topics(canvas: Canvas, progress: Progress, left: int, top: int, right: int, bottom: int) -> None:
    canvas.box(left, top, right, bottom, PANEL, 16)
    canvas.text((left + INSET, top + 44), "Topics", 26, TEXT, bold=True)
    _legend(canvas, right - INSET, top + 43)
    axes = progress.axes
    if len(axes) > 2:
        _radar(canvas, axes, left + 16, top + 56, right - 16, bottom - 16)
    else:
        _bars(canvas, axes, left + INSET, top + 110, right - INSET)


def _legend(canvas: Canvas, right: float, baseline: float) -> None:
    """What the two shapes stand for, from the right."""
    for words, colour in (("met", BLUE), ("known today", ORANGE)):
        width = font(22).getlength(words)
        canvas.text((right, baseline), words, 22, FAINT, anchor="rs")
        canvas.dot((right - width - 16, baseline - 8), 8, colour)
        right -= width + 52


def _radar(canvas: Canvas, axes: Sequence[Topic], left: float, top: float, right: float, bottom: float) -> None:
    centre = (left + right) / 2, (top + bottom) / 2
    for letters in LABEL:
        spokes = _spokes(axes, letters)
        radius = min(LARGEST_RADIUS, *(_room(spoke, right - centre[0], bottom - centre[1]) for spoke in spokes))
        if radius >= SMALLEST_RADIUS:
            break
    outer = next(ring for ring in RINGS if ring >= max(topic.met_share for topic in axes))

    def at(way: float, share: float) -> Point:
        return centre[0] + radius * share * math.cos(way), centre[1] + radius * share * math.sin(way)

    for ring in (0.25, 0.5, 0.75, 1.0):
        canvas.line(_closed([at(spoke.way, ring) for spoke in spokes]), GRID, 1.5)
    for spoke in spokes:
        canvas.line([centre, at(spoke.way, 1.0)], GRID, 1.5)
    for colour, values in (
        (BLUE, [spoke.topic.met_share for spoke in spokes]),
        (ORANGE, [spoke.topic.share for spoke in spokes]),
    ):
        points = [at(spoke.way, value / outer) for spoke, value in zip(spokes, values, strict=True)]
        canvas.polygon(points, (*colour, 70))
        canvas.line(_closed(points), colour, 3.5)
        for point in points:
            canvas.dot(point, 5, colour)
    for spoke in spokes:
        x, y = at(spoke.way, 1.0)
        x += LABEL_GAP * math.cos(spoke.way)
        y += LABEL_GAP * math.sin(spoke.way) + (math.sin(spoke.way) - 1) / 2 * LINE * (len(spoke.label) - 1)
        for number, line in enumerate(spoke.label):
            canvas.text((x, y + LINE * number), line, 22, TEXT, anchor=f"{spoke.side}m")
    canvas.text((right - 12, bottom - 6), f"outer ring {outer:.0%}", 20, FAINT, anchor="rs")


@dataclass(frozen=True, slots=True)
class _Spoke:
    """One axis of the radar: its direction, and its label in lines."""

    topic: Topic
    way: float
    label: list[str]

    @property
    def side(self) -> str:
        """Where the label is held: in its middle above and below, else at the end that is near the radar."""
        across = math.cos(self.way)
        return "m" if abs(across) < 0.2 else "l" if across > 0 else "r"

    @property
    def width(self) -> float:
        return max(font(22).getlength(line) for line in self.label)


def _spokes(axes: Sequence[Topic], letters: int) -> list[_Spoke]:
    """Every axis in its direction, clockwise from the top: the longer a name, the less it stands at the side."""
    ways = [math.tau * number / len(axes) - math.tau / 4 for number in range(len(axes))]
    labelled = sorted(
        ((topic, _wrapped(_shown(topic, axes), letters)) for topic in axes),
        key=lambda one: -max(font(22).getlength(line) for line in one[1]),
    )
    upright = sorted(ways, key=lambda way: (round(abs(math.cos(way)), 6), way))
    spokes = [_Spoke(topic, way, label) for (topic, label), way in zip(labelled, upright, strict=True)]
    return sorted(spokes, key=lambda spoke: spoke.way)


def _room(spoke: _Spoke, across: float, down: float) -> float:
    """The largest radius with which a label stays within `across` and `down` of the centre."""
    sideways, upwards = abs(math.cos(spoke.way)), abs(math.sin(spoke.way))
    wide = spoke.width / 2 if spoke.side == "m" else spoke.width
    tall = LINE * (len(spoke.label) - 0.5)
    return min(
        (across - wide) / sideways - LABEL_GAP if sideways > 0.2 else math.inf,
        (down - tall) / upwards - LABEL_GAP if upwards > 0.2 else math.inf,
    )


def _closed(points: list[Point]) -> list[Point]:
    return [*points, *points[:2]]


def _bars(canvas: Canvas, axes: Sequence[Topic], left: float, top: float, right: float) -> None:
    """A radar of one or two topics would be a line."""
    for number, topic in enumerate(axes):
        y = top + 150 * number
        canvas.text((left, y), _shown(topic, axes), 26, TEXT)
        canvas.text(
            (right, y + 84), f"{topic.share:.0%} known, {topic.met} of {topic.questions} met", 22, FAINT, anchor="rs"
        )
        canvas.box(left, y + 20, right, y + 48, EMPTY, 14)
        for share, colour in ((topic.met_share, BLUE), (topic.share, ORANGE)):
            canvas.box(left, y + 20, left + max(28.0, (right - left) * share), y + 48, colour, 14)


def _shown(topic: Topic, axes: Sequence[Topic]) -> str:
    """A topic's name, or its number among the topics where the font lacks its script."""
    name = topic_name(topic.name).replace(" and ", " & ")
    return name if drawable(name) else f"topic {axes.index(topic) + 1}"


def _wrapped(words: str, letters: int) -> list[str]:
    """At most two lines of at most so many letters, as even as the words allow."""
    gaps = [place for place, letter in enumerate(words) if letter == " "]
    if len(words) <= 12 or not gaps:
        return [cut(words, letters)]
    middle = min(gaps, key=lambda place: max(place, len(words) - place))
    return [cut(words[:middle], letters), cut(words[middle + 1 :], letters)]


# -------------------------------------------------------------------------------------------------- tiles


def _tiles(canvas: Canvas, progress: Progress, left: int, top: int) -> None:
    days = "day" if progress.streak == 1 else "days"
    tiles = (
        (f"{progress.streak}", f"{days} in a row", f"best {progress.best_streak}"),
        (f"{progress.reviews:,}", "reviews", f"{progress.this_week:,} this week"),
        (f"{progress.met:,}", "questions met", f"of {progress.questions:,}"),
        (f"{progress.mastered:,}", "mastered", f"of {progress.questions:,}"),
    )
    for number, (figure, words, more) in enumerate(tiles):
        x = left + (number % 2) * (TILE_WIDTH + GAP)
        y = top + (number // 2) * (TILE + GAP)
        canvas.box(x, y, x + TILE_WIDTH, y + TILE, PANEL, 16)
        colour = ORANGE if number == 0 and progress.streak else TEXT
        canvas.text((x + 22, y + 58), figure, 46 if len(figure) < 7 else 32, colour, bold=True)
        canvas.text((x + 22, y + 92), words, 24, TEXT)
        canvas.text((x + 22, y + 120), more, 20, FAINT)


# ------------------------------------------------------------------------------------------------ forecast


def _forecast(canvas: Canvas, progress: Progress, left: int, top: int, right: int, bottom: int) -> None:
    canvas.box(left, top, right, bottom, PANEL, 16)
    canvas.text((left + INSET, top + 44), "Coming back", 26, TEXT, bold=True)
    canvas.text((right - INSET, top + 43), f"{progress.due:,} due now", 22, FAINT, anchor="rs")
    floor, ceiling = bottom - 52, top + 100
    step = (right - left - 2 * INSET + 8) / len(progress.forecast)
    most = max(*progress.forecast, 1)
    for number, count in enumerate(progress.forecast):
        x = left + INSET + step * number
        middle = x + (step - 8) / 2
        colour = ORANGE if number == 0 else BLUE
        height = max((floor - ceiling) * count / most, 6 if count else 3)
        canvas.box(x, floor - height, x + step - 8, floor, colour if count else EMPTY, 4 if count else 1.5)
        if count and font(18).getlength(_short(count)) < step + 6:
            canvas.text((middle, floor - height - 7), _short(count), 18, TEXT, anchor="ms")
        day = progress.today + DAY * number
        canvas.text((middle, bottom - 20), f"{day:%a}"[0], 20, TEXT if number == 0 else FAINT, anchor="ms")


def _short(count: int) -> str:
    return f"{count}" if count < 1000 else f"{count / 1000:.0f}k"


# ---------------------------------------------------------------------------------------------------- year


def _year(canvas: Canvas, progress: Progress, left: int, top: int, right: int, bottom: int) -> None:
    canvas.box(left, top, right, bottom, PANEL, 16)
    canvas.text((left + INSET, top + 44), "The last year", 26, TEXT, bold=True)
    days = sum(count > 0 for count in progress.year)
    canvas.text(
        (right - INSET, top + 43), f"{days} day{'s' if days != 1 else ''} with practice", 22, FAINT, anchor="rs"
    )
    weeks = -(-len(progress.year) // 7)
    names = 62
    step = (right - left - 2 * INSET - names + 3) / weeks
    first_x, first_y = left + INSET + names, top + 96
    steps = _steps(progress.year)
    for row in (0, 2, 4):
        day = progress.first_day + DAY * row
        canvas.text((left + INSET, first_y + step * (row + 0.5) - 1), f"{day:%a}", 20, FAINT, anchor="lm")
    last_named = -4
    for number, count in enumerate(progress.year):
        week, row = divmod(number, 7)
        x, y = first_x + step * week, first_y + step * row
        heat = sum(count >= edge for edge in steps)
        canvas.box(x, y, x + step - 3, y + step - 3, HEAT[heat] if count else EMPTY, 4)
        day = progress.first_day + DAY * number
        if row == 0 and day.day <= 7 and week - last_named >= 4 and week < weeks - 1:
            canvas.text((x, first_y - 12), f"{day:%b}", 20, FAINT)
            last_named = week


def _steps(year: tuple[int, ...]) -> list[int]:
    """The counts from which on a day is drawn in the next colour: a quarter of the days with practice in each."""
    practised = sorted(count for count in year if count)
    return [practised[len(practised) * quarter // 4] for quarter in (1, 2, 3)] if practised else []
