"""What a quiz looks like: the lobby, a question, its answer, a pause, and the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import discord
from discord import ui

from bot.study import blanks
from bot.study.exercise import LETTERS, NAMES, Exercise, letter_of
from bot.study.marks import PASSED, Mark
from bot.study.memory import Rating
from bot.study.quiz import RIGHT_FROM, STREAK, Answer, Player, Quiz
from bot.study.quiz_results import hardest, ranked
from bot.ui import text
from bot.ui.cards import ANSWER, PANEL, SUGGEST, TEXT_LIMIT, Item, about, layout, origin_line, proof, small
from bot.ui.exercise_cards import exercise_items, explained
from bot.ui.quiz_items import QuizButton
from knowledge.questions import Question

TABLE = "quiz.csv"
PROOF_LIMIT, LEAST_PROOF = 1000, 400
POINTS_LIMIT = 900
EXPLAINED_ALONE = 1300
MOST_LINES = 12
"""Players that a card names; the others are counted."""
REASON = "reason"
MEDALS = ("🥇", "🥈", "🥉")
PRIMARY, SUCCESS, DANGER = discord.ButtonStyle.primary, discord.ButtonStyle.success, discord.ButtonStyle.danger
_RATINGS = {Rating.AGAIN: "Again", Rating.HARD: "Hard", Rating.GOOD: "Good", Rating.EASY: "Easy"}


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything that a card of a quiz shows. `exercise` and `answers` belong to the current question, or at the end
    `answers` to all of them; `titles` then names them by position."""

    quiz: Quiz
    players: Sequence[Player] = ()
    answers: Sequence[Answer] = ()
    exercise: Exercise | None = None
    question: Question | None = None
    titles: Sequence[str] = ()


def card(scene: Scene) -> ui.LayoutView:
    """The card of a quiz, whatever it is at."""
    match scene.quiz.phase:
        case "lobby":
            return _lobby(scene)
        case "asking":
            return _asking(scene)
        case "closing":
            return _closing(scene)
        case "revealed":
            return _revealed(scene)
        case "paused":
            return _paused(scene)
        case "done":
            return _done(scene)


def _lobby(scene: Scene) -> ui.LayoutView:
    quiz = scene.quiz
    ends = f" It begins {discord.utils.format_dt(quiz.deadline, 'R')}." if quiz.deadline else ""
    return layout(
        PANEL,
        ui.TextDisplay(f"### Quiz: {_plan(quiz)}\n{small(f'Hosted by <@{quiz.host_id}>')}"),
        ui.TextDisplay(
            f"{quiz.total} questions. Everybody answers by button or in a box, so that nobody sees what you say."
            f"{ends}\n**In so far:** {_names([player.user_id for player in scene.players])}"
        ),
        ui.ActionRow(
            QuizButton(quiz.id, "join", "Join", style=SUCCESS),
            QuizButton(quiz.id, "leave", "Leave"),
            QuizButton(quiz.id, "begin", "Start now", style=PRIMARY),
            QuizButton(quiz.id, "stop", "Cancel"),
        ),
    )


def _asking(scene: Scene) -> ui.LayoutView:
    quiz = scene.quiz
    if scene.exercise is None:
        return _lost()
    items: list[Item] = [ui.TextDisplay(_head(scene)), *exercise_items(scene.exercise)]
    if quiz.plan.group:
        items.append(ui.TextDisplay(small(_who_answered(scene))))
    items.append(ui.ActionRow(*_answer_buttons(quiz, scene.exercise)))
    more: list[Item] = [
        QuizButton(quiz.id, "hint", "Hint", position=quiz.position),
        QuizButton(quiz.id, "pass", "Pass", position=quiz.position),
    ]
    if quiz.plan.group:
        more.append(QuizButton(quiz.id, "pause", "Pause", position=quiz.position))
    more.append(QuizButton(quiz.id, "stop", "Stop", position=quiz.position))
    items.append(ui.ActionRow(*more))
    return layout(PANEL, *items)


