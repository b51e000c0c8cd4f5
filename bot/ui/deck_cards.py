"""What decks look like in Discord: the report of a dry run, the list, one question, suggestions."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

import discord
from discord import ui

from bot.store import Deck, Suggestion
from bot.study.decks import SUGGESTIONS, Alike, DryRun, State, print_of
from bot.ui import text
from bot.ui.cards import ANSWER, PANEL, SUGGEST, Item, layout, small
from bot.ui.deck_items import DeleteSelect, ListButton, QuestionButton, ReviewButton, RunButton, SuggestButton
from bot.ui.failure import FAILED
from knowledge.deck_formats.draft import Draft, Fault

Thing = TypeVar("Thing")

PAGE = 8
"""Decks on a page of the list."""
LINES = 8
"""Faults, and questions that are like others, that a card has room for; the file has all of them."""
LINE, PLACE, ROOM = 150, 110, 1000
"""The most characters of what a line says, of a place in a file, and of all lines of one kind on a card."""
MOST_OWN = 10
REPORT = "report.txt"
WRITTEN = "what-you-wrote.txt"
SLOW_FROM = 500
"""Imported questions from which on it takes more than a moment until all of them are found."""
WORDS: dict[State, str] = {"pending": "waiting", "approved": "approved", "declined": "declined"}
NOTHING_WAITS = "### No suggestions\nNobody's suggestion is waiting. Everybody here can make one with `/deck suggest`."


# --------------------------------------------------------------------------------------------------- imports


def report(run: DryRun, refusal: str = "", in_full: str = "") -> tuple[ui.LayoutView, discord.File | None]:
    """What an import would do; and `in_full` as a file, where the card has no room and there is such a text."""
    every, new = run.counts
    faults, like = len(run.parsed.faults), every - new
    head = f"### Import into “{text.quote(run.deck)}”\n{_questions(every)} can be imported."
    if faults:
        head += f" {_things(faults, 'fault')} found; what is faulty is left out."
    if like:
        head += " It asks" if every == 1 else f" {like:,} of them ask{'s' if like == 1 else ''}"
        head += " nearly the same as another one."
    if not faults and not like and not refusal:
        head += " Nothing is wrong with them."
    items: list[Item] = [ui.TextDisplay(head)]
    whole = True
    for title, shown, left in (
        ("", *_as_many_as_fit(run.parsed.notes, lambda note: text.quote(note, 300))),
        ("What is wrong, line by line", *_as_many_as_fit(run.parsed.faults, _fault)),
        ("Nearly the same as others", *_as_many_as_fit(run.alike, _like)),
    ):
        whole = whole and not left
        if shown:
            items += [ui.Separator(), ui.TextDisplay(f"**{title}**\n{shown}" if title else shown)]
    file = None
    if in_full and not whole:
        file = discord.File(io.BytesIO(in_full.encode()), REPORT)
        items += [ui.TextDisplay(small("Everything is in the file:")), ui.File(f"attachment://{REPORT}")]
    if refusal:
        items.append(ui.TextDisplay(f"**This cannot be imported.** {refusal}"))
    elif every:
        buttons: list[Item] = [RunButton("all", run.id, f"Import {every:,}")]
        if like and new:
            buttons.append(RunButton("new", run.id, f"Only the {new:,} new ones" if new > 1 else "Only the new one"))
        items.append(ui.ActionRow(*buttons, RunButton("cancel", run.id, "Cancel")))
        items.append(ui.TextDisplay(small("Nothing is imported before you press. This report is good for a day.")))
    colour = FAILED if refusal or not every else SUGGEST if faults or like else PANEL
    return layout(colour, *items), file


def comparing(count: int) -> ui.LayoutView:
    """While it is looked up which questions of a long file are like others."""
    return layout(PANEL, ui.TextDisplay(f"{_questions(count)} read. Looking for those that I know already…"))


def imported(deck: Deck, count: int) -> ui.LayoutView:
    """After an import."""
    if not count:
        return layout(PANEL, ui.TextDisplay(f"Nothing new: “{named(deck)}” has all of these questions by now."))
    lines = [f"### {_questions(count)} imported", f"“{named(deck)}” has {_questions(deck.questions)} now."]
    if not deck.enabled:
        lines.append("The deck is turned off: `/deck list` turns it on.")
    elif count >= SLOW_FROM:
        lines.append("`/ask` and quizzes here take from it. Until `/ask` finds all of them takes some minutes.")
    else:
        lines.append("`/ask` and quizzes in this server take from it from now on.")
    return layout(ANSWER, ui.TextDisplay("\n".join(lines)))


def _as_many_as_fit(things: Sequence[Thing], said: Callable[[Thing], str]) -> tuple[str, int]:
    """The first things as a list, each on a line, and how many are left out of it."""
    shown: list[str] = []
    room = ROOM
    for line in map(said, things[:LINES]):
        room -= len(line) + 3
        if room < 0:
            break
        shown.append(f"- {line}")
    left = len(things) - len(shown)
    return "\n".join([*shown, *([f"- and {left:,} more"] if left else [])]), left


def _fault(fault: Fault) -> str:
    return f"{text.quote(fault.place, PLACE)}: {text.quote(fault.what, LINE)}"


def _like(one: Alike) -> str:
    asked, known = text.quote(one.asked, LINE // 2), text.quote(one.known, LINE // 2)
    return (
        f"{text.quote(one.place, PLACE)}: {asked} · {one.likeness:.0%} like {known} ({text.quote(one.origin, PLACE)})"
    )


# --------------------------------------------------------------------------------------------------- the list


def decks(every: Sequence[Deck], page: int, waiting: int, *, moderator: bool, note: str = "") -> ui.LayoutView:
    """A server's decks, with what moderators can do about each."""
    if not every:
        how = (
            "Import some with `/deck import`: a table (CSV), JSON, an Anki package, or Markdown."
            if moderator
            else "Its moderators can import some, and you can suggest one with `/deck suggest`."
        )
        said = f"### Decks of this server\nThis server has no questions of its own yet. {how}"
        return layout(PANEL, ui.TextDisplay(f"{note}\n{said}" if note else said))
    pages = (len(every) - 1) // PAGE + 1
    page = min(page, pages - 1)
    shown = every[page * PAGE : (page + 1) * PAGE]
    total = sum(deck.questions for deck in every)
    head = f"### Decks of this server\n{small(f'{_questions(total)} · asked and searched in this server alone')}"
    items: list[Item] = [ui.TextDisplay(f"{note}\n{head}" if note else head), ui.Separator()]
    for deck in shown:
        line = f"**{named(deck)}**\n{small(f'{_questions(deck.questions)} · {_state(deck)}')}"
        if moderator:
            does = "off" if deck.enabled else "on"
            switch = ListButton(does, deck.id, page, f"Turn {does}")
            items.append(ui.Section(ui.TextDisplay(line), accessory=switch))
        else:
            items.append(ui.TextDisplay(line))
    if moderator:
        options = [discord.SelectOption(label=text.label(deck.name, 100), value=str(deck.id)) for deck in shown]
        items.append(ui.ActionRow(DeleteSelect(page, options)))
    turns: list[Item] = []
    if page:
        turns.append(ListButton("page", 0, page - 1, "Back"))
    if page + 1 < pages:
        turns.append(ListButton("page", 1, page + 1, "More"))
    if turns:
        items.append(ui.ActionRow(*turns))
    if moderator and waiting:
        are = "suggestions are" if waiting > 1 else "suggestion is"
        items.append(ui.TextDisplay(small(f"{waiting} {are} waiting: `/deck review`")))
    return layout(PANEL, *items)


