"""What an interview looks like to everybody in the room: the lobby, the question, feedback, the end.

Nothing on these cards is for the interviewer alone (`bot/ui/mock_notes.py`), and nothing on them gives an answer away.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

import discord
from discord import ButtonStyle, ui

from bot.study.interview.agenda import NAMES, heading, plan
from bot.study.interview.material import Material
from bot.study.interview.seats import MOST_PEOPLE
from bot.study.interview.state import Interview, Options, Part
from bot.study.interview.steps import mention, unscored
from bot.ui import text
from bot.ui.cards import ANSWER, PANEL, TEXT_LIMIT, UNKNOWN, Item, layout, small
from bot.ui.mock_items import MockButton

TASK_LIMIT = 1100
KINDS = {
    "concepts": "concepts",
    "coding": "coding",
    "debugging": "debugging",
    "design": "system design",
    "mixed": "mixed",
}
KEPT = "What is typed and run here is kept for 90 days, for `/mock replay`; scorecards until you delete them."
COPY = "program.py"


@dataclass(frozen=True, slots=True)
class Card:
    """A view, and the files that go with it: their names and what is in them."""

    view: ui.LayoutView
    files: tuple[tuple[str, bytes], ...] = ()

    def attachments(self) -> list[discord.File]:
        """Fresh file objects; one can be sent once."""
        return [discord.File(io.BytesIO(content), name) for name, content in self.files]


def about(options: Options) -> str:
    """What kind of interview it is, on a line."""
    parts = [KINDS[options.kind], options.level, f"{options.minutes} minutes"]
    if options.topic:
        parts.insert(1, text.topic_name(options.topic))
    return " · ".join(parts)


def lobby(interview: Interview) -> ui.LayoutView:
    """Who is in, and how to get in; once it has begun, where it is held."""
    options = interview.options
    head = f"### Mock interview\n{small(about(options))}"
    if interview.over:
        return layout(UNKNOWN, ui.TextDisplay(head), ui.TextDisplay(interview.ended))
    players = [mention(person.user_id) for person in interview.people if not person.observes]
    observers = [mention(person.user_id) for person in interview.people if person.observes]
    lines = [f"**In it:** {', '.join(players) or 'nobody yet'}"]
    if observers:
        lines.append(f"**Observing:** {', '.join(observers)}")
    if options.voice_id:
        lines.append(f"**We meet in** <#{options.voice_id}>")
    if interview.note:
        lines.append(small(interview.note))
    items: list[Item] = [ui.TextDisplay(head), ui.TextDisplay("\n".join(lines))]
    if interview.stage != "lobby":
        where = f"in <#{interview.thread_id}>" if interview.thread_id else "below"
        joins: list[Item] = [_button(interview, "join", "Join"), _button(interview, "observe", "Observe")]
        items += [ui.TextDisplay(f"It is held {where}. Who joins now observes at first."), ui.ActionRow(*joins)]
        return layout(ANSWER, *items)
    free = MOST_PEOPLE - len(interview.people)
    items += [
        ui.TextDisplay(f"{agenda_line(options)}\n{_deadline(interview, f'{free} seats free · closes')}"),
        ui.ActionRow(
            _button(interview, "join", "Join", style=ButtonStyle.primary),
            _button(interview, "observe", "Observe"),
            _button(interview, "leave", "Leave"),
            _button(interview, "start", "Start", style=ButtonStyle.success),
            _button(interview, "alone", "Practise alone"),
        ),
        ui.TextDisplay(small(KEPT)),
    ]
    return layout(PANEL, *items)


def agenda_line(options: Options) -> str:
    """The parts of a round and their minutes."""
    parts = plan(options.kind, options.minutes, block=options.kind != "concepts", solo=options.solo)
    questions = [minutes for stage, minutes in parts if stage == "question"]
    shown = []
    for stage, minutes in parts:
        if stage != "question":
            shown.append(f"{NAMES[stage].lower()} {minutes}")
        elif questions:
            shown.append(f"{len(questions)} question{'s' if len(questions) > 1 else ''} {sum(questions)}")
            questions = []
    name = "The agenda" if options.solo else "Each round"
    return small(f"{name}: {' · '.join(shown)} minutes")


def stage(interview: Interview, material: Material | None) -> ui.LayoutView:
    """The card of the stage that is on."""
    match interview.stage:
        case "lobby":
            return lobby(interview)
        case "ready":
            return ready(interview)
        case "feedback":
            return feedback(interview)
        case "between":
            return between(interview)
        case "ended":
            return ended(interview)
        case _:
            return talking(interview, material)


def ready(interview: Interview) -> ui.LayoutView:
    """Who has which role, and who is there."""
    round = interview.running
    here = ", ".join(mention(who) for who in round.here) or "nobody yet"
    lines = [f"### Round {round.number}", _roles(interview), f"**Here:** {here}"]
    if round.script and round.script.again:
        lines.append(small("Somebody has met some of these questions lately: there are no other ones left."))
    if interview.note:
        lines.append(small(interview.note))
    if interview.options.voice_id:
        lines.append(small(f"We meet in <#{interview.options.voice_id}>."))
    lines.append(_deadline(interview, "Candidate and interviewer press *I am here*; who does not is skipped"))
    return layout(
        PANEL,
        ui.TextDisplay("\n".join(lines)),
        ui.ActionRow(
            _button(interview, "here", "I am here", style=ButtonStyle.success),
            _button(interview, "leave", "Leave"),
        ),
        ui.TextDisplay(small(KEPT)),
    )


def talking(interview: Interview, material: Material | None) -> ui.LayoutView:
    """The question, the clock and the roles."""
    round, part = interview.running, interview.running.parts[interview.part]
    numbers = (round.number, interview.part)
    head = f"### {heading(round.parts, interview.part)}\n{_question(part, material)}"
    first: list[Item] = [MockButton("answer", interview.id, *numbers, -1, 0, label="Answer in text")]
    if material is not None and material.code:
        first.append(_button(interview, "code", "Run code", *numbers, style=ButtonStyle.primary))
    return layout(
        PANEL,
        ui.TextDisplay(head),
        ui.TextDisplay(f"{_roles(interview)}\n{clock_line(interview)}"),
        ui.ActionRow(*first, _button(interview, "notes", "My notes", 0), _button(interview, "leave", "Leave")),
    )


def _question(part: Part, material: Material | None) -> str:
    match part.stage:
        case "closing":
            return "Now the candidate asks, and the interviewer answers, as on a real day."
        case "block":
            task = "The task is above." if material and material.statement else ""
            return f"**{text.title(part.title)}**\n{task}".rstrip()
        case _:
            return f"**{text.title(part.title)}**"


def task(material: Material) -> Card:
    """What the candidate is given for a block: the task, and the program if there is one."""
    head = f"### {text.title(material.title)}\n{text.cut_markdown(material.statement, TASK_LIMIT)}"
    items: list[Item] = [ui.TextDisplay(head)]
    files: tuple[tuple[str, bytes], ...] = ()
    if material.code:
        shown = text.code_block(material.code, "py", TEXT_LIMIT - len(head))
        items.append(ui.TextDisplay(shown))
        if len(shown) < len(material.code):
            items.append(ui.File(f"attachment://{COPY}"))
            files = ((COPY, material.code.encode()),)
    return Card(layout(PANEL, *items), files)


def feedback(interview: Interview) -> ui.LayoutView:
    """Everybody scores, each for themselves."""
    round = interview.running
    waiting = ", ".join(map(mention, unscored(interview))) or "nobody"
    lines = [
        "### Feedback",
        "Interviewer and observers score the candidate, the candidate scores themself. "
        "Nobody sees the scores of another; the candidate sees the scorecard first.",
        f"**Scores are in from** {len(round.scored)}. **Waiting for** {waiting}.",
        clock_line(interview),
    ]
    return layout(PANEL, ui.TextDisplay("\n".join(lines)), ui.ActionRow(*_scoring(interview)))


def _scoring(interview: Interview) -> list[Item]:
    number = interview.running.number
    return [
        _button(interview, "score", "Score", number, style=ButtonStyle.primary),
        _button(interview, "remark", "Add words", number),
        _button(interview, "anchors", "What the numbers mean"),
        _button(interview, "leave", "Leave"),
    ]


def between(interview: Interview) -> ui.LayoutView:
    """The round is over; the scorecard is the candidate's, and the next round can begin."""
    round = interview.running
    lines = [
        f"### Round {round.number} is over",
        f"{mention(round.candidate)}, your scorecard is ready. You see it first, and sharing it is up to you.",
        _deadline(interview, "*Next round* begins with the next candidate; without it this ends"),
    ]
    return layout(
        ANSWER,
        ui.TextDisplay("\n".join(lines)),
        ui.ActionRow(
            _button(interview, "card", "My scorecard", round.number, style=ButtonStyle.primary),
            _button(interview, "next-round", "Next round", style=ButtonStyle.success),
            _button(interview, "score", "Score late", round.number),
            _button(interview, "leave", "Leave"),
        ),
    )


