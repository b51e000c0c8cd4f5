"""From somebody's code to its result card: quota, warning, queue, worker, and what is kept for the buttons."""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import discord

from bot.cogs.desk import Desk, reply_to
from bot.cogs.patience import LOOK_UP_S, in_time
from bot.cogs.places import Answered, Place, Under
from bot.errors import StoreError
from bot.sandbox.errors import SandboxError
from bot.sandbox.wire import RunRequest, RunResult
from bot.store import Store
from bot.study import snippets
from bot.study.hits import key_of
from bot.study.running import Limits, Quota, Refusal, Ticket, standing
from bot.ui import cards, run_cards
from bot.ui.failure import notice, sentence
from bot.ui.run_items import edit_box, new_box
from bot.worker import Worker

log = logging.getLogger(__name__)

TICK_S = 1.0
PART_S = 1.0
"""How long a bot that stops may take to say so; its connection is closed soon after."""
RESTARTED = "I was restarted while this ran; run it again."
FORGOTTEN = (
    "I no longer have that code: it goes with its message, after 30 days, or after 100 newer ones. "
    "Copy it from above, or start anew with `/run`."
)
NOT_YOURS = "Only who ran this, or people who may manage messages here, can delete it."
NO_CODE = (
    "There is no code block in that message. Code goes between lines of three backticks:\n"
    "\\`\\`\\`py\nprint(1)\n\\`\\`\\`\nOr type it into `/run`."
)
MAY_NOT_ATTACH = "I may not attach files in this channel"
REFUSED_FILES = "Discord did not take the files of this run"
REFUSALS = (400, 413)
GONE = "That proof is no longer in my collection. Ask again with `/ask`."

Pressed = discord.Interaction[Any]


@dataclass(frozen=True, slots=True)
class Job:
    """Code to run: for whom, whether its reader has not seen it yet, and a line to show above the result."""

    code: str
    owner: int
    when: datetime
    unseen: bool = True
    note: str = ""


