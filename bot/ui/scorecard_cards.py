"""Scorecards in words: for the candidate, for the group once it is shared, and all of somebody's over time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import discord
from discord import ButtonStyle, ui

from bot.store.scorecards import KeptCard, Marks
from bot.study.hits import key_of
from bot.study.interview.cards import AxisResult, Scorecard
from bot.study.interview.scoring import ACCEPTABLE, STRONG_FROM, WEAK_BELOW
from bot.study.interview.steps import mention
from bot.ui import text
from bot.ui.cards import ANSWER, PANEL, Item, layout, origin_line, small
from bot.ui.mock_cards import Card, about
from bot.ui.mock_items import MockButton, MockSelect
from knowledge.interviews import Rubric
from knowledge.questions import Question

PICTURE, TREND = "scorecard.png", "interviews.png"
BODY = 3300
FEW_MARKS = 3
"""With fewer marks than that, an interviewer would know whose they are."""
_PAGE = 20


def private(kept: KeptCard, picture: bytes, rubric: Rubric, questions: Sequence[Question]) -> Card:
    """The scorecard as its owner sees it; `questions` are those whose answers there are to read."""
    id, number = kept.interview_id, kept.round.number
    items = [*_body(kept.card, rubric, for_owner=True)]
    head = f"### Your scorecard\n{small(f'{about(kept.options)} · {_day(kept.finished_at)}')}"
    shown: list[Item] = [
        ui.TextDisplay(head),
        _picture(PICTURE, "The scores on five axes, which stand below in words"),
        *items,
    ]
    if questions:
        options = [
            discord.SelectOption(label=text.label(question.question, 100), value=key_of(question.id))
            for question in questions[:25]
        ]
        read = MockSelect("read", id, number, options=options, placeholder="Read the answers to what was missed")
        shown.append(ui.ActionRow(read))
    buttons: list[Item] = []
    if not kept.options.solo and not kept.round.shared:
        buttons.append(MockButton("share", id, number, label="Share with the group", style=ButtonStyle.primary))
    buttons += [
        MockButton("rate", id, number, int(kept.options.solo), label="Rate the interview"),
        MockButton("replay", id, label="Transcript"),
        MockButton("delete", id, number, label="Delete", style=ButtonStyle.danger),
    ]
    shown.append(ui.ActionRow(*buttons))
    return Card(layout(ANSWER, *shown), ((PICTURE, picture),))


def shared(kept: KeptCard, picture: bytes, rubric: Rubric) -> Card:
    """The scorecard as the group sees it: without what scorers wrote, which was for the candidate."""
    head = f"### {mention(kept.round.candidate)} shares a scorecard\n{small(about(kept.options))}"
    return Card(
        layout(
            ANSWER,
            ui.TextDisplay(head),
            _picture(PICTURE, "The scores on five axes, which stand below in words"),
            *_body(kept.card, rubric, for_owner=False),
        ),
        ((PICTURE, picture),),
    )


def _picture(name: str, description: str) -> Item:
    return ui.MediaGallery(discord.MediaGalleryItem(f"attachment://{name}", description=description))


def _body(card: Scorecard, rubric: Rubric, *, for_owner: bool) -> list[Item]:
    blocks = [_scores(card, rubric), _agreement(card, rubric)]
    if for_owner:
        blocks += [_strong(card, rubric), _work(card, rubric), _missed(card)]
    blocks.append(_reading(card))
    items: list[Item] = []
    room = BODY
    for block in blocks:
        if block and room > 200:
            shown = text.cut_markdown(block, room)
            room -= len(shown)
            items.append(ui.TextDisplay(shown))
    return items


def _scores(card: Scorecard, rubric: Rubric) -> str:
    return "\n".join(f"**{axis.title}:** {_score(result)}" for axis, result in zip(rubric.axes, card.axes, strict=True))


def _score(result: AxisResult) -> str:
    parts = []
    if result.mean is not None:
        spread = f" ({result.low} to {result.high})" if result.low != result.high else ""
        parts.append(f"{result.mean:.1f}{spread}")
    if result.own is not None:
        parts.append(f"own score {result.own}")
    if result.bot is not None:
        parts.append(f"the bot reads {result.bot}")
    return " · ".join(parts) or "not scored"


def _agreement(card: Scorecard, rubric: Rubric) -> str:
    """How far the scorers agree, and how the candidate sees themself beside them."""
    lines = []
    if card.deviation is not None:
        close = "they agree" if card.deviation <= ACCEPTABLE else "they do not agree, so talk about it"
        lines.append(f"{card.scorers} scorers lie {card.deviation:.1f} points from their mean on average: {close}.")
    if card.apart is not None:
        lines.append(f"They differ most on {rubric.axes[card.apart].title}.")
    if card.calibration is not None and abs(card.calibration) >= 0.5:
        way = "higher" if card.calibration > 0 else "lower"
        lines.append(f"The candidate scores themself {abs(card.calibration):.1f} points {way} than the others do.")
    return small(" ".join(lines)) if lines else ""


def _strong(card: Scorecard, rubric: Rubric) -> str:
    best = [
        axis.title
        for axis, result in zip(rubric.axes, card.axes, strict=True)
        if result.value is not None and result.value >= STRONG_FROM
    ]
    if not best and not card.strong:
        return ""
    head = f"**Strong:** {', '.join(best)}" if best else "**Strong**"
    return "\n".join([head, *(text.passage(words, 300) for words in card.strong)])


def _work(card: Scorecard, rubric: Rubric) -> str:
    """The weakest axis, with what the next anchor above it looks like, and what scorers wrote."""
    scored = [
        (result.value, axis) for axis, result in zip(rubric.axes, card.axes, strict=True) if result.value is not None
    ]
    lines = []
    value, axis = min(scored, key=lambda pair: pair[0], default=(None, None))
    if value is not None and axis is not None and value < WEAK_BELOW:
        above = next((anchor for anchor in axis.anchors if anchor.score > value), axis.anchors[-1])
        lines.append(f"**Work on {axis.title}.** A {above.score} looks like this: {above.looks}")
    if card.work:
        lines += ["**To work on**", *(text.passage(words, 300) for words in card.work)]
    return "\n".join(lines)


def _missed(card: Scorecard) -> str:
    if not card.missed:
        return ""
    lines = ["**What was not said**"]
    for missed in card.missed:
        lines.append(f"*{text.title(missed.title)}*")
        lines += [f"- {text.title(point)}" for point in missed.points[:4]]
        if len(missed.points) > 4:
            lines.append(small(f"and {len(missed.points) - 4} more"))
        if origin := origin_line(missed.question_id or ""):
            lines.append(origin)
    if any(missed.question_id for missed in card.missed):
        lines.append(small("The questions among them come back in your reviews."))
    return "\n".join(lines)


def _reading(card: Scorecard) -> str:
    """What the bot can have an opinion on at all."""
    if not card.read:
        return ""
    told = f"The bot read {f'{card.read} typed answers' if card.read > 1 else 'one typed answer'} by key points"
    if card.unsure:
        told += f", and could not tell about {card.unsure}"
    return small(f"{told}. It judges neither PyTorch fluency nor communication.")


# ----------------------------------------------------------------------------------------------------- history


def history(kept: Sequence[KeptCard], picture: bytes, marks: Marks) -> Card:
    """All of somebody's scorecards, newest first, with how they changed."""
    count = len(kept)
    head = f"### Your interviews\n{small(f'Scorecards: {count} · only you see this')}"
    items: list[Item] = [ui.TextDisplay(head), _picture(TREND, "How the scores on five axes changed over time")]
    lines = [_line(each) for each in kept[:_PAGE]]
    if marks.mean is not None and marks.count >= FEW_MARKS:
        lines.append(small(f"As an interviewer you were given {marks.mean:.1f} of 5 by {marks.count} candidates."))
    items.append(ui.TextDisplay("\n".join(lines)))
    options = [
        discord.SelectOption(
            label=text.label(f"{each.finished_at:%d %b %Y} · {about(each.options)}", 100),
            value=f"{each.interview_id}:{each.round.number}",
        )
        for each in kept[:25]
    ]
    # No interview is meant in particular: each option names its own.
    items.append(ui.ActionRow(MockSelect("open-card", kept[0].interview_id, options=options, placeholder="Open one")))
    return Card(layout(PANEL, *items), ((TREND, picture),))


def _line(kept: KeptCard) -> str:
    overall = f"**{kept.card.overall:.1f}**" if kept.card.overall is not None else "–"
    how = " · alone" if kept.options.solo else ""
    return f"{overall} · {_day(kept.finished_at)} · {about(kept.options)}{how}"


def _day(when: datetime) -> str:
    return discord.utils.format_dt(when, "d")


def nothing_yet() -> ui.LayoutView:
    """For who has no scorecard."""
    return layout(
        PANEL,
        ui.TextDisplay(
            "### No scorecards yet\nTake part in an interview with `/mock start`, or practise alone with `/mock solo`."
        ),
    )
