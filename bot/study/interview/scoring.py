"""From scores to a scorecard: means, how far the scorers agree, what was missed, and what that says about memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from statistics import fmean

from bot.study.interview.cards import BLANK, AxisResult, Missed, Scorecard, Sheet
from bot.study.interview.material import Material
from bot.study.interview.state import BOT, MAIN, Interview, Part, Reading, Round
from bot.study.memory import Rating, Review
from knowledge.interviews import AXES

ACCEPTABLE = 0.8
"""Mean deviation up to which scorers agree on a scale of five: a sixth of its options, rounded as its authors do (Burke
and Dunlap 2002, https://doi.org/10.1177/1094428102005002002). The index is made for a single person who is judged by
few; a coefficient such as Krippendorff's alpha would be mostly noise with so few scores."""
STRONG_FROM, WEAK_BELOW = 4.0, 3.5
_CORRECTNESS, _DEPTH, _, _DEBUGGING, _ = range(len(AXES))
_HALF = 0.5


def scorecard(round: Round, sheets: Sequence[Sheet], materials: Sequence[Material]) -> Scorecard:
    """The scorecard of a round; `materials` belong to its parts."""
    people = [sheet for sheet in sheets if sheet.role in ("interviewer", "observer")]
    own = next((sheet for sheet in sheets if sheet.role == "self"), None)
    bot = bot_sheet(round.parts)
    axes = tuple(_axis(index, people, own, bot) for index in range(len(AXES)))
    readings = [reading for part in round.parts for reading in part.readings]
    return Scorecard(
        axes,
        scorers=len(people),
        deviation=deviation([sheet.axes for sheet in people]),
        apart=_farthest(axes),
        calibration=_calibration(axes),
        strong=tuple(sheet.strong for sheet in sheets if sheet.strong),
        work=tuple(sheet.work for sheet in sheets if sheet.work),
        missed=tuple(_missed(round, materials)),
        read=len(readings),
        unsure=sum(reading.verdict in ("unsure", "own") for reading in readings),
    )


def deviation(scores: Sequence[Sequence[int | None]]) -> float | None:
    """The average deviation index over all axes: how far, in points, scorers are from their mean on average."""
    if len(scores) < 2:
        return None
    each = []
    for axis in zip(*scores, strict=True):
        given = [score for score in axis if score is not None]
        if len(given) >= 2:
            mean = fmean(given)
            each.append(fmean(abs(score - mean) for score in given))
    return fmean(each) if each else None


def _axis(index: int, people: Sequence[Sheet], own: Sheet | None, bot: Sheet) -> AxisResult:
    given = [score for sheet in people if (score := sheet.axes[index]) is not None]
    return AxisResult(
        mean=fmean(given) if given else None,
        low=min(given, default=None),
        high=max(given, default=None),
        own=own.axes[index] if own else None,
        bot=bot.axes[index],
    )


def _farthest(axes: Sequence[AxisResult]) -> int | None:
    spreads = [(axis.high - axis.low if axis.high and axis.low else 0) for axis in axes]
    return spreads.index(max(spreads)) if max(spreads) >= 2 else None


def _calibration(axes: Sequence[AxisResult]) -> float | None:
    both = [axis.own - axis.mean for axis in axes if axis.own is not None and axis.mean is not None]
    return fmean(both) if both else None


# ----------------------------------------------------------------------------------------- the bot's reading


def bot_sheet(parts: Sequence[Part]) -> Sheet:
    """The bot's own scores, only for what it can read: typed answers that it was sure about, and runs of code.

    Correctness is the mean score of the questions themselves, with nothing for those that were passed on. Depth is how
    far the follow-ups led: 1 where the question itself was not answered well, 2 where it was, and up to 5 for the share
    of the follow-ups asked that were. Debugging is 5 for a program that passes its check, one less for each hint down
    to 3; 2 for one that was run and does not pass. It has no opinion on PyTorch fluency and communication.
    """
    axes = [*BLANK]
    sure = [(part, reading) for part in parts for reading in part.readings if not part.left_out and _is_sure(reading)]
    main = [reading.score for _, reading in sure if reading.ask == MAIN]
    main += [0.0 for part in parts if part.passed and part.reading(MAIN) is None and part.stage == "question"]
    if main:
        axes[_CORRECTNESS] = 1 + round(4 * fmean(main))
    depths = [depth for part in parts if not part.left_out and (depth := _depth(part)) is not None]
    if depths:
        axes[_DEPTH] = round(fmean(depths))
    checked = [part for part in parts if part.check is not None and not part.left_out]
    if checked:
        axes[_DEBUGGING] = round(fmean(max(3, 5 - part.hints) if part.check == "" else 2 for part in checked))
    return Sheet(BOT, "bot", tuple(axes))


def _is_sure(reading: Reading) -> bool:
    return reading.verdict not in ("unsure", "own")


def _depth(part: Part) -> float | None:
    further = [reading for reading in part.readings if reading.ask != MAIN and _is_sure(reading)]
    main = part.reading(MAIN)
    if further:
        return 2 + 3 * fmean(reading.score for reading in further)
    if main is None or not _is_sure(main) or main.verdict == "correct":
        # Answered well without any follow-up says nothing about depth.
        return None
    return 1 if main.score < _HALF else 2


# ------------------------------------------------------------------------------------------- missed, memory


def evidence(part: Part, material: Material, ask: int) -> set[int] | None:
    """The key points that were made, by the interviewer's ticks and by what was typed; None when nobody can say.

    Who passes on a question has made none of them.
    """
    points = range(len(material.points_of(ask)))
    reading = part.reading(ask)
    known = reading if reading is not None and reading.verdict != "unsure" else None
    if ask != MAIN and ask in part.deepened:
        return {*points}
    if ask == MAIN and part.noted:
        return {*points} & {*part.ticked, *(known.covered if known else ())}
    if known is None:
        return set() if part.passed and ask == MAIN else None
    made = {*points} & {*known.covered}
    return {*points} if made and material.is_narrow(ask) else made


def _asks(part: Part, material: Material) -> Iterator[tuple[int, str, str | None, tuple[str, ...], set[int]]]:
    """What was asked in a part and can be said to be known or not: title, corpus question, points, those made."""
    if part.left_out:
        return
    for ask in (MAIN, *range(len(material.follow_ups))):
        points, made = material.points_of(ask), evidence(part, material, ask)
        if made is None or not points:
            continue
        if ask == MAIN:
            yield ask, material.title, material.question_id, points, made
        else:
            follow_up = material.follow_ups[ask]
            yield ask, follow_up.say, follow_up.question, points, made


def _missed(round: Round, materials: Sequence[Material]) -> Iterator[Missed]:
    for part, material in zip(round.parts, materials, strict=True):
        for ask, title, question_id, points, made in _asks(part, material):
            if len(made) < len(points):
                # A narrow question did not ask for all of it, so that its page says more than a list would.
                left = (point for index, point in enumerate(points) if index not in made)
                yield Missed(title, () if material.is_narrow(ask) else tuple(left), question_id)


def reviews(interview: Interview, round: Round, materials: Sequence[Material], now: datetime) -> list[Review]:
    """What the round says about the candidate's memory of each corpus question; each is an event of the review log."""
    found: dict[str, Review] = {}
    for part, material in zip(round.parts, materials, strict=True):
        for ask, _, question_id, points, made in _asks(part, material):
            if question_id is None or question_id in found:
                continue
            share = len(made) / len(points)
            found[question_id] = Review(
                f"interview:{interview.id}:{round.number}:{question_id}",
                round.candidate,
                question_id,
                "text",
                "interview",
                _rating(share, part.hints if ask == MAIN else 0, part.reading(ask)),
                share,
                now,
                interview.guild_id,
                interview.id,
            )
    return list(found.values())


def _rating(share: float, hints: int, reading: Reading | None) -> Rating:
    """How well a question was remembered. Nothing counts as *Easy*: that is for the person to say."""
    if share < _HALF or (reading is not None and reading.verdict == "wrong"):
        return Rating.AGAIN
    return Rating.HARD if share < 1 or hints else Rating.GOOD