def sure_about(deck: Deck, page: int) -> ui.LayoutView:
    """Asks whether a deck is to be deleted."""
    return layout(
        FAILED,
        ui.TextDisplay(
            f"### Delete “{named(deck)}”?\n{_questions(deck.questions)} go with it and cannot be brought "
            "back; nobody is asked them any more. `/deck export` saves them first."
        ),
        ui.ActionRow(ListButton("really", deck.id, page, "Yes, delete it"), ListButton("page", 0, page, "Keep it")),
    )


def _state(deck: Deck) -> str:
    return "on" if deck.enabled else "turned off"


# --------------------------------------------------------------------------------------------- one question


def question(number: int, deck: str, draft: Draft, *, sure: bool = False, note: str = "") -> ui.LayoutView:
    """A question of a deck, with what moderators can do about it."""
    if sure:
        buttons = [QuestionButton("really", number, "Yes, delete it"), QuestionButton("keep", number, "Keep it")]
        note = "**Delete this question?** It cannot be brought back."
    else:
        buttons = [QuestionButton("edit", number, "Change"), QuestionButton("delete", number, "Delete")]
    items = _draft(draft, f"From “{text.quote(deck)}”{_topic(draft)}")
    if note:
        items.append(ui.TextDisplay(note))
    return layout(FAILED if sure else PANEL, *items, ui.ActionRow(*buttons))