def ended(interview: Interview) -> ui.LayoutView:
    """The end, and the way to the scorecards."""
    items: list[Item] = [ui.TextDisplay(f"### The interview is over\n{interview.ended}")]
    round = interview.round
    if round is not None and round.done:
        items.append(ui.ActionRow(_button(interview, "card", "My scorecard", round.number)))
    items.append(ui.TextDisplay(small("`/mock history` has all your scorecards, `/mock replay` the transcript.")))
    return layout(UNKNOWN, *items)


def past(title: str, words: str = "") -> ui.LayoutView:
    """A card whose time is over: what it was about, without buttons."""
    return layout(UNKNOWN, ui.TextDisplay(f"{small(title)}\n{words}".rstrip()))


def past_card(interview: Interview, stage: str, number: int, part: int) -> ui.LayoutView:
    """The card of a stage that is over."""
    match stage:
        case "between":
            button = _button(interview, "card", "My scorecard", number)
            return layout(UNKNOWN, ui.TextDisplay(small(f"Round {number} is over")), ui.ActionRow(button))
        case "ready" | "lobby":
            return past(f"Round {number}")
        case "feedback":
            return past(f"Feedback on round {number}")
        case _:
            return past_part(interview, number, part)


def past_part(interview: Interview, number: int, index: int) -> ui.LayoutView:
    """The card of a part that is over."""
    round = interview.find_round(number)
    if round is None or index >= len(round.parts):
        return past(f"Round {number}")
    part = round.parts[index]
    return past(heading(round.parts, index), f"**{text.title(part.title)}**" if part.title else "")


