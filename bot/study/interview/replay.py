"""The transcript of an interview as a Markdown file: who did what when, what was typed, and every edit and run."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.study.interview.cards import Scorecard
from bot.study.interview.effects import Entry
from bot.study.interview.state import Interview

_MENTION = re.compile(r"<@(\d+)>")
_STAMP = re.compile(r"<t:(\d+):R>")


def replay(
    interview: Interview,
    entries: Sequence[tuple[datetime, Entry]],
    cards: Mapping[int, Scorecard],
    axes: Sequence[str],
) -> str:
    """The whole transcript. `cards` are the scorecards of its reader, by round; people are called by their id."""
    options = interview.options
    about = ", ".join(filter(None, (options.kind, options.topic, options.level, f"{options.minutes} minutes")))
    blocks = [f"# Mock interview {interview.id}", f"{about}. Times are UTC."]
    round = None
    for at, entry in entries:
        if entry.round != round and entry.round:
            round = entry.round
            blocks.append(f"## Round {round}")
        blocks.append(_block(at, entry))
    for number, card in sorted(cards.items()):
        blocks.append(_scores(number, card, axes))
    return "\n\n".join(blocks) + "\n"


def _block(at: datetime, entry: Entry) -> str:
    who = "Torch Tutor" if entry.user_id is None else f"Person {entry.user_id}"
    late = ", after its part was over" if entry.late else ""
    stamp = f"`{at:%H:%M:%S}`"
    said = _plain(entry.text)
    match entry.kind:
        case "phase":
            return f"### {_line(said)} {stamp}"
        case "code":
            return f"{stamp} **{who}** edits the program{late}:\n\n{_fenced(said, 'python')}"
        case "run":
            return f"{stamp} It runs{late}:\n\n{_fenced(said)}"
        case "hint":
            return f"{stamp} **Hint:** {_line(said)}"
        case "people" | "clock" | "judged":
            return f"{stamp} *{_line(said)}*"
        case "answer" | "said" | "bot":
            return f"{stamp} **{who}**{late}:\n\n{_quoted(said)}"


def _plain(text: str) -> str:
    """The text with Discord's codes for people and times in words."""
    text = _STAMP.sub(lambda found: f"at {found[1]}", text)
    return _MENTION.sub(lambda found: f"person {found[1]}", text)


def _line(text: str) -> str:
    return " ".join(text.split())


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines() or [""])


def _fenced(text: str, language: str = "") -> str:
    """A block that nothing in the text can close: its fence is longer than any row of backticks there."""
    longest = max((len(row) for row in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"


def _scores(number: int, card: Scorecard, axes: Sequence[str]) -> str:
    rows = ["| axis | interviewer and observers | own score | the bot's reading |", "|---|---|---|---|"]
    for name, axis in zip(axes, card.axes, strict=True):
        mean = f"{axis.mean:.1f}" if axis.mean is not None else ""
        rows.append(f"| {name} | {mean} | {axis.own or ''} | {axis.bot or ''} |")
    missed = [f"- {_line(point)}" for each in card.missed for point in each.points]
    told = ["\nNot said:\n", *missed] if missed else []
    return "\n".join([f"## Your scorecard of round {number}\n", *rows, *told])
