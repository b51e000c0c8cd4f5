"""What tests of quizzes do again and again."""

from __future__ import annotations

import re
from collections.abc import Sequence

import discord
from simcord.actors import MemberActor
from simcord.results import InteractionResult, ResponseMessage

from bot.study.exercise import Exercise, letter_of
from bot.study.quiz import Quiz
from tests.discord.world import Seen, World, components, message_of

Card = discord.Message | ResponseMessage


async def alone(world: World, who: MemberActor, **options: object) -> Card:
    """`/quiz start` for one person; the card."""
    return message_of(await who.slash(world.general, "quiz start", **options))


async def lobby(world: World, host: MemberActor, **options: object) -> discord.Message:
    """`/quiz start` for everybody here; the lobby's card."""
    await host.slash(world.general, "quiz start", players="everybody here", **options)
    return world.said()


async def begun(world: World, host: MemberActor, *others: MemberActor, **options: object) -> discord.Message:
    """A group quiz at its first question."""
    card = await lobby(world, host, **options)
    for other in others:
        await world.press(other, card, "Join")
    await world.press(host, card, "Start now")
    return world.said()


def shown(world: World, card: Card) -> discord.Message:
    """A card in the channel as it is by now."""
    return next(message for message in world.general.history() if message.id == card.id)


def quiz_id(seen: Seen) -> str:
    """Which quiz a card belongs to."""
    found = [re.match(r"quiz:([0-9a-f]{8}):", str(part.get("custom_id"))) for part in components(seen)]
    return next(match[1] for match in found if match)


async def state(world: World, seen: Seen) -> Quiz:
    """Where the card's quiz stands."""
    quiz = await world.store.quizzes.get(quiz_id(seen))
    assert quiz is not None
    return quiz


async def question(world: World, seen: Seen) -> Exercise:
    """What the card's quiz asks now."""
    quiz = await state(world, seen)
    exercise = await world.store.quizzes.exercise(quiz.id, quiz.position)
    assert exercise is not None
    return exercise


async def right(world: World, seen: Seen) -> str:
    """The label of the right option."""
    exercise = await question(world, seen)
    return letter_of(exercise, exercise.right)


async def wrong(world: World, seen: Seen) -> str:
    """The label of a wrong option."""
    exercise = await question(world, seen)
    return letter_of(exercise, (exercise.right + 1) % len(exercise.options))


async def type_in(world: World, who: MemberActor, seen: Seen, given: Sequence[str]) -> InteractionResult:
    """Press *Answer* and send the box."""
    box = await world.press(who, seen, "Answer")
    return await who.submit_modal(box, {f"given:{number}": text for number, text in enumerate(given)})


def channel(world: World) -> discord.TextChannel:
    """*general*, as the bot sees it."""
    found = world.env.bot.get_channel(world.general.id)
    assert isinstance(found, discord.TextChannel)
    return found