def answered(by: int, words: str) -> Card:
    """What the candidate typed; what does not fit is in a file."""
    files = (("answer.txt", text.visible(words).encode()),) if len(words) > 1500 else ()
    items: list[Item] = [ui.TextDisplay(f"{mention(by)} typed\n{text.passage(words)}")]
    items += [ui.File("attachment://answer.txt")] if files else []
    return Card(layout(PANEL, *items), files)


def ran(by: int, status: str, printed: str) -> Card:
    """What the candidate's program did."""
    files = (("output.txt", text.visible(printed).encode()),) if len(printed) > 1700 else ()
    items: list[Item] = [ui.TextDisplay(f"{mention(by)} ran the program · {text.quote(status)}")]
    if printed.strip():
        items.append(ui.TextDisplay(text.code_block(printed, "", 1800)))
    items += [ui.File("attachment://output.txt")] if files else []
    return Card(layout(PANEL, *items), files)


def clock_line(interview: Interview) -> str:
    """When the part ends, or that the clock stands still."""
    if interview.pause is not None:
        minutes = max(1, round(interview.pause.left_s / 60))
        return small(f"Paused, with {minutes} minute{'s' if minutes > 1 else ''} left")
    return _deadline(interview, "Ends")


def _deadline(interview: Interview, words: str) -> str:
    if interview.ends_at is None:
        return small(words)
    return small(f"{words} {discord.utils.format_dt(interview.ends_at, 'R')}")


def _roles(interview: Interview) -> str:
    round = interview.running
    others = [
        mention(person.user_id)
        for person in interview.people
        if person.user_id not in (round.candidate, round.interviewer)
    ]
    lines = [f"**Candidate:** {mention(round.candidate)}", f"**Interviewer:** {mention(round.interviewer)}"]
    if others:
        lines.append(f"**Observers:** {', '.join(others)}")
    return " · ".join(lines)


def _button(
    interview: Interview, action: str, label: str, *numbers: int, style: ButtonStyle = ButtonStyle.secondary
) -> Item:
    return MockButton(action, interview.id, *numbers, label=label, style=style)
