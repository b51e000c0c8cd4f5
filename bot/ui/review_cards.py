"""What a review looks like in Discord: the question, its answer, the marks, the end, and what is coming."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import discord
from discord import ui

from bot.study.exercise import LETTERS, NAMES, Exercise
from bot.study.forecast import Forecast, bars
from bot.study.local_time import clock_face
from bot.study.marks import Mark
from bot.study.memory import Rating
from bot.study.reminders import in_words
from bot.study.review_session import MOST_NEW, Step, Summary, interval
from bot.ui import text
from bot.ui.cards import ANSWER, PANEL, SUGGEST, TEXT_LIMIT, Item, about, layout, origin_line, small, sources_line
from bot.ui.exercise_cards import EXPLAINED_LIMIT, exercise_items, explained
from bot.ui.review_items import LookUpButton, MoreButton, PlainButton, StepButton
from knowledge.questions import Question

ANSWER_LIMIT = 2400
GIVEN_LIMIT = 300
PRIMARY, SUCCESS = discord.ButtonStyle.primary, discord.ButtonStyle.success
LEECH = "This one keeps slipping: another form this time."
COLOURS = {"right": ANSWER, "wrong": SUGGEST, "partly": SUGGEST, "unsure": PANEL}


@dataclass(frozen=True, slots=True)
class Front:
    """A question that is put to somebody. `place` says where in the session it stands; `note` is already safe."""

    question: Question
    exercise: Exercise
    step: Step
    place: str
    note: str = ""


def front(shown: Front) -> ui.LayoutView:
    """The question, with the means to answer it or to put it aside."""
    exercise, step = shown.exercise, shown.step
    plain = exercise.form == "text"
    note = shown.note if plain else f"{shown.note}\n{LEECH}".strip()
    items: list[Item] = [ui.TextDisplay(_head(shown.place, shown.question, exercise, note))]
    if plain:
        hint = "Recall the answer, then compare. Or answer in words, and I mark it point by point."
        items.append(ui.TextDisplay(f"**{text.title(shown.question.question)}**\n{small(hint)}"))
    else:
        items += exercise_items(exercise)
    show = StepButton("show", step, "Show answer", PRIMARY if plain else discord.ButtonStyle.secondary)
    aside: list[Item] = [
        LookUpButton(step.key),
        StepButton("skip", step, "Skip"),
        StepButton("bury", step, "Bury for today"),
        StepButton("suspend", step, "Suspend"),
    ]
    if plain:
        items += [ui.ActionRow(show, StepButton("type", step, "Answer in words")), ui.ActionRow(*aside)]
    else:
        items += [ui.ActionRow(*_answers(exercise, step)), ui.ActionRow(show, *aside)]
    return layout(PANEL, *items)


def back(shown: Front, waits: Mapping[Rating, timedelta]) -> ui.LayoutView:
    """The answer, for the person to say how well they knew it."""
    question = shown.question
    head = f"{_head(shown.place, question, shown.exercise, shown.note)}\n**{text.title(question.question)}**"
    beneath = "\n".join(filter(None, (sources_line(question), origin_line(question.id))))
    room = TEXT_LIMIT - len(head) - len(beneath) - 50
    return layout(
        PANEL,
        ui.TextDisplay(head),
        ui.TextDisplay(text.cut_markdown(question.answer, min(ANSWER_LIMIT, room))),
        *([ui.TextDisplay(beneath)] if beneath else []),
        ui.TextDisplay("**How well did you know it?**"),
        ui.ActionRow(*_ratings("rate", shown.step, waits, None)),
        ui.ActionRow(LookUpButton(shown.step.key)),
    )


def marked(
    shown: Front, given: str, mark: Mark, rating: Rating | None, waits: Mapping[Rating, timedelta]
) -> ui.LayoutView:
    """What an answer was worth. `given` is what the person wrote or chose, `rating` what the bot makes of it."""
    head = _head(shown.place, shown.question, shown.exercise, shown.note)
    said = small(f"You answered: {text.quote(given, GIVEN_LIMIT)}")
    asked = exercise_items(shown.exercise)
    if rating is None:
        ask = "**How well did you know it?**"
    else:
        ask = small(f"I rate this *{rating.name.capitalize()}*. Press that, or what you find right.")
    left = TEXT_LIMIT - len(head) - len(said) - len(ask) - sum(len(getattr(item, "content", "")) for item in asked)
    why = explained(shown.exercise, mark, shown.question, max(EXPLAINED_LIMIT // 2, min(left, 2 * EXPLAINED_LIMIT)))
    action = "rate" if rating is None else "mark"
    return layout(
        COLOURS[mark.verdict],
        ui.TextDisplay(head),
        *asked,
        ui.TextDisplay(said),
        ui.Separator(),
        *why,
        ui.TextDisplay(ask),
        ui.ActionRow(*_ratings(action, shown.step, waits, rating)),
        ui.ActionRow(LookUpButton(shown.step.key)),
    )


def done(total: Summary, session: int, streak: int, next_due: datetime | None, note: str = "") -> ui.LayoutView:
    """The end of a session, or that nothing is due."""
    if total.questions:
        head = "### Done for now"
        lines = [
            f"{_questions(total.questions)} reviewed, {total.known} of them known at once.",
        ]
    else:
        head, lines = "### Nothing is due", []
    if next_due is not None:
        lines.append(f"The next one is due {discord.utils.format_dt(next_due, 'R')}.")
    if streak:
        lines.append(f"Streak: {streak} {'day' if streak == 1 else 'days in a row'}.")
    lines.append(small(f"*More* adds {MOST_NEW} questions that are weak or new to you."))
    return layout(ANSWER, ui.TextDisplay(_noted(head, note)), ui.TextDisplay("\n".join(lines)), _more(session, "More"))


def welcome(session: int, note: str = "") -> ui.LayoutView:
    """For somebody who has no cards yet."""
    return layout(
        PANEL,
        ui.TextDisplay(_noted("### Nothing to review yet", note)),
        ui.TextDisplay(
            "Every question that you answer, here or in a quiz, comes back just before you would forget it: after two "
            f"days, then eleven, then weeks. Begin with {MOST_NEW} new questions, or play a round with `/quiz`."
        ),
        _more(session, f"Begin with {MOST_NEW} questions"),
    )


def forecast(found: Forecast, due: int, suspended: int, next_due: datetime | None, zone: str) -> ui.LayoutView:
    """What comes due in the next two weeks, and how far the cards are."""
    leeches = f"{found.leeches} leech{'' if found.leeches == 1 else 'es'}"
    counts = f"{found.learning} learning · {found.young} young · {found.mature} mature · {leeches}"
    lines = [f"**{counts}**"]
    if next_due is not None and not due:
        lines.append(f"The next one is due {discord.utils.format_dt(next_due, 'R')}.")
    lines.append(small("Mature is what you will know for three weeks and longer; a leech is what keeps slipping."))
    items: list[Item] = [
        ui.TextDisplay(f"### Coming up\n{small(f'Days in {zone} · {_questions(due)} due now')}"),
        ui.TextDisplay(text.code_block(bars(found.days))),
        ui.TextDisplay("\n".join(lines)),
    ]
    if suspended:
        items.append(ui.Section(ui.TextDisplay(f"{_questions(suspended)} suspended."), accessory=PlainButton("back")))
    if due:
        items.append(ui.ActionRow(PlainButton("begin")))
    return layout(PANEL, *items)


def reminder(minute: int, zone: str, quiet_days: tuple[int, ...], next_at: datetime) -> ui.LayoutView:
    """When somebody is reminded."""
    quiet = f", but not on {in_words(quiet_days)}" if quiet_days else ""
    return layout(
        PANEL,
        ui.TextDisplay(
            f"### Reminder at {clock_face(minute)}\n"
            f"When something is due, I write to you at {clock_face(minute)} in {zone}{quiet}. "
            f"Next time {discord.utils.format_dt(next_at, 'R')}."
        ),
        ui.ActionRow(PlainButton("off")),
    )


def due_reminder(due: int, streak: int) -> ui.LayoutView:
    """The reminder itself, a direct message."""
    kept = f" You have practised {streak} days in a row." if streak > 1 else ""
    return layout(
        PANEL,
        ui.TextDisplay(f"### {_questions(due)} due\nA few minutes keep them in your memory.{kept}"),
        ui.ActionRow(PlainButton("begin"), PlainButton("off")),
    )


def _head(place: str, question: Question, exercise: Exercise, note: str) -> str:
    return _noted(f"### {place}\n{small(f'{about(question)} · {NAMES[exercise.form]}')}", note)


def _noted(head: str, note: str) -> str:
    return "\n".join([*(small(line) for line in note.splitlines()), head])


def _answers(exercise: Exercise, step: Step) -> list[Item]:
    if exercise.form in {"output", "code"}:
        return [StepButton("type", step, "Fill in", PRIMARY)]
    names = LETTERS[: len(exercise.options)] if exercise.form == "choice" else exercise.options
    return [StepButton(f"pick{index}", step, name, PRIMARY) for index, name in enumerate(names)]


def _ratings(action: str, step: Step, waits: Mapping[Rating, timedelta], best: Rating | None) -> list[Item]:
    def style(rating: Rating) -> discord.ButtonStyle:
        return SUCCESS if rating is best else discord.ButtonStyle.secondary

    return [
        StepButton(f"{action}{int(rating)}", step, f"{rating.name.capitalize()} · {interval(wait)}", style(rating))
        for rating, wait in waits.items()
    ]


def _more(session: int, label: str) -> Item:
    return ui.ActionRow(MoreButton(session, label))


def _questions(count: int) -> str:
    return f"{count} question{'' if count == 1 else 's'}"