def _draft(draft: Draft, about: str) -> list[Item]:
    """What somebody wrote, as they wrote it; at most 3200 characters, however much has to be made harmless."""
    items: list[Item] = [ui.TextDisplay(f"### {text.quote(draft.question, 320)}\n{small(about)}")]
    items.append(ui.TextDisplay(text.code_block(draft.answer, "md", 1000)))
    if draft.key_points:
        items.append(ui.TextDisplay(_bullets("Key points", (text.quote(point, 90) for point in draft.key_points))))
    pairs = (f"{text.quote(pair.wrong, 90)} → {text.quote(pair.right, 90)}" for pair in draft.misconceptions[:3])
    if draft.misconceptions:
        items.append(ui.TextDisplay(_bullets("Common mistakes", pairs)))
    more = [
        f"{name} ({len(every)})"
        for every, name in ((draft.asks, "other phrasings"), (draft.sources, "sources"), (draft.proofs, "programs"))
        if every
    ]
    if more:
        items.append(ui.TextDisplay(small(f"It also has {', '.join(more)}, which stay as they are.")))
    return items


def _bullets(title: str, lines: Iterable[str]) -> str:
    return text.cut(f"**{title}**\n" + "\n".join(f"- {line}" for line in lines), 600)


def _topic(draft: Draft) -> str:
    facts = [text.quote(text.topic_name(draft.topic)) if draft.topic else "", draft.level or ""]
    return "".join(f" · {fact}" for fact in facts if fact)


# ---------------------------------------------------------------------------------------------- suggestions


def review(
    suggestion: Suggestion, draft: Draft, waiting: int, deck: Deck | None, alike: Sequence[Alike], note: str = ""
) -> ui.LayoutView:
    """A suggestion that waits, with what moderators can do about it. `deck` is where it goes; None is the usual one."""
    into = deck.name if deck else SUGGESTIONS
    when = discord.utils.format_dt(suggestion.suggested_at, "R")
    items = _draft(draft, f"Suggested {when} · {waiting} waiting · goes into “{text.quote(into)}”")
    items += [
        ui.TextDisplay(f"⚠️ {one.likeness:.0%} like {text.quote(one.known, 100)} ({text.quote(one.origin, 60)})")
        for one in alike
    ]
    if note:
        items.insert(0, ui.TextDisplay(note))
    which = (suggestion.number, deck.id if deck else 0, print_of(suggestion.draft))
    buttons = [
        ReviewButton(does, *which, label)
        for does, label in (("approve", "Approve"), ("edit", "Change"), ("decline", "Decline"), ("later", "Later"))
        if does != "later" or waiting > 1
    ]
    return layout(PANEL, *items, ui.ActionRow(*buttons))


def nothing_waits(note: str = "") -> ui.LayoutView:
    """No suggestion waits, or none any more."""
    return layout(PANEL, ui.TextDisplay(f"{note}\n{NOTHING_WAITS}" if note else NOTHING_WAITS))


def own_suggestions(every: Sequence[Suggestion], note: str = "") -> ui.LayoutView:
    """What somebody suggested, and what became of it."""
    items: list[Item] = [ui.TextDisplay(note)] if note else []
    if every:
        lines = [
            f"- **{WORDS[one.state]}** · {text.quote(str(one.draft['question']), 150)} · "
            + discord.utils.format_dt(one.suggested_at, "R")
            for one in every[:MOST_OWN]
        ]
        items.append(ui.TextDisplay("### Your suggestions here\n" + "\n".join(lines)))
    else:
        items.append(ui.TextDisplay("### Your suggestions here\nYou have not suggested a question in this server yet."))
    items.append(ui.ActionRow(SuggestButton()))
    items.append(ui.TextDisplay(small("`/deck suggest` with *mine* shows this list again.")))
    return layout(PANEL, *items)


def faulty(faults: Sequence[Fault], written: str) -> tuple[ui.LayoutView, discord.File]:
    """What is wrong with what somebody wrote into a box, and all of it in a file, so that nothing is lost."""
    lines = "\n".join(f"- {text.quote(fault.what[0].upper() + fault.what[1:], LINE)}" for fault in faults[:LINES])
    view = layout(
        SUGGEST,
        ui.TextDisplay(f"### Not kept yet\n{lines}\nHere is what you wrote, to copy from when you try again:"),
        ui.File(f"attachment://{WRITTEN}"),
    )
    return view, discord.File(io.BytesIO(written.encode()), WRITTEN)


def file(deck: Deck, name: str, count: int, *, importable: bool, note: str = "") -> ui.LayoutView:
    """A deck as a file."""
    said = f"### {named(deck)}\n{_questions(count)}. {note}".rstrip()
    if not importable:
        said += "\n" + small("It is larger than what `/deck import` takes in one piece (5 MiB).")
    return layout(ANSWER, ui.TextDisplay(said), ui.File(f"attachment://{name}"))


def named(deck: Deck) -> str:
    """A deck's name, safe to show."""
    return text.quote(deck.name)


def _questions(count: int) -> str:
    return _things(count, "question")


def _things(count: int, name: str) -> str:
    return f"{count:,} {name}{'' if count == 1 else 's'}"
