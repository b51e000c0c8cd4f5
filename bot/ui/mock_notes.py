"""What only the interviewer sees: model answer, checklist, follow-ups, hints, red flags, and the clock's buttons."""

from __future__ import annotations

from dataclasses import dataclass

import discord
from discord import ButtonStyle, ui

from bot.study.interview.agenda import MOST_EXTENSIONS, heading
from bot.study.interview.material import Material
from bot.study.interview.state import TALKING, Interview, Part
from bot.ui import text
from bot.ui.cards import SUGGEST, Item, layout, origin_line, small
from bot.ui.mock_cards import clock_line
from bot.ui.mock_items import MockButton, MockSelect, checklist
from knowledge.interviews import Pack, Rubric

BODY = 2900
NONE_SAID = "None of these"


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the notes."""

    name: str
    body: str


def notes(
    interview: Interview, material: Material | None, pack: Pack | None, rubric: Rubric, page: int
) -> ui.LayoutView:
    """The interviewer's notes about the part that is on."""
    round = interview.running
    part = round.parts[interview.part]
    head = [
        f"### {heading(round.parts, interview.part)} · for you alone",
        f"**{text.title(part.title)}**" if part.title else "",
        clock_line(interview),
        _warning(interview),
    ]
    pages = _pages(part, material, pack, rubric)
    shown = pages[page] if 0 <= page < len(pages) else pages[0]
    index = pages.index(shown)
    items: list[Item] = [
        ui.TextDisplay("\n".join(filter(None, head))),
        ui.Separator(),
        ui.TextDisplay(f"**{shown.name}**\n{text.cut_markdown(shown.body, BODY)}"),
    ]
    numbers = (interview.part, index)
    if material is not None and material.points:
        ticked = part.ticked or ((-1,) if part.noted else ())
        options = checklist(material.points, ticked, NONE_SAID)
        tick = MockSelect("tick", interview.id, *numbers, options=options, placeholder="Heard so far", most=25)
        items.append(ui.ActionRow(tick))
    if material is not None and material.follow_ups:
        says = [f"{follow_up.depth}: {follow_up.say}" for follow_up in material.follow_ups]
        options = checklist(says, part.deepened)
        further = MockSelect(
            "deepen", interview.id, *numbers, options=options, placeholder="Follow-ups answered well", most=25
        )
        items.append(ui.ActionRow(further))
    if len(pages) > 1:
        turns = [
            discord.SelectOption(label=text.label(each.name, 100), value=str(number), default=number == index)
            for number, each in enumerate(pages)
        ]
        items.append(ui.ActionRow(MockSelect("page", interview.id, *numbers, options=turns[:25])))
    items.append(ui.ActionRow(*_controls(interview, part, material, index)))
    return layout(SUGGEST, *items)


def _warning(interview: Interview) -> str:
    """A gentle word when the part's time is nearly over."""
    return "⏳ Time to wrap up, or to give it five more minutes." if interview.warned else ""


def _controls(interview: Interview, part: Part, material: Material | None, page: int) -> list[Item]:
    numbers = (interview.part, page)
    hints = material.hints if material else ()
    left = len(hints) - part.hints
    paused = interview.pause is not None
    buttons = [
        MockButton("next", interview.id, *numbers, label="Next", style=ButtonStyle.primary),
        MockButton("hint", interview.id, *numbers, label=f"Give a hint ({max(0, left)} left)", disabled=left <= 0),
        MockButton("extend", interview.id, *numbers, label="+5 min", disabled=part.extensions >= MOST_EXTENSIONS),
        MockButton("resume" if paused else "pause", interview.id, *numbers, label="Resume" if paused else "Pause"),
        MockButton("skip", interview.id, *numbers, label="Leave out", disabled=part.stage not in ("question", "block")),
    ]
    return [*buttons]


def _pages(part: Part, material: Material | None, pack: Pack | None, rubric: Rubric) -> list[Page]:
    """What there is to know about a part; never empty."""
    pages: list[Page] = []
    if part.stage == "warm-up":
        pages.append(
            Page("Begin gently", "Let them talk for a minute or two. Listen for what they know well: come back to it.")
        )
    elif part.stage == "closing":
        pages.append(Page("Their questions", "Answer as you would for your own team. Good questions count: note them."))
    elif part.stage == "feedback":
        pages.append(Page("Score", "Press *Score* in the thread. Your scores are yours: nobody sees them one by one."))
    if material is not None and material.kind != "talk":
        pages += _material_pages(part, material)
    if pack is not None:
        looks = [f"**{axis.title}:** {pack.note(axis.name)}" for axis in rubric.axes]
        pages.append(Page("What to look for in this interview", "\n".join(looks)))
    return pages or [Page("Nothing to note", material.statement if material else "")]


def _material_pages(part: Part, material: Material) -> list[Page]:
    first = Page("The answer", _answer(part, material))
    pages = [first, Page("Follow-ups, hints, red flags", _follow_ups(part, material))]
    if material.solution:
        pages.append(Page("A solution", text.code_block(material.solution, "py", BODY)))
    for area in material.areas:
        points = "\n".join(f"- {text.title(point)}" for point in area.key_points)
        pages.append(Page(area.area, f"{points}\n**Weak:** {area.weak}\n**Strong:** {area.strong}"))
    return pages


def _answer(part: Part, material: Material) -> str:
    lines: list[str] = []
    if part.check is not None:
        lines.append(f"**Hidden check:** {'passes' if not part.check else text.quote(part.check, 300)}")
    if material.answer:
        lines.append(text.cut_markdown(material.answer, 1300))
        lines += filter(None, [origin_line(material.question_id or "")])
    lines += [f"**Fault:** {fault.what}\n{small(fault.why)}" for fault in material.faults]
    if material.clarify:
        lines.append("**If they ask**")
        lines += [f"- *{each.ask}* {each.answer}" for each in material.clarify]
    elif not material.areas:
        lines.append("**Key points**")
        lines += [f"{number}. {text.title(point)}" for number, point in enumerate(material.points, start=1)]
    return "\n".join(lines)


def _follow_ups(part: Part, material: Material) -> str:
    lines: list[str] = []
    for follow_up in material.follow_ups:
        lines.append(f"**Depth {follow_up.depth}:** {follow_up.say}")
        lines += [small(f"listen for: {text.cut(point, 160)}") for point in follow_up.listen_for[:3]]
    if material.hints:
        lines.append("**Hints, in this order**")
        lines += [
            f"{'✓' if index < part.hints else '-'} {text.title(hint)}" for index, hint in enumerate(material.hints)
        ]
    if material.red_flags:
        lines.append("**Red flags**")
        lines += [f"- {text.title(flag)}" for flag in material.red_flags[:3]]
    return "\n".join(lines)


def anchors(rubric: Rubric) -> ui.LayoutView:
    """What a 1, a 3 and a 5 look like on each axis, in full."""
    blocks = []
    for axis in rubric.axes:
        steps = "\n".join(f"**{anchor.score}** {anchor.looks}" for anchor in axis.anchors)
        blocks.append(f"**{axis.title}**\n{small(axis.about)}\n{steps}")
    return layout(SUGGEST, ui.TextDisplay("### What the numbers mean"), *(ui.TextDisplay(block) for block in blocks))


def rotated_away(interview: Interview) -> ui.LayoutView:
    """In place of the notes, for who has another role now."""
    over = "The talk is over, so there is nothing left to note."
    line = over if interview.stage not in TALKING else "These notes are the interviewer's. You have another role now."
    return layout(SUGGEST, ui.TextDisplay(line))
