"""What a finished quiz comes to."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

from bot.study import quiz_results as results
from bot.study.exercise import Exercise
from bot.study.marks import PASSED, Mark
from bot.study.memory import Rating
from bot.study.quiz import Answer, Plan, Player, Quiz

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
QUIZ = Quiz("00000001", 5, 2, 3, Plan(), ("choice", "choice"), NOW)
EXERCISES = [Exercise(f"q{number}", "choice", "?", ("A",), ()) for number in range(2)]
RIGHT, WRONG, UNSURE = Mark(1.0, "right"), Mark(0.0, "wrong"), Mark(0.5, "unsure")


def test_who_has_as_many_points_shares_a_rank() -> None:
    players = [Player(1, points=5), Player(2, points=9), Player(3, points=9), Player(4, points=1)]
    assert [(rank, player.user_id) for rank, player in results.ranked(players)] == [(1, 2), (1, 3), (3, 1), (4, 4)]


def test_what_was_missed_and_what_went_worst() -> None:
    answers = [
        Answer(1, 0, ("A",), mark=RIGHT), Answer(2, 0, ("B",), mark=WRONG),
        Answer(1, 1, None, passed=True, mark=PASSED), Answer(2, 1, ("B",), mark=WRONG), Answer(3, 1, None, hints=1),
    ]  # fmt: skip
    assert results.missed(answers, 1) == [1]
    assert results.missed(answers, 2) == [0, 1]
    assert results.missed(answers, 3) == [], "asking for hints is no answer"
    assert results.hardest(answers) == [(1, 0.0), (0, 0.5)]


def test_answers_become_entries_of_the_one_review_log() -> None:
    entry = results.log_entry(QUIZ, EXERCISES[1], Answer(7, 1, ("A",), mark=RIGHT, points=120, seconds=3.0), NOW)
    assert entry is not None
    assert (entry.key, entry.question_id, entry.source, entry.rating) == (
        "quiz:00000001:1:7",
        "q1",
        "quiz",
        Rating.GOOD,
    )
    assert (entry.points, entry.guild_id, entry.session_id, entry.seconds) == (120, 5, "00000001", 3.0)
    passed = results.log_entry(QUIZ, EXERCISES[0], Answer(7, 0, None, passed=True, mark=PASSED), NOW)
    assert passed is not None
    assert passed.rating is Rating.AGAIN
    unsure = Answer(7, 0, ("A",), mark=UNSURE)
    assert results.log_entry(QUIZ, EXERCISES[0], unsure, NOW) is None
    own = results.log_entry(QUIZ, EXERCISES[0], unsure, NOW, own=Rating.EASY)
    assert own is not None
    assert own.rating is Rating.EASY


def test_only_unknown_questions_are_taken_along() -> None:
    (entry,) = results.taken_along(QUIZ, EXERCISES, 9, {"q0"}, NOW)
    assert (entry.question_id, entry.user_id, entry.rating) == ("q1", 9, Rating.AGAIN)


def test_the_table_shows_only_ones_own_words_and_runs_no_formula() -> None:
    answers = [
        Answer(1, 0, ("=HYPERLINK(1)",), mark=RIGHT, points=100, seconds=1.25),
        Answer(2, 0, ("secret",), mark=WRONG),
        Answer(2, 1, None, hints=1),
    ]
    table = results.as_csv(EXERCISES, {"q0": 'Why, "really"?'}, answers, {1: "@alice", 2: "bob"}, own=1)
    rows = list(csv.DictReader(io.StringIO(table.decode("utf-8-sig"))))
    assert [row["question"] for row in rows] == ['Why, "really"?'] * 2
    assert [row["answer"] for row in rows] == ["'=HYPERLINK(1)", ""]
    assert [row["player"] for row in rows] == ["'@alice", "bob"]
    assert b"secret" not in table
