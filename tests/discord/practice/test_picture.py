"""The progress picture decodes, has its size, shows differences, and holds whatever there is to show."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise

import discord
import pytest
from PIL import Image

from bot.study import forecast
from bot.study.progress import Progress, Topic, year_begin
from bot.ui.canvas import drawable
from bot.ui.progress_cards import ALTERNATIVE, alternative, card, in_words
from bot.ui.progress_picture import EMPTY, GROUND, HEAT, HEIGHT, ORANGE, PANEL, WIDTH, draw

TODAY = date(2026, 8, 12)
DAYS = (TODAY - year_begin(TODAY)).days + 1


def progress(topics: Sequence[Topic] = (), year: Sequence[int] = ()) -> Progress:
    return Progress(
        today=TODAY,
        zone="Europe/Berlin",
        topics=tuple(topics),
        year=(*[0] * (DAYS - len(year)), *year),
        forecast=(0,) * forecast.DAYS,
        streak=0,
        best_streak=0,
        due=0,
        reviews=sum(year),
        met=0,
        questions=268,
        mastered=0,
    )


def some_topics(count: int, name: str = "topic") -> list[Topic]:
    return [Topic(f"{name} {number}", 20, 1 + number % 20, number % 20 / 2) for number in range(count)]


def opened(png: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(png))
    image.load()
    return image


EXTREMES = {
    "nothing": progress(),
    "one topic": progress(some_topics(1), [1]),
    "two topics": progress(some_topics(2), [1, 1]),
    "three topics": progress(some_topics(3), [3, 2, 1]),
    "as many as fit": progress(some_topics(12), range(300)),
    "more than fit": progress(some_topics(40), range(371 - 4)),
    "all known": progress([Topic(f"t{number}", 5, 5, 5.0) for number in range(5)], [1]),
    "hardly anything known": progress([Topic(f"t{number}", 1000, 1, 0.0) for number in range(5)], [1]),
    "long names": progress(some_topics(12, "regularization-and-normalization-of-everything-there-is"), [1]),
    "one long word": progress(some_topics(12, "x" * 200), [1]),
    "other scripts": progress(some_topics(6, "损失函数 🦊 \u202e"), [1]),
    "no name": progress(some_topics(3, ""), [1]),
    "a million": replace(
        progress(some_topics(4), [3000] * 367),
        reviews=1_000_000, met=99_999, questions=1_000_000, mastered=99_999, streak=36_500, best_streak=36_500,
        due=123_456, forecast=(123_456, *[99_999] * 13),
    ),
}  # fmt: skip


@pytest.mark.parametrize("shown", EXTREMES.values(), ids=EXTREMES.keys())
def test_whatever_there_is_to_show_fits(shown: Progress) -> None:
    image = opened(draw(shown))
    assert (image.format, image.mode, image.size) == ("PNG", "RGB", (WIDTH, HEIGHT))
    # The margins stay free: nothing is drawn beyond its panel.
    for box in ((0, 0, 36, HEIGHT), (WIDTH - 36, 100, WIDTH, HEIGHT), (0, HEIGHT - 36, WIDTH, HEIGHT)):
        assert image.crop(box).getcolors() == [((box[2] - box[0]) * (box[3] - box[1]), GROUND)]


def test_the_gap_between_panels_stays_free_of_labels() -> None:
    for name in ("as many as fit", "three topics"):
        image = opened(draw(EXTREMES[name]))
        gap = image.crop((681, 92, 699, 652))
        assert gap.getcolors() == [(18 * 560, GROUND)], name


def squares(image: Image.Image) -> Iterator[tuple[int, ...]]:
    """The colours of the year's days, column by column."""
    step = (1128 - 2 * 28 - 62 + 3) / 53
    for number in range(DAYS):
        week, row = divmod(number, 7)
        colour = image.getpixel((int(36 + 28 + 62 + step * week + 8), int(672 + 96 + step * row + 8)))
        assert isinstance(colour, tuple)
        yield colour


def test_each_day_has_the_colour_of_what_was_done_on_it() -> None:
    shown = list(squares(opened(draw(progress(year=[1, 0, 2, 3, 4])))))
    assert shown[-5:] == [HEAT[0], EMPTY, HEAT[1], HEAT[2], HEAT[3]]
    assert set(shown[:-5]) == {EMPTY}
    (only,) = {colour for colour in squares(opened(draw(progress(year=[7])))) if colour != EMPTY}
    assert only == HEAT[3], "a single day is not hidden in the darkest colour"


def test_colours_can_be_told_apart_without_seeing_them() -> None:
    def light(colour: tuple[int, ...]) -> float:
        return 0.2126 * colour[0] + 0.7152 * colour[1] + 0.0722 * colour[2]

    lights = [light(colour) for colour in (PANEL, EMPTY, *HEAT)]
    assert lights == sorted(lights)
    assert all(later - earlier > 8 for earlier, later in pairwise(lights[1:]))


def test_what_comes_due_today_stands_out() -> None:
    bars = opened(draw(replace(progress(some_topics(3)), due=5, forecast=(5, *[0] * 13)))).crop((728, 500, 1136, 600))
    colours = {colour for _, colour in bars.getcolors(100_000) or ()}
    assert ORANGE in colours


def test_the_same_is_drawn_once() -> None:
    assert draw(progress(year=[1, 2])) is draw(progress(year=[1, 2]))
    assert draw(progress(year=[1, 2])) != draw(progress(year=[2, 1]))


def test_the_font_knows_what_it_lacks() -> None:
    assert drawable("regularization & normalization, Привет, Ελλάδα, żółć")
    assert not drawable("损失")
    assert not drawable("ok 🦊")


# ------------------------------------------------------------------------------------------------ in words


@pytest.mark.parametrize("shown", EXTREMES.values(), ids=EXTREMES.keys())
def test_the_words_fit_into_a_message_too(shown: Progress) -> None:
    assert 0 < len(alternative(shown)) <= ALTERNATIVE
    view = card("Your progress", shown, own=True, picture=True)
    assert view.content_length() < 4000
    assert "\u202e" not in str([item.to_component_dict() for item in view.walk_children()])
    discord.MediaGalleryItem("attachment://progress.png", description=alternative(shown))


def test_every_number_of_the_picture_is_in_the_words() -> None:
    shown = replace(
        progress([Topic("losses", 10, 4, 3.0), Topic("views-and-memory", 4, 1, 0.2)], [5, 0, 7]),
        forecast=(3, 0, 2, *[0] * 11), streak=1, best_streak=9, due=2, reviews=1234, met=5, mastered=2,
    )  # fmt: skip
    assert in_words(shown) == [
        "**Streak** 1 day in a row, the longest of the last year has 9 days",
        "**Reviews** 1,234 in all, 12 this week, on 2 days of the last year",
        "**Questions** 5 of 268 met, 2 mastered (they stay with you for three weeks or longer)",
        "**Coming back** 2 due now; in the next 14 days: 3 today, 2 on Fri 14",
        "**Topics** what you would get right today, and what you have met: losses 30% (4 of 10), "
        "views and memory 5% (1 of 4)",
        "**Reviews a month** 12 in Aug 2026",
    ]


def test_a_stranger_s_topic_has_no_powers_in_the_words() -> None:
    words = "\n".join(in_words(progress([Topic("**@everyone** <@1>", 1, 1, 1.0)])))
    assert "@everyone" not in words
    assert "<@1>" not in words