def _answer_buttons(quiz: Quiz, exercise: Exercise) -> list[Item]:
    if exercise.options:
        return [
            QuizButton(
                quiz.id, "option", letter_of(exercise, index), position=quiz.position, choice=index, style=PRIMARY
            )
            for index in range(len(exercise.options))
        ]
    return [QuizButton(quiz.id, "type", "Answer", position=quiz.position, style=PRIMARY)]


def _closing(scene: Scene) -> ui.LayoutView:
    return layout(PANEL, ui.TextDisplay(f"{_head(scene)}\nLooking at the answers…"))


def _revealed(scene: Scene) -> ui.LayoutView:
    quiz, exercise = scene.quiz, scene.exercise
    if exercise is None:
        return _lost()
    items: list[Item] = [ui.TextDisplay(_head(scene)), *exercise_items(exercise), ui.Separator()]
    own = next((answer for answer in scene.answers if answer.user_id == quiz.host_id), None)
    if quiz.plan.group:
        items.append(ui.TextDisplay(_with_origin(_solution(exercise), exercise, 500)))
        points = text.cut(_points(scene), min(POINTS_LIMIT, _room(items)))
        left = min(PROOF_LIMIT, _room(items) - len(points))
        if scene.question and scene.question.proofs and not exercise.code and left >= LEAST_PROOF:
            items.append(ui.TextDisplay(proof(scene.question.proofs[0], scene.question.torch, left)))
        items.append(ui.TextDisplay(points))
    elif own is not None and own.mark is not None and not own.passed:
        items += explained(
            exercise, own.mark, scene.question, min(_room(items), 700 if exercise.code else EXPLAINED_ALONE)
        )
    else:
        why = "You passed." if own is not None and own.passed else "Time is up."
        items.append(ui.TextDisplay(_with_origin(f"{why} {_solution(exercise)}", exercise, 720)))
    place = quiz.position
    ahead = "To the result" if quiz.last else "Next question"
    items.append(
        ui.ActionRow(
            QuizButton(quiz.id, "next", ahead, position=place, style=PRIMARY),
            QuizButton(quiz.id, "mine", "My answer" if quiz.plan.group else "Change my rating", position=place),
            QuizButton(quiz.id, "look", "Look it up", position=place),
            *([QuizButton(quiz.id, "run", "Run it", position=place)] if _has_program(scene) else []),
            QuizButton(quiz.id, "report", "Report", position=place),
        )
    )
    if own is not None and not quiz.plan.group and own.mark is not None and own.mark.verdict == "unsure":
        items.append(ui.TextDisplay("**You judge this one:** how well did you know it?"))
        items.append(ui.ActionRow(*_rating_buttons(quiz, place, None)))
    right = own is not None and own.mark is not None and own.mark.score >= RIGHT_FROM
    return layout(ANSWER if quiz.plan.group or right else SUGGEST, *items)


def _has_program(scene: Scene) -> bool:
    """Whether there is something to run: the program that was asked about, or the proof of the answer."""
    return bool((scene.exercise and scene.exercise.code) or (scene.question and scene.question.proofs))


def _paused(scene: Scene) -> ui.LayoutView:
    quiz = scene.quiz
    return layout(
        SUGGEST,
        ui.TextDisplay(
            f"### Paused at question {quiz.position + 1} of {quiz.total}\n"
            "The clock stands still; what was answered is kept."
        ),
        ui.ActionRow(
            QuizButton(quiz.id, "resume", "Go on", position=quiz.position, style=SUCCESS),
            QuizButton(quiz.id, "stop", "Stop", position=quiz.position, style=DANGER),
        ),
    )


