"""What an answer looks like in Discord: the answer, suggestions, *I don't know that one*, and sources.

Discord's limits for one message are 4000 characters of text and 40 components; every card stays well below both.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any
from urllib.parse import quote_plus

import discord
from discord import ui

from bot.study.decks import number_of
from bot.study.hits import Hand, key_of
from bot.ui import text
from bot.ui.failure import notice
from bot.ui.items import FollowUpSelect, RephraseButton, ShowButton, SourcesButton, VoteButton
from bot.ui.run_items import ProofButton
from knowledge.questions import Proof, Question

ANSWER, SUGGEST, UNKNOWN, PANEL = 0x2EA44F, 0xE3A008, 0x6B7280, 0xEE4C2C
TEXT_LIMIT = 3900
ANSWER_LIMIT = 1900
OPTIONS = 25
SEARCH_LIMIT = 440

# discord.py types a dynamic item apart from the item that it wraps.
Item = ui.Item[Any]


@dataclass(frozen=True, slots=True)
class Shown:
    """One hit as a card shows it: the question, and how sure the tutor is, or None when a person chose it.

    `deck` is the name of the server's deck that it is from, where that is known.
    """

    question: Question
    score: float | None
    deck: str = ""


def layout(colour: int, *items: Item) -> ui.LayoutView:
    """One container with an accent; never times out, because its items live in their custom_ids."""
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.Container(*items, accent_colour=colour))
    return view


def small(line: str) -> str:
    """Metadata, in Discord's small grey type."""
    return f"-# {line}"


def about(question: Question) -> str:
    """Topic and level."""
    return f"{text.topic_name(question.topic)} · {question.level}"


def answer(shown: Shown, hand: Hand, near: Sequence[Question], *, note: str = "") -> ui.LayoutView:
    """The answer with its proof, its sources and its buttons.

    `hand` says who asked and what *Not this one* shows next (nothing when it is empty). `near` are the questions that
    the follow-up select offers, at most 25. `note` is a small line above the title, already safe to show.
    """
    question = shown.question
    certainty = "you chose this question" if shown.score is None else text.sureness(shown.score)
    head = f"### {text.title(question.question)}\n{small(f'{certainty} · {about(question)}')}"
    if origin := origin_line(question.id, shown.deck):
        head += f"\n{origin}"
    if note:
        head = f"{small(note)}\n{head}"
    body = text.cut_markdown(question.answer, ANSWER_LIMIT)
    sources = sources_line(question)
    room = TEXT_LIMIT - len(head) - len(body) - len(sources)
    key = key_of(question.id)
    items: list[Item] = [ui.TextDisplay(head), ui.TextDisplay(body), ui.Separator()]
    if question.proofs:
        items.append(ui.TextDisplay(proof(question.proofs[0], question.torch, room)))
        items.append(ui.ActionRow(ProofButton(key, 0)))
    if sources:
        items.append(ui.TextDisplay(sources))
    buttons: list[Item] = [VoteButton(key, up=True), VoteButton(key, up=False)]
    if question.sources or question.misconceptions or question.proofs[1:]:
        buttons.insert(0, SourcesButton(key))
    if hand.held:
        buttons.insert(0, ShowButton(hand.next(), "Not this one"))
    items.append(ui.ActionRow(*buttons))
    if near:
        items.append(ui.ActionRow(FollowUpSelect(hand.asker, key, [option(other) for other in near[:OPTIONS]])))
    return layout(ANSWER if shown.score is None or shown.score >= 0.5 else SUGGEST, *items)


def origin_line(question_id: str, deck: str = "") -> str:
    """That a question was written by people of a server, and nobody has proved it; "" for one of the corpus."""
    if number_of(question_id) is None:
        return ""
    whose = f"this server's deck “{text.quote(deck)}”" if deck else "a server's own deck"
    return small(f"From {whose} · written by people there, not proved by code")


