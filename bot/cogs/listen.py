"""Messages that ask: a mention of the bot, a reply to it, a direct message, or a question in an ask channel."""

from __future__ import annotations

import logging

import discord
from discord.ext import commands

from bot.client import TutorBot
from bot.cogs.desk import words_of
from bot.errors import StoreError
from bot.study import snippets, wording

log = logging.getLogger(__name__)

UNREADABLE = (
    "I cannot read that: Discord shows me messages only when they mention me. Mention me in your reply, or use `/ask`."
)


class Listen(commands.Cog):
    """Questions by message."""

    def __init__(self, bot: TutorBot) -> None:
        self.bot = bot

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        me = self.bot.user
        if me is None or message.author.bot or message.webhook_id or message.is_system():
            return
        if await self._is_said_in_interview(message):
            return
        replied_to = message.reference.resolved if message.reference else None
        earlier = replied_to if isinstance(replied_to, discord.Message) else None
        to_me = earlier is not None and earlier.author.id == me.id
        text = wording.clean(words_of(message), me.id)
        if message.guild is None or me in message.mentions or to_me:
            if to_me and not text and not message.attachments and not message.stickers:
                await self.bot.desk.tell(message, UNREADABLE)
                return
            said = earlier.content if earlier and not to_me else ""
            code = snippets.code_in(message.content)
            if code is None and (not wording.has_words(text) or snippets.asks_to_run(text)):
                # "@Tutor run this", under somebody's code.
                code = snippets.code_in(said)
            if code is not None:
                await self.bot.runs.take_message(message, code)
                return
            # "@Tutor" alone, under somebody's question, means that question.
            asked, said = (text, said) if wording.has_words(text) else (said, "")
            await self.bot.desk.take_message(message, asked, direct=True, earlier=wording.clean(said, me.id))
        elif message.reference is None and wording.is_question(text) and await self._is_ask_channel(message):
            await self.bot.desk.take_message(message, text, direct=False)

    async def _is_said_in_interview(self, message: discord.Message) -> bool:
        """Whether a message belongs to an interview, which keeps it, and in which I give no answers away."""
        try:
            return await self.bot.interview_doors.hears(message)
        except StoreError as error:
            log.warning("Could not look up whether an interview is held in %s: %s", message.channel.id, error)
            return False

    async def _is_ask_channel(self, message: discord.Message) -> bool:
        if message.guild is None or not self.bot.intents.message_content:
            return False
        try:
            settings = await self.bot.store.guilds.get(message.guild.id)
        except StoreError as error:
            # Nobody spoke to the bot, so nobody is told.
            log.warning("Could not look up the ask channels of server %s: %s", message.guild.id, error)
            return False
        parent = message.channel.parent_id if isinstance(message.channel, discord.Thread) else None
        return message.channel.id in settings.ask_channels or parent in settings.ask_channels


async def setup(bot: TutorBot) -> None:
    await bot.add_cog(Listen(bot))