def _done(scene: Scene) -> ui.LayoutView:
    quiz = scene.quiz
    answered = [answer for answer in scene.answers if answer.final]
    if not answered:
        return layout(
            PANEL,
            ui.TextDisplay("### The quiz is over\nNobody answered anything this time."),
            ui.ActionRow(QuizButton(quiz.id, "again", "Another quiz", style=PRIMARY)),
        )
    items: list[Item] = [ui.TextDisplay(f"### The quiz is over\n{small(_plan(quiz))}")]
    if quiz.plan.group:
        lines = [_rank_line(rank, player, quiz) for rank, player in ranked(scene.players)[:MOST_LINES]]
        rest = len(scene.players) - MOST_LINES
        items.append(ui.TextDisplay("\n".join([*lines, *([f"and {rest} more"] if rest > 0 else [])])))
    else:
        right = sum(answer.mark is not None and answer.mark.score >= RIGHT_FROM for answer in answered)
        points = sum(answer.points for answer in answered)
        items.append(ui.TextDisplay(f"**{right} of {len(answered)} right**, {points} points."))
    worst = [
        f"- {text.title(text.cut(scene.titles[position], 150))} ({round(100 * score)} %)"
        for position, score in hardest(answered)
        if position < len(scene.titles)
    ]
    if worst:
        items.append(ui.TextDisplay("**To repeat**\n" + "\n".join(worst)))
    items.append(ui.TextDisplay(small("What you answered is in your reviews: `/review start` brings it back in time.")))
    items.append(
        ui.ActionRow(
            QuizButton(quiz.id, "retake", "Retake what I missed", style=PRIMARY),
            QuizButton(quiz.id, "keep", "Add to my reviews"),
            QuizButton(quiz.id, "csv", "As a table"),
            QuizButton(quiz.id, "again", "Another quiz"),
        )
    )
    return layout(ANSWER, *items)


def _rank_line(rank: int, player: Player, quiz: Quiz) -> str:
    medal = MEDALS[rank - 1] if rank <= len(MEDALS) and player.points else f"{rank}."
    return f"{medal} <@{player.user_id}> · **{player.points}** points · {player.right} of {quiz.total} right"


def noted(quiz: Quiz, position: int, said: str) -> ui.LayoutView:
    """For a player whose answer is stored, while the others still think."""
    return layout(
        PANEL,
        ui.TextDisplay(f"{said} {small('It counts. The answer comes when everybody is done or time is up.')}"),
    )


def hints(exercise: Exercise, count: int) -> ui.LayoutView:
    """The hints that a player has asked for so far."""
    lines = [f"{number}. {text.title(hint)}" for number, hint in enumerate(exercise.hints[:count], start=1)]
    left = len(exercise.hints) - count
    more = f"{left} more where this came from; each costs points." if left else "That was the last hint."
    return layout(PANEL, ui.TextDisplay("**Hints**\n" + "\n".join(lines)), ui.TextDisplay(small(more)))


def own_result(quiz: Quiz, exercise: Exercise, answer: Answer, rating: Rating | None) -> ui.LayoutView:
    """What a player answered and what it was worth, with the buttons to rate oneself."""
    said = "You passed." if answer.passed else f"You said: {text.quote(' | '.join(answer.given or ()), 500)}"
    earned = f"{answer.points} points" + (
        f", {answer.hints} hint{'s' if answer.hints > 1 else ''}" if answer.hints else ""
    )
    items: list[Item] = [ui.TextDisplay(f"{said}\n{small(earned)}")]
    if answer.mark is not None:
        items += explained(exercise, answer.mark, None, EXPLAINED_ALONE)
    judged = "How well did you know it? Your own word decides when it comes back."
    items += [ui.TextDisplay(judged), ui.ActionRow(*_rating_buttons(quiz, answer.position, rating))]
    return layout(PANEL, *items)


def _rating_buttons(quiz: Quiz, position: int, chosen: Rating | None) -> list[Item]:
    return [
        QuizButton(
            quiz.id, "rate", label, position=position, choice=int(rating), style=PRIMARY if rating is chosen else
            discord.ButtonStyle.secondary
        )
        for rating, label in _RATINGS.items()
    ]  # fmt: skip


def running(quiz: Quiz, said: str) -> ui.LayoutView:
    """A channel that has a quiz already."""
    return layout(SUGGEST, ui.TextDisplay(said), ui.ActionRow(QuizButton(quiz.id, "join", "Join", style=SUCCESS)))


def table() -> ui.LayoutView:
    """The session as a file."""
    return layout(PANEL, ui.TextDisplay("Everybody's points, and your own answers."), ui.File(f"attachment://{TABLE}"))