def proof(shown: Proof, torch: str, limit: int) -> str:
    """A snippet and what it printed, in at most `limit` characters. Without `torch`, its author says so, no more."""
    head = f"**Proof** · ran on torch {torch}" if torch else "**Code** · by its author, I have not run it"
    printed = small("prints")
    room = limit - len(head) - len(printed) - 3
    output = text.code_block(shown.output, limit=max(120, min(room // 2, len(shown.output) + 60)))
    code = text.code_block(shown.code, "py", limit=room - len(output))
    return f"{head}\n{code}\n{printed}\n{output}"


def option(question: Question) -> discord.SelectOption:
    """A question as a line of a select."""
    return discord.SelectOption(
        label=text.label(question.question, 100),
        value=key_of(question.id),
        description=text.label(about(question), 100),
    )


def sources_line(question: Question) -> str:
    """The first sources as short links on one line; the others are behind the button. "" where there are none."""
    if not question.sources:
        return ""
    links = [text.link(url) for url in question.sources]
    line = " · ".join(links[:3])
    while len(line) > 600 and len(links) > 1:
        links = links[:-1]
        line = " · ".join(links[:3])
    return small(f"Sources: {line}")


def suggest(asked: str, suggestions: Sequence[Shown], hand: Hand) -> ui.LayoutView:
    """The closest three, each with a button, for a question that may be one of them."""
    items: list[Item] = [
        ui.TextDisplay(f"### Did you mean one of these?\n{small(f'You asked: {text.quote(asked)}')}"),
        ui.Separator(),
    ]
    for index, shown in enumerate(suggestions[:3]):
        line = f"**{text.title(shown.question.question)}**\n"
        line += small(f"{text.sureness(shown.score or 0.0)} · {about(shown.question)}")
        if origin := origin_line(shown.question.id, shown.deck):
            line += f"\n{origin}"
        button = ShowButton(hand.pick(index), f"Show {index + 1}", primary=True)
        items.append(ui.Section(ui.TextDisplay(line), accessory=button))
    items.append(ui.ActionRow(ShowButton(hand.spent(), "None of these")))
    return layout(SUGGEST, *items)


def unknown(asked: str, kept: str) -> ui.LayoutView:
    """Nothing fits, and what to do next. `asked` may be empty; `kept` says what moderators will see, if anything."""
    head = "### I don't know that one"
    if asked:
        head += f"\n{small(f'You asked: {text.quote(asked)}')}"
    items: list[Item] = [
        ui.TextDisplay(head),
        ui.TextDisplay(
            "I answer PyTorch interview questions, and none of mine fits closely enough. "
            "I would rather say so than guess."
        ),
        ui.TextDisplay(
            "**What you can do**\n"
            "- Name the function, the module or the error message.\n"
            "- Type `/ask` and pick from the list that comes up.\n"
            "- Search the documentation or ask people in the forum."
        ),
        ui.ActionRow(RephraseButton(), *_searches(asked)),
    ]
    if kept:
        items.append(ui.TextDisplay(small(kept)))
    return layout(UNKNOWN, *items)


def _searches(asked: str) -> list[AnyLink]:
    words = _in_address(text.cut(" ".join(asked.split()), 80))
    docs, forum = "https://docs.pytorch.org/docs/stable/search.html", "https://discuss.pytorch.org"
    return [
        ui.Button(label="Documentation", url=f"{docs}?q={words}" if words else docs),
        ui.Button(label="Forum", url=f"{forum}/search?q={words}" if words else forum),
    ]


def _in_address(words: str) -> str:
    """As much of `words` as a button's address has room for; a letter of another script may take nine characters."""
    escaped = [quote_plus(letter.encode("utf-8", "replace")) for letter in words]
    return "".join(escaped[: bisect(list(accumulate(map(len, escaped))), SEARCH_LIMIT)])


AnyLink = ui.Button[ui.LayoutView]


def sources(question: Question) -> ui.LayoutView:
    """Every source, what is commonly misstated, and the proofs that the card has no room for."""
    links = "\n".join(f"- {text.link(url)}" for url in question.sources)
    title = "### Sources" if links else "### More about it"
    head = text.cut_markdown(f"{title}\n{small(text.title(question.question))}\n{links}".rstrip(), 1500)
    parts = [head]
    for misconception in question.misconceptions:
        line = f"**Commonly misstated as**\n> {text.title(misconception.wrong)}\n**In fact**\n"
        line += f"> {text.title(misconception.right)}"
        if sum(map(len, parts)) + len(line) < TEXT_LIMIT - 600:
            parts.append(line)
    items: list[Item] = [ui.TextDisplay(parts[0])]
    for part in parts[1:]:
        items += [ui.Separator(), ui.TextDisplay(part)]
    left = TEXT_LIMIT - sum(map(len, parts))
    for index, other in enumerate(question.proofs[1:], start=1):
        if left < 500:
            break
        block = proof(other, question.torch, left)
        left -= len(block)
        run: Item = ProofButton(key_of(question.id), index)
        items += [ui.Separator(), ui.TextDisplay(block), ui.ActionRow(run)]
    return layout(PANEL, *items)


def wordless() -> ui.LayoutView:
    """For a question without any words in it."""
    return notice(
        "### What would you like to know?\n"
        "Ask me about PyTorch in words, for example: *Why do I need zero_grad?*\n"
        f"{small('Or type `/ask` and pick a question from the list.')}",
        PANEL,
    )


def told(line: str) -> ui.LayoutView:
    """A short confirmation."""
    return notice(line, PANEL)
