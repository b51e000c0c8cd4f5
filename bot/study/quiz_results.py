"""What a finished quiz comes to: ranks, what to repeat, the review log's entries, and a table to take away."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from bot.study.exercise import NAMES, Exercise
from bot.study.marks import rating_of
from bot.study.memory import Rating, Review
from bot.study.quiz import RIGHT_FROM, Answer, Player, Quiz

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_COLUMNS = "question number,question,form,player,answer,score,points,hints,seconds".split(",")


def ranked(players: Iterable[Player]) -> list[tuple[int, Player]]:
    """The players with their ranks, best first; who has as many points shares a rank."""
    ordered = sorted(players, key=lambda player: -player.points)
    points = [player.points for player in ordered]
    return [(points.index(player.points) + 1, player) for player in ordered]


def missed(answers: Iterable[Answer], user_id: int) -> list[int]:
    """The questions that a player did not get right, by their positions; those they never answered are none of them."""
    return [answer.position for answer in answers if answer.user_id == user_id and answer.final and not _right(answer)]


def hardest(answers: Sequence[Answer], most: int = 3) -> list[tuple[int, float]]:
    """The questions that went worst over all players, worst first: position and mean score; right ones are left out."""
    scores: dict[int, list[float]] = {}
    for answer in answers:
        if answer.final:
            scores.setdefault(answer.position, []).append(answer.mark.score if answer.mark else 0.0)
    means = [(position, sum(each) / len(each)) for position, each in scores.items()]
    return sorted((mean for mean in means if mean[1] < RIGHT_FROM), key=lambda mean: mean[1])[:most]


def event_key(quiz_id: str, position: int, user_id: int) -> str:
    """The name of one answer in the review log."""
    return f"quiz:{quiz_id}:{position}:{user_id}"


def log_entry(
    quiz: Quiz, exercise: Exercise, answer: Answer, now: datetime, own: Rating | None = None
) -> Review | None:
    """An answer as the review log keeps it, with the person's `own` rating where they gave one.

    None while only the person can say how well they knew it.
    """
    rating = own
    if rating is None and answer.mark is not None:
        rating = Rating.AGAIN if answer.passed else rating_of(answer.mark, answer.hints)
    if rating is None:
        return None
    return Review(
        key=event_key(quiz.id, answer.position, answer.user_id),
        user_id=answer.user_id,
        question_id=exercise.question_id,
        form=exercise.form,
        source="quiz",
        rating=rating,
        score=answer.mark.score if answer.mark else 0.0,
        answered_at=now,
        guild_id=quiz.guild_id,
        session_id=quiz.id,
        points=answer.points,
        seconds=answer.seconds,
    )


def taken_along(
    quiz: Quiz, exercises: Iterable[Exercise], user_id: int, known: Collection[str], now: datetime
) -> list[Review]:
    """What puts a quiz's questions into the reviews of somebody who has none of them there yet, as not known."""
    return [
        Review(
            key=f"{event_key(quiz.id, position, user_id)}:kept",
            user_id=user_id,
            question_id=exercise.question_id,
            form=exercise.form,
            source="quiz",
            rating=Rating.AGAIN,
            score=0.0,
            answered_at=now,
            guild_id=quiz.guild_id,
            session_id=quiz.id,
        )
        for position, exercise in enumerate(exercises)
        if exercise.question_id not in known
    ]


def as_csv(
    exercises: Sequence[Exercise],
    titles: Mapping[str, str],
    answers: Iterable[Answer],
    names: Mapping[int, str],
    own: int,
) -> bytes:
    """The session as a table: everybody's scores, and in words only what `own` answered.

    Begins with a byte order mark, without which spreadsheets guess the encoding; no cell can be run as a formula.
    """
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(_COLUMNS)
    for answer in answers:
        if not answer.final:
            continue
        exercise = exercises[answer.position]
        said = "(passed)" if answer.passed else " | ".join(answer.given or ()) if answer.user_id == own else ""
        row = (
            answer.position + 1,
            titles.get(exercise.question_id, exercise.question_id),
            NAMES[exercise.form],
            names.get(answer.user_id, str(answer.user_id)),
            said,
            round(answer.mark.score, 3) if answer.mark else 0,
            answer.points,
            answer.hints,
            "" if answer.seconds is None else round(answer.seconds, 1),
        )
        table.writerow(_harmless(cell) for cell in row)
    return text.getvalue().encode("utf-8-sig")


def _right(answer: Answer) -> bool:
    return answer.mark is not None and answer.mark.score >= RIGHT_FROM


def _harmless(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