def _head(scene: Scene) -> str:
    quiz, exercise = scene.quiz, scene.exercise
    facts = [about(scene.question)] if scene.question else []
    if exercise is not None:
        facts.append(NAMES[exercise.form])
    if quiz.phase == "asking" and quiz.plan.timing != "none" and quiz.deadline:
        facts.append(f"ends {discord.utils.format_dt(quiz.deadline, 'R')}")
    if quiz.phase == "revealed" and quiz.plan.group and quiz.deadline:
        facts.append(f"goes on {discord.utils.format_dt(quiz.deadline, 'R')}")
    return f"### Question {quiz.position + 1} of {quiz.total}\n{small(' · '.join(facts))}"


def _who_answered(scene: Scene) -> str:
    done = [answer.user_id for answer in scene.answers if answer.final]
    waiting = [player.user_id for player in scene.players if player.user_id not in done]
    said = f"{len(done)} of {len(scene.players)} have answered"
    return f"{said}; waiting for {_names(waiting)}" if done and waiting else said


def _names(user_ids: Sequence[int]) -> str:
    shown = ", ".join(f"<@{user_id}>" for user_id in user_ids[:MOST_LINES])
    more = len(user_ids) - MOST_LINES
    return f"{shown} and {more} more" if more > 0 else shown or "nobody"


def _room(items: Sequence[Item]) -> int:
    """How many characters a card with these still has room for."""
    return TEXT_LIMIT - sum(len(getattr(item, "content", "")) for item in items)


def _with_origin(words: str, exercise: Exercise, limit: int) -> str:
    """Words about an exercise, with a line that says so where its question is a server's own."""
    origin = origin_line(exercise.question_id)
    return f"{text.cut(words, limit - len(origin) - 1)}\n{origin}".rstrip()


def _solution(exercise: Exercise) -> str:
    """The right answer in words."""
    match exercise.form:
        case "choice":
            return f"**{LETTERS[exercise.right]}** is right: {text.title(exercise.options[exercise.right])}"
        case "true-false":
            return f"**It is {exercise.expected[0].lower()}.** {text.title(exercise.because)}"
        case "output":
            told = " · ".join(f"{mark} `{value}`" for mark, value in zip(blanks.MARKS, exercise.expected, strict=False))
            return f"**It prints** {told}"
        case "code":
            return f"**One way:** {text.title(f'`{exercise.expected[0]}`')}"
        case "text":
            return "**A full answer says**\n" + "\n".join(f"- {text.title(point)}" for point in exercise.expected)


def _points(scene: Scene) -> str:
    """Who got what for the question."""
    exercise = scene.exercise
    lines = []
    if exercise is not None and exercise.options:
        given = [answer.given[0] for answer in scene.answers if answer.given]
        counts = [f"{letter_of(exercise, index)} {given.count(letter_of(exercise, index))}"
                  for index in range(len(exercise.options))]  # fmt: skip
        lines.append(small("Chosen: " + " · ".join(counts)))
    by_user = {answer.user_id: answer for answer in scene.answers if answer.final}
    order = sorted(
        scene.players, key=lambda player: -(by_user[player.user_id].points if player.user_id in by_user else -1)
    )
    for player in order[:MOST_LINES]:
        lines.append(_point_line(player, by_user.get(player.user_id)))
    if len(order) > MOST_LINES:
        lines.append(small(f"and {len(order) - MOST_LINES} more"))
    return "\n".join(lines) or "Nobody played."


def _point_line(player: Player, answer: Answer | None) -> str:
    if answer is None:
        return f"⏳ <@{player.user_id}> · no answer · {player.points} in all"
    mark: Mark = answer.mark or PASSED
    icon = "✅" if mark.score >= RIGHT_FROM else "🟡" if mark.score > 0 else "❌"
    streak = f" · {player.streak} in a row" if player.streak * STREAK > STREAK else ""
    return f"{icon} <@{player.user_id}> · +{answer.points}{streak} · {player.points} in all"


def _plan(quiz: Quiz) -> str:
    plan = quiz.plan
    parts = [text.topic_name(plan.topic) if plan.topic else "every topic", plan.level or "every level"]
    parts.append(NAMES[plan.form] if plan.form else "mixed forms")
    if plan.timing != "none":
        parts.append(f"{plan.timing} clock")
    return " · ".join(parts)


def _lost() -> ui.LayoutView:
    return layout(SUGGEST, ui.TextDisplay("This question is gone. `/quiz start` begins another quiz."))
