"""An exercise as Discord shows it: what is asked, the box for typed answers, and what an answer was worth.

Quizzes, reviews and the question of the day share these; the buttons under them belong to each feature.
"""

from __future__ import annotations

import re
from typing import Any

import discord
from discord import ui

from bot.study.blanks import GAP, MARKS
from bot.study.exercise import LETTERS, NAMES, Exercise
from bot.study.marks import VERDICTS, Mark
from bot.ui import text
from bot.ui.cards import Item, origin_line, small
from bot.ui.items import StatelessModal, typed_values
from knowledge.questions import Question

PROMPT_LIMIT, CODE_LIMIT, OUTPUT_LIMIT = 500, 1950, 700
EXPLAINED_LIMIT = 700
"""An exercise and its explanation stay together below Discord's 4000 characters, with some left for a heading."""
TYPED = "given:"
ANSWER_LENGTHS = {"output": 60, "code": 400, "text": 2000}
ICONS = {"right": "✅ ", "wrong": "❌ "}
_BOLD = re.compile(r"\*\*(.+)\*\*")


def exercise_items(exercise: Exercise) -> list[Item]:
    """What is asked: the question, and its options or its program. At most 3200 characters, four components."""
    items: list[Item] = [ui.TextDisplay(text.cut_markdown(_prompt(exercise), PROMPT_LIMIT))]
    if exercise.form == "choice":
        items.append(ui.TextDisplay(_options(exercise)))
    if exercise.form in {"output", "code"}:
        items += [
            ui.TextDisplay(text.code_block(exercise.shown_code, "py", CODE_LIMIT)),
            ui.TextDisplay(f"{small('prints')}\n{text.code_block(_output(exercise), limit=OUTPUT_LIMIT)}"),
        ]
    return items


def answer_modal(exercise: Exercise, custom_id: str) -> StatelessModal:
    """The box in which an answer to *output*, *code* or *text* is typed: one input for each gap."""
    title = "Answer in words" if exercise.form == "text" else NAMES[exercise.form].capitalize()
    modal = StatelessModal(title, custom_id)
    for number, (label, about, paragraph) in enumerate(_inputs(exercise)):
        modal.add_item(
            ui.Label(
                text=label,
                description=text.cut(about, 100) or None,
                component=ui.TextInput(
                    custom_id=f"{TYPED}{number}",
                    style=discord.TextStyle.paragraph if paragraph else discord.TextStyle.short,
                    max_length=ANSWER_LENGTHS[exercise.form],
                ),
            )
        )
    return modal


def typed_answers(submitted: dict[str, Any]) -> tuple[str, ...]:
    """What was typed into the inputs of an `answer_modal`, in their order."""
    found = {
        int(name.removeprefix(TYPED)): value
        for name, value in typed_values(submitted).items()
        if name.startswith(TYPED)
    }
    return tuple(value for _, value in sorted(found.items()))


def explained(exercise: Exercise, mark: Mark, question: Question | None, limit: int = EXPLAINED_LIMIT) -> list[Item]:
    """What an answer was worth and why, in at most `limit` characters.

    `question` is the one that the exercise was made from, None when it is gone.
    """
    source = small(f"Read on: {text.link(question.sources[0])}") if question and question.sources else ""
    source = source if len(source) <= limit // 2 else ""
    beneath = "\n".join(filter(None, (source, origin_line(exercise.question_id))))
    said = _said(exercise, mark)
    if exercise.because:
        said += f"\n{text.title(exercise.because)}"
    elif question and exercise.form != "text":
        said += "\n" + "\n".join(f"- {text.title(point)}" for point in question.key_points)
    said = text.cut_markdown(said, limit - len(beneath) - 1)
    return [ui.TextDisplay(f"{said}\n{beneath}".rstrip())]


def _prompt(exercise: Exercise) -> str:
    """The prompt with the marks of its author's words made harmless: `__init__` stays `__init__`."""

    first, *others = exercise.prompt.splitlines()
    bold = _BOLD.fullmatch(first)
    first = f"**{text.title(bold[1])}**" if bold else text.title(first)
    return "\n".join([first, *map(text.title, others)])


def _options(exercise: Exercise) -> str:
    return "\n".join(
        f"**{letter}** {text.title(option)}" for letter, option in zip(LETTERS, exercise.options, strict=False)
    )


def _output(exercise: Exercise) -> str:
    """The output with its gaps; of one that is too long, the lines round the gaps."""
    shown = exercise.shown_output
    # The fences take some of the room too.
    if len(shown) <= OUTPUT_LIMIT - 50 or not exercise.values:
        return shown
    near = {value.line + step for value in exercise.values for step in (-1, 0, 1)}
    kept: list[str] = []
    for number, words in enumerate(shown.splitlines()):
        if number in near:
            kept.append(text.cut(words, OUTPUT_LIMIT // (len(near) + 2)))
        elif not kept or kept[-1] != text.ELLIPSIS:
            kept.append(text.ELLIPSIS)
    return "\n".join(kept)


def _inputs(exercise: Exercise) -> list[tuple[str, str, bool]]:
    """Label, description and whether it may have several lines, for each input."""
    match exercise.form:
        case "output":
            lines = exercise.shown_output.splitlines()
            return [
                (f"What stands at {mark}?", lines[value.line].strip(), False)
                for mark, value in zip(MARKS, exercise.values, strict=False)
            ]
        case "code":
            missing = next((words.strip() for words in exercise.shown_code.splitlines() if GAP in words), "")
            return [(f"What stands at {GAP}?", missing, True)]
        case _:
            asked = _BOLD.search(exercise.prompt)
            return [("Your answer, in a few sentences", text.label(asked[1], 100) if asked else "", True)]


def _said(exercise: Exercise, mark: Mark) -> str:
    """The verdict and the marker's words."""
    icon = ICONS.get(mark.verdict, "")
    if exercise.form == "text":
        # The words begin with the verdict, and then go through the points.
        first, *points = mark.words.splitlines() or [VERDICTS[mark.verdict]]
        return "\n".join([f"{icon}**{text.title(first)}**", *(f"- {text.title(point)}" for point in points)])
    words = "\n".join(text.quote(line, 300) for line in mark.words.splitlines())
    return f"{icon}**{VERDICTS[mark.verdict]}.** {words}".rstrip()
