"""A small server for tests, and readers of what people see in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import discord
from simcord import Env
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle, UserHandle
from simcord.results import InteractionResult, ResponseMessage

from bot.client import TutorBot
from bot.store import Store
from tests.discord.wire import walk

Seen = InteractionResult | ResponseMessage | discord.Message


class World:
    """One server: members *alice* and *bob*, a moderator *mod*, the channels *general* and *help*."""

    def __init__(self, env: Env, store: Store, make: Callable[[], TutorBot]) -> None:
        self.env = env
        self.store = store
        self._make = make
        self.guild = env.create_guild("Torch School")
        self.general = self.guild.create_text_channel("general")
        self.help = self.guild.create_text_channel("help")
        self.alice = self.guild.add_member(env.create_user("alice"))
        self.bob = self.guild.add_member(env.create_user("bob"))
        moderators = self.guild.create_role("Moderators", permissions=discord.Permissions(manage_guild=True))
        self.mod = self.guild.add_member(env.create_user("mod"), roles=[moderators])

    @property
    def me(self) -> str:
        """The bot's mention."""
        assert self.env.bot.user is not None
        return self.env.bot.user.mention

    @property
    def tutor_bot(self) -> TutorBot:
        """The bot that runs now."""
        assert isinstance(self.env.bot, TutorBot)
        return self.env.bot

    async def restart(self) -> None:
        """Another process takes over: a new bot over the same database."""
        await self.env.restart_bot(self._make())

    async def ask(self, who: MemberActor, question: str, **options: bool) -> InteractionResult:
        """`/ask` in *general*."""
        return await who.slash(self.general, "ask", question=question, **options)

    async def press(self, who: MemberActor | UserHandle, seen: Seen, label: str) -> InteractionResult:
        """Press a button by its label or emoji."""
        return await who.click(message_of(seen), custom_id=button(seen, label))

    async def choose(self, who: MemberActor, seen: Seen, *values: str) -> InteractionResult:
        """Choose from the card's only select."""
        return await who.select(message_of(seen), values)

    def last_id(self, channel: ChannelHandle) -> int:
        """The id of a channel's last message, whoever wrote it."""
        assert channel.last_message is not None
        return channel.last_message.id

    def said(self, channel: ChannelHandle | None = None) -> discord.Message:
        """The last message of a channel, which must be the bot's."""
        message = (channel or self.general).last_message
        assert message is not None
        assert message.author == self.env.bot.user, f"the last word is {message.author}'s: {message.content}"
        return message


def message_of(seen: Seen) -> discord.Message | ResponseMessage:
    """The message that an action led to."""
    if isinstance(seen, InteractionResult):
        assert seen.response is not None, seen
        return seen.response
    return seen


def components(seen: Seen) -> list[dict[str, Any]]:
    """Every component, flat, as Discord has it."""
    message = message_of(seen)
    if isinstance(message, ResponseMessage):
        return list(walk(message.components))
    return list(walk([component.to_dict() for component in message.components]))


def text_of(seen: Seen) -> str:
    """All that can be read in a card."""
    return "\n".join(part["content"] for part in components(seen) if part["type"] == 10)


def labels(seen: Seen) -> list[str]:
    """The buttons of a card, by label or emoji."""
    return [part.get("label") or part["emoji"]["name"] for part in components(seen) if part["type"] == 2]


def button(seen: Seen, label: str) -> str:
    """The custom_id of a button."""
    for part in components(seen):
        if part["type"] == 2 and label in (part.get("label"), (part.get("emoji") or {}).get("name")):
            return str(part["custom_id"])
    raise AssertionError(f"no button {label!r} among {labels(seen)}")


def options(seen: Seen) -> list[dict[str, Any]]:
    """The options of a card's select."""
    return next(part["options"] for part in components(seen) if part["type"] == 3)


def accent(seen: Seen) -> int:
    """The colour at the card's edge."""
    return int(next(part["accent_color"] for part in components(seen) if part["type"] == 17))
