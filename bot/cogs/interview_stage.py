"""Shows what has become of an interview: cards and lines in its thread, or in reply to who practises alone."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, Protocol

import discord
from discord import ui

from bot.cogs.interview_room import InterviewRoom
from bot.cogs.places import UNKNOWN_MESSAGE
from bot.cogs.scorecards import ScorecardDesk
from bot.store import HeldInterview, Store
from bot.study.interview import effects, solo
from bot.study.interview import events as happened
from bot.study.interview.effects import Effect
from bot.study.interview.events import Event, Heard, PlaceGone, Prepared
from bot.study.interview.machine import asked_so_far
from bot.study.interview.material import Material
from bot.study.interview.state import TALKING, Interview
from bot.ui import mock_cards, mock_solo
from bot.ui.cards import small, told
from bot.ui.mock_cards import Card
from knowledge.grading import Graded, Rubric

log = logging.getLogger(__name__)

WHY_GONE = {
    10003: "The thread or channel in which it was held was deleted, so the interview ends here.",
    50001: "I may no longer see the channel in which it was held, so the interview ends here.",
    50013: "I may no longer write in the channel in which it was held, so the interview ends here.",
    50083: "The thread in which it was held was closed, so the interview ends here.",
}
"""What Discord says (its error codes) when a place cannot be written into any more."""

Pressed = discord.Interaction[Any]
Decide = Callable[[Interview], Event]


class Act(Protocol):
    """Changes an interview, and shows what comes of it."""

    def __call__(self, id: str, decide: Decide, via: Via | None = None) -> Coroutine[Any, Any, object]:
        """See `Interviewing.act_and_show`."""


class Grading(Protocol):
    """Grades answers in free text."""

    async def grade(self, rubric: Rubric, answer: str) -> Graded:
        """See `knowledge.grading.Grader.grade`."""


class Via:
    """An interaction to answer through, once it was deferred: the first word takes the place of "thinking"."""

    def __init__(self, interaction: Pressed, *, private: bool) -> None:
        answered = interaction.response.type
        self._interaction = interaction
        self._private = private
        self._thinking = answered is discord.InteractionResponseType.deferred_channel_message
        self._on_card = answered is discord.InteractionResponseType.deferred_message_update
        self._written_over = False

    async def send(self, card: Card) -> discord.Message:
        """Say something next."""
        if self._thinking:
            self._thinking = False
            return await self._interaction.edit_original_response(view=card.view, attachments=card.attachments())
        return await self._interaction.followup.send(
            view=card.view, files=card.attachments(), ephemeral=self._private, wait=True
        )

    async def write_over(self, view: ui.LayoutView) -> bool:
        """Change the card that was pressed, if one was."""
        if self._on_card:
            self._written_over = True
            await self._interaction.edit_original_response(view=view)
        return self._on_card

    async def close_card(self) -> None:
        """Take the buttons off the card that was pressed, unless it shows something else by now."""
        if self._on_card and not self._written_over and self._interaction.message is not None:
            await self.write_over(mock_solo.without_buttons(self._interaction.message))


class InterviewStage:
    """What people see of interviews."""

    def __init__(
        self,
        client: discord.Client,
        store: Store,
        room: InterviewRoom,
        grading: Grading,
        scorecards: ScorecardDesk,
        now: Callable[[], datetime],
    ) -> None:
        self._client = client
        self._now = now
        self._store = store
        self._room = room
        self._grading = grading
        self._scorecards = scorecards

    async def send_lobby(self, interview: Interview) -> None:
        """Send a lobby's card."""
        sent = await self._channel(interview.channel_id, interview.guild_id).send(view=mock_cards.lobby(interview))
        await self._store.interviews.keep_lobby(interview.id, sent.id)

    async def deliver(self, held: HeldInterview, to_do: Sequence[Effect], act: Act, via: Via | None = None) -> None:
        """Do what has to be done about a change, in order. `act` changes the interview further.

        Where the place is gone the interview ends. Raises discord.HTTPException when Discord fails otherwise.
        """
        try:
            for effect in to_do:
                await self._do(held, effect, act, via)
        except discord.HTTPException as error:
            why = WHY_GONE.get(error.code)
            if why is None or held.interview.over:
                raise
            log.info("Interview %s cannot go on where it is: %s", held.interview.id, error)
            await act(held.interview.id, lambda _: PlaceGone(why))

    async def _do(self, held: HeldInterview, effect: Effect, act: Act, via: Via | None) -> None:
        interview = held.interview
        match effect:
            case effects.Post():
                await self._post(held, via)
            case effects.Redraw():
                await self._redraw(held, via)
            case effects.Say():
                if not interview.options.solo:
                    await self._place(interview).send(small(effect.text))
            case effects.Quote():
                await self._quote(interview, effect, via)
            case effects.Invite():
                await self._invite(interview, effect.user_id)
            case effects.Tell():
                await self._tell(interview, effect.user_id, effect.text)
            case effects.Farewell():
                await self._farewell(held, via)
            case effects.ShareCard():
                card = await self._scorecards.shared(interview.id, effect.round)
                if card is not None:
                    await self._place(interview).send(view=card.view, files=card.attachments())
            case effects.Finish():
                await self._scorecards.make(interview, effect.round)
            case effects.Prepare():
                await self._prepare(interview, effect.round, act)
            case effects.Read():
                await self._read(interview, effect, act, via)

    # ------------------------------------------------------------------------------------------------- showing

    async def _post(self, held: HeldInterview, via: Via | None) -> None:
        """Show the card of the stage below everything; the card before loses its buttons."""
        interview = held.interview
        material = await self._room.current(interview)
        if interview.options.solo:
            await self._post_solo(held, material, via)
            return
        await self._close_card(held)
        place = self._place(interview)
        if interview.stage == "block" and material is not None and material.statement:
            task = mock_cards.task(material)
            await place.send(view=task.view, files=task.attachments())
        sent = await place.send(view=mock_cards.stage(interview, material))
        await self._store.interviews.keep_card(interview.id, sent.id, _shows(interview))
        if interview.stage == "ready":
            await self._redraw_lobby(held)

    async def _post_solo(self, held: HeldInterview, material: Material | None, via: Via | None) -> None:
        interview = held.interview
        if via is None and interview.replies_only:
            # They find it when they press something, or with /mock solo.
            return
        if via is None:
            await self._close_card(held)
        else:
            await via.close_card()
        fresh = interview.talk is not None and not interview.talk.line and not interview.talk.tries
        if interview.stage == "block" and material is not None and material.statement and fresh:
            await self._send(interview, mock_cards.task(material), via)
        number, candidate = interview.running.number, interview.running.candidate
        card = await self._scorecards.private(interview.id, number, candidate) if interview.over else None
        sent = await self._send(interview, card or Card(mock_solo.card(interview, material)), via)
        if not interview.replies_only:
            await self._store.interviews.keep_card(interview.id, sent.id, _shows(interview))

    async def _send(self, interview: Interview, card: Card, via: Via | None) -> discord.Message:
        if via is not None:
            return await via.send(card)
        return await self._place(interview).send(view=card.view, files=card.attachments())

    async def _redraw(self, held: HeldInterview, via: Via | None) -> None:
        # Its card may have been sent only after the change was made.
        held = await self._store.interviews.get(held.interview.id) or held
        interview = held.interview
        if interview.options.solo:
            view = mock_solo.card(interview, await self._room.current(interview))
            if via is not None and await via.write_over(view):
                return
        elif interview.stage == "lobby":
            await self._redraw_lobby(held)
            return
        else:
            view = mock_cards.stage(interview, await self._room.current(interview))
        if held.card_message_id is not None:
            await self._edit(interview, held.card_message_id, view)

    async def _redraw_lobby(self, held: HeldInterview) -> None:
        if held.lobby_message_id is None:
            return
        message = self._channel(held.interview.channel_id, held.interview.guild_id).get_partial_message(
            held.lobby_message_id
        )
        await _edit_if_there(message, mock_cards.lobby(held.interview))

    async def _close_card(self, held: HeldInterview) -> None:
        """Take the buttons off the card before."""
        if held.card_message_id is None or held.card_shows is None:
            return
        stage, number, part = held.card_shows.split(":")
        view = mock_cards.past_card(held.interview, stage, int(number), int(part))
        await self._edit(held.interview, held.card_message_id, view)

    async def _edit(self, interview: Interview, message_id: int, view: ui.LayoutView) -> None:
        await _edit_if_there(self._place(interview).get_partial_message(message_id), view)

    async def _quote(self, interview: Interview, effect: effects.Quote, via: Via | None) -> None:
        if effect.entry == "answer":
            card = mock_cards.answered(effect.by, effect.text)
        else:
            card = mock_cards.ran(effect.by, effect.text, effect.printed)
        if via is not None or not interview.replies_only:
            await self._send(interview, card, via if interview.options.solo else None)

    async def _invite(self, interview: Interview, user_id: int) -> None:
        if interview.thread_id is None:
            return
        thread = self._client.get_channel(interview.thread_id)
        if isinstance(thread, discord.Thread):
            # Who cannot be brought in finds the thread by the lobby's link, unless it is private.
            with suppress(discord.HTTPException):
                await thread.add_user(discord.Object(user_id))

    async def _tell(self, interview: Interview, user_id: int, line: str) -> None:
        """A line for one person: by direct message, or where those are closed as a small line in the thread."""
        try:
            user = self._client.get_user(user_id) or await self._client.fetch_user(user_id)
            await user.send(view=told(f"{line}\n{small(f'In <#{interview.place_id}>')}"))
        except discord.HTTPException as error:
            log.info("User %s takes no direct messages: %s", user_id, error)
            await self._place(interview).send(small(f"<@{user_id}>: {line}"))

    async def _farewell(self, held: HeldInterview, via: Via | None) -> None:
        """Say that it is over, wherever there is somebody to hear it."""
        interview = held.interview
        if interview.options.solo:
            heard = await self._heard(interview, self._post_solo(held, None, via))
        else:
            heard = await self._heard(interview, self._redraw_lobby(held))
        if interview.round is not None and not interview.options.solo:
            heard = await self._heard(interview, self._send_end(held))
        if not heard:
            await self._tell_host(interview)

    async def _send_end(self, held: HeldInterview) -> None:
        await self._close_card(held)
        await self._place(held.interview).send(view=mock_cards.ended(held.interview))

    async def _heard(self, interview: Interview, saying: Coroutine[Any, Any, None]) -> bool:
        try:
            await saying
        except discord.HTTPException as error:
            log.info("The end of interview %s is not heard there: %s", interview.id, error)
            return False
        return True

    async def _tell_host(self, interview: Interview) -> None:
        try:
            host = self._client.get_user(interview.host) or await self._client.fetch_user(interview.host)
            await host.send(view=mock_cards.ended(interview))
        except discord.HTTPException as error:
            log.info("Nor does user %s take direct messages: %s", interview.host, error)

    def _place(self, interview: Interview) -> discord.PartialMessageable:
        return self._channel(interview.place_id, interview.guild_id)

    def _channel(self, channel_id: int, guild_id: int | None) -> discord.PartialMessageable:
        return self._client.get_partial_messageable(channel_id, guild_id=guild_id)

    # ------------------------------------------------------------------------------------------------ thinking

    async def _prepare(self, interview: Interview, number: int, act: Act) -> None:
        """Choose what a round asks."""
        people = [person.user_id for person in interview.people]
        seed = interview.seed + number
        used = asked_so_far(interview)
        script = await self._room.choose(interview.options, interview.guild_id, people, used, seed, self._now())
        await act(interview.id, lambda _: Prepared(number, script))

    async def _read(self, interview: Interview, effect: effects.Read, act: Act, via: Via | None) -> None:
        """Grade all that was typed for a question so far; the bot as interviewer then says something."""
        round = interview.find_round(effect.round)
        if round is None or round.script is None or effect.part >= len(round.parts):
            return
        part = round.parts[effect.part]
        material = await self._room.material(part, round.script.pack)
        if not material.points_of(effect.ask):
            heard = Heard(effect.round, effect.part, effect.ask, effect.turn, None, happened.Onward(solo.WARM))
            await act(interview.id, lambda _: heard, via)
            return
        typed = await self._store.interviews.typed(interview.id, effect.round, effect.part, effect.ask)
        graded = await self._grading.grade(material.rubric(effect.ask), "\n".join(typed))
        reading = solo.reading_of(effect.ask, graded, narrow=material.is_narrow(effect.ask))

        def decide(now_on: Interview) -> Event:
            talk = now_on.talk
            if talk is None or now_on.stage not in TALKING:
                return Heard(effect.round, effect.part, effect.ask, effect.turn, reading)
            move = solo.respond(material, graded, reading, talk, now_on.left(self._now()), now_on.seed)
            return Heard(effect.round, effect.part, effect.ask, effect.turn, reading, move)

        await act(interview.id, decide, via)


def _shows(interview: Interview) -> str:
    """What a card is of, as it is kept."""
    number = interview.round.number if interview.round else 0
    return f"{interview.stage}:{number}:{interview.part}"


async def _edit_if_there(message: discord.PartialMessage, view: ui.LayoutView) -> None:
    """Edit a message, which somebody may have deleted."""
    try:
        # Edits do not take the client's default.
        await message.edit(view=view, allowed_mentions=discord.AllowedMentions.none())
    except discord.NotFound as error:
        if error.code != UNKNOWN_MESSAGE:
            raise