class Runs:
    """Serves every way to run code and every button under a result."""

    def __init__(self, worker: Worker, store: Store, desk: Desk, limits: Limits) -> None:
        self._worker = worker
        self._store = store
        self._desk = desk
        self._limits = limits
        self._quota = Quota()
        self._line: list[Ticket] = []
        self._waiting: set[asyncio.Task[Any]] = set()
        self.tick_s = TICK_S
        """How long people wait without a word about where their run stands."""

    async def aclose(self) -> None:
        """Cancel what waits or runs, and tell who waits for it, while the connection is still open."""
        if waiting := set(self._waiting):
            for task in waiting:
                task.cancel()
            await asyncio.wait(waiting, timeout=PART_S + 0.2)

    def refusal(self, user_id: int, guild_id: int | None) -> Refusal | None:
        """Count a run of somebody against the quotas; why not, where there is none left."""
        return self._quota.take(user_id, guild_id, time.monotonic())

    # ------------------------------------------------------------------------------------------------ code

    async def box(self, used: Pressed, *, private: bool) -> None:
        """Open a box to type code into."""
        await used.response.send_modal(new_box(private=private))

    async def take(
        self, used: Pressed, code: str, *, private: bool, unseen: bool = True, note: str = "", warn: bool = True
    ) -> None:
        """Run code in reply to an interaction, for its user alone when `private`."""
        if await self._may(used):
            place = Answered(used, await used.response.defer(ephemeral=private, thinking=True))
            await self._do(place, Job(code, used.user.id, used.created_at, unseen, note), warn=warn)

    async def take_file(self, used: Pressed, file: discord.Attachment, *, private: bool) -> None:
        """Run an uploaded file."""
        if file.size > snippets.LARGEST_FILE:
            await used.response.send_message(view=cards.told(snippets.TOO_LARGE), ephemeral=True)
            return
        if not await self._may(used):
            return
        place = Answered(used, await used.response.defer(ephemeral=private, thinking=True))
        try:
            code = snippets.decoded(await file.read())
        except UnicodeDecodeError:
            await place.show(cards.told(snippets.NOT_TEXT))
            return
        await self._do(place, Job(code, used.user.id, used.created_at))

    async def take_from(self, used: Pressed, message: discord.Message) -> None:
        """Run the code blocks of somebody's message."""
        code = snippets.code_in(message.content, inline=True)
        if code is None:
            await used.response.send_message(view=cards.told(NO_CODE), ephemeral=True)
            return
        note = f"Running the code of [this message]({message.jump_url})"
        await self.take(used, code, private=False, unseen=False, note=note)

    async def take_message(self, message: discord.Message, code: str) -> None:
        """Run code that somebody sent to the bot, and reply."""
        guild_id = message.guild.id if message.guild else None
        if refusal := self.refusal(message.author.id, guild_id):
            if not refusal.repeated:
                await reply_to(message, cards.told(refusal.sentence), direct=True)
            return
        place: Place | None = None
        try:
            place = Under(message)
            await self._do(place, Job(code, message.author.id, message.created_at, unseen=False))
        except Exception as error:
            card = notice(sentence(error, "running a message's code"))
            await (place.show(card) if place else reply_to(message, card, direct=True))

    # --------------------------------------------------------------------------------------------- buttons

    async def edit(self, pressed: Pressed, owner: int) -> None:
        """Open a box with the code behind a result."""
        code = await in_time(self._code(pressed))
        if code is None:
            await pressed.response.send_message(view=cards.told(FORGOTTEN), ephemeral=True)
        else:
            await pressed.response.send_modal(edit_box(owner, code))

    async def edited(self, submitted: Pressed, owner: int, code: str) -> None:
        """Run changed code: in the owner's card, or for anybody else in a card of their own."""
        if await self._may(submitted):
            place = await _open(submitted, owner)
            await self._do(place, Job(code, submitted.user.id, submitted.created_at))

    async def again(self, pressed: Pressed, owner: int) -> None:
        """Run the kept code as it is."""
        if not await self._may(pressed):
            return
        place = await _open(pressed, owner)
        code = await self._code(pressed)
        if code is not None:
            await self._do(place, Job(code, pressed.user.id, pressed.created_at), warn=False)
        elif pressed.user.id == owner:
            # Their card stays as it is.
            await pressed.followup.send(view=cards.told(FORGOTTEN), ephemeral=True)
        else:
            await place.show(cards.told(FORGOTTEN))

    async def delete(self, pressed: Pressed, owner: int) -> None:
        """Take the result away, for its owner or for who may manage messages."""
        if pressed.user.id != owner and not (pressed.guild_id and pressed.permissions.manage_messages):
            await pressed.response.send_message(view=notice(NOT_YOURS), ephemeral=True)
            return
        await pressed.response.defer()
        with suppress(discord.NotFound):
            await pressed.delete_original_response()
        if pressed.message is not None:
            await self.forget(pressed.message.id)

    async def about(self, pressed: Pressed, key: str) -> None:
        """Show the question that treats the error, to whoever pressed."""
        await self._desk.follow_up(pressed, 0, key)

    async def proof(self, pressed: Pressed, key: str, index: int) -> None:
        """Run a proof, for whoever pressed."""
        question = await self._desk.find(pressed, key)
        if question is None or index >= len(question.proofs):
            await pressed.response.send_message(view=cards.told(GONE), ephemeral=True)
            return
        await self.take(pressed, question.proofs[index].code, private=True, unseen=False, warn=False)

    async def forget(self, *message_ids: int) -> None:
        """Forget the code behind messages that are gone."""
        try:
            await self._store.snippets.forget(*message_ids)
        except StoreError as error:
            log.warning("The code of deleted messages stays until it is too old: %s", error)

    # -------------------------------------------------------------------------------------------- the work

    async def _may(self, used: Pressed) -> bool:
        """Count a run against the quotas; where there is none left, say so."""
        refusal = self.refusal(used.user.id, used.guild_id)
        if refusal:
            await used.response.send_message(view=cards.told(refusal.sentence), ephemeral=True)
        return refusal is None

    async def _code(self, pressed: Pressed) -> str | None:
        kept = await self._store.snippets.get(pressed.message.id) if pressed.message else None
        return kept.code if kept and snippets.fits_box(kept.code) else None

    async def _do(self, place: Place, job: Job, *, warn: bool = True) -> None:
        """Run a job and show what comes of it."""
        editable = snippets.fits_box(job.code)
        keyboard = snippets.reads_keyboard(job.code)
        message_id = await place.open()
        # Kept before a button asks for it, and while the code runs, so that a slow database holds up nobody.
        keeping = asyncio.ensure_future(self._keep(message_id if editable else None, job))
        if keyboard and warn and editable:
            await asyncio.wait({keeping}, timeout=LOOK_UP_S)
            shown_id = await place.show(run_cards.keyboard(job.owner))
            if message_id is None:
                await self._keep(shown_id, job)
            return
        if keyboard and warn:
            await place.show(run_cards.waiting("This reads the keyboard, but nobody can type here. Running it…"))
        try:
            result = await self._result(place, RunRequest(job.code, client=str(job.owner)))
        except asyncio.CancelledError:
            await _part(place, run_cards.refused(job.owner, RESTARTED, editable=editable, title="It did not finish"))
            raise
        except SandboxError as error:
            await asyncio.wait({keeping}, timeout=LOOK_UP_S)
            shown_id = await place.show(run_cards.refused(job.owner, str(error), editable=editable))
        else:
            about = result.question and key_of(result.question)
            shown = run_cards.Shown(
                owner=job.owner,
                result=result,
                limits=self._limits,
                code=job.code if job.unseen else "",
                note=job.note,
                question=about if about and await self._desk.asking.question(about, None) else None,
                editable=editable,
                keyboard=keyboard,
                barred="" if place.may_attach else MAY_NOT_ATTACH,
            )
            await asyncio.wait({keeping}, timeout=LOOK_UP_S)
            shown_id = await _show(place, shown)
        if editable and message_id is None:
            await self._keep(shown_id, job)

    async def _result(self, place: Place, request: RunRequest) -> RunResult:
        """Wait for the worker, telling the waiting person where they stand once that takes longer than a moment."""
        mine = Ticket()
        self._line.append(mine)
        task = asyncio.current_task()
        if task:
            self._waiting.add(task)
        running = asyncio.ensure_future(self._worker.run(request))
        shown = None
        try:
            while not (await asyncio.wait({running}, timeout=self.tick_s))[0]:
                line = standing(self._line, mine, await self._worker.ready())
                if line != shown:
                    shown = line
                    await _tell(place, line)
            return running.result()
        finally:
            running.cancel()
            self._line.remove(mine)
            if task:
                self._waiting.discard(task)

    async def _keep(self, message_id: int | None, job: Job) -> None:
        """Keep the code behind a card. A failing database costs the button, never the result."""
        if message_id is None:
            return
        try:
            await self._store.snippets.keep(message_id, job.owner, job.code, job.when)
        except StoreError as error:
            log.warning("The code of message %s is not kept: %s", message_id, error)


