"""The bot as interviewer, as the person who practises sees it."""

from __future__ import annotations

import discord
from discord import ButtonStyle, ui

from bot.study.interview.agenda import MOST_EXTENSIONS, heading
from bot.study.interview.material import Material
from bot.study.interview.state import MAIN, Interview, Part, Talk
from bot.ui import text
from bot.ui.cards import ANSWER, PANEL, UNKNOWN, Item, layout, small
from bot.ui.mock_cards import KEPT, agenda_line, clock_line
from bot.ui.mock_items import MockButton, MockSelect, checklist

NONE_SAID = "None of these"


def card(interview: Interview, material: Material | None) -> ui.LayoutView:
    """What the bot says now, and what can be done about it."""
    if interview.over:
        return over(interview)
    if interview.stage == "feedback" or interview.talk is None:
        return feedback(interview)
    return _talking(interview, interview.talk, material)


def _talking(interview: Interview, talk: Talk, material: Material | None) -> ui.LayoutView:
    round = interview.running
    part = round.parts[interview.part]
    lines = [f"### {heading(round.parts, interview.part)}"]
    if interview.part == 0 and not talk.turn:
        lines.append(_welcome(interview))
    if talk.remark:
        # It may quote what somebody typed.
        lines.append(text.quote(talk.remark, 600))
    if talk.line:
        lines += [small(text.title(part.title)), f"**{text.title(talk.line)}**"]
    elif part.stage == "block":
        lines.append(f"**{text.title(part.title)}**\nThe task is above.")
    else:
        lines.append(f"**{text.title(part.title)}**")
    hints = material.hints[: part.hints] if material else ()
    lines += [f"💡 **Hint {number}:** {text.title(hint)}" for number, hint in enumerate(hints, start=1)]
    if part.check is not None:
        lines.append("✅ All checks pass." if not part.check else f"**The check says:** {text.quote(part.check, 400)}")
    lines.append(clock_line(interview))
    items: list[Item] = [ui.TextDisplay("\n".join(lines))]
    if talk.waits == "judgement" and material is not None:
        items += _judgement(interview, talk, material)
    items += _controls(interview, talk, part, material)
    return layout(PANEL, *items)


def _welcome(interview: Interview) -> str:
    lines = [
        "I interview you now. Answer in your own words; I read them by key points, and say so where I cannot tell.",
        agenda_line(interview.options),
        small(KEPT),
    ]
    if interview.note:
        lines.insert(1, small(interview.note))
    if interview.running.script and interview.running.script.again:
        lines.append(small("You have met some of these questions lately: there are no other ones left."))
    return "\n".join(lines)


def _judgement(interview: Interview, talk: Talk, material: Material) -> list[Item]:
    points = material.points_of(talk.ask)
    shown = "\n".join(f"- {text.title(point)}" for point in points)
    numbers = (interview.running.number, interview.part, talk.ask, talk.turn)
    options = checklist(points, (), NONE_SAID)
    select = MockSelect("judge", interview.id, *numbers, options=options, placeholder="The points that I made", most=25)
    return [ui.TextDisplay(text.cut_markdown(shown, 2000)), ui.ActionRow(select)]


def _controls(interview: Interview, talk: Talk, part: Part, material: Material | None) -> list[Item]:
    id, here = interview.id, interview.part
    numbers = (interview.running.number, here)
    rows: list[Item] = []
    first: list[Item] = []
    if talk.waits == "answer":
        coded = material is not None and bool(material.code)
        style = ButtonStyle.secondary if coded else ButtonStyle.primary
        first.append(MockButton("answer", id, *numbers, talk.ask, talk.turn, label="Answer", style=style))
        if coded and talk.ask == MAIN:
            first.insert(0, MockButton("code", id, *numbers, label="Edit and run", style=ButtonStyle.primary))
        if material is not None and material.clarify:
            first.append(MockButton("ask", id, here, label="Ask about the task"))
        left = len(material.hints) - part.hints if material else 0
        if left > 0 and talk.ask == MAIN:
            first.append(MockButton("hint", id, here, label=f"Hint ({left} left)"))
    if first:
        rows.append(ui.ActionRow(*first))
    paused = interview.pause is not None
    silent = part.stage in ("question", "block") and not part.readings and not part.runs
    rows.append(
        ui.ActionRow(
            MockButton("next", id, here, label="Pass" if silent else "Go on"),
            MockButton("extend", id, here, label="+5 min", disabled=part.extensions >= MOST_EXTENSIONS),
            MockButton("resume" if paused else "pause", id, here, label="Resume" if paused else "Pause"),
            MockButton("stop", id, label="Stop", style=ButtonStyle.danger),
        )
    )
    return rows


def feedback(interview: Interview) -> ui.LayoutView:
    """Time to score oneself."""
    number = interview.running.number
    lines = [
        "### Feedback",
        "That was the last question. How did you do? Score yourself first, then see what I have read.",
        clock_line(interview),
    ]
    return layout(
        PANEL,
        ui.TextDisplay("\n".join(lines)),
        ui.ActionRow(
            MockButton("score", interview.id, number, label="Score myself", style=ButtonStyle.primary),
            MockButton("anchors", interview.id, label="What the numbers mean"),
            MockButton("next", interview.id, interview.part, label="Without scores"),
        ),
    )


def over(interview: Interview) -> ui.LayoutView:
    """The end of an interview that has no scorecard."""
    return layout(UNKNOWN, ui.TextDisplay(f"### The interview is over\n{interview.ended}"))


def answered(interview: Interview, number: int, index: int, words: str) -> ui.LayoutView:
    """The card that was answered, with the answer."""
    round = interview.find_round(number)
    title, asked = "Question", ""
    if round is not None and index < len(round.parts):
        title, asked = heading(round.parts, index), round.parts[index].title
        if interview.talk is not None and interview.part == index:
            asked = interview.talk.line or asked
    return layout(ANSWER, ui.TextDisplay(f"{small(title)}\n**{text.title(asked)}**\n{text.passage(words, 1200)}"))


def without_buttons(message: discord.Message) -> ui.LayoutView:
    """A card of the bot's whose time is over: its words alone."""
    parts = [part for holder in message.components for part in getattr(holder, "children", ())]
    words = "\n".join(part.content for part in parts if isinstance(part, discord.TextDisplay))
    # What was to end then has ended.
    lines = [line for line in words.split("\n") if "<t:" not in line]
    return layout(UNKNOWN, ui.TextDisplay("\n".join(lines) or "…"))


def running() -> ui.LayoutView:
    """While the program runs."""
    return layout(PANEL, ui.TextDisplay("⏳ Running…"))


def ran_here(interview: Interview, number: int, index: int) -> ui.LayoutView:
    """The card from which the program was run; what it did stands below."""
    round = interview.find_round(number)
    title = heading(round.parts, index) if round and index < len(round.parts) else "Block"
    return layout(UNKNOWN, ui.TextDisplay(small(f"{title} · you ran the program")))