async def _open(used: Pressed, owner: int) -> Answered:
    """Acknowledge with the card itself for its owner, with a private one for anybody else."""
    own = used.user.id == owner and used.message is not None
    return Answered(used, await (used.response.defer() if own else used.response.defer(ephemeral=True, thinking=True)))


async def _part(place: Place, card: discord.ui.LayoutView) -> None:
    """Show a last card even while this task is being cancelled, unless that takes long."""
    showing = asyncio.ensure_future(place.show(card))
    showing.add_done_callback(_unheard)
    await asyncio.wait({showing}, timeout=PART_S)


def _unheard(showing: asyncio.Future[int | None]) -> None:
    if not showing.cancelled() and (error := showing.exception()):
        log.info("Could not say that a run was cut short: %s", error)


async def _show(place: Place, shown: run_cards.Shown) -> int | None:
    """Show a result, without its files where Discord refuses those: too large for it, or not to its taste."""
    card = run_cards.result(shown)
    try:
        return await place.show(card.view, card.files())
    except discord.HTTPException as error:
        if error.status not in REFUSALS or not card.returned.all:
            raise
        log.warning("Discord refused a result with its %s files: %s", len(card.returned.all), error)
    return await place.show(run_cards.result(replace(shown, barred=REFUSED_FILES)).view)


async def _tell(place: Place, line: str) -> None:
    try:
        await place.show(run_cards.waiting(line))
    except discord.HTTPException as error:
        log.info("Could not say where a run stands: %s", error)
